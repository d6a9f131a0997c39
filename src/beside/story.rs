//! What the recording tells of itself, in the times of the video: chapters, subtitles, title, and the labels of pictures.
//! Pure. Whatever is cut out of the video has the time of its cut; whatever lies outside of its range is left out.

use crate::encode::{Annotations, Chapter, Cue};
use crate::frame::FrameSpec;
use crate::recording::{Recording, Summary};
use crate::timeline::RenderPlan;

/// How long a subtitle stays, unless another comes.
const CUE_MS: f64 = 2500.0;
/// What happens this close together is told in one subtitle, of at most so many lines.
const TOGETHER_MS: f64 = 300.0;
const MOST_LINES: usize = 3;
/// The shortest that one is shown, at the end of the video.
const LAST_CUE_MS: f64 = 500.0;

/// Everything that is told of one recording, for one video.
#[derive(Debug)]
pub struct Story<'a> {
    recording: &'a Recording,
    plan: &'a RenderPlan,
    told: Vec<Told>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    session_ms: f64,
    /// What the page is called from here on.
    page: Option<String>,
    /// What begins here.
    chapter: Option<String>,
    line: String,
}

impl<'a> Story<'a> {
    pub fn new(recording: &'a Recording, plan: &'a RenderPlan) -> Self {
        let told = Summary::of(recording)
            .pages
            .into_iter()
            .map(|page| Told {
                session_ms: page.time_s * 1000.0,
                line: format!("Page: {}", page.href),
                chapter: Some(page.href.clone()),
                page: Some(page.href),
            })
            .collect();
        Self {
            recording,
            plan,
            told,
        }
    }

    /// What the video file says of itself.
    pub fn annotations(&self, poster_frame: u64) -> Annotations {
        let session = self.recording.session.as_deref();
        Annotations {
            title: self.told.iter().find_map(|told| told.page.clone()),
            comment: session.map(|id| format!("Session {id}")),
            recorded_ms: Some(self.recording.started_ms + self.plan.frame(0).session_ms),
            chapters: self.chapters(),
            cues: self.cues(),
            poster_frame: Some(poster_frame),
        }
    }

    /// From 0 on, each until the next.
    fn chapters(&self) -> Vec<Chapter> {
        let starts = self
            .shown()
            .filter_map(|(ms, told)| Some((ms, told.chapter.clone()?)));
        let first = self.page_at(self.start_ms()).unwrap_or("Start").to_owned();
        let mut chapters: Vec<Chapter> = Vec::new();
        for (start_ms, title) in std::iter::once((0.0, first)).chain(starts) {
            if chapters.last().is_some_and(|last| last.title == title) {
                continue;
            }
            // What has no length is not there.
            chapters.pop_if(|last| start_ms - last.start_ms < 1.0);
            if let Some(last) = chapters.last_mut() {
                last.end_ms = start_ms;
            }
            chapters.push(Chapter {
                start_ms,
                end_ms: self.video_end_ms(),
                title,
            });
        }
        chapters
    }

    /// One after the other.
    pub fn cues(&self) -> Vec<Cue> {
        let end_ms = self.video_end_ms();
        let latest_ms = (end_ms - LAST_CUE_MS).max(0.0);
        let mut cues: Vec<Cue> = Vec::new();
        for (ms, told) in self.shown() {
            let start_ms = ms.min(latest_ms);
            match cues.last_mut() {
                Some(last) if start_ms - last.start_ms < TOGETHER_MS => {
                    let lines = last.text.lines().count();
                    if lines < MOST_LINES && !last.text.lines().any(|line| line == told.line) {
                        last.text.push('\n');
                        last.text.push_str(&told.line);
                    }
                    continue;
                }
                Some(last) => last.end_ms = last.end_ms.min(start_ms),
                None => {}
            }
            cues.push(Cue {
                start_ms,
                end_ms: (start_ms + CUE_MS).min(end_ms),
                text: told.line.clone(),
            });
        }
        cues
    }

    /// The time of a frame, and which page it shows.
    pub fn label(&self, frame: FrameSpec) -> String {
        let seconds = (frame.pts_ms / 1000.0) as u64;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let time = match hours {
            0 => format!("{minutes}:{seconds:02}"),
            _ => format!("{hours}:{minutes:02}:{seconds:02}"),
        };
        match self.page_at(frame.session_ms) {
            Some(page) => format!("{time}  {page}"),
            None => time,
        }
    }

    /// What happens in the video, with the video's times.
    fn shown(&self) -> impl Iterator<Item = (f64, &Told)> {
        let range = self.start_ms()..=self.plan.clock.session_end_ms();
        let told = self.told.iter();
        told.filter(move |told| range.contains(&told.session_ms))
            .map(|told| (self.plan.clock.video_ms(told.session_ms), told))
    }

    fn page_at(&self, session_ms: f64) -> Option<&str> {
        let begun = self.told.partition_point(|told| told.session_ms <= session_ms);
        self.told[..begun]
            .iter()
            .rev()
            .find_map(|told| told.page.as_deref())
    }

    fn start_ms(&self) -> f64 {
        self.plan.frame(0).session_ms
    }

    /// The end of the last frame.
    fn video_end_ms(&self) -> f64 {
        self.plan.fps.frame_ms(self.plan.frame_count)
    }
}
