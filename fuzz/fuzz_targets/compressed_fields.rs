//! Events with fields that PostHog compressed, by gzip and by Zstandard, whole or in part.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast_fuzz::{Changes, Damage, Event, Json, Many, Snapshot, Time, gzip, latin1, read, zstd};

#[derive(Debug, Arbitrary)]
enum Entry {
    Snapshot {
        time: Time,
        mark: Mark,
        data: Field<Snapshot>,
    },
    Change {
        time: Time,
        mark: Mark,
        is_rule: bool,
        fields: Box<[Field<Changes>; 4]>,
    },
    Plain(Event),
}

#[derive(Debug, Arbitrary)]
enum Mark {
    Known,
    Other(Json),
    None,
}

#[derive(Debug, Arbitrary)]
struct Field<T> {
    content: Content<T>,
    wrapping: Wrapping,
}

#[derive(Debug, Arbitrary)]
enum Content<T> {
    Right(T),
    Any(Json),
    Bytes(Vec<u8>),
}

#[derive(Debug, Arbitrary)]
enum Wrapping {
    Gzip(u8, Damage),
    Zstd(Damage),
    /// Several frames, of which only the first counts.
    ZstdTwice,
    Nothing,
    OneCharacterEach,
    Empty,
    Missing,
}

impl<T: AsRef<str>> Field<T> {
    fn json(self) -> Option<String> {
        let content = match self.content {
            Content::Right(json) => json.as_ref().as_bytes().to_vec(),
            Content::Any(Json(json)) => json.into_bytes(),
            Content::Bytes(bytes) => bytes,
        };
        let mut bytes = match self.wrapping {
            Wrapping::Gzip(level, _) => gzip(&content, level),
            Wrapping::Zstd(_) => zstd(&content),
            Wrapping::ZstdTwice => zstd(&content).repeat(2),
            Wrapping::OneCharacterEach => content,
            Wrapping::Nothing => return Some(String::from_utf8_lossy(&content).into_owned()),
            Wrapping::Empty => return Some("\"\"".to_owned()),
            Wrapping::Missing => return None,
        };
        if let Wrapping::Gzip(_, damage) | Wrapping::Zstd(damage) = self.wrapping {
            damage.apply(&mut bytes);
        }
        Some(latin1(&bytes))
    }
}

impl Mark {
    fn json(self) -> String {
        match self {
            Self::Known => "\"cv\":\"2024-10\",".to_owned(),
            Self::Other(Json(version)) => format!("\"cv\":{version},"),
            Self::None => String::new(),
        }
    }
}

impl Entry {
    fn json(self) -> String {
        match self {
            Self::Snapshot {
                time: Time(time),
                mark,
                data,
            } => {
                let data = data.json().unwrap_or_else(|| "null".to_owned());
                format!(
                    "{{{}\"type\":2,\"timestamp\":{time},\"data\":{data}}}",
                    mark.json()
                )
            }
            Self::Change {
                time: Time(time),
                mark,
                is_rule,
                fields,
            } => {
                let fields: String = ["adds", "removes", "texts", "attributes"]
                    .into_iter()
                    .zip(*fields)
                    .filter_map(|(name, field)| Some(format!(",\"{name}\":{}", field.json()?)))
                    .collect();
                let (mark, source) = (mark.json(), if is_rule { 8 } else { 0 });
                format!("{{{mark}\"type\":3,\"timestamp\":{time},\"data\":{{\"source\":{source}{fields}}}}}")
            }
            Self::Plain(Event(event)) => event,
        }
    }
}

fuzz_target!(|entries: Many<Entry>| {
    let lines: Vec<String> = entries
        .into_iter()
        .map(|entry| format!("[\"w\",{}]", entry.json()))
        .collect();
    read(lines.join("\n").as_bytes());
});
