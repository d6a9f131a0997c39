//! Style sheets in which `:hover` is the class that the page gives to what the mouse is over (`hovering.ts`). The page changes
//! the rules that it can read; those that a sheet imports from another host it cannot. Called by `adapted_assets`.

/// rrweb's class `:hover`, escaped.
const CLASS: &[u8] = br".\:hover";
const HOVER: &[u8] = b":hover";

/// A style sheet with the class for `:hover`; None if it has none.
pub(super) fn by_class(sheet: &[u8]) -> Option<Vec<u8>> {
    let mut written = Vec::new();
    let mut done = 0;
    for at in hovers(sheet) {
        written.extend_from_slice(&sheet[done..at]);
        written.extend_from_slice(CLASS);
        done = at + HOVER.len();
    }
    (done > 0).then(|| {
        written.extend_from_slice(&sheet[done..]);
        written
    })
}

/// Where selectors of a style sheet ask for `:hover`.
fn hovers(sheet: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    // What is before the next brace or semicolon: where it has its first sign, what was found in it, open parentheses.
    let (mut first, mut here, mut depth) = (None, Vec::new(), 0_usize);
    let mut at = 0;
    while let Some(&byte) = sheet.get(at) {
        let rest = &sheet[at..];
        if rest.starts_with(b"/*") {
            at += comment_length(rest);
            continue;
        }
        if !byte.is_ascii_whitespace() {
            first = first.or(Some(at));
        }
        match byte {
            b'{' if depth == 0 => {
                if first.is_some_and(|first| is_selector(&sheet[first..])) {
                    found.append(&mut here);
                }
                (first, here) = (None, Vec::new());
            }
            b'}' | b';' if depth == 0 => (first, here) = (None, Vec::new()),
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b':' if is_hover(rest) => here.push(at),
            _ => {}
        }
        at += match byte {
            b'\\' => 2,
            b'"' | b'\'' => string_length(rest),
            _ if is_address(rest) => address_length(rest),
            _ => 1,
        };
    }
    found
}

/// Of at-rules, only these have selectors before the brace.
fn is_selector(prelude: &[u8]) -> bool {
    prelude.first() != Some(&b'@')
        || prelude
            .get(..6)
            .is_some_and(|name| name.eq_ignore_ascii_case(b"@scope"))
}

fn is_hover(rest: &[u8]) -> bool {
    let continues = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_\\".contains(byte) || !byte.is_ascii();
    rest.get(..HOVER.len())
        .is_some_and(|name| name.eq_ignore_ascii_case(HOVER))
        && !rest.get(HOVER.len()).is_some_and(continues)
}

fn comment_length(rest: &[u8]) -> usize {
    memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4)
}

/// Up to the closing quote, or to the end of the line, where a string without one ends.
fn string_length(rest: &[u8]) -> usize {
    until(rest, |byte| byte == rest[0] || byte == b'\n')
}

/// Whether an address without quotes begins here.
fn is_address(rest: &[u8]) -> bool {
    rest.get(..4)
        .is_some_and(|name| name.eq_ignore_ascii_case(b"url("))
        && !matches!(rest[4..].trim_ascii_start().first(), Some(b'"' | b'\''))
}

fn address_length(rest: &[u8]) -> usize {
    until(rest, |byte| byte == b')')
}

/// How far it is from the second byte on past one that is not escaped.
fn until(rest: &[u8], is_end: impl Fn(u8) -> bool) -> usize {
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        at += if byte == b'\\' { 2 } else { 1 };
        if is_end(byte) {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_ask_for_the_class_and_all_else_stays() {
        for (sheet, expected) in [
            ("a:hover{}", r"a.\:hover{}"),
            ("a:HOVER,b:not(:hover) c{}", r"a.\:hover,b:not(.\:hover) c{}"),
            (
                "@import 'a:hover'; a:hover {}",
                r"@import 'a:hover'; a.\:hover {}",
            ),
            (
                "@media (hover:hover){a:hover{b:hover}}",
                r"@media (hover:hover){a.\:hover{b:hover}}",
            ),
            ("@layer x{a{&:hover{c:d}}}", r"@layer x{a{&.\:hover{c:d}}}"),
            ("@scope (a:hover){b{}}", r"@scope (a.\:hover){b{}}"),
            (
                "a{animation:hover 1s;b:c}d:hover{}",
                r"a{animation:hover 1s;b:c}d.\:hover{}",
            ),
            (
                "/* a:hover{ */ [b=':hover{'] c:hover{}",
                r"/* a:hover{ */ [b=':hover{'] c.\:hover{}",
            ),
            (r".dark\:hover\:a:hover{}", r".dark\:hover\:a.\:hover{}"),
            (
                "a{b:url(data:x;{c:hover{)}d:hover{}",
                r"a{b:url(data:x;{c:hover{)}d.\:hover{}",
            ),
            ("a{b:url( \"x)\" )}d:hover{}", "a{b:url( \"x)\" )}d.\\:hover{}"),
            ("é:hover{}", r"é.\:hover{}"),
            ("a:hover/**/{}", r"a.\:hover/**/{}"),
        ] {
            let adapted = by_class(sheet.as_bytes()).map(|sheet| String::from_utf8(sheet).unwrap());
            assert_eq!(adapted.as_deref(), Some(expected), "{sheet}");
        }
        for sheet in [
            "",
            "a{}",
            "a:hovered{}",
            "a:hover-b{}",
            "a:hover",
            "a{b:hover}",
            "a:hover;b{}",
            "/*a:hover{}",
            "'a:hover{}",
            "url(a:hover{}",
            "\\",
            "a:hover\\",
            ":hover{",
        ] {
            let expected = if sheet == ":hover{" {
                Some(br".\:hover{".to_vec())
            } else {
                None
            };
            assert_eq!(by_class(sheet.as_bytes()), expected, "{sheet}");
        }
    }
}
