//! What the captured pictures look like, taken together, and whether that can be right: a video that is all of one
//! colour, or that never changes, is often nobody's wish. The decoding stage looks, `cli` says what it is.

use std::fmt;

use image::{Rgba, RgbaImage};

use crate::error::{Error, Kind};
use crate::frame::{Color, PageArea};
use crate::recording::{Event, EventType, IncrementalSource, Recording};
use crate::timeline::RenderPlan;

/// This many events leave a trace on any page.
const MANY_EVENTS: usize = 20;

/// More colours than this need no names.
const MOST_COLORS: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Appearance {
    /// Pictures that differ from the one before.
    pictures: u64,
    /// The colours of pictures of a page in one colour; None once there was another picture.
    blank: Option<Vec<Color>>,
}

impl Appearance {
    pub(super) const fn new() -> Self {
        Self {
            pictures: 0,
            blank: Some(Vec::new()),
        }
    }

    /// Looks at a picture as it was captured, which differs from the one before.
    pub(super) fn look(&mut self, picture: &RgbaImage, page: Option<PageArea>) {
        self.pictures += 1;
        let Some(colors) = &mut self.blank else { return };
        let area = page.unwrap_or(PageArea {
            left: 0,
            top: 0,
            right: picture.width(),
            bottom: picture.height(),
        });
        match uniform_color(picture, area) {
            Some(color) if colors.contains(&color) || colors.len() >= MOST_COLORS => {}
            Some(color) => colors.push(color),
            None => self.blank = None,
        }
    }

    /// What is doubtful about it. `page_shows_something` is what the page itself says of its documents.
    pub(super) fn doubt(
        &self,
        plan: &RenderPlan,
        recording: &Recording,
        page_shows_something: bool,
    ) -> Option<Doubt> {
        if let Some(colors) = &self.blank
            && !colors.is_empty()
        {
            return Some(Doubt::Blank {
                colors: colors.clone(),
                page_shows_something,
            });
        }
        let events = visible_events(plan, recording);
        (self.pictures == 1 && events >= MANY_EVENTS).then_some(Doubt::Frozen { events })
    }
}

/// Why a video may not be what was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// The page is of one colour in every picture.
    Blank {
        colors: Vec<Color>,
        /// If not, the recorded page was blank.
        page_shows_something: bool,
    },
    /// One picture stands still while this many events should be seen.
    Frozen { events: usize },
}

impl Doubt {
    /// The failure that it is to whoever is strict; None where the video is right as it is.
    pub fn failure(&self) -> Option<Error> {
        let kind = match self {
            Self::Blank {
                page_shows_something: false,
                ..
            } => return None,
            Self::Blank { .. } => Kind::BlankVideo,
            Self::Frozen { .. } => Kind::FrozenVideo,
        };
        Some(
            Error::new(kind, self.to_string())
                .hint("Look at the recording with `replaycast inspect`; without --strict the video is kept."),
        )
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank {
                colors,
                page_shows_something,
            } => {
                let names: Vec<String> = colors.iter().copied().map(describe).collect();
                write!(f, "every frame is blank ({})", names.join(", "))?;
                f.write_str(if *page_shows_something {
                    ", although the page has text or pictures"
                } else {
                    ", and so is the recorded page: nothing in it can be seen"
                })
            }
            Self::Frozen { events } => write!(
                f,
                "the picture never changes, although {events} events should be seen (scrolls, inputs, changes of the page)"
            ),
        }
    }
}

fn describe(color: Color) -> String {
    color.name().map_or_else(|| color.to_string(), str::to_owned)
}

/// The colour of all pixels of the area, if they have the same.
fn uniform_color(picture: &RgbaImage, area: PageArea) -> Option<Color> {
    let (right, bottom) = (area.right.min(picture.width()), area.bottom.min(picture.height()));
    if area.left >= right || area.top >= bottom {
        return None;
    }
    let Rgba([red, green, blue, _]) = *picture.get_pixel(area.left, area.top);
    let line = picture.width() as usize;
    let (pixels, _) = picture.as_raw().as_chunks::<4>();
    let is_uniform = pixels
        .chunks_exact(line)
        .take(bottom as usize)
        .skip(area.top as usize)
        .all(|row| {
            row[area.left as usize..right as usize]
                .iter()
                .all(|[r, g, b, _]| (*r, *g, *b) == (red, green, blue))
        });
    is_uniform.then_some(Color([red, green, blue]))
}

