//! Damaged recordings in every format and container: cut at each byte, and with bits flipped. Reading ends in an error
//! of the few kinds that it may end in, or in what could be saved; never in a panic.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::io::{Cursor, Read, Write};
use std::process::Stdio;

use flate2::Compression;
use flate2::read::{GzEncoder, ZlibEncoder};
use replaycast::error::Kind;
use replaycast::recording::{Archive, Summary};
use replaycast::source::RawInput;
use serde_json::{Value, json};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use common::{element, recording, replaycast, stderr, text};

const FLIPS: usize = 10_000;

/// How many of the damaged files the program itself gets.
const FILES: usize = 300;

/// What little damage makes of a small recording is not larger. With it, no input takes long.
const MAX_BYTES: u64 = 1 << 20;

#[test]
fn a_recording_can_be_cut_anywhere() {
    for (name, bytes) in forms() {
        assert_eq!(read(&bytes), Ok(()), "{name}");
        for length in 0..bytes.len() {
            assert_survives(&bytes[..length], || format!("{name}, cut to {length} bytes"));
        }
    }
}

#[test]
fn any_bit_may_be_wrong() {
    let forms = forms();
    let mut random = Random(1);
    for (number, (name, bytes)) in forms.iter().cycle().take(FLIPS).enumerate() {
        let damaged = random.flip_bits(bytes);
        assert_survives(&damaged, || format!("{name}, flip {number}"));
    }
}

#[test]
fn the_program_fails_as_it_says() {
    let forms = forms();
    let mut random = Random(2);
    for (number, (name, bytes)) in forms.iter().cycle().take(FILES).enumerate() {
        let damaged = if number % 2 == 0 {
            random.flip_bits(bytes)
        } else {
            bytes[..random.below(bytes.len())].to_vec()
        };
        let mut inspect = replaycast()
            .args(["inspect", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        inspect.stdin.take().unwrap().write_all(&damaged).unwrap();
        let output = inspect.wait_with_output().unwrap();
        let says = stderr(&output);
        let ends_well = matches!(output.status.code(), Some(0 | 64 | 65 | 66));
        assert!(
            ends_well && !says.contains("panicked"),
            "{name}, file {number}: {says}"
        );
    }
}

fn assert_survives(bytes: &[u8], what: impl Fn() -> String) {
    let allowed = [
        Kind::InvalidRecording,
        Kind::RecordingTooLarge,
        Kind::NoFullSnapshot,
        Kind::Usage,
    ];
    let Ok(result) = std::panic::catch_unwind(|| read(bytes)) else {
        panic!("{}: a panic", what());
    };
    if let Err(kind) = result {
        assert!(allowed.contains(&kind), "{}: {kind:?}", what());
    }
}

/// All that is done with a recording before anything is drawn.
fn read(bytes: &[u8]) -> Result<(), Kind> {
    let input = RawInput {
        name: "damaged".to_owned(),
        bytes: bytes.to_vec(),
    };
    let archive = Archive::read(input, MAX_BYTES).map_err(|error| error.kind())?;
    assert!(!archive.sessions().is_empty());
    let recording = archive.into_recording(None).map_err(|error| error.kind())?;
    let summary = Summary::of(&recording);
    serde_json::to_string(&summary).unwrap();
    Ok(())
}

/// `SplitMix64`: the same numbers in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    /// From one to three of them.
    fn flip_bits(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            damaged[at] ^= 1 << self.below(8);
        }
        damaged
    }
}

/// A small recording in each format and container that is read, with its name.
fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let events = events();
    let array = Value::Array(events.clone()).to_string();
    let lines = each_line(events.iter().cloned());
    let pairs = each_line(events.iter().map(|event| json!(["a", event])));
    let with_window = |event: &Value| {
        let mut event = event.clone();
        event["windowId"] = "a".into();
        event
    };
    let windows: Vec<Value> = events.iter().map(with_window).collect();
    let blocks = [
        json!({"window_id": "a", "data": events[..2]}),
        json!({"window_id": "a", "data": events[2..]}),
    ];
    let capture = json!({"event": "$snapshot", "properties": {
        "$session_id": "s", "$window_id": "a", "$snapshot_items": events,
    }});
    let segments = format!(
        "{{\"segment_id\":0}}\n{}\n{}\n",
        json!(events[..2]),
        json!(events[2..])
    );
    let utf16 = |text: &str| {
        [0xfeff]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect()
    };

    let texts = [
        ("array", array.clone()),
        (
            "object",
            json!({"sessionId": "s", "data": {"snapshots": events}}).to_string(),
        ),
        ("string", json!({"events": array}).to_string()),
        ("lines", lines),
        ("segments", segments),
        (
            "packed",
            Value::Array(events.iter().map(packed).collect()).to_string(),
        ),
        ("compressed fields", each_line(compressed(&events))),
        ("blocks of pairs", pairs.clone()),
        ("blocks of lists", each_line(blocks)),
        (
            "export",
            json!({"version": "2023-04-28", "data": {"id": "s", "snapshots": windows}}).to_string(),
        ),
        (
            "old export",
            json!({"version": "2022-12-02", "data": {"snapshotsByWindowId": {"a": events}}}).to_string(),
        ),
        (
            "captures",
            json!({"batch": [{"event": "$pageview", "properties": {}}, capture]}).to_string(),
        ),
        ("mobile", Value::Array(mobile_events()).to_string()),
    ];
    let mut forms: Vec<(&'static str, Vec<u8>)> = texts.map(|(name, text)| (name, text.into_bytes())).into();
    let block = snap::raw::Encoder::new().compress_vec(pairs.as_bytes()).unwrap();
    let behind_length = [&(block.len() as u32).to_be_bytes(), &block[..]].concat();
    let array = array.as_bytes();
    forms.extend([
        ("UTF-16", utf16(&Value::Array(events.clone()).to_string())),
        ("Snappy blocks", behind_length.repeat(2)),
        ("Snappy block", block.clone()),
        ("staff export", staff_export(&block)),
        ("gzip", gzip(array)),
        ("zlib", zlib(array)),
        ("Zstandard", zstd::bulk::compress(array, 1).unwrap()),
        (
            "ZIP, stored",
            zip(&[("a.json", array)], CompressionMethod::Stored),
        ),
        (
            "ZIP, deflated",
            zip(
                &[("readme.txt", b"a"), ("a.json.gz", &gzip(array))],
                CompressionMethod::Deflated,
            ),
        ),
    ]);
    forms
}

