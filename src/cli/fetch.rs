//! `replaycast fetch`: a recording from `PostHog` or from the web, kept as received, and beside it where it comes from.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::args::FetchArgs;
use super::destinations::{self, Place};
use super::print;
use super::reading::{Reading, describe_missing};
use super::staged::Staged;
use super::telling::Telling;
use crate::aside::aside;
use crate::error::{Error, Kind, Result};
use crate::source::{Input, MissingBlock, Provenance, RawInput, Retrieved};

const SIDECAR: &str = ".meta.json";
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What stands beside the recording. Neither key nor query strings are in it.
#[derive(Debug, Serialize)]
struct Sidecar<'a> {
    replaycast: &'static str,
    fetched: Timestamp,
    /// As received, before any compression of ours.
    bytes: usize,
    blake3: String,
    #[serde(flatten)]
    provenance: &'a Provenance,
}

impl<'a> Sidecar<'a> {
    fn of(raw: &RawInput, provenance: &'a Provenance) -> Self {
        Self {
            replaycast: env!("CARGO_PKG_VERSION"),
            fetched: Timestamp::now(),
            bytes: raw.bytes.len(),
            blake3: blake3::hash(&raw.bytes).to_hex().to_string(),
            provenance,
        }
    }
}

pub(super) async fn run(args: &FetchArgs) -> Result<()> {
    let telling = args.telling.level();
    let mut reading = Reading::resolve(&args.input)?;
    reading.options.metadata = true;
    check(args, &reading.input)?;
    let output = Staged::file("--output", &args.output, args.force)?;
    let sidecar = Staged::file("--output", &sidecar_path(&args.output), args.force)?;

    let Retrieved { raw, provenance } = reading.retrieve(telling).await?;
    judge_missing(args.partial, telling, &raw.name, provenance.missing())?;
    let contents = Sidecar::of(&raw, &provenance);
    sidecar.write(print::json(&contents, "metadata")?)?;
    let compress = is_compressed(args) && !raw.bytes.starts_with(&ZSTD_MAGIC);
    let (name, bytes) = (raw.name, raw.bytes.len() as u64);
    let path = output.path().to_owned();
    let write = move || write(&path, &raw.bytes, compress).map_err(|source| Error::writing(&path, source));
    aside("writer", write)
        .await
        .map_err(|error| output.with_way_out(error))?;
    // A recording without its metadata is whole; metadata without its recording would say what is not so.
    output.commit()?;
    sidecar.commit()?;
    let written = args.output.display();
    telling.note(&format!("{written}: {name}, {}", print::bytes(bytes)));
    Ok(())
}

/// Refuses what cannot be fetched, and where two files cannot go.
fn check(args: &FetchArgs, input: &Input) -> Result<()> {
    if !matches!(input, Input::Web(_) | Input::Posthog(_)) {
        return Err(Error::new(Kind::Usage, "fetch wants an address").hint(
            "Give an https address, posthog://HOST/PROJECT/SESSION, or the address of a replay from the browser.",
        ));
    }
    if args.output.as_os_str() == "-" {
        return Err(Error::new(
            Kind::Usage,
            "fetch writes two files, and cannot write to standard output",
        )
        .hint("Say where the recording goes with --output FILE."));
    }
    let written = [
        Place::new("--output", &args.output),
        Place::new("--output", sidecar_path(&args.output)),
    ];
    destinations::check(&written, &destinations::read(input, &args.input, None))
}

/// Says which blocks are missing. That is a failure unless a part is enough.
fn judge_missing(partial: bool, telling: Telling, name: &str, missing: &[MissingBlock]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let described = describe_missing(missing);
    if !partial {
        return Err(
            Error::new(Kind::SourceUnavailable, format!("{name}: {described}"))
                .hint("Try again later: what has arrived is kept. Or write what there is, with --partial."),
        );
    }
    telling.note(&format!("{described}; the rest is written"));
    Ok(())
}

/// Whether the recording is to be compressed.
fn is_compressed(args: &FetchArgs) -> bool {
    args.zstd
        || args
            .output
            .extension()
            .is_some_and(|extension| extension == "zst")
}

fn sidecar_path(output: &Path) -> PathBuf {
    let mut path = OsString::from(output);
    path.push(SIDECAR);
    path.into()
}

fn write(path: &Path, bytes: &[u8], compress: bool) -> io::Result<()> {
    if !compress {
        return fs::write(path, bytes);
    }
    let mut encoder = zstd::Encoder::new(fs::File::create(path)?, zstd::DEFAULT_COMPRESSION_LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.write_all(bytes)?;
    encoder.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recording_is_written_as_it_is_or_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"text", false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"text");
        write(&path, b"text", true).unwrap();
        let compressed = fs::read(&path).unwrap();
        assert!(compressed.starts_with(&ZSTD_MAGIC));
        assert_eq!(zstd::decode_all(&compressed[..]).unwrap(), b"text");
        assert_eq!(
            sidecar_path(Path::new("a/b.jsonl")),
            Path::new("a/b.jsonl.meta.json")
        );
    }
}
