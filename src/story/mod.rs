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
    places: Places<'a>,
    told: Vec<Told>,
}

/// A moment in words.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    session_ms: f64,
    /// What begins here, unless it is a page.
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
                Some(told(format!("Page: {}", page_name(url, title.as_deref()))))
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
        let told = moments.iter().filter_map(|moment| Told::of(moment, plan));
        Self {
            recording,
            plan,
            places: Places::new(recording, moments, plan),
            told: told.collect(),
        }
    }

    /// What the video file says of itself.
    pub fn annotations(&self, poster_frame: u64) -> Annotations {
        let session = self.recording.session.as_deref();
        Annotations {
            title: self.places.first_name().map(str::to_owned),
            comment: session.map(|id| format!("Session {id}")),
            recorded_ms: Some(self.recording.started_ms + self.plan.frame(0).session_ms),
            chapters: self.chapters(),
            cues: self.cues(),
            poster_frame: Some(poster_frame),
        }
    }

    /// From 0 on, each until the next. One that would be too short gives its place to the next, the last to the one before.
    fn chapters(&self) -> Vec<Chapter> {
        let end_ms = self.plan.duration_ms();
        let latest_ms = (end_ms - SHORTEST_CHAPTER_MS).max(0.0);
        let mut begun: Vec<(f64, &str)> = Vec::new();
        for (start_ms, title) in self.beginnings() {
            if start_ms > latest_ms {
                break;
            }
            let too_short = begun.pop_if(|(before_ms, _)| start_ms - *before_ms < SHORTEST_CHAPTER_MS);
            let start_ms = too_short.map_or(start_ms, |(before_ms, _)| before_ms);
            if begun.last().is_none_or(|(_, before)| *before != title) {
                begun.push((start_ms, title));
            }
        }
        let ends = begun
            .iter()
            .skip(1)
            .map(|(start_ms, _)| *start_ms)
            .chain([end_ms]);
        let chapters = begun.iter().zip(ends).map(|((start_ms, title), end_ms)| Chapter {
            start_ms: *start_ms,
            end_ms,
            title: (*title).to_owned(),
        });
        chapters.collect()
    }

    /// What chapters may begin with, in order: the page that is shown from then on, or what the recorded site tells.
    fn beginnings(&self) -> Vec<(f64, &str)> {
        let first = (0.0, self.places.first_name().unwrap_or("Start"));
        let pages = self.places.later_names();
        let pages = pages.map(|(frame, name)| (self.plan.fps.frame_ms(frame), name));
        let events = self
            .shown()
            .filter_map(|(ms, told)| Some((ms, told.chapter.as_deref()?)));
        let mut beginnings: Vec<_> = std::iter::once(first).chain(pages).chain(events).collect();
        beginnings.sort_by(|a, b| a.0.total_cmp(&b.0));
        beginnings
    }

    /// One after the other.
    pub fn cues(&self) -> Vec<Cue> {
        cues::gathered(self.shown(), self.plan.duration_ms())
    }

    /// What happens in the video, with the video's times.
    fn shown(&self) -> impl Iterator<Item = (f64, &Told)> {
        let told = self.told.iter();
        told.filter(|told| self.plan.shows(told.session_ms))
            .map(|told| (self.plan.clock.video_ms(told.session_ms), told))
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

    /// A window, another one that is opened at 5 s, and a click in the first at 10 s. It all ends at 20 s.
    const WINDOWS: &str = r#"
        ["a",{"type":4,"timestamp":1000000,"data":{"href":"https://a.test/","width":800,"height":600}}]
        ["a",{"type":2,"timestamp":1000000,"data":{"node":{}}}]
        ["b",{"type":4,"timestamp":1005000,"data":{"href":"https://b.test/","width":800,"height":600}}]
        ["b",{"type":2,"timestamp":1005050,"data":{"node":{}}}]
        ["a",{"type":3,"timestamp":1010000,"data":{"source":2,"type":2,"id":4}}]
        ["a",{"type":5,"timestamp":1020000,"data":{"tag":"$end","payload":null}}]"#;

    fn tell<T>(change: impl FnOnce(&mut TimelineOptions), ask: impl FnOnce(&Story<'_>) -> T) -> T {
        tell_of(EVENTS, change, ask)
    }

    fn tell_of<T>(
        events: &'static str,
        change: impl FnOnce(&mut TimelineOptions),
        ask: impl FnOnce(&Story<'_>) -> T,
    ) -> T {
        let recording = recording::open(RawInput {
            name: "test".to_owned(),
            bytes: events.trim().into(),
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
    fn chapters_follow_the_person_from_window_to_window() {
        assert_eq!(
            tell_of(WINDOWS, |_| (), cues),
            lines(&[
                (0.0, 2500.0, "Page: a.test/"),
                (5000.0, 7500.0, "Page: b.test/"),
                (10_000.0, 12_500.0, "Click"),
            ])
        );
        assert_eq!(
            tell_of(WINDOWS, |_| (), chapters),
            lines(&[
                (0.0, 5000.0, "a.test/"),
                (5000.0, 10_000.0, "b.test/"),
                (10_000.0, 20_000.0, "a.test/"),
            ])
        );
        let part = |options: &mut TimelineOptions| options.start = "12".parse().ok();
        assert_eq!(
            tell_of(WINDOWS, part, chapters),
            lines(&[(0.0, 8000.0, "a.test/")])
        );
        let annotations = tell_of(WINDOWS, part, |story| story.annotations(0));
        assert_eq!(annotations.title.as_deref(), Some("a.test/"));
    }

    #[test]
    fn a_page_that_is_left_at_once_is_no_chapter() {
        const EVENTS: &str = r#"[
            {"type":4,"timestamp":1000000,"data":{"href":"https://a.test/","width":800,"height":600}},
            {"type":2,"timestamp":1000000,"data":{"node":{}}},
            {"type":5,"timestamp":1005000,"data":{"tag":"$pageview","payload":{"href":"https://a.test/login"}}},
            {"type":5,"timestamp":1005200,"data":{"tag":"$pageview","payload":{"href":"https://a.test/"}}},
            {"type":3,"timestamp":1009000,"data":{"source":2,"type":2,"id":99}}]"#;
        assert_eq!(
            tell_of(EVENTS, |_| (), chapters),
            lines(&[(0.0, 9000.0, "a.test/")])
        );
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
