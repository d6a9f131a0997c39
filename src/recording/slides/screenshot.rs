//! A picture of an app's whole screen: where it is in the window, and where its bytes are in the recording.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytestring::ByteString;
use image::ImageFormat;
use memchr::memmem;

use crate::recording::event::Event;
use crate::recording::json_text;

/// An image at a fixed place, stretched to fill it.
#[derive(Debug, Clone)]
pub struct Screenshot {
    pub place: Place,
    /// The JSON text of its `data:` address, which is a part of the event's.
    address: ByteString,
}

impl PartialEq for Screenshot {
    /// An image is mostly held against itself, at each event; its text is long.
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (&*self.address, &*other.address);
        let is_one_text = one.as_ptr() == two.as_ptr() && one.len() == two.len();
        self.place == other.place && (is_one_text || one == two)
    }
}

/// In the window's pixels, from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

/// As forgiving as a browser: <https://infra.spec.whatwg.org/#forgiving-base64-decode>.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// So much of an image is looked at before it is shown, in characters of Base64.
const BEGINNING: usize = 8 << 10;

impl Screenshot {
    /// From the attributes of an `img`, a part of the event's JSON. None unless they put it at a fixed place and do
    /// nothing else to it, and for images that only a browser shows as they are meant.
    pub(super) fn of(attributes: &str, event: &Event) -> Option<Self> {
        let (mut place, mut address) = (None, None);
        for (name, value) in json_text::members(attributes) {
            match &*name {
                "src" => address = Some(value),
                "style" => place = Some(Place::of_style(&json_text::text(value)?)?),
                "width" | "height" => {}
                name if name.starts_with("data-") => {}
                _ => return None,
            }
        }
        let screenshot = Self {
            place: place?,
            address: event.json.slice_ref(address?),
        };
        let text = screenshot.base64()?;
        if memchr::memchr(b'%', text.as_bytes()).is_some() {
            return None;
        }
        let beginning: Vec<u8> = dense(&text).take(BEGINNING).collect();
        let beginning = BASE64.decode(&beginning[..beginning.len() / 4 * 4]);
        shows_alike_everywhere(&beginning.unwrap_or_default()).then_some(screenshot)
    }

    /// The image file; None if its Base64 is damaged.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        BASE64.decode(dense(&self.base64()?).collect::<Vec<u8>>()).ok()
    }

    fn base64(&self) -> Option<Cow<'_, str>> {
        let whole = json_text::text(&self.address)?;
        let (kind, _) = whole.split_once(',')?;
        if !kind.starts_with("data:image/") || !kind.ends_with(";base64") {
            return None;
        }
        let start = kind.len() + 1;
        Some(match whole {
            Cow::Borrowed(text) => Cow::Borrowed(&text[start..]),
            Cow::Owned(mut text) => Cow::Owned(text.split_off(start)),
        })
    }
}

impl Place {
    /// From a style that says the place and nothing more.
    fn of_style(style: &str) -> Option<Self> {
        let mut sides = [None; 4];
        let mut is_fixed = false;
        let declarations = style.split(';').map(str::trim);
        for declaration in declarations.filter(|declaration| !declaration.is_empty()) {
            let (property, value) = declaration.split_once(':')?;
            let value = value.trim();
            let side = match property.trim() {
                "left" => 0,
                "top" => 1,
                "width" => 2,
                "height" => 3,
                "position" if value == "fixed" => {
                    is_fixed = true;
                    continue;
                }
                _ => return None,
            };
            let pixels: f64 = value.strip_suffix("px")?.parse().ok()?;
            sides[side] = Some(pixels).filter(|pixels| pixels.abs() < MOST_PIXELS);
        }
        let [left, top, width, height] = sides;
        let place = Self {
            left: left?,
            top: top?,
            width: width?,
            height: height?,
        };
        (is_fixed && place.width > 0.0 && place.height > 0.0).then_some(place)
    }
}

/// No screen is larger.
const MOST_PIXELS: f64 = 1e5;

/// Without the white space that a browser passes over.
fn dense(base64: &str) -> impl Iterator<Item = u8> {
    base64.bytes().filter(|c| !c.is_ascii_whitespace())
}

/// Whether the image that begins so is a still one in colours that need no conversion, of a format that is decoded
/// here; or a damaged one, which nobody shows.
fn shows_alike_everywhere(beginning: &[u8]) -> bool {
    let has = |needle: &[u8]| memmem::find(beginning, needle).is_some();
    let is_standard = || has(b"sRGB") || has(b"s\0R\0G\0B");
    match image::guess_format(beginning) {
        Ok(ImageFormat::Png) => !has(b"acTL") && (!has(b"iCCP") || is_standard()),
        Ok(ImageFormat::Jpeg) => !has(b"ICC_PROFILE") || is_standard(),
        Ok(ImageFormat::WebP) => !has(b"ANIM") && (!has(b"ICCP") || is_standard()),
        Ok(_) => false,
        // An SVG, perhaps.
        Err(_) => !beginning.trim_ascii_start().starts_with(b"<"),
    }
}
