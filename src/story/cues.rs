//! Subtitles: what is told, gathered into cues that come one after the other. An error stands long enough to be read, and
//! is never what a full cue leaves out for something else.

use super::Told;
use crate::encode::Cue;

/// How long a subtitle stays, unless another comes.
const CUE_MS: f64 = 2500.0;
/// What happens this close together is told in one subtitle, of at most this many lines.
const TOGETHER_MS: f64 = 300.0;
const MOST_LINES: usize = 3;
/// The shortest that a subtitle is shown, at the end of the video.
const LAST_CUE_MS: f64 = 500.0;
/// An error that would be shown for less stays in the subtitle that follows.
const READABLE_MS: f64 = 1000.0;

/// A subtitle to which lines may still come.
struct Gathered<'a> {
    start_ms: f64,
    end_ms: f64,
    lines: Vec<Line<'a>>,
}

struct Line<'a> {
    told: &'a Told,
    /// When it is shown first, in video time.
    since_ms: f64,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, told: &'a Told, since_ms: f64) {
        if self.lines.iter().any(|line| line.told.line == told.line) {
            return;
        }
        if self.lines.len() == MOST_LINES {
            let least = self.lines.iter().rposition(|line| !line.told.is_error);
            match least.filter(|_| told.is_error) {
                Some(least) => drop(self.lines.remove(least)),
                None => return,
            }
        }
        self.lines.push(Line { told, since_ms });
    }

    /// The errors that nobody can have read when the next subtitle comes.
    fn unread(&self, next_ms: f64) -> impl Iterator<Item = (&'a Told, f64)> {
        self.lines
            .iter()
            .filter(move |line| line.told.is_error && next_ms - line.since_ms < READABLE_MS)
            .map(|line| (line.told, line.since_ms))
    }
}

/// The cues of what is `shown`, in order, each with its video time; the video ends at `end_ms`.
pub(super) fn gathered<'a>(shown: impl Iterator<Item = (f64, &'a Told)>, end_ms: f64) -> Vec<Cue> {
    let latest_ms = (end_ms - LAST_CUE_MS).max(0.0);
    let mut cues: Vec<Gathered<'_>> = Vec::new();
    for (ms, told) in shown {
        let start_ms = ms.min(latest_ms);
        let mut next = Gathered {
            start_ms,
            end_ms: (start_ms + CUE_MS).min(end_ms),
            lines: Vec::new(),
        };
        match cues.last_mut() {
            Some(last) if start_ms - last.start_ms < TOGETHER_MS => {
                // The whole cue is shown from its start on.
                last.add(told, last.start_ms);
                continue;
            }
            Some(last) if last.end_ms > start_ms => {
                last.end_ms = start_ms;
                for (error, since_ms) in last.unread(start_ms) {
                    next.add(error, since_ms);
                }
            }
            _ => {}
        }
        next.add(told, start_ms);
        cues.push(next);
    }
    let cue = |cue: Gathered<'_>| {
        let lines: Vec<&str> = cue.lines.iter().map(|line| line.told.line.as_str()).collect();
        Cue {
            start_ms: cue.start_ms,
            end_ms: cue.end_ms,
            text: lines.join("\n"),
        }
    };
    cues.into_iter().map(cue).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cues of lines with their times, those with a ! being errors, in a video of 10 s.
    fn cues(lines: &[(f64, &str)]) -> Vec<(f64, f64, String)> {
        let told: Vec<(f64, Told)> = lines
            .iter()
            .map(|(ms, line)| {
                let told = Told {
                    session_ms: *ms,
                    chapter: None,
                    line: (*line).to_owned(),
                    is_error: line.contains('!'),
                };
                (*ms, told)
            })
            .collect();
        gathered(told.iter().map(|(ms, told)| (*ms, told)), 10_000.0)
            .into_iter()
            .map(|cue| (cue.start_ms, cue.end_ms, cue.text.replace('\n', " ")))
            .collect()
    }

    #[test]
    fn errors_stand_until_they_can_be_read() {
        for (lines, expected) in [
            (
                &[(0.0, "a!"), (400.0, "b"), (800.0, "c"), (1200.0, "d")][..],
                &[
                    (0.0, 400.0, "a!"),
                    (400.0, 800.0, "a! b"),
                    (800.0, 1200.0, "a! c"),
                    (1200.0, 3700.0, "d"),
                ][..],
            ),
            // One that has been read is not told again.
            (
                &[(0.0, "a!"), (1000.0, "b")],
                &[(0.0, 1000.0, "a!"), (1000.0, 3500.0, "b")],
            ),
            (
                &[(0.0, "a"), (400.0, "b")],
                &[(0.0, 400.0, "a"), (400.0, 2900.0, "b")],
            ),
            // More errors than lines.
            (
                &[
                    (0.0, "a!"),
                    (100.0, "b!"),
                    (200.0, "c!"),
                    (290.0, "d!"),
                    (300.0, "e"),
                ],
                &[(0.0, 300.0, "a! b! c!"), (300.0, 2800.0, "a! b! c!")],
            ),
        ] {
            let expected: Vec<_> = expected
                .iter()
                .map(|(start, end, text)| (*start, *end, (*text).to_owned()))
                .collect();
            assert_eq!(cues(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_full_cue_leaves_out_no_error() {
        let all = [
            (0.0, "a"),
            (50.0, "b"),
            (100.0, "c"),
            (150.0, "d!"),
            (200.0, "e"),
            (250.0, "f!"),
        ];
        assert_eq!(cues(&all), [(0.0, 2500.0, "a d! f!".to_owned())]);
        let twice = [(0.0, "a!"), (400.0, "a!"), (10_000.0, "z")];
        assert_eq!(
            cues(&twice),
            [
                (0.0, 400.0, "a!".to_owned()),
                (400.0, 2900.0, "a!".to_owned()),
                (9500.0, 10_000.0, "z".to_owned())
            ]
        );
    }
}
