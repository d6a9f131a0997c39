//! Work that may wait for other programs, or for the processor, on a thread that nobody waits for in the end: a
//! signal must be able to stop it. `source` reads files this way, the commands parse, plan and write.

use std::thread;

use tokio::sync::oneshot;

use crate::error::{Error, Kind, Result};

/// Does `work` on a thread of its own. Whoever drops the future leaves it behind.
pub(crate) async fn aside<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let (done, result) = oneshot::channel();
    thread::Builder::new()
        .name(name.into())
        .spawn(move || done.send(work()))
        .map_err(|source| Error::io("starting a thread", source))?;
    let broke_down = |_| Err(Error::new(Kind::Internal, format!("the {name} broke down")));
    result.await.unwrap_or_else(broke_down)
}
