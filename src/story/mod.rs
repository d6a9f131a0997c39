//! What the recording tells of itself, in the times of the video: chapters, subtitles and title here, and what is drawn in
//! words on the pictures in `script`. Pure; `cli` asks for it, `encode` and `overlay` show it.
//! Whatever is cut out of the video has the time of its cut; whatever lies outside of its range is left out.

mod cues;
mod footer;
mod labels;
mod places;
mod script;
mod words;

pub use footer::FooterText;
pub use labels::{Label, LabelKind, Line};
pub use places::{Place, Places};
pub use script::{Note, Script, ScriptOptions, Stretch};

use crate::encode::{Annotations, Chapter, Cue};
use crate::recording::{Moment, MomentKind, Recording};
use crate::timeline::RenderPlan;

use self::words::{page_name, shortened};

/// A chapter that is not seen is none.
const SHORTEST_CHAPTER_MS: f64 = 500.0;

/// Everything that is told of one recording, for one video.
#[derive(Debug)]
pub struct Story<'a> {
    recording: &'a Recording,
    plan: &'a RenderPlan,
    told: Vec<Told>,
}

/// A moment in words.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    session_ms: f64,
    /// What the page is called from here on.
    page: Option<String>,
    /// What begins here.
    chapter: Option<String>,
    line: String,
    is_error: bool,
}

impl Told {
    /// None for what is not shown or says nothing.
    fn of(moment: &Moment, plan: &RenderPlan) -> Option<Self> {
        let session_ms = moment.session_ms;
        if plan.windows.window_at(session_ms) != moment.window {
            return None;
        }
        let told = |line: String| Self {
            session_ms,
            page: None,
            chapter: None,
            line,
            is_error: false,
        };
        match &moment.kind {
            MomentKind::Click { text } if text.is_empty() => Some(told("Click".to_owned())),
            MomentKind::Click { text } => Some(told(format!("Click: “{}”", shortened(text)))),
            MomentKind::Error { message } => Some(Self {
                is_error: true,
                ..told(format!("Error: {}", shortened(message)))
            }),
            MomentKind::Page { url, title } => {
                let name = page_name(url, title.as_deref());
                Some(Self {
                    page: Some(name.clone()),
                    chapter: Some(name.clone()),
                    ..told(format!("Page: {name}"))
                })
            }
            // Names of recorders themselves begin so.
            MomentKind::Custom { tag } if tag.starts_with('$') => None,
            MomentKind::Custom { tag } => Some(Self {
                chapter: Some(shortened(tag)),
                ..told(format!("Event: {}", shortened(tag)))
            }),
        }
    }
}

impl<'a> Story<'a> {
    /// `moments` are those of the recording.
    pub fn new(recording: &'a Recording, moments: &[Moment], plan: &'a RenderPlan) -> Self {
        let moments = moments.iter();
        Self {
            recording,
            plan,
            told: moments.filter_map(|moment| Told::of(moment, plan)).collect(),
        }
    }

    /// What the video file says of itself.
    pub fn annotations(&self, poster_frame: u64) -> Annotations {
        let session = self.recording.session.as_deref();
        Annotations {
            title: self.page_at(self.start_ms()).map(str::to_owned),
            comment: session.map(|id| format!("Session {id}")),
            recorded_ms: Some(self.recording.started_ms + self.plan.frame(0).session_ms),
            chapters: self.chapters(),
            cues: self.cues(),
            poster_frame: Some(poster_frame),
        }
    }

    /// From 0 on, each until the next. One that would be too short gives its place to the next, the last to the one before.
    fn chapters(&self) -> Vec<Chapter> {
        let end_ms = self.video_end_ms();
        let starts = self
            .shown()
            .filter_map(|(ms, told)| Some((ms, told.chapter.clone()?)))
            .filter(|(ms, _)| *ms <= end_ms - SHORTEST_CHAPTER_MS);
        let first = self.page_at(self.start_ms()).unwrap_or("Start").to_owned();
        let mut chapters: Vec<Chapter> = Vec::new();
        for (start_ms, title) in std::iter::once((0.0, first)).chain(starts) {
            match chapters.last_mut() {
                Some(last) if last.title == title => continue,
                Some(last) if start_ms - last.start_ms < SHORTEST_CHAPTER_MS => {
                    last.title = title;
                    continue;
                }
                Some(last) => last.end_ms = start_ms,
                None => {}
            }
            chapters.push(Chapter {
                start_ms,
                end_ms,
                title,
            });
        }
        chapters
    }

    /// One after the other.
    pub fn cues(&self) -> Vec<Cue> {
        cues::gathered(self.shown(), self.video_end_ms())
    }

