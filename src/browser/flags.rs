//! The command line that the browser is started with. Called by `browser`.

use super::BrowserOptions;
use crate::frame::{Canvas, Size};

/// Who decides when a frame is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameControl {
    /// We do, frame by frame, through `HeadlessExperimental.beginFrame`.
    BeginFrame,
    /// The browser does, as always; pictures come from `Page.captureScreenshot`.
    Browser,
    /// The browser does, into a window on a display of its own.
    Display,
}

const ALWAYS: &[&str] = &[
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--metrics-recording-only",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
    "--lang=en-US",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    // Animated images and SVG animation elements would run on the browser's clock: the page moves those that it can.
    // Media queries see a mouse (hover: hover; pointer: fine), of which a headless browser has none.
    "--blink-settings=imageAnimationPolicy=2,primaryHoverType=2,availableHoverTypes=2,\
     primaryPointerType=4,availablePointerTypes=4",
    // No network, whatever the page tries: even loopback goes to a proxy that is not there.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    // The last three start processes that nobody needs: for the address bar's suggestions, and for pages to come.
    "--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider,\
     WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess",
];

/// With these a frame is drawn when we say so, completely, on one thread; without a driver nothing is drawn at all.
const BEGIN_FRAME: &[&str] = &[
    "--deterministic-mode",
    "--enable-begin-frame-control",
    "--run-all-compositor-stages-before-draw",
    "--disable-new-content-rendering-timeout",
    "--disable-threaded-animation",
    "--disable-threaded-scrolling",
    // A tile that is drawn anew in part has other edges than one drawn whole, and which it is depends on its age.
    "--disable-partial-raster",
    "--disable-checker-imaging",
    "--disable-image-animation-resync",
    "--enable-surface-synchronization",
];

/// What a browser shows first.
pub(super) const START_ADDRESS: &str = "about:blank";

/// A window without a frame, drawn by the processor as soon as anything changed; a picture is complete when it appears.
const ON_DISPLAY: &[&str] = &[
    "--ozone-platform=x11",
    "--kiosk",
    // No bar that complains about flags.
    "--test-type",
    "--window-position=0,0",
    "--disable-frame-rate-limit",
    "--disable-gpu-vsync",
    "--disable-threaded-animation",
    "--disable-threaded-scrolling",
    "--disable-partial-raster",
    "--disable-checker-imaging",
    "--disable-image-animation-resync",
    "--disable-smooth-scrolling",
    // Tiles are drawn whole. Most changes are small, so smaller ones than usual (256 x 256) are less to draw; still
    // smaller ones cost more when a page scrolls.
    "--default-tile-width=192",
    "--default-tile-height=160",
    // WebGL without a graphics card, as a headless browser has it; only commands that the player lets through are run.
    "--enable-unsafe-swiftshader",
];

/// `screen` is the size of the display that the browser draws on, if it does; `scale` the device pixel ratio.
pub(super) fn flags(
    options: &BrowserOptions,
    frames: FrameControl,
    scale: f64,
    screen: Option<Size>,
) -> Vec<String> {
    let headless: &[&str] = if screen.is_none() { &["--headless"] } else { &[] };
    let drawing = match frames {
        FrameControl::BeginFrame => BEGIN_FRAME,
        FrameControl::Browser => &[],
        FrameControl::Display => ON_DISPLAY,
    };
    // A window is measured in CSS pixels; with --kiosk it fills the screen in any case.
    let window = screen.map(|screen| {
        let Size { width, height } = Canvas { size: screen, scale }.viewport();
        format!("--window-size={width},{height}")
    });
    let sandbox = if options.sandbox {
        None
    } else {
        Some("--no-sandbox")
    };
    ALWAYS
        .iter()
        .chain(headless)
        .chain(drawing)
        .copied()
        .chain(sandbox)
        .map(String::from)
        .chain([format!("--force-device-scale-factor={scale}")])
        .chain(window)
        .chain([START_ADDRESS.to_owned()])
        .collect()
}
