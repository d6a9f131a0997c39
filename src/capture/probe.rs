//! Finds out whether a browser draws frames on demand, by demanding a real picture. Called before a render and
//! by `doctor`.

use std::time::Duration;

use super::{PICTURE_PAUSE, PICTURE_TRIES};
use crate::browser::{Browser, Document};
use crate::frame::Size;

const PATIENCE: Duration = Duration::from_secs(5);
const SIZE: Size = Size::new(64, 64);

/// Whether `HeadlessExperimental.beginFrame` gives pictures. A browser that merely lacks it says no; a browser
/// that dies of the question says no as well.
pub async fn gives_frames_on_demand(browser: &Browser) -> bool {
    tokio::time::timeout(PATIENCE, takes_a_picture(browser))
        .await
        .unwrap_or(false)
}

async fn takes_a_picture(browser: &Browser) -> bool {
    let document = Document {
        html: "<!doctype html><title>probe</title><body style='background:#fff'>".into(),
        content_security_policy: "default-src 'none'; style-src 'unsafe-inline'".into(),
        ready_when: "document",
    };
    let Ok(page) = browser.open_page(SIZE, document).await else {
        return false;
    };
    let uptime = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let mut time = uptime.tv_sec as f64 * 1000.0 + 60_000.0;
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
