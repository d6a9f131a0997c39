//! How large the picture is: one canvas for the whole video, chosen before it begins. Windows that are resized on the
//! way are fitted into it anew.

use std::str::FromStr;

use super::WindowSchedule;
use crate::frame::{Canvas, Size};
use crate::recording::{Event, Recording, Span};

/// The native size is never larger than this.
const FULL_HD: Size = Size::new(1920, 1080);

const SMALLEST: Size = Size::new(16, 16);
const LARGEST: Size = Size::new(7680, 4320);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SizeOption {
    /// The largest viewport that is shown, scaled down to fit into full HD.
    #[default]
    Native,
    /// This canvas; the page is fitted into it.
    Fit(Size),
}

/// How high the band below the page is in a video of this size, in pixels, an even number: what the page does not get.
/// It must grow slower than the video does.
pub type BandHeight = fn(Size) -> u32;

/// A video's picture: the page's canvas and a band below it, as wide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Layout {
    pub(super) canvas: Canvas,
    pub(super) band: u32,
}

impl SizeOption {
    /// The layout, with even sides as video needs them. A native size is one of CSS pixels, of which each becomes `scale`
    /// pixels to a side, and the band comes in addition; a given one is that of all of the video, whatever the scale.
    pub(super) fn resolve(self, viewport: Size, scale: f64, band: BandHeight) -> Layout {
        let (size, band) = match self {
            Self::Native => {
                let page = clamp(times(scaled_into(FULL_HD, clamp(viewport)), scale)).padded_to_even();
                (page, band_below(page, band))
            }
            Self::Fit(size) => {
                let video = clamp(size).padded_to_even();
                let band = band(video).min(video.height - SMALLEST.height);
                (Size::new(video.width, video.height - band), band)
            }
        };
        Layout {
            canvas: Canvas { size, scale },
            band,
        }
    }
}

/// The band of a video that has this page in it: the same that a video gets whose given size is page and band together.
fn band_below(page: Size, band: BandHeight) -> u32 {
    let mut height = 0;
    loop {
        let next = band(Size::new(page.width, page.height + height));
        if next <= height {
            return height;
        }
        height = next;
    }
}

impl FromStr for SizeOption {
    type Err = String;

    /// `native`, or a size within what can be drawn, such as `1280x720`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "native" => Ok(Self::Native),
            size => match size.parse() {
                Err(wrong) => Err(format!("{wrong}, or native")),
                Ok(size) if clamp(size) != size => Err(format!(
                    "{size} cannot be drawn: sizes go from {SMALLEST} to {LARGEST}"
                )),
                Ok(size) => Ok(Self::Fit(size)),
            },
        }
    }
}

/// The largest viewport that is shown within the range, counting those in force at its beginning. Of equally large ones the
/// first: a phone that is turned for a moment turns no video.
pub(super) fn largest_viewport(recording: &Recording, schedule: &WindowSchedule, range: Span) -> Size {
    let shown = schedule.shown_between(range.start_ms, range.end_ms);
    let windows = || shown.iter().map(|&place| &recording.windows[place]);
    let mut sizes = Vec::new();
    for window in windows() {
        let viewports = || {
            let told = |event: &Event| Some((recording.session_ms(event), event.viewport()?));
            window.events.iter().filter_map(told)
        };
        sizes.extend(viewports().take_while(|(ms, _)| *ms <= range.start_ms).last());
        sizes.extend(viewports().filter(|(ms, _)| *ms > range.start_ms && *ms <= range.end_ms));
    }
    // One absurd viewport must not make all others small.
    let first = || windows().find_map(|window| window.events.iter().find_map(Event::viewport));
    sizes
        .into_iter()
        .map(|(_, size)| clamp(size))
        .rev()
        .max_by_key(|size| size.pixels())
        .or_else(first)
        .unwrap_or(FULL_HD)
}

fn clamp(size: Size) -> Size {
    Size {
        width: size.width.clamp(SMALLEST.width, LARGEST.width),
        height: size.height.clamp(SMALLEST.height, LARGEST.height),
    }
}

fn times(size: Size, scale: f64) -> Size {
    let scaled = |side: u32| (f64::from(side) * scale).round() as u32;
    Size::new(scaled(size.width), scaled(size.height))
}

