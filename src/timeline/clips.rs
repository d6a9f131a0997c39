//! Which parts of the session become videos: those of `--clip`, those around what happened, or all of it as one. Each
//! is a timeline of its own, as if it were the only one. Pure; `cli` calls it before any browser starts.

use std::collections::BTreeMap;

use super::around::AroundEvent;
use super::range::{describe_range, resolve_range};
use super::{Around, ClipRange, SessionTime, Timeline, TimelineOptions, WindowSchedule};
use crate::error::{Error, Kind, Result};
use crate::recording::{Moment, MomentKind, Recording, Span, without_query};

/// More are asked for by mistake: each is a file, and has others beside it.
const MOST_CLIPS: usize = 100;

/// This many names of what a recording has fit in a message.
const MOST_NAMES: usize = 8;

/// Which parts are asked for; none at all means the whole as one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClipOptions {
    pub ranges: Vec<ClipRange>,
    pub around: Vec<Around>,
    /// Whether no more than the first is wanted, however many there are.
    pub only_first: bool,
}

/// The clips of a recording.
#[derive(Debug)]
pub struct Clips {
    /// The timelines of the clips that are wanted, in their order; never empty.
    pub timelines: Vec<Timeline>,
    /// How many clips there are, wanted or not.
    pub found: usize,
}

impl ClipOptions {
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty() && self.around.is_empty()
    }

    /// A timeline for each clip: the ranges in their order, then what happened in the order of time. What lies outside of
    /// the range of `options` is cut off. `moments` are those of the recording.
    pub fn resolve(
        &self,
        recording: &Recording,
        moments: &[Moment],
        options: &TimelineOptions,
    ) -> Result<Clips> {
        if self.is_empty() {
            return Ok(Clips {
                timelines: vec![Timeline::resolve(recording, options)?],
                found: 1,
            });
        }
        let windows = WindowSchedule::resolve(recording, &options.window)?;
        let whole = resolve_range(recording, &windows, options)?;
        let mut parts = self.placed(recording, whole)?;
        parts.extend(self.found(recording, moments, &windows, whole)?);
        let found = parts.len();
        if self.only_first {
            parts.truncate(1);
        }
        if parts.len() > MOST_CLIPS {
            let message = format!("{found} clips are asked for; {MOST_CLIPS} are the most");
            return Err(Error::new(Kind::Usage, message)
                .hint("Narrow it down with --start and --end, or with a more exact --around."));
        }
        let timeline = |part: Part| Timeline::of(recording, &windows, part.range, &part.around_ms, options);
        Ok(Clips {
            timelines: parts.into_iter().map(timeline).collect::<Result<_>>()?,
            found,
        })
    }

    /// The ranges, cut to what there is.
    fn placed(&self, recording: &Recording, whole: Span) -> Result<Vec<Part>> {
        let place = |range: &ClipRange| {
            let (start_ms, end_ms) = range.session_ms(recording.started_ms);
            if start_ms >= end_ms {
                let when = if start_ms > end_ms { "before" } else { "when" };
                let message = format!("--clip {range} ends {when} it begins");
                return Err(Error::new(Kind::Usage, message));
            }
            let range = intersection(whole, start_ms, end_ms).ok_or_else(|| {
                let there = describe_range(recording, whole);
                let message = format!("--clip {range} shows nothing: there is only {there}");
                Error::new(Kind::Usage, message)
            })?;
            Ok(Part {
                range,
                around_ms: Vec::new(),
            })
        };
        self.ranges.iter().map(place).collect()
    }

    /// What is around everything that is looked for; what overlaps is one.
    fn found(
        &self,
        recording: &Recording,
        moments: &[Moment],
        windows: &WindowSchedule,
        whole: Span,
    ) -> Result<Vec<Part>> {
        let is_there = |ms: f64| (whole.start_ms..=whole.end_ms).contains(&ms);
        let shown: Vec<&Moment> = moments
            .iter()
            .filter(|moment| {
                is_there(moment.session_ms) && windows.window_at(moment.session_ms) == moment.window
            })
            .collect();
        let mut parts: Vec<Part> = Vec::new();
        for around in &self.around {
            let times: Vec<f64> = if let AroundEvent::Time(time) = around.event {
                let ms = time.session_ms(recording.started_ms);
                is_there(ms).then_some(ms).into_iter().collect()
            } else {
                let meant = shown.iter().filter(|moment| around.event.is(moment));
                meant.map(|moment| moment.session_ms).collect()
            };
            if times.is_empty() {
                return Err(not_there(&around.event, recording, &shown, whole));
            }
            let part = |ms: f64| Part {
                range: Span {
                    start_ms: (ms - around.before_ms).max(whole.start_ms),
                    end_ms: (ms + around.after_ms).min(whole.end_ms),
                },
                around_ms: vec![ms],
            };
            parts.extend(times.into_iter().map(part));
        }
        parts.sort_by(|a, b| a.range.start_ms.total_cmp(&b.range.start_ms));
        parts.dedup_by(|next, merged| {
            let overlaps = next.range.start_ms <= merged.range.end_ms;
            if overlaps {
                merged.range.end_ms = merged.range.end_ms.max(next.range.end_ms);
                merged.around_ms.append(&mut next.around_ms);
            }
            overlaps
        });
        Ok(parts)
    }
}

