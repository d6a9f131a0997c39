//! Finds out whether a browser gives pictures, by demanding a real one. Called when a browser is started.

use std::time::Duration;

use super::begin_frame::{PICTURE_PAUSE, PICTURE_TRIES, first_frame_time};
use crate::browser::{Browser, Document};
use crate::error::Result;
use crate::frame::{Canvas, Size};

/// Nothing else has it.
const PROBE_COLOR: u32 = 0x12_56_9a;

const PATIENCE: Duration = Duration::from_secs(5);
const CANVAS: Canvas = Canvas {
    size: Size::new(64, 64),
    scale: 1.0,
};

/// Whether a browser that has just started draws on its display.
pub(super) async fn shows_on_display(browser: &Browser, canvas: Canvas, patience: Duration) -> Result<bool> {
    let Some(framebuffer) = browser.framebuffer() else {
        return Ok(false);
    };
    browser.paint_blank_page(PROBE_COLOR).await?;
    let middle = (canvas.size.width / 2, canvas.size.height / 2);
    framebuffer.wait_for_pixel(middle, PROBE_COLOR, patience).await
}

/// Whether `HeadlessExperimental.beginFrame` gives pictures. A browser that merely lacks it says no; a browser
/// that dies of the question says no as well.
pub(super) async fn gives_frames_on_demand(browser: &Browser) -> bool {
    tokio::time::timeout(PATIENCE, takes_a_picture(browser))
        .await
        .unwrap_or(false)
}

async fn takes_a_picture(browser: &Browser) -> bool {
    let document = Document {
        html: "<!doctype html><title>probe</title><body style='background:#fff'>".into(),
        content_security_policy: "default-src 'none'; style-src 'unsafe-inline'".into(),
        ready_when: "document",
        assets: None,
    };
    let Ok(page) = browser.open_page(CANVAS, document).await else {
        return false;
    };
    let mut time = first_frame_time();
    for _ in 0..PICTURE_TRIES {
        time += 16.0;
        match page.begin_frame_with_screenshot(time, 16.0).await {
            Ok(Some(_)) => return true,
            Ok(None) => tokio::time::sleep(PICTURE_PAUSE).await,
            Err(_) => return false,
        }
    }
    false
}
