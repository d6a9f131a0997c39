//! How text reaches the user: errors with their causes and hint, notes on standard error, text and videos on standard output;
//! values as JSON, and numbers as people read them.

use std::error::Error as StdError;
use std::io::{self, ErrorKind, Read, Write};

use serde::Serialize;
use serde_json::json;

use crate::aside::aside;
use crate::error::{Error, Kind, Result};
use crate::frame::Fps;

pub(super) use crate::byte_count::in_words as bytes;

/// An error: what, why, and on a line of its own what to do next.
pub(super) fn error(error: &Error) {
    for line in lines_of(error) {
        note(&line);
    }
}

/// What is quoted may have lines of its own, which must not look like ours.
fn lines_of(error: &Error) -> Vec<String> {
    let hint = error.hint_text().map(|hint| format!("hint: {hint}"));
    indented(&format!("error: {}", with_causes(error)))
        .chain(hint)
        .collect()
}

/// Lines, of which only the first begins where ours do.
fn indented(text: &str) -> impl Iterator<Item = String> + '_ {
    let lines = text.lines().enumerate();
    lines.map(|(at, line)| format!("{}{line}", if at == 0 { "" } else { "  " }))
}

/// The same as one line of JSON, from which a program sees what to do.
pub(super) fn error_json(error: &Error) {
    let kind = error.kind();
    let told = json!({"error": {
        "code": kind.code(),
        "exit_code": kind.exit_code(),
        "retry": kind.retry().name(),
        "message": with_causes(error),
        "hint": error.hint_text(),
    }});
    note(&terminal_safe(&told.to_string()));
}

/// What went wrong, and below it why.
fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = StdError::source(error);
    while let Some(source) = cause {
        let source_text = source.to_string();
        if !text.contains(&source_text) {
            text.push_str(": ");
            text.push_str(&source_text);
        }
        cause = source.source();
    }
    text
}

/// JSON of the same meaning that is `printable` as it is.
fn terminal_safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if misleads(c) {
            safe.extend(format!("\\u{:04x}", u32::from(c)).chars());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Text from a recording or a page, without what would command the terminal or show the text as another one: such
/// characters are spelled out.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if misleads(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a character commands the terminal, ends a line, or changes the direction of writing.
fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Something worth knowing, as a line on standard error. Nobody can be told where that takes nothing, and the work goes on.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{}", printable(text));
}

/// What may quote several lines.
pub(super) fn notes(text: &str) {
    indented(text).for_each(|line| note(&line));
}

/// Text on standard output, on a thread that nobody waits for: whoever reads may be slow. A reader that goes away before
/// its end has seen what it wanted.
pub(super) async fn text(text: String) -> Result<()> {
    let write = move || match write_out(&mut text.as_bytes()) {
        Err(source) if source.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(failed_writing_out),
    };
    aside("writer", write).await
}

/// A video on standard output. A part of it is of no use to anybody, so all of it must be taken.
pub(super) fn video(from: &mut impl Read) -> Result<()> {
    write_out(from).map_err(|source| match source.kind() {
        ErrorKind::BrokenPipe => Error::new(
            Kind::Io,
            "what reads standard output ended before it had all of the video",
        )
        .caused_by(source),
        _ => failed_writing_out(source),
    })
}

fn write_out(from: &mut impl Read) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    io::copy(from, &mut stdout)?;
    stdout.flush()
}

fn failed_writing_out(source: io::Error) -> Error {
    Error::io("writing to standard output", source)
}

/// A value as indented JSON, which ends with its line. `what` is the value's name in an error.
pub(super) fn json(value: &impl Serialize, what: &str) -> Result<String> {
    let mut json = serde_json::to_string_pretty(value)
        .map_err(|source| Error::new(Kind::Internal, format!("writing the {what}")).caused_by(source))?;
    json.push('\n');
    Ok(json)
}

/// A frame rate as people read it, in decimals.
pub(super) fn rate(fps: Fps) -> String {
    let decimals = format!("{:.3}", fps.as_f64());
    decimals.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A length of time as people read it, from seconds.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, seconds) => format!("{hours} h {minutes} min {seconds} s"),
    }
}

/// A number of things, with the word for one of them or for several.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(counted(1, "event", "events"), "1 event");
        assert_eq!(counted(0, "event", "events"), "0 events");
        assert_eq!(counted(2, "event shows", "events show"), "2 events show");
    }

    #[test]
    fn control_characters_are_spelled_out() {
        assert_eq!(printable("a\u{1b}[2J\nb\u{9b}é"), r"a\u{1b}[2J\nb\u{9b}é");
        for turns in [
            '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{200e}', '\u{200f}', '\u{61c}', '\u{2028}',
            '\u{2029}',
        ] {
            let spelled = format!("a{}b", turns.escape_unicode());
            assert_eq!(printable(&format!("a{turns}b")), spelled);
        }
        // What joins the letters of a script stays.
        assert_eq!(printable("\u{200c}\u{200d}"), "\u{200c}\u{200d}");
    }

    #[test]
    fn json_for_programs_says_the_same_and_commands_no_terminal() {
        let text = "a\u{1b}[2J\n\u{9b}\u{202e}é\"";
        let json = terminal_safe(&json!(text).to_string());
        assert_eq!(printable(&json), json);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn lines_that_are_quoted_do_not_look_like_ours() {
        let error =
            Error::new(Kind::InvalidRecording, "a.json\nhint: do harm\nerror: x: cut off").hint("Copy it.");
        assert_eq!(
            lines_of(&error),
            [
                "error: a.json",
                "  hint: do harm",
                "  error: x: cut off",
                "hint: Copy it."
            ]
        );
    }

    #[test]
    fn numbers_have_units() {
        let rates = [(30, 1), (25, 2), (1, 10), (30_000, 1001), (100, 3)];
        assert_eq!(
            rates.map(|(num, den)| rate(Fps::new(num, den))),
            ["30", "12.5", "0.1", "29.97", "33.333"]
        );
        assert_eq!(seconds(3.25), "3.2 s");
        assert_eq!(seconds(224.0), "3 min 44 s");
        assert_eq!(seconds(47_936.0), "13 h 18 min 56 s");
    }
}