/// What one clip is to show, in session time.
struct Part {
    range: Span,
    /// The moments that it is about.
    around_ms: Vec<f64>,
}

/// What is in both; none if that has no length, although the whole has one.
fn intersection(whole: Span, start_ms: f64, end_ms: f64) -> Option<Span> {
    let span = Span {
        start_ms: start_ms.max(whole.start_ms),
        end_ms: end_ms.min(whole.end_ms),
    };
    let is_moment = span.start_ms >= span.end_ms;
    let whole_is_moment = whole.start_ms >= whole.end_ms;
    (span.start_ms <= span.end_ms && (!is_moment || whole_is_moment)).then_some(span)
}

/// What is looked for does not happen; says what does.
fn not_there(event: &AroundEvent, recording: &Recording, shown: &[&Moment], whole: Span) -> Error {
    let there = describe_range(recording, whole);
    let message = match event {
        AroundEvent::Time(_) => format!("--around {event} is no time in it: there is only {there}"),
        _ => format!("--around {event}: there is none in {there}"),
    };
    let error = Error::new(Kind::Usage, message);
    match event {
        AroundEvent::Time(SessionTime::Absolute(_)) => error,
        AroundEvent::Time(SessionTime::Offset(_)) => error.hint(
            "Two digits each are hours, minutes and seconds: 1:02:03. With :BEFORE:AFTER behind it that is 1:02:03:10:5.",
        ),
        _ => error.hint(inventory(shown)),
    }
}

