//! What `render` says to people: before its work what will be made, after it what has been.

use super::args::ContentArgs;
use super::report::videos_ms;
use super::settings::{Destination, RenderSettings};
use super::telling::Telling;
use super::{fitting, planning, print};
use crate::assets::{AssetsSummary, MOST_ADDRESSES};
use crate::pipeline::{CaptureSummary, Rendered};
use crate::recording::{Problem, ProblemKind, Recording, Span};
use crate::timeline::{CapturePlan, Timeline};

/// A pause that takes longer in the video is rarely meant to be seen, and takes long to render. In milliseconds.
const LONGEST_PAUSE_MS: f64 = 24.0 * 3_600_000.0;

/// This many hosts fit in a line.
const MOST_HOSTS: usize = 5;

pub(super) fn tell_plan(
    recording: &Recording,
    timelines: &[Timeline],
    plan: &CapturePlan,
    content: &ContentArgs,
    telling: Telling,
) {
    let session_ms: f64 = timelines
        .iter()
        .map(|timeline| timeline.range.end_ms - timeline.range.start_ms)
        .sum();
    let video_ms: f64 = plan.videos.iter().map(|video| video.duration_ms()).sum();
    let clips = match timelines.len() {
        1 => String::new(),
        count => format!("{count} clips, "),
    };
    print::note(&format!(
        "{}: {clips}{} of session, {} of video at {}, {} fps",
        recording.name,
        print::seconds(session_ms / 1000.0),
        print::seconds(video_ms / 1000.0),
        plan.videos[0].size,
        print::rate(plan.fps),
    ));
    for told in planning::bounds_outside(recording, &timelines[0], content) {
        print::note(&told);
    }
    if let Some(told) = timelines
        .iter()
        .find_map(|timeline| describe_pause(timeline, recording))
    {
        print::note(&told);
    }
    for told in describe_problems(&recording.problems, telling) {
        print::note(&told);
    }
}

/// What was wrong with the recording: all of it, or how much there is for `inspect` to list.
fn describe_problems(problems: &[Problem], telling: Telling) -> Vec<String> {
    if telling == Telling::Everything {
        return problems.iter().map(|problem| format!("  {problem}")).collect();
    }
    // Of such a window nothing at all is seen, which is more than a blemish.
    let is_window = |problem: &&Problem| problem.kind == ProblemKind::WindowWithoutFullSnapshot;
    let windows = problems
        .iter()
        .filter(is_window)
        .map(|problem| match problem.count {
            1 => "an event is left out: its window has no full snapshot to draw".to_owned(),
            count => format!("{count} events are left out: their windows have no full snapshot to draw"),
        });
    let mut told: Vec<String> = windows.collect();
    let other = if told.is_empty() { "" } else { "other " };
    match problems.len() - told.len() {
        0 => {}
        1 => told.push(format!(
            "1 {other}problem in the recording; `replaycast inspect` lists it"
        )),
        count => told.push(format!(
            "{count} {other}problems in the recording; `replaycast inspect` lists them"
        )),
    }
    told
}

/// What to do about a pause that will be rendered for very long, in one line; None where there is none.
fn describe_pause(timeline: &Timeline, recording: &Recording) -> Option<String> {
    if timeline.clock.video_duration_ms() <= LONGEST_PAUSE_MS {
        return None;
    }
    let Span { start_ms, end_ms } = timeline.longest_pause(recording);
    let lasts_ms = timeline.clock.video_ms(end_ms) - timeline.clock.video_ms(start_ms);
    (lasts_ms > LONGEST_PAUSE_MS).then(|| {
        let end_s = (start_ms / 1000.0).ceil() + 1.0;
        format!(
            "nothing is done for {} of the video, which is rendered nevertheless and takes long; \
             cut such pauses with --idle skip, or end before it with --end {end_s}",
            print::seconds(lasts_ms / 1000.0),
        )
    })
}

/// `destinations` and `bytes`, the files' sizes, are those of the videos, in their order.
pub(super) fn tell_result(
    settings: &RenderSettings,
    destinations: &[Destination],
    plan: &CapturePlan,
    rendered: &Rendered,
    bytes: &[u64],
    wall_s: f64,
) {
    let CaptureSummary { assets, problems, .. } = &rendered.captured;
    if let Some(told) = describe_assets(assets, problems.missing.len()) {
        print::note(&told);
    }
    let fonts = &problems.fonts;
    if !fonts.is_empty() {
        print::note(&format!(
            "Fonts not on this machine: {} (drawn with others)",
            fonts.join(", ")
        ));
    }
    let files = destinations.iter().zip(&rendered.outputs).zip(bytes);
    for ((_, output), bytes) in files.clone() {
        if let Some(fit) = &output.fit {
            print::note(&fitting::describe(fit, *bytes, settings.format));
        }
    }
    let files = files.map(|((destination, output), bytes)| {
        format!(
            "{destination}: {}, {}, {}",
            print::seconds(output.encoded.duration_ms / 1000.0),
            output.fit.map_or(plan.videos[0].size, |fit| fit.chosen.size),
            print::bytes(*bytes),
        )
    });
    let work = describe_work(plan, rendered, wall_s);
    if destinations.len() == 1 {
        files.for_each(|file| print::note(&format!("{file}, {work}")));
        return;
    }
    files.for_each(|file| print::note(&file));
    print::note(&format!("{} clips {work}", destinations.len()));
}

