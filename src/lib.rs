//! Turns a session replay, a stream of rrweb events, into a video.

pub mod encode;
pub mod error;
pub mod frame;
pub mod output;
