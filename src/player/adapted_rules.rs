//! Style sheets in which `:hover` is the class that the page gives to what the mouse is over (`hovering.ts`), and media queries
//! know that scripts ran. The page changes the rules that it can read (`adapted_rules.ts`); those that a sheet imports from another
//! host it cannot. Called by `adapted_assets`.

/// rrweb's class `:hover`, escaped.
const CLASS: &[u8] = br".\:hover";
const HOVER: &[u8] = b":hover";

/// Media features that are always so and never, for whether scripts run.
const ALWAYS: &[u8] = b"(min-width:0px)";
const NEVER: &[u8] = b"(not (min-width:0px))";
/// Bytes that a media feature has at most.
const MOST_FEATURE: usize = 100;

/// What is written in the place of something.
struct Change {
    at: usize,
    length: usize,
    written: &'static [u8],
}

/// The style sheet with these changes; None if it can stay as it is.
pub(super) fn adapted(sheet: &[u8]) -> Option<Vec<u8>> {
    let mut written = Vec::new();
    let mut done = 0;
    for change in changes(sheet) {
        written.extend_from_slice(&sheet[done..change.at]);
        written.extend_from_slice(change.written);
        done = change.at + change.length;
    }
    (done > 0).then(|| {
        written.extend_from_slice(&sheet[done..]);
        written
    })
}

/// Where selectors of a style sheet ask for `:hover`, and media queries for scripts.
fn changes(sheet: &[u8]) -> Vec<Change> {
    let mut found = Vec::new();
    // What is before the next brace or semicolon: where it has its first sign, what was found in it, open parentheses.
    let (mut first, mut here, mut depth) = (None, Prelude::default(), 0_usize);
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
            b'{' | b'}' | b';' if depth == 0 => {
                let prelude = first.map_or(&[][..], |first| &sheet[first..at]);
                found.extend(here.changes_before(byte, prelude));
                (first, here) = (None, Prelude::default());
            }
            b'(' => {
                depth += 1;
                here.queries
                    .extend(scripting(rest).map(|(length, written)| Change { at, length, written }));
            }
            b')' => depth = depth.saturating_sub(1),
            b':' if is_hover(rest) => here.hovers.push(Change {
                at,
                length: HOVER.len(),
                written: CLASS,
            }),
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

/// What was found before a brace or semicolon, by what it may be.
#[derive(Default)]
struct Prelude {
    hovers: Vec<Change>,
    queries: Vec<Change>,
}

impl Prelude {
    /// Those that are what they look like, before this sign.
    fn changes_before(self, sign: u8, prelude: &[u8]) -> Vec<Change> {
        match sign {
            b'{' if is_selector(prelude) => self.hovers,
            b'{' if is_rule(prelude, b"@media") => self.queries,
            b';' if is_rule(prelude, b"@import") => self.queries,
            _ => Vec::new(),
        }
    }
}

/// How long a media feature about scripts is that begins here, and what stands for it.
fn scripting(rest: &[u8]) -> Option<(usize, &'static [u8])> {
    let length = rest.iter().take(MOST_FEATURE).position(|byte| *byte == b')')?;
    let feature = rest[1..length].to_ascii_lowercase();
    let mut parts = feature.splitn(2, |byte| *byte == b':').map(<[u8]>::trim_ascii);
    (parts.next()? == b"scripting").then(|| {
        let is_so = matches!(parts.next(), None | Some(b"enabled"));
        (length + 1, if is_so { ALWAYS } else { NEVER })
    })
}

/// Of at-rules, only these have selectors before the brace.
fn is_selector(prelude: &[u8]) -> bool {
    !prelude.is_empty() && (prelude[0] != b'@' || is_rule(prelude, b"@scope"))
}

fn is_rule(prelude: &[u8], name: &[u8]) -> bool {
    prelude
        .get(..name.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(name))
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

/// The length from the first byte, whatever it is, to the next that is an end and that no backslash escapes; both count.
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
    fn selectors_ask_for_the_class_queries_know_of_scripts_and_all_else_stays() {
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
            (
                "@media (scripting:none),not ( Scripting : Enabled ){a:hover{}}",
                r"@media (not (min-width:0px)),not (min-width:0px){a.\:hover{}}",
            ),
            (
                "@import url(a.css) screen and (scripting);@media(scripting:initial-only){}",
                "@import url(a.css) screen and (min-width:0px);@media(not (min-width:0px)){}",
            ),
        ] {
            let changed = adapted(sheet.as_bytes()).map(|sheet| String::from_utf8(sheet).unwrap());
            assert_eq!(changed.as_deref(), Some(expected), "{sheet}");
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
            "@media (scripting",
            "@media (scripting:none)",
            "@media (scripting-more){}",
            "@supports (scripting:none){a:is((scripting:none)){b:c(scripting:none);d:(scripting)}}",
            "@import '(scripting)';",
        ] {
            let expected = if sheet == ":hover{" {
                Some(br".\:hover{".to_vec())
            } else {
                None
            };
            assert_eq!(adapted(sheet.as_bytes()), expected, "{sheet}");
        }
    }
}
