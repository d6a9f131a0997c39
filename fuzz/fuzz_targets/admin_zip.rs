//! The ZIP archive that PostHog's staff export: a table of blocks, and files of which the blocks are parts.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast_fuzz::{
    Damage, Event, Json, Many, Rare, Text, deflated_zip, quoted, read, snappy, stored_zip,
};

#[derive(Debug, Arbitrary)]
struct Input {
    is_deflated: bool,
    folder: Folder,
    rows: Many<Row>,
    files: Many<File>,
    others: Vec<(Text, Vec<u8>)>,
    table: Damage,
    archive: Damage,
}

#[derive(Debug, Arbitrary)]
enum Folder {
    None,
    Session,
    Other(Text),
}

#[derive(Debug, Arbitrary)]
struct Row {
    session: Session,
    urls: Many<Url>,
    first_timestamps: Option<Many<Json>>,
}

#[derive(Debug, Arbitrary)]
enum Session {
    Named(Text),
    None,
    Any(Rare<Json>),
}

#[derive(Debug, Arbitrary)]
struct Url {
    file: u8,
    block: u8,
    instead: Rare<Wrong>,
}

#[derive(Debug, Arbitrary)]
enum Wrong {
    Range { file: u8, first: u16, last: u16 },
    Far { file: u8, first: u64, last: u64 },
    Any(Text),
}

#[derive(Debug, Arbitrary)]
struct File {
    zeros: u16,
    blocks: Many<(Many<Event>, Damage)>,
}

/// A file's bytes, and where its blocks are.
struct Stored {
    bytes: Vec<u8>,
    blocks: Vec<(usize, usize)>,
}

impl File {
    fn store(self) -> Stored {
        let mut bytes = vec![0; usize::from(self.zeros)];
        let mut blocks = Vec::new();
        for (events, damage) in self.blocks {
            let lines: String = events
                .into_iter()
                .map(|Event(event)| format!("[\"w\",{event}]\n"))
                .collect();
            let mut block = snappy(lines.as_bytes());
            damage.apply(&mut block);
            blocks.push((bytes.len(), bytes.len() + block.len().saturating_sub(1)));
            bytes.extend(block);
        }
        Stored { bytes, blocks }
    }
}

impl Url {
    fn json(self, files: &[Stored]) -> String {
        let range = |file: u8, first: u64, last: u64| {
            quoted(&format!("s3://bucket/folder/{file}?range=bytes={first}-{last}"))
        };
        match self.instead.0 {
            None => {
                let file = self.file % (files.len().max(1) as u8);
                let blocks = files.get(usize::from(file)).map_or(&[][..], |file| &file.blocks);
                let block = blocks.get(usize::from(self.block) % blocks.len().max(1));
                let (first, last) = block.copied().unwrap_or_default();
                range(file, first as u64, last as u64)
            }
            Some(Wrong::Range { file, first, last }) => range(file, first.into(), last.into()),
            Some(Wrong::Far { file, first, last }) => range(file, first, last),
            Some(Wrong::Any(Text(text))) => quoted(&text),
        }
    }
}

impl Row {
    fn json(self, files: &[Stored]) -> String {
        let urls: Vec<String> = self.urls.into_iter().map(|url| url.json(files)).collect();
        let mut row = format!("{{\"block_urls\":[{}]", urls.join(","));
        let session = match self.session {
            Session::Named(Text(id)) => Some(quoted(&id)),
            Session::None => None,
            Session::Any(Rare(id)) => id.map(|Json(id)| id),
        };
        if let Some(id) = session {
            row += &format!(",\"session_id\":{id}");
        }
        if let Some(times) = self.first_timestamps {
            let times: Vec<String> = times.into_iter().map(|Json(time)| time).collect();
            row += &format!(",\"block_first_timestamps\":[{}]", times.join(","));
        }
        row + "}"
    }
}

fuzz_target!(|input: Input| {
    let files: Vec<Stored> = input.files.into_iter().take(16).map(File::store).collect();
    let rows: Vec<String> = input.rows.into_iter().map(|row| row.json(&files)).collect();
    let mut table = format!("{{\"data\":[{}]}}", rows.join(",")).into_bytes();
    input.table.apply(&mut table);
    let folder = match input.folder {
        Folder::None => String::new(),
        Folder::Session => "session/".to_owned(),
        Folder::Other(Text(folder)) => folder,
    };
    let mut entries = vec![(format!("{folder}clickhouse/session-replay-events.json"), table)];
    for (index, file) in files.into_iter().enumerate() {
        entries.push((format!("{folder}data/{index}"), file.bytes));
    }
    entries.extend(input.others.into_iter().map(|(Text(name), bytes)| (name, bytes)));
    let mut zip = if input.is_deflated {
        deflated_zip(&entries)
    } else {
        stored_zip(&entries)
    };
    input.archive.apply(&mut zip);
    read(&zip);
});