/// Never scales up; keeps the aspect ratio.
fn scaled_into(frame: Size, size: Size) -> Size {
    let ratio = |frame: u32, side: u32| f64::from(frame) / f64::from(side);
    let scale = ratio(frame.width, size.width)
        .min(ratio(frame.height, size.height))
        .min(1.0);
    times(size, scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording;
    use crate::source::RawInput;

    #[test]
    fn canvases_are_even_and_within_bounds() {
        use SizeOption::{Fit, Native};
        let size = Size::new;
        for (option, viewport, scale, canvas) in [
            (Native, size(1280, 720), 1.0, size(1280, 720)),
            (Native, size(1853, 921), 1.0, size(1854, 922)),
            (Native, size(1853, 921), 2.0, size(3706, 1842)),
            (Native, size(1853, 921), 1.5, size(2780, 1382)),
            (Native, size(1920, 1200), 1.0, size(1728, 1080)),
            (Native, size(3840, 2160), 2.0, size(3840, 2160)),
            (Native, size(390, 2000), 1.0, size(212, 1080)),
            (Native, size(1, 1), 1.0, size(16, 16)),
            (Native, size(u32::MAX, 1), 4.0, size(7680, 16)),
            (Fit(size(641, 360)), size(9, 9), 1.0, size(642, 360)),
            (Fit(size(640, 360)), size(9, 9), 2.0, size(640, 360)),
            (Fit(size(0, 100_000)), size(9, 9), 1.0, size(16, 4320)),
        ] {
            let resolved = option.resolve(viewport, scale, |_| 0);
            assert_eq!(resolved.canvas.size, canvas, "{option:?} {viewport} at {scale}");
        }
    }

    #[test]
    fn a_band_makes_a_native_video_higher_and_the_page_of_a_given_one_lower() {
        let band: BandHeight = |video| (video.height / 20).next_multiple_of(2);
        for (width, height) in [(1280, 720), (390, 664), (16, 16), (640, 4320), (801, 599)] {
            let native = SizeOption::Native.resolve(Size::new(width, height), 1.0, band);
            let without = SizeOption::Native.resolve(Size::new(width, height), 1.0, |_| 0);
            assert_eq!(native.canvas, without.canvas);
            let page = native.canvas.size;
            let video = Size::new(page.width, page.height + native.band);
            assert_eq!(native.band, band(video), "{video}");
            assert_eq!(SizeOption::Fit(video).resolve(page, 1.0, band), native, "{video}");
        }
        let tight = SizeOption::Fit(Size::new(100, 20)).resolve(Size::new(9, 9), 1.0, |_| 30);
        assert_eq!((tight.canvas.size.height, tight.band), (16, 4));
    }

    #[test]
    fn sizes_parse() {
        assert_eq!("native".parse(), Ok(SizeOption::Native));
        for text in ["640x360", "640X360"] {
            assert_eq!(text.parse(), Ok(SizeOption::Fit(Size::new(640, 360))));
        }
        let wrong = "big".parse::<SizeOption>().unwrap_err();
        assert!(wrong.ends_with("for example 1280x720, or native"), "{wrong}");
        for (text, can_be_drawn) in [
            ("16x16", true),
            ("7680x4320", true),
            ("17x4319", true),
            ("1x1", false),
            ("16x15", false),
            ("16384x16", false),
            ("4320x7680", false),
            ("99999x99999", false),
        ] {
            let parsed = text.parse::<SizeOption>();
            assert_eq!(parsed.is_ok(), can_be_drawn, "{text}");
            if let Err(wrong) = parsed {
                assert!(wrong.contains("16x16 to 7680x4320"), "{wrong}");
            }
        }
    }

    #[test]
    fn the_largest_viewport_of_the_range_counts() {
        let resize_to = |second: u32, width: u32, height: u32| {
            format!(
                r#"{{"type":3,"timestamp":{},"data":{{"source":4,"width":{width},"height":{height}}}}}"#,
                second * 1000
            )
        };
        let resize = |second, width| resize_to(second, width, 100);
        let text = format!(
            r#"[{{"type":4,"timestamp":0,"data":{{"href":"","width":500,"height":100}}}},
            {{"type":2,"timestamp":0,"data":{{"node":{{}}}}}},{},{},{},{},{}]"#,
            resize(10, 900),
            resize(20, 300),
            resize(30, 400),
            resize_to(40, 390, 844),
            resize_to(50, 844, 390)
        );
        let input = RawInput {
            name: "test".to_owned(),
            bytes: text.into(),
        };
        let recording = recording::open(input).unwrap();
        for (start, end, width) in [
            (0, 30, 900),
            (0, 9, 500),
            (5, 10, 900),
            (15, 18, 900),
            (20, 29, 300),
            (25, 30, 400),
            // A phone that was turned.
            (40, 60, 390),
            (50, 60, 844),
        ] {
            let range = Span {
                start_ms: f64::from(start) * 1000.0,
                end_ms: f64::from(end) * 1000.0,
            };
            let size = largest_viewport(&recording, &WindowSchedule::only(0), range);
            assert_eq!(size.width, width, "{start}..{end}");
        }
    }
}
