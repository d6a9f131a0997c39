//! Replaces pieces of a JSON text and leaves the rest as it is, byte for byte. For the steps of `tidy` that change
//! a part of an event, so that a page of nodes never becomes a tree.

use std::ops::Range;

/// What comes in the place of a range of bytes.
pub(super) type Edit<'a> = (Range<usize>, &'a str);

/// Where in `text` a piece borrowed from it stands.
pub(super) fn place(piece: &str, text: &str) -> Range<usize> {
    let start = piece.as_ptr().addr() - text.as_ptr().addr();
    start..start + piece.len()
}

/// The text with each range replaced. The ranges may come in any order and do not overlap.
pub(super) fn splice(text: &str, mut edits: Vec<Edit<'_>>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let added: usize = edits.iter().map(|(_, new)| new.len()).sum();
    let mut spliced = String::with_capacity(text.len() + added);
    let mut copied = 0;
    for (range, new) in edits {
        spliced.push_str(&text[copied..range.start]);
        spliced.push_str(new);
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
        assert_eq!(splice(text, edits), r#"{"c":0,"a": , "b":[]}"#);
        assert_eq!(splice(text, Vec::new()), text);
    }
}