/// What all videos together took.
fn describe_work(plan: &CapturePlan, rendered: &Rendered, wall_s: f64) -> String {
    let video_s = videos_ms(rendered) / 1000.0;
    format!(
        "rendered in {} ({:.1}x real time, {} of {} frames captured)",
        print::seconds(wall_s),
        video_s / wall_s,
        rendered.captured.statistics.screenshots,
        plan.frame_count,
    )
}

/// How many assets came from where, in one line; None where none was needed.
fn describe_assets(assets: &AssetsSummary, missing: usize) -> Option<String> {
    let counted = |count| print::counted(count, "asset", "assets");
    let mut parts = Vec::new();
    if assets.fetched > 0 {
        let hosts = &assets.hosts;
        let mut named = hosts
            .iter()
            .take(MOST_HOSTS)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        if hosts.len() > MOST_HOSTS {
            named.push_str(", …");
        }
        parts.push(format!(
            "fetched {} ({}) from {}: {named}",
            counted(assets.fetched),
            print::bytes(assets.fetched_bytes),
            print::counted(hosts.len() as u64, "host", "hosts"),
        ));
    }
    if assets.cached > 0 {
        parts.push(format!("{} from the cache", counted(assets.cached)));
    }
    if assets.given > 0 {
        parts.push(format!("{} from --assets", counted(assets.given)));
    }
    if missing > 0 {
        parts.push(format!(
            "{} missing, which --report lists",
            counted(missing as u64)
        ));
    }
    if assets.not_asked > 0 {
        parts.push(format!(
            "{} not even asked for, as a render asks for {MOST_ADDRESSES} at most",
            counted(assets.not_asked)
        ));
    }
    let told = parts.join("; ");
    let mut letters = told.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{self, Place};
    use crate::source::RawInput;
    use crate::timeline::TimelineOptions;

    #[test]
    fn a_pause_of_days_is_told_if_it_is_kept() {
        let recording = recording::open(RawInput {
            name: "test".to_owned(),
            bytes: r#"[{"type":4,"timestamp":1000000,"data":{"href":"","width":800,"height":600}},
                {"type":2,"timestamp":1000000,"data":{"node":{}}},
                {"type":3,"timestamp":1030500,"data":{"source":3}},
                {"type":5,"timestamp":1729000000,"data":{"tag":"late","payload":null}}]"#
                .into(),
        })
        .unwrap();
        let told = |idle: &str, speed: f64| {
            let options = TimelineOptions {
                idle: idle.parse().unwrap(),
                speed,
                ..TimelineOptions::default()
            };
            let timeline = Timeline::resolve(&recording, &options).unwrap();
            describe_pause(&timeline, &recording)
        };
        assert_eq!(
            told("keep", 1.0).as_deref(),
            Some(
                "nothing is done for 479 h 59 min 30 s of the video, which is rendered nevertheless and takes long; \
                 cut such pauses with --idle skip, or end before it with --end 32"
            )
        );
        assert_eq!((told("skip", 1.0), told("keep", 100.0)), (None, None));
    }

    #[test]
    fn problems_are_counted_as_inspect_lists_them() {
        let of = |kind, count| Problem {
            kind,
            count,
            first: Place::Event(0),
        };
        let window = of(ProblemKind::WindowWithoutFullSnapshot, 238);
        let order = of(ProblemKind::OutOfOrder, 5);
        let repeat = of(ProblemKind::Duplicate, 1);
        let without = "238 events are left out: their windows have no full snapshot to draw";
        for (problems, told) in [
            (&[][..], &[][..]),
            (
                &[order],
                &["1 problem in the recording; `replaycast inspect` lists it"],
            ),
            (
                &[order, repeat],
                &["2 problems in the recording; `replaycast inspect` lists them"],
            ),
            (&[window], &[without]),
            (
                &[order, window],
                &[
                    without,
                    "1 other problem in the recording; `replaycast inspect` lists it",
                ],
            ),
        ] {
            assert_eq!(describe_problems(problems, Telling::Usual), told);
        }
    }

    #[test]
    fn assets_are_told_in_one_line() {
        let hosts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let fetched = AssetsSummary {
            fetched: 12,
            fetched_bytes: 340_000,
            hosts: hosts(&["a.com", "b.org"]),
            ..AssetsSummary::default()
        };
        let mixed = AssetsSummary {
            fetched: 1,
            fetched_bytes: 10,
            hosts: hosts(&["a.com"]),
            cached: 2,
            given: 1,
            ..AssetsSummary::default()
        };
        let many = AssetsSummary {
            not_asked: 7,
            ..AssetsSummary::default()
        };
        for (assets, missing, told) in [
            (&AssetsSummary::default(), 0, None),
            (
                &many,
                2,
                Some(
                    "2 assets missing, which --report lists; 7 assets not even asked for, as a render asks for 5000 at most",
                ),
            ),
            (
                &AssetsSummary::default(),
                1,
                Some("1 asset missing, which --report lists"),
            ),
            (
                &fetched,
                3,
                Some(
                    "Fetched 12 assets (340.0 kB) from 2 hosts: a.com, b.org; 3 assets missing, which --report lists",
                ),
            ),
            (
                &mixed,
                0,
                Some(
                    "Fetched 1 asset (10 B) from 1 host: a.com; 2 assets from the cache; 1 asset from --assets",
                ),
            ),
        ] {
            assert_eq!(describe_assets(assets, missing).as_deref(), told);
        }
    }
}
