//! Which requests a page has under way, as its renderer tells. It tells in order: whatever the page's script set off
//! is known by the time of the script's answer, also what only style sheets ask for. `page` waits here.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use tokio::sync::Notify;

use super::connection::Event;

#[derive(Debug, Default)]
pub(super) struct Traffic {
    under_way: Mutex<HashSet<String>>,
    quiet: Notify,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Loading {
    request_id: String,
}

impl Traffic {
    /// Follows an event of CDP's Network domain; ignores all others.
    pub(super) fn follow(&self, event: &Event) {
        match event.method.as_str() {
            "Network.requestWillBeSent" => {
                if let Some(Loading { request_id }) = event.parse() {
                    self.under_way().insert(request_id);
                }
            }
            "Network.loadingFinished" | "Network.loadingFailed" => {
                if let Some(Loading { request_id }) = event.parse() {
                    self.ended(&request_id);
                }
            }
            "Inspector.targetCrashed" => self.forget(),
            _ => {}
        }
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.under_way().is_empty()
    }

    /// Waits until nothing is under way.
    pub(super) async fn until_quiet(&self) {
        loop {
            let mut quiet = std::pin::pin!(self.quiet.notified());
            quiet.as_mut().enable();
            if self.is_quiet() {
                return;
            }
            quiet.await;
        }
    }

    /// Nothing that is under way now is waited for any more.
    pub(super) fn forget(&self) {
        self.under_way().clear();
        self.quiet.notify_waiters();
    }

    fn ended(&self, request_id: &str) {
        let mut under_way = self.under_way();
        under_way.remove(request_id);
        if under_way.is_empty() {
            self.quiet.notify_waiters();
        }
    }

    fn under_way(&self) -> MutexGuard<'_, HashSet<String>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
