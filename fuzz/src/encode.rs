//! The wrappings that recordings come in, as their tools write them. `damage` breaks them afterwards.

use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::read::{GzEncoder, ZlibEncoder};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// Text as a JSON string.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text is JSON")
}

/// Bytes as JavaScript puts them into a JSON string: one character for each.
pub fn latin1(bytes: &[u8]) -> String {
    quoted(&bytes.iter().copied().map(char::from).collect::<String>())
}

/// At one of the levels from 0 to 9.
pub fn gzip(bytes: &[u8], level: u8) -> Vec<u8> {
    all_of(GzEncoder::new(bytes, Compression::new(u32::from(level % 10))))
}

/// At one of the levels from 0 to 9.
pub fn zlib(bytes: &[u8], level: u8) -> Vec<u8> {
    all_of(ZlibEncoder::new(bytes, Compression::new(u32::from(level % 10))))
}

fn all_of(mut encoder: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoder.read_to_end(&mut bytes).expect("memory can be read");
    bytes
}

/// What some recorders send: lines, and something compressed behind them.
pub fn envelope(bytes: &[u8]) -> Vec<u8> {
    [b"{\"event_id\":\"a\"}\n{\"segment_id\":0}\n", &*zlib(bytes, 6)].concat()
}

/// A part of a form, as browsers send files.
pub fn form(bytes: &[u8]) -> Vec<u8> {
    let start = b"--boundary\r\nContent-Disposition: form-data; name=\"segment\"\r\n\r\n";
    [start, bytes, b"\r\n--boundary--\r\n"].concat()
}

/// What developer tools save of a body that was sent.
pub fn har(bytes: &[u8]) -> Vec<u8> {
    let url = quoted("https://recorder.example/");
    let text = latin1(bytes);
    format!(r#"{{"log":{{"entries":[{{"request":{{"url":{url},"postData":{{"text":{text}}}}}}}]}}}}"#)
        .into_bytes()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 1).expect("memory can be compressed")
}

/// A block without frames.
pub fn snappy(bytes: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new()
        .compress_vec(bytes)
        .expect("a small block can be compressed")
}

pub fn stored_zip<N: AsRef<str>, B: AsRef<[u8]>>(entries: &[(N, B)]) -> Vec<u8> {
    zip(entries, CompressionMethod::Stored)
}

pub fn deflated_zip<N: AsRef<str>, B: AsRef<[u8]>>(entries: &[(N, B)]) -> Vec<u8> {
    zip(entries, CompressionMethod::Deflated)
}

/// Of several entries with the same name the first is written.
fn zip<N: AsRef<str>, B: AsRef<[u8]>>(entries: &[(N, B)], method: CompressionMethod) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(method);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        if zip.start_file(name.as_ref(), options).is_ok() {
            zip.write_all(bytes.as_ref()).expect("memory can be written");
        }
    }
    zip.finish().expect("memory can be written").into_inner()
}
