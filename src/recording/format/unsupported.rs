//! What is recognised but cannot be read yet, each named, with what can be done about it.
//! A format that gets its own reader leaves this file.

use crate::error::{Error, Kind, Result};
use crate::recording::problem::{ProblemKind, Problems};

fn recognised(what: impl Into<String>, way_out: &str) -> Error {
    let message = format!("{}, which this version cannot read yet", what.into());
    Error::new(Kind::InvalidRecording, message).hint(way_out)
}

const ACCEPTED: &str = "A recording is JSON with rrweb events: a list, an object with one in it, or one event a line; also \
                        compressed, or an export from PostHog.";

const TABLE_AS_JSON: &str = "Export the table as JSON, one row a line.";

fn no_recording(what: &str) -> Error {
    Error::new(Kind::InvalidRecording, format!("{what}, not a recording")).hint(ACCEPTED)
}

/// Tells by their first bytes what is no text at all.
pub(super) fn refuse_binary(bytes: &[u8]) -> Result<()> {
    Err(match bytes {
        [b'B', b'Z', b'h', ..] => recognised(
            "bzip2-compressed input",
            "Decompress it first: bunzip2 -c FILE | replaycast … -",
        ),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => recognised(
            "xz-compressed input",
            "Decompress it first: xz -dc FILE | replaycast … -",
        ),
        [b'P', b'A', b'R', b'1', ..] => recognised("a Parquet file", TABLE_AS_JSON),
        [b'O', b'b', b'j', 1, ..] => recognised("an Avro file", TABLE_AS_JSON),
        _ if bytes.get(257..262) == Some(b"ustar") => {
            recognised("a tar archive", "Unpack it first: tar -xf FILE")
        }
        [0x89, b'P', b'N', b'G', ..]
        | [0xff, 0xd8, 0xff, ..]
        | [b'G', b'I', b'F', b'8', ..]
        | [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => no_recording("a picture"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] | [0x1a, 0x45, 0xdf, 0xa3, ..] => no_recording("a video"),
        // The first field of a message, and what every SDK names itself by.
        [0x0a, ..] if memchr::memmem::find(&bytes[..bytes.len().min(4096)], b"telemetry.sdk.").is_some() => {
            recognised(
                "OpenTelemetry data in Protocol Buffers",
                "Have it sent or exported as JSON, or export the table that it is stored in, one row a line.",
            )
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Ok(()),
        _ if bytes.iter().take(64).any(|&byte| byte == 0) => {
            Error::new(Kind::InvalidRecording, "binary data, in no format we know")
                .hint("A batch file from PostHog's storage holds blocks of many sessions: cut out one, or use PostHog's export.")
        }
        _ => return Ok(()),
    })
}

/// Tells JSON in which every number is an object. `text` is of an input without an event.
pub(super) fn refuse_extended_json(text: &str) -> Result<()> {
    if text.contains("\"$numberInt\"") {
        return Err(recognised(
            "MongoDB's canonical JSON",
            "Export it as relaxed JSON: mongoexport --jsonFormat relaxed.",
        ));
    }
    Ok(())
}

pub(super) fn not_json(text: &str) -> Error {
    if text.trim_start().starts_with('<') {
        return Error::new(Kind::InvalidRecording, "an HTML or XML page, not a recording")
            .hint("It may be a login or an error page: look at it, and download the recording again.");
    }
    Error::new(Kind::InvalidRecording, "not JSON, and no other format we know").hint(ACCEPTED)
}

pub(super) fn export_version(version: &str) -> Error {
    recognised(
        format!("a PostHog export of version {version}"),
        "Import it into PostHog and export it again, or extract its rrweb events.",
    )
}

/// An input of which not one event could be read, and why not.
pub(super) fn no_event(problems: &Problems) -> Error {
    let damaged = |what: &str| {
        let message = format!("{what}, and not one of them can be decoded");
        Error::new(Kind::InvalidRecording, message)
            .hint("The text was changed on its way: download or export it again.")
    };
    match problems.undecodable() {
        Some(ProblemKind::UnknownPacker) => recognised(
            "rrweb-packed events of another packer version than v1",
            "Unpack them first with the unpack() of the rrweb that packed them.",
        ),
        Some(ProblemKind::DamagedPackedEvent) => damaged("rrweb-packed events"),
        Some(ProblemKind::UnknownCompression) => recognised(
            "events compressed by PostHog in another way than cv=2024-10",
            "Use PostHog's export to a file, which holds the events uncompressed.",
        ),
        Some(ProblemKind::DamagedFields) => damaged("events compressed by PostHog"),
        _ => Error::new(Kind::InvalidRecording, "no rrweb event in it").hint(ACCEPTED),
    }
}
