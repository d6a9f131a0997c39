//! Replaces pieces of a JSON text and leaves the rest as it is, byte for byte: a part of an event changes, and a page
//! of nodes never becomes a tree.

use std::ops::Range;

/// Where in `text` a piece borrowed from it stands.
pub(super) fn place(piece: &str, text: &str) -> Range<usize> {
    let start = piece.as_ptr().addr() - text.as_ptr().addr();
    start..start + piece.len()
}

/// The text with each range of bytes replaced. The ranges may come in any order and do not overlap; what is put in at
/// the same place keeps its order.
pub(super) fn splice(text: &str, mut edits: Vec<(Range<usize>, impl AsRef<str>)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    // To the byte: an event stays for as long as the recording.
    let length = edits.iter().fold(text.len(), |length, (range, new)| {
        length - range.len() + new.as_ref().len()
    });
    let mut spliced = String::with_capacity(length);
    let mut copied = 0;
    for (range, new) in edits {
        spliced.push_str(&text[copied..range.start]);
        spliced.push_str(new.as_ref());
        copied = range.end;
    }
    spliced.push_str(&text[copied..]);
    spliced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_replaced_and_the_rest_stays() {
        let text = r#"{"a": [1], "b":2}"#;
        let edits = vec![
            (place(&text[15..16], text), "[]"),
            (1..1, r#""c":0,"#),
            (place(&text[6..9], text), ""),
        ];
        let spliced = splice(text, edits);
        assert_eq!(spliced, r#"{"c":0,"a": , "b":[]}"#);
        assert_eq!(spliced.capacity(), spliced.len());
        assert_eq!(splice(text, Vec::<(Range<usize>, &str)>::new()), text);
    }
}
