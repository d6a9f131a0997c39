//! What the bytes of an asset are: only images, fonts and style sheets pass, each where it was asked for, under the type
//! that it really has. `Assets` asks for whatever it got from anywhere.

use std::sync::Arc;

use crate::browser::AssetKind;

/// An asset before it is known to be one: what is called its type, and its bytes.
pub(super) type Found = (Option<String>, Arc<[u8]>);

/// The content type to give the page; None for anything that was not asked for. `declared` is what the server said.
pub(super) fn accept(kind: AssetKind, declared: Option<&str>, body: &[u8]) -> Option<String> {
    match kind {
        AssetKind::Image => image(declared, body).map(str::to_owned),
        AssetKind::Font => font(body).map(str::to_owned),
        AssetKind::Stylesheet => stylesheet(declared, body),
    }
}

/// By the patterns of the MIME Sniffing standard, and AVIF's brands. SVG has no pattern: it must be called so.
fn image(declared: Option<&str>, body: &[u8]) -> Option<&'static str> {
    Some(match body {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ if is_avif(body) => "image/avif",
        [b'B', b'M', ..] => "image/bmp",
        [0, 0, 1 | 2, 0, ..] => "image/x-icon",
        _ if is_svg(declared, body) => "image/svg+xml",
        _ => return None,
    })
}

/// Whether the file's first box, of ISO base media files, names AVIF as the brand or as one of the compatible ones.
fn is_avif(body: &[u8]) -> bool {
    let Some((length, rest)) = body.split_first_chunk() else {
        return false;
    };
    let Some(brands) = rest.strip_prefix(b"ftyp") else {
        return false;
    };
    let length = (u32::from_be_bytes(*length) as usize).saturating_sub(8);
    brands[..length.min(brands.len())]
        .chunks_exact(4)
        .any(|brand| matches!(brand, b"avif" | b"avis"))
}

fn is_svg(declared: Option<&str>, body: &[u8]) -> bool {
    let called_so = matches!(
        essence(declared).as_deref(),
        None | Some("image/svg+xml" | "text/xml" | "application/xml" | "application/octet-stream")
    );
    let start = String::from_utf8_lossy(&body[..body.len().min(4096)]);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    called_so && start.starts_with('<') && start.contains("<svg")
}

fn font(body: &[u8]) -> Option<&'static str> {
    Some(match body {
        [b'w', b'O', b'F', b'2', ..] => "font/woff2",
        [b'w', b'O', b'F', b'F', ..] => "font/woff",
        [b'O', b'T', b'T', b'O', ..] => "font/otf",
        [0, 1, 0, 0, ..] | [b't', b'r', b'u', b'e', ..] => "font/ttf",
        [b't', b't', b'c', b'f', ..] => "font/collection",
        _ => return None,
    })
}

/// Text that is called CSS and is no document. Its character set goes along.
fn stylesheet(declared: Option<&str>, body: &[u8]) -> Option<String> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if essence(declared)? != "text/css" || text.trim_ascii_start().first() == Some(&b'<') {
        return None;
    }
    let charset = declared?.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("charset")
            .then(|| value.trim_matches('"'))
    });
    let is_name = |text: &&str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || b"-_:.".contains(&c))
    };
    Some(match charset.filter(is_name) {
        Some(charset) => format!("text/css; charset={charset}"),
        None => "text/css".to_owned(),
    })
}

/// The type without its parameters.
fn essence(declared: Option<&str>) -> Option<String> {
    let essence = declared?.split(';').next()?.trim().to_ascii_lowercase();
    (!essence.is_empty()).then_some(essence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_passes() {
        use AssetKind::{Font, Image, Stylesheet};
        let png = b"\x89PNG\r\n\x1a\nrest".as_slice();
        let svg = b"\xef\xbb\xbf <?xml version='1.0'?><svg xmlns=''/>".as_slice();
        let html = b"<!doctype html><p><svg></svg>".as_slice();
        for (kind, declared, body, accepted) in [
            (Image, Some("image/png"), png, Some("image/png")),
            (Image, None, png, Some("image/png")),
            (Image, Some("text/html"), png, Some("image/png")),
            (Image, Some("image/png"), html, None),
            (
                Image,
                Some("image/svg+xml; charset=utf-8"),
                svg,
                Some("image/svg+xml"),
            ),
            (Image, Some("text/html"), html, None),
            (Image, Some("text/html"), svg, None),
            (Image, Some("image/png"), b"", None),
            (Image, Some("video/mp4"), b"\0\0\0\x18ftypmp42", None),
            (Image, None, b"\0\0\0\x18ftypavif", Some("image/avif")),
            (
                Image,
                None,
                b"\0\0\0\x18ftypmif1\0\0\0\0miafavif",
                Some("image/avif"),
            ),
            (Image, None, b"\0\0\0\x14ftypmp42\0\0\0\0isomavif", None),
            (Font, None, b"wOF2....", Some("font/woff2")),
            (Font, Some("font/woff2"), png, None),
            (Font, Some("text/html"), b"\0\x01\0\0\0\x0c", Some("font/ttf")),
            (Stylesheet, Some("Text/CSS"), b"a{}", Some("text/css")),
            (
                Stylesheet,
                Some("text/css;Charset=\"ISO-8859-1\""),
                b"a{}",
                Some("text/css; charset=ISO-8859-1"),
            ),
            (
                Stylesheet,
                Some("text/css; charset=a\r\nb"),
                b"a{}",
                Some("text/css"),
            ),
            (Stylesheet, Some("text/css"), html, None),
            (Stylesheet, Some("text/css"), b"\xef\xbb\xbf<p>", None),
            (Stylesheet, Some("text/css"), b"\xef\xbb\xbfa{}", Some("text/css")),
            (Stylesheet, Some("text/javascript"), b"alert(1)", None),
            (Stylesheet, None, b"a{}", None),
            (Stylesheet, Some("image/png"), png, None),
        ] {
            assert_eq!(
                accept(kind, declared, body).as_deref(),
                accepted,
                "{kind:?} {declared:?}"
            );
        }
    }
}
