//! All that is drawn in words over one video, frame by frame. `cli` says what is wanted, `overlay` draws it; `pipeline`
//! carries it along.

use std::sync::Arc;

use super::Story;
use super::footer::{Footer, FooterText};
use super::labels::{self, Label, LabelKind, TimedLabel};
use crate::recording::{Moment, Recording};
use crate::timeline::{RenderPlan, SessionTime};

/// What is wanted; nothing by itself.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch that the user may set"
)]
pub struct ScriptOptions {
    pub title: Option<String>,
    pub notes: Vec<Note>,
    /// The subtitles in the picture.
    pub captions: bool,
    /// What is typed.
    pub keys: bool,
    /// Where idle time was cut out: in the footer, or on the picture where there is none.
    pub skipped: bool,
    pub footer: bool,
}

/// What the person who renders has to say about a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    pub time: SessionTime,
    pub text: String,
}

#[derive(Debug)]
pub struct Script {
    plan: Arc<RenderPlan>,
    /// In order, the first from frame 0.
    scenes: Vec<Scene>,
    footer: Option<Footer>,
}

/// Which labels are shown from a frame on.
#[derive(Debug)]
struct Scene {
    from: u64,
    labels: Vec<Arc<Label>>,
}

/// Frames in a row that say the same.
#[derive(Debug)]
pub struct Stretch<'a> {
    /// The first frame after it, maybe beyond the video.
    pub end: u64,
    /// The lowest first; empty for pictures without words.
    pub labels: &'a [Arc<Label>],
    pub footer: Option<FooterText>,
}

impl Script {
    /// `moments` are those of the recording. Notes about what the video does not show are left out.
    pub fn new(
        recording: &Recording,
        moments: &[Moment],
        plan: &Arc<RenderPlan>,
        options: &ScriptOptions,
    ) -> Self {
        let mut timed: Vec<TimedLabel> = Vec::new();
        if options.skipped {
            timed.extend(labels::skipped(plan));
        }
        if options.captions {
            timed.extend(labels::captions(&Story::new(recording, moments, plan)));
        }
        if options.keys {
            timed.extend(labels::typed(recording, plan));
        }
        for note in &options.notes {
            let session_ms = note.time.session_ms(recording.started_ms);
            if plan.shows(session_ms) {
                timed.push(labels::note(plan, session_ms, &note.text));
            }
        }
        if let Some(title) = &options.title {
            timed.push(labels::title(plan, title));
        }
        Self {
            plan: Arc::clone(plan),
            scenes: scenes(&timed),
            footer: options.footer.then(|| Footer::new(recording, moments, plan)),
        }
    }

    /// The video that it is for.
    pub fn plan(&self) -> &RenderPlan {
        &self.plan
    }

    /// What is told at a frame, and for how many frames.
    pub fn stretch(&self, index: u64) -> Stretch<'_> {
        let begun = self.scenes.partition_point(|scene| scene.from <= index);
        let labels = begun
            .checked_sub(1)
            .map_or(&[][..], |scene| &self.scenes[scene].labels);
        let scene_end = self.scenes.get(begun).map_or(u64::MAX, |scene| scene.from);
        let Some(footer) = &self.footer else {
            return Stretch {
                end: scene_end,
                labels,
                footer: None,
            };
        };
        let (mut text, footer_end) = footer.at(&self.plan, index);
        // It is told below the picture, so not on it too. It comes first, since it lies lowest.
        let skipped = labels.iter().take_while(|label| label.kind == LabelKind::Skipped);
        let skipped_count = skipped.clone().count();
        text.skipped = skipped.last().map(|label| label.lines[0].text.clone());
        Stretch {
            end: scene_end.min(footer_end),
            labels: &labels[skipped_count..],
            footer: Some(text),
        }
    }
}

