//! `PostHog`'s export file: `{"version":"2023-04-28","data":{"snapshots":[event with windowId, …]}}`.
//! The events in it have been processed already; doing it again changes nothing.

use bytestring::ByteString;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Collector, Format, unsupported};
use crate::error::{Error, Kind, Result};

const VERSION: &str = "2023-04-28";

#[derive(Deserialize)]
struct Export<'a> {
    version: String,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    snapshots: Vec<&'a RawValue>,
}

/// An object with a version that is a date.
pub(super) fn is_one(object: &str) -> bool {
    let date = |version: &str| version.len() == VERSION.len() && version.starts_with("20");
    serde_json::from_str(object).is_ok_and(|export: Export<'_>| date(&export.version))
}

pub(super) fn read(object: &ByteString, collector: &mut Collector<'_>) -> Result<Format> {
    let broken =
        |cause| Error::new(Kind::InvalidRecording, "a PostHog export without snapshots").caused_by(cause);
    let export: Export<'_> = serde_json::from_str(object).map_err(broken)?;
    if export.version != VERSION {
        return Err(unsupported::export_version(&export.version));
    }
    let data: Data<'_> = serde_json::from_str(export.data.get()).map_err(broken)?;
    for snapshot in data.snapshots {
        collector.event(None, object.slice_ref(snapshot.get()))?;
    }
    Ok(Format::PosthogExport)
}
