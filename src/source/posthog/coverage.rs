//! Which blocks a reply holds. `PostHog` leaves out a block that it cannot read and says nothing, and a reply of many
//! blocks is one text: only the events' times tell. Pure; `session` asks again for what seems to be left out.

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::listing::Block;

/// How far a time in the listing may be from that of the event, in milliseconds: it may be rounded.
const TOLERANCE_MS: f64 = 2.0;

/// How far the listing's times can be trusted to be those of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Trust {
    /// A block begins and ends with an event.
    Edges,
    /// A block has an event in its range.
    Range,
    /// The times say nothing, as when a wrong clock was put right on the server.
    Nothing,
}

impl Trust {
    /// After a block seemed to be left out and was not.
    pub(super) const fn weaker(self) -> Self {
        match self {
            Self::Edges => Self::Range,
            Self::Range | Self::Nothing => Self::Nothing,
        }
    }
}

/// The times of the events in a reply.
#[derive(Debug)]
pub(super) struct EventTimes {
    /// Sorted, in milliseconds since 1970.
    times_ms: Vec<f64>,
    /// The last line is not whole.
    pub(super) cut_off: bool,
}

#[derive(Deserialize)]
struct Stamp {
    timestamp: f64,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    timestamp: Option<f64>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

impl EventTimes {
    /// Reads lines in any of `PostHog`'s three forms; what is none of them has no times.
    pub(super) fn read(text: &[u8]) -> Self {
        let mut times_ms = Vec::new();
        let mut cut_off = false;
        let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        for line in lines.filter(|line| !line.is_empty()) {
            cut_off = serde_json::from_slice::<IgnoredAny>(line).is_err();
            match line[0] {
                b'[' => {
                    let event = serde_json::from_slice::<(IgnoredAny, Stamp)>(line);
                    times_ms.extend(event.map(|(_, event)| event.timestamp));
                }
                b'{' => {
                    let Ok(Envelope { timestamp, data }) = serde_json::from_slice(line) else {
                        continue;
                    };
                    times_ms.extend(timestamp);
                    if let (None, Some(data)) = (timestamp, data) {
                        let events: Vec<Stamp> = serde_json::from_str(data.get()).unwrap_or_default();
                        times_ms.extend(events.iter().map(|event| event.timestamp));
                    }
                }
                _ => {}
            }
        }
        times_ms.sort_by(f64::total_cmp);
        Self { times_ms, cut_off }
    }

    fn any_within(&self, from_ms: f64, to_ms: f64) -> bool {
        let first = self
            .times_ms
            .partition_point(|time| *time < from_ms - TOLERANCE_MS);
        self.times_ms
            .get(first)
            .is_some_and(|time| *time <= to_ms + TOLERANCE_MS)
    }

    /// Whether the times leave it possible that this block is in the reply. A block without times always may be.
    pub(super) fn may_hold(&self, block: &Block, trust: Trust) -> bool {
        let ms = |time: Timestamp| time.as_microsecond() as f64 / 1000.0;
        let (Some(start), Some(end)) = (block.start.map(ms), block.end.map(ms)) else {
            return true;
        };
        match trust {
            Trust::Edges => self.any_within(start, start) && self.any_within(end, end),
            Trust::Range => self.any_within(start, end),
            Trust::Nothing => true,
        }
    }
}

/// Whether the text of one block is a part of a reply: its first line and its last.
pub(super) fn contains(reply: &[u8], block: &[u8]) -> bool {
    let mut lines = block
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty());
    let first = lines.next();
    let last = lines.next_back().or(first);
    [first, last]
        .into_iter()
        .all(|line| line.is_some_and(|line| memchr::memmem::find(reply, line).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(start_ms: i64, end_ms: i64) -> Block {
        let time = |ms| Timestamp::from_millisecond(ms).ok();
        Block {
            key: 0,
            start: time(start_ms),
            end: time(end_ms),
        }
    }

    const REPLY: &[u8] = br#"["w",{"type":4,"timestamp":1000,"data":{}}]
{"window_id":"w","data":[{"type":3,"timestamp":1500.4,"data":{}},{"type":3,"timestamp":2000,"data":{}}]}

{"type":3,"timestamp":9000,"data":{"timestamp":1}}
"#;

    #[test]
    fn every_form_of_a_line_has_times() {
        let times = EventTimes::read(REPLY);
        assert_eq!(times.times_ms, [1000.0, 1500.4, 2000.0, 9000.0]);
        assert!(!times.cut_off);
        assert!(EventTimes::read(&REPLY[..REPLY.len() - 4]).cut_off);
        assert!(EventTimes::read(b"").times_ms.is_empty());
    }

    #[test]
    fn an_omitted_block_shows_by_its_times() {
        let times = EventTimes::read(REPLY);
        for (start, end, edges, range) in [
            (1000, 2000, true, true),
            (1001, 1999, true, true),
            (1000, 3000, false, true),
            // Within another block's range, and left out.
            (1600, 1700, false, false),
            (3000, 4000, false, false),
        ] {
            let block = block(start, end);
            assert_eq!(times.may_hold(&block, Trust::Edges), edges, "{start} to {end}");
            assert_eq!(times.may_hold(&block, Trust::Range), range, "{start} to {end}");
            assert!(times.may_hold(&block, Trust::Nothing));
        }
        assert!(times.may_hold(
            &Block {
                key: 0,
                start: None,
                end: None
            },
            Trust::Edges
        ));
    }

    #[test]
    fn a_block_is_found_in_a_reply_by_its_lines() {
        assert!(contains(b"a\nb\nc\n", b"b\nc"));
        assert!(!contains(b"a\nb\n", b"b\nc"));
        assert!(!contains(b"a\nb\n", b"\n"));
    }
}
