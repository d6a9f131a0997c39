//! Recordings straight from `PostHog`'s API: `session` asks for the `listing`, gets the `blocks` that the `cache` does not
//! have, and compares what came with what was listed (`coverage`). Called by `source::read`.

mod address;
mod blocks;
mod cache;
mod chunk;
mod coverage;
mod key;
mod listing;
mod session;

pub use address::SessionAddress;
pub use key::KeySource;
pub use session::{MissingBlock, PosthogProvenance};

pub(super) use session::read;
