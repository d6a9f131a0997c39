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

impl SizeOption {
    /// The canvas, with even sides as video needs them. A native size is one of CSS pixels, of which each becomes
    /// `scale` pixels to a side; a given one is the video's, whatever the scale.
    pub(super) fn resolve(self, viewport: Size, scale: f64) -> Canvas {
        let size = match self {
            Self::Native => clamp(times(scaled_into(FULL_HD, clamp(viewport)), scale)),
            Self::Fit(size) => clamp(size),
        };
        Canvas {
            size: size.padded_to_even(),
            scale,
        }
    }
}

impl FromStr for SizeOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "native" => Ok(Self::Native),
            size => size
                .parse()
                .map(Self::Fit)
                .map_err(|wrong| format!("{wrong}, or native")),
        }
    }
}

/// The largest viewport that is shown within the range, counting those in force at its beginning.
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
            let resolved = option.resolve(viewport, scale);
            assert_eq!(resolved.size, canvas, "{option:?} {viewport} at {scale}");
        }
    }

    #[test]
    fn sizes_parse() {
        assert_eq!("native".parse(), Ok(SizeOption::Native));
        assert_eq!("640x360".parse(), Ok(SizeOption::Fit(Size::new(640, 360))));
        let wrong = "big".parse::<SizeOption>().unwrap_err();
        assert!(wrong.ends_with("for example 1280x720, or native"), "{wrong}");
    }

    #[test]
    fn the_largest_viewport_of_the_range_counts() {
        let resize = |second: u32, width: u32| {
            format!(
                r#"{{"type":3,"timestamp":{},"data":{{"source":4,"width":{width},"height":100}}}}"#,
                second * 1000
            )
        };
        let text = format!(
            r#"[{{"type":4,"timestamp":0,"data":{{"href":"","width":500,"height":100}}}},
            {{"type":2,"timestamp":0,"data":{{"node":{{}}}}}},{},{},{}]"#,
            resize(10, 900),
            resize(20, 300),
            resize(30, 400)
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