    /// What happens in the video, with the video's times.
    fn shown(&self) -> impl Iterator<Item = (f64, &Told)> {
        let told = self.told.iter();
        told.filter(|told| self.plan.shows(told.session_ms))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Fps;
    use crate::recording;
    use crate::source::RawInput;
    use crate::timeline::{Idle, SizeOption, Timeline, TimelineOptions};

    const EVENTS: &str = r#"[
        {"type":4,"timestamp":1000000,"data":{"href":"https://a.test/?token=1","width":800,"height":600}},
        {"type":2,"timestamp":1000000,"data":{"node":{"type":0,"id":1,"childNodes":[
            {"type":2,"tagName":"button","attributes":{},"id":4,"childNodes":[{"type":3,"textContent":"Pay  now","id":5}]}]}}},
        {"type":3,"timestamp":1002000,"data":{"source":2,"type":2,"id":4}},
        {"type":6,"timestamp":1002100,"data":{"plugin":"rrweb/console@1","payload":{"level":"error","payload":["\"late\""]}}},
        {"type":5,"timestamp":1003000,"data":{"tag":"$pageview","payload":{"href":"https://a.test/thanks?x"}}},
        {"type":5,"timestamp":1050000,"data":{"tag":"survey","payload":null}},
        {"type":3,"timestamp":1060000,"data":{"source":2,"type":2,"id":99}}]"#;

    fn tell<T>(change: impl FnOnce(&mut TimelineOptions), ask: impl FnOnce(&Story<'_>) -> T) -> T {
        let recording = recording::open(RawInput {
            name: "test".to_owned(),
            bytes: EVENTS.into(),
        })
        .unwrap();
        let mut options = TimelineOptions {
            idle: Idle::Keep,
            ..TimelineOptions::default()
        };
        change(&mut options);
        let timeline = Timeline::resolve(&recording, &options).unwrap();
        let plan = timeline.plan(SizeOption::Native, 1.0, Fps::new(10, 1));
        ask(&Story::new(&recording, &recording::moments(&recording), &plan))
    }

    fn cues(story: &Story<'_>) -> Vec<(f64, f64, String)> {
        let cues = story.cues().into_iter();
        cues.map(|cue| (cue.start_ms, cue.end_ms, cue.text)).collect()
    }

    fn chapters(story: &Story<'_>) -> Vec<(f64, f64, String)> {
        let chapters = story.chapters().into_iter();
        chapters
            .map(|chapter| (chapter.start_ms, chapter.end_ms, chapter.title))
            .collect()
    }

    fn lines(lines: &[(f64, f64, &str)]) -> Vec<(f64, f64, String)> {
        lines
            .iter()
            .map(|(start, end, text)| (*start, *end, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn what_happens_is_told_once_and_in_order() {
        assert_eq!(
            tell(|_| (), cues),
            lines(&[
                (0.0, 2000.0, "Page: a.test/"),
                (2000.0, 3000.0, "Click: “Pay now”\nError: late"),
                (3000.0, 5500.0, "Page: a.test/thanks"),
                (50_000.0, 52_500.0, "Event: survey"),
                (59_500.0, 60_000.0, "Click"),
            ])
        );
        assert_eq!(
            tell(|_| (), chapters),
            lines(&[
                (0.0, 3000.0, "a.test/"),
                (3000.0, 50_000.0, "a.test/thanks"),
                (50_000.0, 60_000.0, "survey"),
            ])
        );
    }

    #[test]
    fn a_part_begins_with_the_page_that_is_shown_then() {
        let part = |options: &mut TimelineOptions| {
            options.start = "10".parse().ok();
            options.end = "55".parse().ok();
            options.speed = 2.0;
        };
        assert_eq!(
            tell(part, chapters),
            lines(&[(0.0, 20_000.0, "a.test/thanks"), (20_000.0, 22_500.0, "survey")])
        );
        assert_eq!(tell(part, cues), lines(&[(20_000.0, 22_500.0, "Event: survey")]));
        let annotations = tell(part, |story| story.annotations(3));
        assert_eq!(annotations.title.as_deref(), Some("a.test/thanks"));
        assert_eq!(annotations.recorded_ms, Some(1_010_000.0));
    }

    #[test]
    fn what_is_cut_has_the_time_of_its_cut() {
        let skip = |options: &mut TimelineOptions| options.idle = "skip:5:1".parse().unwrap();
        // Two seconds with the click before the pause, one that is left of it.
        let found = tell(skip, cues);
        let survey = found.iter().find(|cue| cue.2.contains("survey"));
        assert!(survey.is_some_and(|cue| cue.0 < 4000.0), "{found:?}");
    }
}
