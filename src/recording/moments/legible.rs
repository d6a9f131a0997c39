//! Text of a page as people read it, and how much of it makes a name. `tree` keeps no more of a text than that.

/// What is longer than this is no name of an element: it is a part of the page. In characters.
pub(super) const LONGEST_NAME: usize = 80;

/// The title of a page may be longer. In characters.
pub(super) const LONGEST_TITLE: usize = 4 * LONGEST_NAME;

/// With one blank for any white space, and none at the ends.
pub(super) fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What people read of a text: with one blank for any white space and none at the ends, and no more than makes it longer
/// than any name. A name is asked for with each event, so the length of a text must not count each time.
pub(super) fn legible(text: &str) -> Box<str> {
    let mut legible = String::new();
    let mut room = LONGEST_TITLE + 1;
    for word in text.split_whitespace() {
        if room == 0 {
            break;
        }
        if !legible.is_empty() {
            legible.push(' ');
        }
        let end = word.char_indices().nth(room).map_or(word.len(), |(end, _)| end);
        legible.push_str(&word[..end]);
        room -= word[..end].chars().count();
    }
    legible.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_kept_than_makes_a_name_too_long() {
        assert_eq!(&*legible(" a \n b\u{a0}"), "a b");
        assert_eq!(&*legible(" \n "), "");
        for long in ["é".repeat(1000), "é ".repeat(1000)] {
            let kept = legible(&long);
            assert!(long.starts_with(&*kept));
            let letters = kept.chars().filter(|c| !c.is_whitespace()).count();
            assert_eq!(letters, LONGEST_TITLE + 1);
        }
    }
}
