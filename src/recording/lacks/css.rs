//! What CSS text lacks: the addresses that it loads something from, and values that were lost when it was recorded.
//! `lacks` calls [`scan`] for style sheets, rules and style attributes.

/// What an address is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Asset {
    Image,
    Font,
    Stylesheet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// In `url(…)` or `@import`: within `@font-face` it is a font's, after `@import` a style sheet's, else an image's.
    Address(Asset, &'a str),
    /// The text of a rule in which a property has no value, as Chromium writes the parts of a shorthand with `var()` if
    /// the rule sets one of them as well: `border-top-color: ;`.
    RuleWithLostValues(&'a str),
}

/// Tells `found` what is in a text, in its order.
pub(super) fn scan<'a>(css: &'a str, mut found: impl FnMut(Found<'a>)) {
    let bytes = css.as_bytes();
    let mut at = 0;
    let mut rule_start = 0;
    let mut has_lost_values = false;
    // Nothing within `@namespace`, whose addresses are only names.
    let mut asset = Some(Asset::Image);
    while let Some(next) = bytes[at..].iter().position(|c| has_meaning(*c)) {
        at += next;
        match bytes[at] {
            b'@' => {
                let rule = &bytes[at + 1..];
                asset = if starts_with(rule, b"font-face") {
                    Some(Asset::Font)
                } else if starts_with(rule, b"import") {
                    Some(Asset::Stylesheet)
                } else if starts_with(rule, b"namespace") {
                    None
                } else {
                    Some(Asset::Image)
                };
            }
            b'}' => {
                if std::mem::take(&mut has_lost_values) {
                    found(Found::RuleWithLostValues(css[rule_start..=at].trim_start()));
                }
                rule_start = at + 1;
                asset = Some(Asset::Image);
            }
            b';' if lacks_value(&bytes[rule_start..at]) => has_lost_values = true,
            b';' if asset != Some(Asset::Font) => asset = Some(Asset::Image),
            b'(' if at >= 3 && bytes[at - 3..at].eq_ignore_ascii_case(b"url") => {
                let (address, end) = url(css, at + 1);
                if let Some(asset) = asset {
                    found(Found::Address(asset, address));
                }
                at = end;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let Some(length) = memchr::memmem::find(&bytes[at + 2..], b"*/") else {
                    return;
                };
                at += 2 + length;
            }
            b'"' | b'\'' => {
                let end = string_end(bytes, at);
                if asset == Some(Asset::Stylesheet) {
                    found(Found::Address(Asset::Stylesheet, &css[at + 1..end]));
                }
                at = end;
            }
            b'\\' => at += 1,
            _ => {}
        }
        at = (at + 1).min(bytes.len());
    }
}

/// Whether the text ends with the name of a property and a colon, without a value. A custom property may have none.
fn lacks_value(before: &[u8]) -> bool {
    let Some(name) = before.trim_ascii_end().strip_suffix(b":") else {
        return false;
    };
    let name = name.trim_ascii_end();
    let is_in_name = |c: &u8| c.is_ascii_alphanumeric() || *c == b'-';
    let length = name.iter().rev().take_while(|c| is_in_name(c)).count();
    let (before, name) = name.split_at(name.len() - length);
    let begins = matches!(before.trim_ascii_end(), [.., b'{' | b';' | b'/']);
    begins && !name.is_empty() && !name.starts_with(b"--")
}

const fn has_meaning(c: u8) -> bool {
    matches!(c, b'@' | b'(' | b'}' | b';' | b'/' | b'"' | b'\'' | b'\\')
}

fn starts_with(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// The address that begins after `url(`, and where what follows it begins.
fn url(css: &str, start: usize) -> (&str, usize) {
    let bytes = css.as_bytes();
    let blank = |c: &u8| c.is_ascii_whitespace();
    let start = start
        + bytes[start..]
            .iter()
            .position(|c| !blank(c))
            .unwrap_or(bytes.len() - start);
    if matches!(bytes.get(start), Some(b'"' | b'\'')) {
        let end = string_end(bytes, start);
        return (&css[start + 1..end], (end + 1).min(bytes.len()));
    }
    let end = memchr::memchr(b')', &bytes[start..]).map_or(bytes.len(), |length| start + length);
    (css[start..end].trim_end(), end)
}

/// Where the string that begins at a quote ends: at the same quote, at the end of its line, or with the text.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| memchr::memchr3(bytes[start], b'\\', b'\n', rest))
    {
        at += found;
        if bytes[at] != b'\\' {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_by_their_use() {
        use Asset::{Font, Image, Stylesheet};
        for (css, expected) in [
            ("a{background:url(x.png)}", &[(Image, "x.png")][..]),
            (
                r#"a{background:URL( "a b.png" ),url('c)d.png')}"#,
                &[(Image, "a b.png"), (Image, "c)d.png")],
            ),
            (
                "@font-face{font-family:A;src:url(a.woff2) format('woff2'),url(a.woff)}b{cursor:url(c.cur)}",
                &[(Font, "a.woff2"), (Font, "a.woff"), (Image, "c.cur")],
            ),
            (
                r#"@import "a.css" screen;@import url(b.css);p{mask:url(m.svg#x)}"#,
                &[(Stylesheet, "a.css"), (Stylesheet, "b.css"), (Image, "m.svg#x")],
            ),
            (
                "@namespace svg url(http://www.w3.org/2000/svg);@media print{a{background:url(p.png)}}",
                &[(Image, "p.png")],
            ),
            (
                "a{background:url(data:image/svg+xml;utf8,<svg fill='@font-face'/>)}b{background:url(x)}",
                &[
                    (Image, "data:image/svg+xml;utf8,<svg fill='@font-face'/>"),
                    (Image, "x"),
                ],
            ),
            ("/* url(no.png) */a::after{content:\"url(no.png)\"}", &[]),
            (r"a{content:'\'url(no)'}b\(url(yes)", &[(Image, "yes")]),
            ("url(", &[(Image, "")]),
            ("url(\"é", &[(Image, "é")]),
            ("url(  é", &[(Image, "é")]),
            ("/* never ends url(x)", &[]),
            ("\\é\\", &[]),
        ] {
            let mut found = Vec::new();
            scan(css, |told| {
                if let Found::Address(asset, address) = told {
                    found.push((asset, address));
                }
            });
            assert_eq!(found, expected, "{css}");
        }
    }

    #[test]
    fn rules_that_lost_values_are_found() {
        let spinner =
            ".spinner-border { border-width: ; border-right-style: ; border-right-color: transparent; }";
        let media = format!("@media print {{\n  {spinner}\n}}");
        let after = format!("a {{ color: red; }}\n{spinner}");
        for (css, expected) in [
            (spinner, &[spinner][..]),
            (&after, &[spinner]),
            (&media, &[media.strip_suffix("\n}").unwrap()]),
            (
                "a{color:;}b{color : ;margin: ;}",
                &["a{color:;}", "b{color : ;margin: ;}"],
            ),
            (
                "a { /* of the brand */ color: ; }",
                &["a { /* of the brand */ color: ; }"],
            ),
            ("a { --color: ; }", &[]),
            ("a { content: \"x: ;\"; background: url(a:;); }", &[]),
            ("a { color: red; } b:hover { margin: 0; }", &[]),
            ("a { /* color: ; */ }", &[]),
            ("a { color: var(--b, ); : ; }", &[]),
            ("border-color: ;", &[]),
            ("@import 'a:';a { color: ;", &[]),
        ] {
            let mut found = Vec::new();
            scan(css, |told| {
                if let Found::RuleWithLostValues(rule) = told {
                    found.push(rule);
                }
            });
            assert_eq!(found, expected, "{css}");
        }
    }
}
