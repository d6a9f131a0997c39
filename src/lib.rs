//! Turns a session replay, a stream of rrweb events, into a video.
//!
//! Data flows one way: [`source`] reads bytes, [`recording`] makes them a `Recording`, [`timeline`] plans the
//! frame grid, [`story`] says what is told when, [`capture`] takes the pictures that the [`player`] draws in the [`browser`],
//! [`overlay`] draws cursor and words on them, [`encode`] writes the video, [`fit`] makes it small enough, [`beside`]
//! what goes with it, [`output`] puts them in their place. [`pipeline`] runs the stages side by side.

mod aside;
pub mod assets;
pub mod beside;
pub mod browser;
mod byte_count;
pub mod capture;
mod changed_area;
pub mod cli;
pub mod encode;
pub mod error;
pub mod fit;
pub mod frame;
pub mod frame_hashes;
mod har;
pub mod output;
pub mod overlay;
pub mod pipeline;
pub mod player;
pub mod recording;
pub mod similarity;
pub mod source;
pub mod story;
pub mod timeline;
