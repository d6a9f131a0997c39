//! Events as rrweb packs them: zlib in strings of one character for each byte, and JSON in strings.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use replaycast_fuzz::{Damage, Event, Json, Many, latin1, quoted, read, zlib};

#[derive(Debug, Arbitrary)]
enum Entry {
    Packed {
        event: Event,
        version: Version,
        level: u8,
        damage: Damage,
    },
    Zlib {
        content: Vec<u8>,
        times: u16,
        level: u8,
    },
    Bytes(Vec<u8>),
    Quoted(Event),
    Plain(Event),
    Any(Json),
}

#[derive(Debug, Arbitrary)]
enum Version {
    V1,
    Other(Json),
    None,
}

#[derive(Debug, Arbitrary)]
enum Frame {
    List,
    Lines,
    Member,
    Pairs,
}

/// Of one entry; a few of these are more than may be read.
const MOST_BYTES: usize = 1 << 20;

impl Entry {
    fn json(self) -> String {
        match self {
            Self::Packed {
                event: Event(event),
                version,
                level,
                damage,
            } => {
                let mark = match version {
                    Version::V1 => "{\"v\":\"v1\",".to_owned(),
                    Version::Other(Json(version)) => format!("{{\"v\":{version},"),
                    Version::None => "{".to_owned(),
                };
                let mut bytes = zlib(event.replacen('{', &mark, 1).as_bytes(), level);
                damage.apply(&mut bytes);
                latin1(&bytes)
            }
            Self::Zlib {
                content,
                times,
                level,
            } => latin1(&zlib(
                &content.repeat(usize::from(times) % (MOST_BYTES / content.len().max(1))),
                level,
            )),
            Self::Bytes(bytes) => latin1(&bytes),
            Self::Quoted(Event(event)) => quoted(&event),
            Self::Plain(Event(event)) => event,
            Self::Any(Json(json)) => json,
        }
    }
}

fuzz_target!(|input: (Frame, Many<Entry>)| {
    let (frame, entries) = input;
    let entries: Vec<String> = entries.into_iter().map(Entry::json).collect();
    let text = match frame {
        Frame::List => format!("[{}]", entries.join(",")),
        Frame::Lines => entries.join("\n"),
        Frame::Member => format!("{{\"events\":[{}]}}", entries.join(",")),
        Frame::Pairs => entries.iter().map(|entry| format!("[\"w\",{entry}]\n")).collect(),
    };
    read(text.as_bytes());
});
