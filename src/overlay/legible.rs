//! Texts of strangers, made safe to draw: one line of letters that people can read, of bounded length. `text` sends
//! everything through it.

use unicode_segmentation::UnicodeSegmentation;

/// As many letters, as people count them, are kept.
pub(super) const MOST_LETTERS: usize = 300;
/// A letter with more marks on it than this is a prank; families of emoji have fewer parts.
const MOST_PARTS: usize = 12;

/// The text without control characters, changes of direction and what is invisible or has no picture in any font. White
/// space becomes blanks.
pub(super) fn legible(text: &str) -> String {
    let clean: String = text
        .chars()
        .filter_map(|letter| match letter {
            _ if letter.is_whitespace() || letter.is_control() => Some(' '),
            _ if is_hidden(letter) => None,
            _ => Some(letter),
        })
        .take(MOST_LETTERS * MOST_PARTS)
        .collect();
    let letters = clean.graphemes(true).take(MOST_LETTERS);
    letters
        .flat_map(|letter| letter.chars().take(MOST_PARTS))
        .collect()
}

/// Format characters but for those that join letters, characters for private use (icons of web fonts), and no characters.
const fn is_hidden(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{e0000}'..='\u{10ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_become_short_lines() {
        for (text, expected) in [
            ("Pay now", "Pay now"),
            ("a\nb\r\tc\u{0}d\u{1b}[31m", "a b  c d [31m"),
            ("\u{202e}evil\u{2066}\u{200f}", "evil"),
            ("\u{f015} Home", " Home"),
            ("👩\u{200d}🚀 ضغط", "👩\u{200d}🚀 ضغط"),
        ] {
            assert_eq!(legible(text), expected);
        }
        let heap = format!("Z{}", "\u{301}".repeat(1_000_000));
        assert_eq!(legible(&heap).chars().count(), MOST_PARTS);
        assert_eq!(legible(&"ü".repeat(1_000_000)).chars().count(), MOST_LETTERS);
    }
}