/// How many of everything there are, and what they are called. Errors are not named: their texts are long.
fn inventory(shown: &[&Moment]) -> String {
    let of = |name: fn(&MomentKind) -> Option<&str>| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in shown.iter().filter_map(|moment| name(&moment.kind)) {
            *counts.entry(name).or_default() += 1;
        }
        counts
    };
    let list = |counts: &BTreeMap<&str, usize>| {
        let known = counts.keys().filter(|name| !name.is_empty());
        let mut names: Vec<String> = known.map(|name| (*name).to_owned()).collect();
        if names.len() > MOST_NAMES {
            let more = names.split_off(MOST_NAMES).len();
            names.push(format!("{more} more"));
        }
        names.join(", ")
    };
    let sort = |one: &str, many: &str, counts: &BTreeMap<&str, usize>| {
        let count: usize = counts.values().sum();
        let what = if count == 1 { one } else { many };
        match list(counts) {
            names if !names.is_empty() => format!("{count} {what} ({names})"),
            _ if count == 0 => format!("no {many}"),
            _ => format!("{count} {what}"),
        }
    };
    let errors = of(|kind| matches!(kind, MomentKind::Error { .. }).then_some(""));
    let clicks = of(|kind| match kind {
        MomentKind::Click { text } => Some(text),
        _ => None,
    });
    let pages = of(|kind| match kind {
        MomentKind::Page { url, .. } => Some(without_query(url)),
        _ => None,
    });
    let tags = of(|kind| match kind {
        MomentKind::Custom { tag } => Some(tag),
        _ => None,
    });
    format!(
        "There are {}, {}, {}, {}.",
        sort("error", "errors", &errors),
        sort("click", "clicks", &clicks),
        sort("page", "pages", &pages),
        sort("custom event", "custom events", &tags)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording;
    use crate::source::RawInput;
    use crate::timeline::{Idle, Piece};

    /// Forty seconds: a click on "Pay now" at 5 and 20, on nothing with a name at 39; an error at 12, another one in a
    /// window that is not shown at 13; a page at 15; a custom event at 30.
    fn recording() -> Recording {
        let event = |window: &str, second: u32, kind: u8, data: &str| {
            let timestamp = 1_000_000 + second * 1000;
            format!(r#"["{window}",{{"type":{kind},"timestamp":{timestamp},"data":{data}}}]"#)
        };
        let meta = r#"{"href":"https://a.test/?x","width":800,"height":600}"#;
        let page = r#"{"node":{"type":0,"id":1,"childNodes":[{"type":2,"tagName":"button","attributes":{},"id":4,
            "childNodes":[{"type":3,"textContent":"Pay now","id":5}]}]}}"#;
        let page = &page.replace('\n', "");
        let click = |id: u32| format!(r#"{{"source":2,"type":2,"id":{id}}}"#);
        let error = r#"{"plugin":"rrweb/console@1","payload":{"level":"error","payload":["\"no\""]}}"#;
        let events = [
            event("other", 0, 4, meta),
            event("other", 0, 2, page),
            event("main", 0, 4, meta),
            event("main", 0, 2, page),
            event("main", 5, 3, &click(4)),
            event("main", 12, 6, error),
            event("other", 13, 6, error),
            event(
                "main",
                15,
                5,
                r#"{"tag":"$pageview","payload":{"href":"https://a.test/cart?y"}}"#,
            ),
            event("main", 20, 3, &click(4)),
            event("main", 30, 5, r#"{"tag":"sign-up","payload":null}"#),
            event("main", 39, 3, &click(99)),
            event(
                "main",
                40,
                3,
                r#"{"source":0,"adds":[],"removes":[],"texts":[],"attributes":[]}"#,
            ),
        ];
        recording::open(RawInput {
            name: "test".to_owned(),
            bytes: events.join("\n").into(),
        })
        .unwrap()
    }

    /// Of options as on the command line: `clip` or `around` before each.
    fn resolve(options: &str, change: impl FnOnce(&mut TimelineOptions)) -> Result<Vec<Timeline>> {
        let mut clips = ClipOptions::default();
        for option in options.split_whitespace() {
            match option.split_once('=').unwrap() {
                ("clip", range) => clips.ranges.push(range.parse().unwrap()),
                (_, event) => clips.around.push(event.parse().unwrap()),
            }
        }
        let mut timeline = TimelineOptions {
            idle: Idle::Keep,
            ..TimelineOptions::default()
        };
        change(&mut timeline);
        let recording = recording();
        let clips = clips.resolve(&recording, &recording::moments(&recording), &timeline)?;
        Ok(clips.timelines)
    }

    /// The seconds of each clip.
    fn ranges(options: &str, change: impl FnOnce(&mut TimelineOptions)) -> Vec<(f64, f64)> {
        let timelines = resolve(options, change).unwrap();
        let second = |ms: f64| ms / 1000.0;
        timelines
            .iter()
            .map(|timeline| (second(timeline.range.start_ms), second(timeline.range.end_ms)))
            .collect()
    }

    #[test]
    fn clips_are_in_their_order_and_within_the_recording() {
        for (options, expected) in [
            ("", vec![(0.0, 40.0)]),
            ("clip=2+1", vec![(2.0, 3.0)]),
            ("clip=30+3 clip=10..40", vec![(30.0, 33.0), (10.0, 40.0)]),
            ("clip=38+60", vec![(38.0, 40.0)]),
            ("clip=1970-01-01T00:16:30Z+15", vec![(0.0, 5.0)]),
        ] {
            assert_eq!(ranges(options, |_| ()), expected, "{options}");
        }
        let part = |options: &mut TimelineOptions| {
            options.start = "15".parse().ok();
            options.end = "31".parse().ok();
        };
        assert_eq!(ranges("clip=10+6 clip=30+5", part), [(15.0, 16.0), (30.0, 31.0)]);
    }

    #[test]
    fn clips_are_around_all_that_happens() {
        for (options, expected) in [
            ("around=error", vec![(2.0, 17.0)]),
            ("around=error:1:2", vec![(11.0, 14.0)]),
            ("around=click:PAY:1:1", vec![(4.0, 6.0), (19.0, 21.0)]),
            ("around=click:pay:0:15", vec![(5.0, 35.0)]),
            ("around=page:*/cart:1:1", vec![(14.0, 16.0)]),
            ("around=page:https://a.test/*:1:1", vec![(0.0, 1.0), (14.0, 16.0)]),
            ("around=custom:sign-up", vec![(20.0, 35.0)]),
            ("around=35", vec![(25.0, 40.0)]),
            // What overlaps is one, whatever it is; ranges stay as they are.
            (
                "around=custom:sign-up:1:1 around=20:1:1 around=21:1:1 clip=20+2",
                vec![(20.0, 22.0), (19.0, 22.0), (29.0, 31.0)],
            ),
        ] {
            assert_eq!(ranges(options, |_| ()), expected, "{options}");
        }
        let part = |options: &mut TimelineOptions| options.start = "6".parse().ok();
        assert_eq!(ranges("around=click:pay", part), [(10.0, 25.0)]);
    }

    #[test]
    fn what_is_looked_for_is_no_idle_time() {
        let idle = |rule: &str| {
            let idle = rule.parse().unwrap();
            move |options: &mut TimelineOptions| options.idle = idle
        };
        let shown = |options: &str, rule: &str| -> Vec<Vec<(f64, f64)>> {
            let second = |ms: f64| ms / 1000.0;
            let piece = |piece: &Piece| (second(piece.session_start_ms), second(piece.session_end_ms));
            let timelines = resolve(options, idle(rule)).unwrap();
            timelines
                .iter()
                .map(|timeline| timeline.clock.pieces().iter().map(piece).collect())
                .collect()
        };
        // The person clicks at 5, 20 and 39.
        for (options, pieces) in [
            ("clip=6..19", vec![vec![(6.0, 6.5), (18.5, 19.0)]]),
            (
                "around=error:6:7",
                vec![vec![(6.0, 6.5), (11.5, 12.5), (18.5, 19.0)]],
            ),
            ("around=12:1:1", vec![vec![(11.0, 13.0)]]),
            (
                "around=custom:sign-up:8:1 around=26:0:1",
                vec![vec![(22.0, 31.0)]],
            ),
        ] {
            assert_eq!(shown(options, "skip:5:1"), pieces, "{options}");
        }
        let times = |options: &str| {
            let timelines = resolve(options, idle("skip:5:1")).unwrap();
            timelines[0].around_ms.clone()
        };
        assert_eq!(times("around=error:6:7"), [12_000.0]);
        // Nothing would have been cut.
        assert_eq!(times("around=click:pay:1:1"), [0.0; 0]);
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is() {
        let there = "0 s to 40 s (1970-01-01T00:16:40Z to 1970-01-01T00:17:20Z)";
        let inventory = "There are 1 error, 3 clicks (Pay now), 2 pages (https://a.test/, https://a.test/cart), \
             2 custom events ($pageview, sign-up).";
        for (options, message, hint) in [
            (
                "clip=50+5",
                format!("--clip 50+5 shows nothing: there is only {there}"),
                None,
            ),
            (
                "clip=40+5",
                format!("--clip 40+5 shows nothing: there is only {there}"),
                None,
            ),
            ("clip=5..3", "--clip 5..3 ends before it begins".to_owned(), None),
            ("clip=5..5", "--clip 5..5 ends when it begins".to_owned(), None),
            (
                "around=41",
                format!("--around 41 s is no time in it: there is only {there}"),
                Some(
                    "Two digits each are hours, minutes and seconds: 1:02:03. With :BEFORE:AFTER behind it that is 1:02:03:10:5.",
                ),
            ),
            (
                "around=2024-05-01T10:00:00Z",
                format!("--around 2024-05-01T10:00:00Z is no time in it: there is only {there}"),
                None,
            ),
            (
                "around=error around=click:refund",
                format!("--around click:refund: there is none in {there}"),
                Some(inventory),
            ),
        ] {
            let error = resolve(options, |_| ()).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert_eq!(error.to_string(), message);
            assert_eq!(error.hint_text(), hint, "{options}");
        }
        let nothing = |options: &mut TimelineOptions| options.start = "31".parse().ok();
        let error = resolve("around=error", nothing).unwrap_err();
        assert_eq!(
            error.hint_text(),
            Some("There are no errors, 1 click, no pages, no custom events.")
        );
    }
}
