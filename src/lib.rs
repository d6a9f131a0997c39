//! Turns a session replay, a stream of rrweb events, into a video.

pub mod error;
pub mod frame;
pub mod recording;
pub mod source;
pub mod timeline;