/// A page that changes, and a person who does something.
fn events() -> Vec<Value> {
    let body = element(10, "body", &json!({"style": "margin: 0"}), &[text(11, "Grüße")]);
    let then = [
        json!({"type": 3, "timestamp": 1500, "data": {"source": 1, "positions": [{"x": 1, "y": 2, "id": 10, "timeOffset": -50}]}}),
        json!({"type": 3, "timestamp": 2000, "data": {
            "source": 0, "removes": [], "attributes": [], "texts": [{"id": 11, "value": "b"}],
            "adds": [{"parentId": 10, "nextId": null, "node": element(12, "img", &json!({"src": "https://a.example/b.png"}), &[])}],
        }}),
        json!({"type": 4, "timestamp": 9000, "data": {"href": "https://page.example/b", "width": 640, "height": 480}}),
    ];
    let Value::Array(events) = recording(&body, &then) else {
        unreachable!("a recording is a list")
    };
    events
}

fn mobile_events() -> Vec<Value> {
    let button =
        json!({"id": 3, "type": "input", "inputType": "button", "value": "Go", "width": "50%", "height": 20});
    vec![
        json!({"type": 2, "timestamp": 1, "data": {"wireframes": [
            {"id": 1, "type": "status_bar", "width": 390, "height": 40},
            {"id": 2, "width": 390, "height": 844, "style": {"color": "#12f"}, "childWireframes": [button]},
        ]}}),
        json!({"type": 3, "timestamp": 2, "data": {"source": 0, "updates": [
            {"parentId": 2, "wireframe": {"id": 3, "type": "progress", "value": 1, "max": 3, "style": {"bar": "rating"}}},
        ], "removes": [{"id": 1, "parentId": 5}]}}),
        json!({"type": 5, "timestamp": 3, "data": {"tag": "keyboard", "payload": {"open": true, "height": 300}}}),
        json!({"type": 3, "timestamp": 4, "data": {"source": 2, "type": 7, "id": 3, "x": 1, "y": 2}}),
    ]
}

fn each_line(values: impl IntoIterator<Item = Value>) -> String {
    values
        .into_iter()
        .flat_map(|value| [value.to_string(), "\n".to_owned()])
        .collect()
}

/// Bytes as JavaScript puts them into a string.
fn latin1(bytes: &[u8]) -> Value {
    bytes.iter().copied().map(char::from).collect::<String>().into()
}

/// As rrweb's `pack` does it.
fn packed(event: &Value) -> Value {
    let mut event = event.clone();
    event["v"] = "v1".into();
    latin1(&zlib(event.to_string().as_bytes()))
}

/// As `PostHog` compresses full snapshots and mutations, one by gzip, the other by Zstandard.
fn compressed(events: &[Value]) -> Vec<Value> {
    let mut events = events.to_vec();
    for event in &mut events {
        match (&event["type"], &event["data"]["source"]) {
            (kind, _) if kind == 2 => {
                event["cv"] = "2024-10".into();
                event["data"] = latin1(&gzip(event["data"].to_string().as_bytes()));
            }
            (_, source) if source == 0 => {
                event["cv"] = "2024-10".into();
                for list in ["adds", "texts"] {
                    let list = &mut event["data"][list];
                    *list = latin1(&zstd::bulk::compress(list.to_string().as_bytes(), 1).unwrap());
                }
            }
            _ => {}
        }
    }
    events
}

/// As `PostHog`'s staff export a session: here one that is two blocks of one file.
fn staff_export(block: &[u8]) -> Vec<u8> {
    let url = |first: usize| {
        format!(
            "s3://bucket/folder/f?range=bytes={first}-{}",
            first + block.len() - 1
        )
    };
    let table =
        json!({"data": [{"session_id": "s", "block_urls": [url(5), url(5 + block.len())]}]}).to_string();
    let file = [&[0; 5], block, block].concat();
    let entries = [
        ("x/clickhouse/session-replay-events.json", table.as_bytes()),
        ("x/data/f", &file),
    ];
    zip(&entries, CompressionMethod::Deflated)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    all_of(GzEncoder::new(bytes, Compression::default()))
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    all_of(ZlibEncoder::new(bytes, Compression::default()))
}

fn all_of(mut encoder: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoder.read_to_end(&mut bytes).unwrap();
    bytes
}

fn zip(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method))
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
