//! A headless Chromium of our own: found, confined, spoken to over private pipes, and gone when dropped.
//! The only code that knows the DevTools protocol; `player` and `capture` use [`Browser`] and [`Page`].

mod asset;
mod blank_page;
mod child;
mod confinement;
mod connection;
mod display;
mod document;
mod find;
mod flags;
mod framebuffer;
mod gatekeeper;
mod page;
mod process;
mod run_folder;
mod seccomp;
mod traffic;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chromiumoxide_cdp::cdp::browser_protocol::browser::{GetVersionParams, GetVersionReturns};
use chromiumoxide_cdp::cdp::browser_protocol::target::CreateTargetParams;

use blank_page::BlankPage;
use connection::Connection;
use flags::START_ADDRESS;
use process::Process;

use crate::error::{Kind, Result};
use crate::frame::Canvas;

pub use asset::{Answering, AssetKind, AssetProvider, AssetReply, PageAssets};
pub use confinement::NetworkIsolation;
pub use document::Document;
pub use find::{BROWSER_VARIABLE, BrowserUse, find_browser};
pub use flags::FrameControl;
pub use framebuffer::Framebuffer;
pub use page::{Page, Screenshot};

/// How long the browser, or its display, may take to start and answer for the first time.
const START_DEADLINE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub struct BrowserOptions {
    /// The real binary, as [`find_browser`] gives it.
    pub binary: PathBuf,
    /// Chrome's own sandbox; only ever off because the user said so.
    pub sandbox: bool,
    /// How long any one call may take. Decoding many images at once can take a minute and be legitimate.
    pub deadline: Duration,
}

/// A running browser. Dropping it kills its whole process group and removes its profile.
#[derive(Debug)]
pub struct Browser {
    // Before the process: the pipes close first.
    connection: Connection,
    process: Process,
    options: BrowserOptions,
    frames: FrameControl,
    version: String,
    /// A page in which nothing was opened yet.
    blank: Mutex<Option<BlankPage>>,
    open_pages: AtomicUsize,
}

impl Browser {
    /// Starts the browser for pictures of `canvas` and waits until it answers. Its pages may be smaller, not larger.
    pub async fn launch(options: BrowserOptions, frames: FrameControl, canvas: Canvas) -> Result<Self> {
        let (mut process, pipes) = Process::start(&options, frames, canvas).await?;
        let connection = Connection::open(pipes)?;
        let version = match connection
            .call(None, GetVersionParams::default(), START_DEADLINE)
            .await
        {
            Ok(answer) => answer.parse::<GetVersionReturns>()?.product,
            Err(error) if error.kind() == Kind::BrowserCrashed => {
                let status = process.end();
                let why = status.map_or_else(|| "it ended at once".into(), |status| status.to_string());
                return Err(process::cannot_start(
                    &options.binary,
                    &why,
                    &process.last_words(),
                ));
            }
            Err(error) => return Err(error.during("starting the browser")),
        };
        let blank = match frames {
            FrameControl::Display => Some(BlankPage::first(&connection, START_DEADLINE).await?),
            FrameControl::BeginFrame | FrameControl::Browser => None,
        };
        Ok(Self {
            connection,
            process,
            options,
            frames,
            version,
            blank: Mutex::new(blank),
            open_pages: AtomicUsize::new(0),
        })
    }

    /// Opens a page for pictures of `canvas` that shows `document` and can reach nothing but its assets.
    pub async fn open_page(&self, canvas: Canvas, document: Document) -> Result<Page> {
        // A window on a display has the size and the scale of the display.
        let canvas = (!self.is_on_display()).then_some(canvas);
        let BlankPage { target, session } = match self.take_blank() {
            Some(blank) => blank,
            None => self.create_blank(canvas).await?,
        };
        self.open_pages.fetch_add(1, Ordering::Relaxed);
        Page::open(
            self.connection.clone(),
            target,
            session,
            self.options.deadline,
            canvas,
            document,
        )
        .await
    }

    /// Ends a page; its renderer may go as well.
    pub async fn close_page(&self, page: &Page) -> Result<()> {
        let is_last = self.open_pages.fetch_sub(1, Ordering::Relaxed) == 1;
        if is_last && self.is_on_display() {
            // With its last page the browser would end.
            self.keep_blank(self.create_blank(None).await?);
        }
        page.close().await
    }

    /// Fills the page that a browser on a display begins with, as long as nothing was opened.
    pub async fn paint_blank_page(&self, color: u32) -> Result<()> {
        let Some(blank) = self.take_blank() else {
            return Ok(());
        };
        blank
            .paint(&self.connection, color, self.options.deadline)
            .await?;
        self.keep_blank(blank);
        Ok(())
    }

    /// In a window of this size, if it is not that of a display.
    async fn create_blank(&self, canvas: Option<Canvas>) -> Result<BlankPage> {
        let mut target = CreateTargetParams::new(START_ADDRESS);
        if let Some(canvas) = canvas {
            let viewport = canvas.viewport();
            target.width = Some(i64::from(viewport.width));
            target.height = Some(i64::from(viewport.height));
        }
        target.enable_begin_frame_control = Some(self.frames == FrameControl::BeginFrame);
        BlankPage::create(&self.connection, target, self.options.deadline).await
    }

    fn is_on_display(&self) -> bool {
        self.process.framebuffer().is_some()
    }

    fn take_blank(&self) -> Option<BlankPage> {
        self.blank.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn keep_blank(&self, page: BlankPage) {
        *self.blank.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
    }

    /// Product and version as the browser names them, for example `HeadlessChrome/156.0.8078.79`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many commands it has been sent, each a round trip.
    pub fn calls(&self) -> u64 {
        self.connection.calls()
    }

    pub fn binary(&self) -> &Path {
        &self.options.binary
    }

    pub const fn network_isolation(&self) -> NetworkIsolation {
        self.process.network()
    }

    pub const fn deadline(&self) -> Duration {
        self.options.deadline
    }

    /// What the browser draws, if it draws on a display.
    pub fn framebuffer(&self) -> Option<&Framebuffer> {
        self.process.framebuffer()
    }
}