/// How many events between the first and the last frame change what is shown.
fn visible_events(plan: &RenderPlan, recording: &Recording) -> usize {
    let (first, last) = (plan.frame(0), plan.frame(plan.frame_count - 1));
    let is_shown = |place: usize, event: &Event| {
        let session_ms = recording.session_ms(event);
        session_ms > first.session_ms
            && session_ms <= last.session_ms
            && plan.windows.window_at(session_ms) == place
    };
    let windows = recording.windows.iter().enumerate();
    windows
        .flat_map(|(place, window)| window.events.iter().map(move |event| (place, event)))
        .filter(|(place, event)| leaves_a_trace(event) && is_shown(*place, event))
        .count()
}

/// Whether it nearly always changes the picture; `timeline::segments` asks whether it may.
fn leaves_a_trace(event: &Event) -> bool {
    use IncrementalSource::{
        AdoptedStyleSheet, Input, Mutation, Scroll, StyleDeclaration, StyleSheetRule, ViewportResize,
    };
    match event.kind {
        EventType::FullSnapshot => true,
        EventType::IncrementalSnapshot => matches!(
            event.source,
            Some(
                Mutation
                    | Scroll
                    | Input
                    | ViewportResize
                    | StyleSheetRule
                    | StyleDeclaration
                    | AdoptedStyleSheet
            )
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: PageArea = PageArea {
        left: 2,
        top: 1,
        right: 6,
        bottom: 4,
    };

    /// A page of one colour on a grey surround.
    fn picture(page: [u8; 3]) -> RgbaImage {
        RgbaImage::from_fn(8, 5, |x, y| {
            let inside = (PAGE.left..PAGE.right).contains(&x) && (PAGE.top..PAGE.bottom).contains(&y);
            let [red, green, blue] = if inside { page } else { [40; 3] };
            Rgba([red, green, blue, 255])
        })
    }

    fn blank_colors(pictures: &[RgbaImage]) -> Option<Vec<Color>> {
        let mut appearance = Appearance::new();
        for picture in pictures {
            appearance.look(picture, Some(PAGE));
        }
        appearance.blank
    }

    #[test]
    fn one_pixel_makes_a_page_not_blank() {
        let white = picture([255; 3]);
        for (x, y, blank) in [
            (2, 1, false),
            (5, 3, false),
            (1, 1, true),
            (6, 3, true),
            (2, 4, true),
        ] {
            let mut dotted = white.clone();
            dotted.put_pixel(x, y, Rgba([0, 0, 0, 255]));
            let colors = blank_colors(&[white.clone(), dotted, white.clone()]);
            assert_eq!(colors.is_some(), blank, "{x},{y}");
        }
        let mut whole = Appearance::new();
        whole.look(&white, None);
        assert_eq!(whole.blank, None, "the surround counts where no page is known");
    }

    #[test]
    fn blank_pages_are_told_with_their_colours() {
        let colors = blank_colors(&[picture([255; 3]), picture([1, 2, 3]), picture([255; 3])]).unwrap();
        let doubt = |page_shows_something| Doubt::Blank {
            colors: colors.clone(),
            page_shows_something,
        };
        assert_eq!(
            doubt(true).to_string(),
            "every frame is blank (white, #010203), although the page has text or pictures"
        );
        assert_eq!(doubt(true).failure().unwrap().kind(), Kind::BlankVideo);
        assert!(doubt(false).failure().is_none());
        let frozen = Doubt::Frozen { events: 30 };
        assert_eq!(frozen.failure().unwrap().kind(), Kind::FrozenVideo);
    }
}
