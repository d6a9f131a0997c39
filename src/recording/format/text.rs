//! Bytes as text: UTF-8, or UTF-16 with its byte order mark. Damaged text stays text: a broken character in one event
//! is no reason to lose the others.

use bytestring::ByteString;

use super::Collector;
use crate::error::Result;
use crate::recording::problem::{Place, ProblemKind};

/// UTF-8 is taken as it is, without a copy; what other text becomes counts on the budget.
pub(super) fn decode(bytes: Vec<u8>, collector: &mut Collector<'_>) -> Result<ByteString> {
    let text = match &bytes[..] {
        [0xff, 0xfe, rest @ ..] => from_utf16(rest, u16::from_le_bytes, collector)?,
        [0xfe, 0xff, rest @ ..] => from_utf16(rest, u16::from_be_bytes, collector)?,
        _ => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                note(error.utf8_error().valid_up_to(), collector);
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                collector.budget.spend(text.len() as u64)?;
                text
            }
        },
    };
    Ok(text.into())
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, collector: &mut Collector<'_>) -> Result<String> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let characters = || char::decode_utf16(pairs.iter().copied().map(unit));
    let replaced = |character: Result<char, _>| character.unwrap_or(char::REPLACEMENT_CHARACTER);

    let length: usize = characters().map(|character| replaced(character).len_utf8()).sum();
    collector.budget.spend(length as u64)?;
    let mut text = String::with_capacity(length);
    let mut broken = None;
    let mut offset = 2;
    for character in characters() {
        if character.is_err() {
            broken.get_or_insert(offset);
        }
        let character = replaced(character);
        offset += 2 * character.len_utf16();
        text.push(character);
    }
    if !odd.is_empty() {
        broken.get_or_insert(offset);
    }
    if let Some(offset) = broken {
        note(offset, collector);
    }
    Ok(text)
}

fn note(offset: usize, collector: &mut Collector<'_>) {
    collector
        .problems
        .note(ProblemKind::NotUtf8, Place::Byte(offset as u64));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::recording::budget::Budget;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(bytes).collect()
    }

    #[test]
    fn both_orders_of_utf16_are_read() {
        let text = "[\"grüße, 世界, 🎬\"]";
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            let mut budget = Budget::new(text.len() as u64);
            let mut collector = Collector::new(&mut budget);
            assert_eq!(decode(utf16(text, order), &mut collector).unwrap(), text);
            assert_eq!(collector.problems.into_vec(), []);

            let mut small = Budget::new(text.len() as u64 - 1);
            let error = decode(utf16(text, order), &mut Collector::new(&mut small)).unwrap_err();
            assert_eq!(error.kind(), Kind::RecordingTooLarge);
        }
    }

    #[test]
    fn broken_characters_are_replaced_and_counted() {
        for (bytes, expected, offset) in [
            (&b"\xff\xfea\0\0\xd8b\0"[..], "a\u{fffd}b", 4),
            (b"\xff\xfea\0b", "a", 4),
            (b"a\xe9b", "a\u{fffd}b", 1),
        ] {
            let mut budget = Budget::new(100);
            let mut collector = Collector::new(&mut budget);
            assert_eq!(decode(bytes.to_vec(), &mut collector).unwrap(), expected);
            assert_eq!(collector.problems.into_vec()[0].first, Place::Byte(offset));
        }
    }

    #[test]
    fn utf8_is_not_copied() {
        let bytes = b"[1]".to_vec();
        let place = bytes.as_ptr();
        let mut budget = Budget::new(0);
        let text = decode(bytes, &mut Collector::new(&mut budget)).unwrap();
        assert_eq!(text.as_ptr(), place);
    }
}
