//! The fields by which the readers beside this file know a JSON object. All others are passed over where they stand:
//! there may be millions.

use crate::recording::json_text;

/// Every name that a reader asks for.
const NAMES: [&str; 31] = [
    "adds",
    "attributes",
    "columns",
    "cv",
    "data",
    "event",
    "id",
    "meta",
    "properties",
    "recordingId",
    "recording_id",
    "removes",
    "replayId",
    "replay_id",
    "results",
    "rows",
    "sessionId",
    "session_id",
    "session_secure_id",
    "snapshots",
    "snapshotsByWindowId",
    "source",
    "texts",
    "v",
    "version",
    "windowId",
    "window_id",
    "$session_id",
    "$snapshot_data",
    "$snapshot_items",
    "$window_id",
];

/// Values as JSON text.
pub(super) struct Fields<'a>([Option<&'a str>; NAMES.len()]);

impl<'a> Fields<'a> {
    /// Nothing for what is no object. The text must be JSON.
    pub(super) fn of(object: &'a str) -> Option<Self> {
        if !object.starts_with('{') {
            return None;
        }
        let mut fields = [None; NAMES.len()];
        for (name, value) in json_text::members(object) {
            if let Some(at) = place(&name) {
                // The last of a name counts, as in JavaScript.
                fields[at] = Some(value);
            }
        }
        Some(Self(fields))
    }

    /// The value of a field, one of [`NAMES`].
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let at = place(name);
        debug_assert!(at.is_some(), "{name} is not collected");
        self.0[at?]
    }
}

fn place(name: &str) -> Option<usize> {
    NAMES.iter().position(|known| *known == name)
}
