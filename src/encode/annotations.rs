//! What a video file holds beside its pictures: what it is, chapters, subtitles and which picture stands for it.
//! `story` makes it of the recording before the first frame; `muxer` writes what the container has a place for.

/// Times are video time in milliseconds. Nothing in it is what most videos have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annotations {
    pub title: Option<String>,
    pub comment: Option<String>,
    /// When it was recorded: milliseconds since 1970.
    pub recorded_ms: Option<f64>,
    /// In order, from 0 on, each ending where the next begins.
    pub chapters: Vec<Chapter>,
    /// In order; none begins before the one before it ends.
    pub cues: Vec<Cue>,
    /// The frame of the grid whose picture stands for the video.
    pub poster_frame: Option<u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Chapter {
    pub start_ms: f64,
    pub end_ms: f64,
    pub title: String,
}

/// A subtitle: plain text, maybe of several lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    pub start_ms: f64,
    pub end_ms: f64,
    pub text: String,
}

impl Cue {
    /// The text as `WebVTT` wants it, which knows tags and entities.
    pub fn web_vtt(&self) -> String {
        self.text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    }
}
