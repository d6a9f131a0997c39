//! SVG images that style sheets in them animate, so written that they stand still: a browser runs these on its own clock,
//! whatever it is told, and no script reaches into them. Called by `player`, for what a recording holds, and `adapted_assets`.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use memchr::memmem;

/// In the last hour of what does not end before: nothing that ends is still under way, or comes back.
const LAST: &str =
    "<style>@layer{*{animation-play-state:paused!important;animation-delay:-3600000s!important}}</style>";
/// What has no end stands as it began, where parts of it may lie apart in time.
const FIRST: &str = "<style>@layer{*{animation-play-state:paused!important}}</style>";

const KIND: &str = "svg+xml";
/// Longer parameters than in any real address.
const MOST_PARAMETERS: usize = 100;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A text, JSON or CSS, with all images in it that are `data:` addresses standing still.
pub(super) fn still(text: &str) -> Cow<'_, str> {
    let mut written = String::new();
    let mut done = 0;
    for at in memmem::find_iter(text.as_bytes(), KIND) {
        let Some(payload) = payload_of(text, at).filter(|payload| *payload >= done) else {
            continue;
        };
        let rest = &text[payload..];
        let (end, image) = if text[at..payload].contains("base64") {
            let end = base64_length(rest);
            (end, still_base64(&rest[..end]))
        } else {
            // No further than to the next one.
            let end = memmem::find(rest.as_bytes(), KIND.as_bytes()).unwrap_or(rest.len());
            (end, still_image(&rest[..end]))
        };
        if let Some(image) = image {
            written.push_str(&text[done..payload]);
            written.push_str(&image);
            done = payload + end;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    written.push_str(&text[done..]);
    Cow::Owned(written)
}

/// An image standing still; None if nothing in it moves by style sheets. It may be written in any way that an address or
/// JSON has: what is put in needs no escapes.
pub(super) fn still_image(image: &str) -> Option<String> {
    let end = end_of(image)?;
    let (before, after) = image.split_at(end);
    if !before.contains("keyframes") {
        return None;
    }
    let stop = if before.contains("infinite") { FIRST } else { LAST };
    Some([before, stop, after].concat())
}

/// JSON may escape its slashes; any other escape is what comes after it.
fn base64_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let belongs = |at: usize| match bytes[at] {
        b'\\' => bytes.get(at + 1) == Some(&b'/'),
        byte => byte.is_ascii_alphanumeric() || b"+/=".contains(&byte),
    };
    (0..bytes.len()).find(|at| !belongs(*at)).unwrap_or(bytes.len())
}

fn still_base64(payload: &str) -> Option<String> {
    let image = BASE64.decode(payload.replace('\\', "")).ok()?;
    let image = still_image(std::str::from_utf8(&image).ok()?)?;
    Some(BASE64.encode(image))
}

/// Where the data of an address begins whose type is at a place of the text.
fn payload_of(text: &str, kind_at: usize) -> Option<usize> {
    let before = &text[..kind_at];
    let before = before.strip_suffix(r"\/").or_else(|| before.strip_suffix('/'))?;
    before.ends_with("data:image").then_some(())?;
    let after = text[kind_at..].bytes().take(MOST_PARAMETERS);
    let length = after.take_while(|byte| !b",\"'<".contains(byte)).count();
    (text.as_bytes().get(kind_at + length) == Some(&b',')).then_some(kind_at + length + 1)
}

/// Where the first closing tag of an `svg` element begins.
fn end_of(image: &str) -> Option<usize> {
    memmem::find_iter(image.as_bytes(), "svg").find_map(|name| {
        let tag = without_suffix(&image[..name], &[r"\/", "/", "%2F", "%2f"])?;
        let before = without_suffix(tag, &["<", "%3C", "%3c", r"\u003c", r"\u003C"])?;
        // A backslash that is escaped itself escapes nothing.
        let escapes = before.bytes().rev().take_while(|byte| *byte == b'\\').count();
        escapes.is_multiple_of(2).then_some(before.len())
    })
}

fn without_suffix<'a>(text: &'a str, suffixes: &[&str]) -> Option<&'a str> {
    suffixes.iter().find_map(|suffix| text.strip_suffix(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDLESS: &str = "@keyframes a{} rect{animation:a 1s infinite}";
    const FINITE: &str = "@keyframes a{} rect{animation:a 1s}";

    #[test]
    fn images_that_move_are_stopped_however_they_are_written() {
        for (open, close) in [
            ("<svg xmlns=''>", "</svg>"),
            ("%3Csvg%20xmlns=''%3E", "%3C/svg%3E"),
            ("%3csvg%3e", "%3c%2fsvg%3e"),
            (r"\u003csvg\u003e", r"\u003c\/svg\u003e"),
        ] {
            for (animation, stop) in [(ENDLESS, FIRST), (FINITE, LAST)] {
                for kind in [
                    "image/svg+xml",
                    r"image\/svg+xml;charset=utf-8",
                    "image/svg+xml;utf8",
                ] {
                    let [before, after] = [
                        format!(r#"{{"text":"a url(data:{kind},{open}{animation}"#),
                        format!(r#"{close}) b"}}"#),
                    ];
                    assert_eq!(
                        still(&format!("{before}{after}")),
                        format!("{before}{stop}{after}")
                    );
                }
            }
        }
    }

    #[test]
    fn base64_is_stopped_too() {
        let image = format!("<svg>{ENDLESS}???</svg>");
        let encoded = BASE64.encode(&image);
        assert!(encoded.contains('/'));
        let stopped = BASE64.encode(still_image(&image).unwrap());
        for payload in [
            encoded.clone(),
            encoded.replace('/', r"\/"),
            encoded.trim_end_matches('=').to_owned(),
        ] {
            let text = format!(r#""src":"data:image/svg+xml;base64,{payload}","b""#);
            assert_eq!(
                still(&text),
                format!(r#""src":"data:image/svg+xml;base64,{stopped}","b""#)
            );
        }
    }

    #[test]
    fn each_image_of_a_text_is_stopped_and_all_else_stays() {
        let moving = format!("data:image/svg+xml,<svg>{FINITE}</svg>");
        let stopped = moving.replace("</svg>", &format!("{LAST}</svg>"));
        for (text, expected) in [
            (format!("é {moving} {moving}"), format!("é {stopped} {stopped}")),
            (
                format!("data:image/svg+xml,<svg/> {moving}"),
                format!("data:image/svg+xml,<svg/> {stopped}"),
            ),
            (
                format!("data:image/svg+xml;base64,A {moving}"),
                format!("data:image/svg+xml;base64,A {stopped}"),
            ),
        ] {
            assert_eq!(still(&text), expected);
        }
        for text in [
            "",
            "data:image/svg+xml",
            "data:image/svg+xml,",
            "data:image/svg+xml,<svg>keyframes",
            "svg+xml, </svg> keyframes </svg>",
            "data:image/svg+xml\", keyframes </svg>",
            "data:image/svg+xml,<svg></svg> and then @keyframes </svg>",
            "data:image/svg+xml;base64,====",
            "data:image/svg+xml;base64,é",
            r"data:image/svg+xml,keyframes\\u003c/svg>",
        ] {
            assert!(
                matches!(still(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }
}