/// What is shown together, cut wherever something begins or ends.
fn scenes(timed: &[TimedLabel]) -> Vec<Scene> {
    let mut begins: Vec<&TimedLabel> = timed.iter().filter(|(frames, _)| !frames.is_empty()).collect();
    begins.sort_by_key(|(frames, _)| frames.start);
    let mut cuts: Vec<u64> = begins
        .iter()
        .flat_map(|(frames, _)| [frames.start, frames.end])
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut begins = begins.into_iter().peekable();
    let mut shown: Vec<&TimedLabel> = Vec::new();
    cuts.into_iter()
        .map(|from| {
            shown.retain(|(frames, _)| frames.end > from);
            while let Some(begun) = begins.next_if(|(frames, _)| frames.start <= from) {
                shown.push(begun);
            }
            let mut labels: Vec<Arc<Label>> = shown.iter().map(|(_, label)| Arc::clone(label)).collect();
            labels.sort_by_key(|label| label.kind);
            Scene { from, labels }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Fps;
    use crate::recording;
    use crate::source::RawInput;
    use crate::timeline::{SizeOption, Timeline, TimelineOptions};

    /// 40 s with a pause of 30 s, a click, a word that is typed, and a second page. Another window has a page of its own.
    const LINES: &str = r#"
        ["one",{"type":4,"timestamp":1000400,"data":{"href":"https://a.test/?token=1","width":800,"height":600}}]
        ["one",{"type":2,"timestamp":1000400,"data":{"node":{"type":0,"id":1,"childNodes":[
            {"type":2,"tagName":"button","attributes":{},"id":4,"childNodes":[{"type":3,"textContent":"Pay","id":5}]},
            {"type":2,"tagName":"input","attributes":{"placeholder":"Name"},"id":6,"childNodes":[]}]}}}]
        ["one",{"type":3,"timestamp":1001400,"data":{"source":2,"type":2,"id":4}}]
        ["one",{"type":3,"timestamp":1002400,"data":{"source":5,"id":6,"text":"A"}}]
        ["one",{"type":3,"timestamp":1002900,"data":{"source":5,"id":6,"text":"An"}}]
        ["one",{"type":4,"timestamp":1033400,"data":{"href":"https://a.test/b#c","width":800,"height":600}}]
        ["one",{"type":3,"timestamp":1033500,"data":{"source":2,"type":2,"id":99}}]
        ["two",{"type":4,"timestamp":1038400,"data":{"href":"https://b.test/","width":800,"height":600}}]
        ["two",{"type":2,"timestamp":1038400,"data":{"node":{"type":0,"id":1,"childNodes":[]}}}]
        ["two",{"type":3,"timestamp":1040400,"data":{"source":2,"type":2,"id":1}}]"#;

    fn script(idle: &str, options: &ScriptOptions) -> (Script, Arc<RenderPlan>) {
        let lines: Vec<String> = LINES
            .split("\n        [")
            .filter(|line| !line.trim().is_empty())
            .map(|line| format!("[{}", line.split_whitespace().collect::<String>()))
            .collect();
        let recording = recording::open(RawInput {
            name: "test".to_owned(),
            bytes: lines.join("\n").into(),
        })
        .unwrap();
        let timeline = Timeline::resolve(
            &recording,
            &TimelineOptions {
                idle: idle.parse().unwrap(),
                ..TimelineOptions::default()
            },
        )
        .unwrap();
        let plan = Arc::new(timeline.plan(SizeOption::Native, 1.0, Fps::new(10, 1)));
        let moments = recording::moments(&recording);
        (Script::new(&recording, &moments, &plan, options), plan)
    }

    /// First frame, labels and footer of all stretches.
    fn told((script, plan): &(Script, Arc<RenderPlan>)) -> Vec<(u64, String)> {
        let mut told = Vec::new();
        let mut at = 0;
        while at < plan.frame_count {
            let stretch = script.stretch(at);
            let mut words: Vec<String> = Vec::new();
            for line in stretch.labels.iter().flat_map(|label| &label.lines) {
                words.push([line.head.as_str(), line.text.as_str()].join("|"));
            }
            if let Some(footer) = stretch.footer {
                words.push(
                    [
                        footer.session_time.as_str(),
                        footer.wall_clock.trim_start_matches("1970-01-01 "),
                        &footer.address,
                        &footer.window.unwrap_or_default(),
                        &footer.skipped.unwrap_or_default(),
                    ]
                    .join(" / "),
                );
            }
            told.push((at, words.join("; ")));
            at = stretch.end;
        }
        told
    }

    fn lines(lines: &[(u64, &str)]) -> Vec<(u64, String)> {
        lines
            .iter()
            .map(|(at, words)| (*at, (*words).to_owned()))
            .collect()
    }

    #[test]
    fn nothing_is_told_unasked() {
        assert_eq!(
            told(&script("skip", &ScriptOptions::default())),
            lines(&[(0, "")])
        );
    }

    #[test]
    fn labels_begin_and_end_with_their_frames() {
        let options = ScriptOptions {
            captions: true,
            keys: true,
            skipped: true,
            ..ScriptOptions::default()
        };
        assert_eq!(
            told(&script("skip:5:1", &options)),
            lines(&[
                (0, "Page|a.test/"),
                (10, "Click|“Pay”"),
                (20, "Click|“Pay”; Name|A"),
                (25, "Click|“Pay”; Name|An"),
                (30, "|idle 30 s skipped; Click|“Pay”; Name|An"),
                (35, "|idle 30 s skipped; Page|a.test/b#c; |Click; Name|An"),
                (40, "|idle 30 s skipped; Page|a.test/b#c; |Click"),
                (50, "Page|a.test/b#c; |Click"),
                (60, ""),
                (85, "Page|b.test/"),
                (100, "|Click"),
            ])
        );
    }

    #[test]
    fn a_cut_that_nobody_notices_is_not_told() {
        let options = ScriptOptions {
            skipped: true,
            ..ScriptOptions::default()
        };
        assert_eq!(told(&script("skip:30.3:30.2", &options)), lines(&[(0, "")]));
    }

    #[test]
    fn the_footer_changes_once_a_second_and_with_the_page() {
        let options = ScriptOptions {
            footer: true,
            skipped: true,
            ..ScriptOptions::default()
        };
        assert_eq!(
            told(&script("skip:5:1", &options)),
            lines(&[
                (0, "0:00 / 00:16:40 UTC / a.test/ / window 1 of 2 / "),
                (10, "0:01 / 00:16:41 UTC / a.test/ / window 1 of 2 / "),
                (20, "0:02 / 00:16:42 UTC / a.test/ / window 1 of 2 / "),
                (
                    30,
                    "0:32 / 00:17:12 UTC / a.test/ / window 1 of 2 / idle 30 s skipped"
                ),
                (
                    35,
                    "0:33 / 00:17:13 UTC / a.test/b / window 1 of 2 / idle 30 s skipped"
                ),
                (
                    45,
                    "0:34 / 00:17:14 UTC / a.test/b / window 1 of 2 / idle 30 s skipped"
                ),
                (50, "0:34 / 00:17:14 UTC / a.test/b / window 1 of 2 / "),
                (55, "0:35 / 00:17:15 UTC / a.test/b / window 1 of 2 / "),
                (65, "0:36 / 00:17:16 UTC / a.test/b / window 1 of 2 / "),
                (75, "0:37 / 00:17:17 UTC / a.test/b / window 1 of 2 / "),
                (85, "0:38 / 00:17:18 UTC / b.test/ / window 2 of 2 / "),
                (95, "0:39 / 00:17:19 UTC / b.test/ / window 2 of 2 / "),
                (104, "0:40 / 00:17:20 UTC / b.test/ / window 2 of 2 / "),
            ])
        );
    }

    #[test]
    fn every_frame_of_a_stretch_says_the_same() {
        let options = ScriptOptions {
            footer: true,
            captions: true,
            keys: true,
            skipped: true,
            ..ScriptOptions::default()
        };
        let (script, plan) = script("skip:5:1", &options);
        let mut at = 0;
        while at < plan.frame_count {
            let first = script.stretch(at);
            assert!(first.end > at);
            for index in at..first.end.min(plan.frame_count) {
                let same = script.stretch(index);
                assert_eq!(
                    (same.end, same.labels, &same.footer),
                    (first.end, first.labels, &first.footer),
                    "{index}"
                );
            }
            at = first.end;
        }
    }

    #[test]
    fn notes_and_title_lie_on_top_and_within_the_video() {
        let note = |time: &str| Note {
            time: time.parse().unwrap(),
            text: "look".to_owned(),
        };
        let options = ScriptOptions {
            title: Some("A title".to_owned()),
            notes: vec![note("1"), note("39.8")],
            ..ScriptOptions::default()
        };
        assert_eq!(
            told(&script("keep", &options)),
            lines(&[
                (0, "|A title"),
                (10, "|look; |A title"),
                (35, "|look"),
                (50, ""),
                (398, "|look"),
            ])
        );
        let late = ScriptOptions {
            notes: vec![note("41")],
            ..ScriptOptions::default()
        };
        assert_eq!(told(&script("keep", &late)), lines(&[(0, "")]));
    }
}
