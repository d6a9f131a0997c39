//! Marks and the plates of labels to pixels, by tiny-skia: antialiased, at fractions of a pixel, from outlines that stay sharp at any size.

use std::f64::consts::{FRAC_PI_2, PI};

use image::RgbaImage;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, PixmapMut, Shader, Stroke, Transform,
};

use super::area::Area;
use super::marks::Mark;
use crate::frame::Point;

/// The arrow's outline, its tip at 0,0, and how high that is.
const ARROW: [(f32, f32); 7] = [
    (0.0, 0.0),
    (0.0, 16.6),
    (3.9, 12.9),
    (6.5, 19.0),
    (9.2, 17.85),
    (6.65, 11.9),
    (12.0, 11.9),
];
const ARROW_HEIGHT: f32 = 19.0;
/// Of the arrow's border, and how far its shadow falls and reaches; in the outline's units.
const BORDER: f32 = 1.25;
const SHADOW_DROP: f32 = 1.1;
const SHADOW_REACH: f32 = 3.0;
/// A shadow is laid on in this many layers, each wider than the one before.
const SHADOW_LAYERS: u8 = 6;
const SHADOW_OPACITY: f32 = 0.055;

const INK: [u8; 3] = [0x14, 0x16, 0x1a];
const PAPER: [u8; 3] = [0xff, 0xff, 0xff];
const ACCENT: [u8; 3] = [0x3b, 0x5b, 0xf6];

/// The pixels that a mark may touch; None if it lies outside of the picture.
pub(super) fn area_of(mark: &Mark, (width, height): (u32, u32)) -> Option<Area> {
    let (points, reach) = match mark {
        Mark::Arrow { tip, height } => (std::slice::from_ref(tip), height * 1.3),
        Mark::Dot { center, radius } | Mark::Finger { center, radius, .. } => {
            (std::slice::from_ref(center), radius * 1.3 + 2.0)
        }
        Mark::Ring {
            center,
            radius,
            width,
            ..
        } => (std::slice::from_ref(center), radius + width + 2.0),
        Mark::Trail { points, width } => (points.as_slice(), *width),
    };
    let is_drawable = |point: &Point| point.x.abs() < 1e6 && point.y.abs() < 1e6;
    if !points.iter().all(is_drawable) {
        return None;
    }
    let reach = reach + 1.0;
    let least = |of: fn(&Point) -> f64| points.iter().map(of).fold(f64::INFINITY, f64::min) - reach;
    let most = |of: fn(&Point) -> f64| points.iter().map(of).fold(f64::NEG_INFINITY, f64::max) + reach;
    Area::within(
        (least(|point| point.x), least(|point| point.y)),
        (most(|point| point.x), most(|point| point.y)),
        (width, height),
    )
}

/// Draws on a picture without transparency, on its first `height` rows only.
pub(super) fn draw(mark: &Mark, picture: &mut RgbaImage, height: u32) {
    if let Some(mut pen) = Pen::on(picture, height) {
        // A shape without any extent is none, and draws nothing.
        let _ = pen.draw(mark);
    }
}

/// What a label lies on, in pixels: round corners, and an edge inside of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plate {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) radius: f32,
    pub(super) color: [u8; 3],
    pub(super) opacity: f32,
    pub(super) edge: [u8; 3],
    pub(super) edge_opacity: f32,
}

/// Draws on a picture without transparency, on its first `height` rows only.
pub(super) fn draw_plate(plate: Plate, picture: &mut RgbaImage, height: u32) {
    if let Some(mut pen) = Pen::on(picture, height) {
        // A plate without any extent is none, and draws nothing.
        let _ = pen.plate(plate);
    }
}

struct Pen<'a>(PixmapMut<'a>);

impl<'a> Pen<'a> {
    /// Draws on the first `height` rows of a picture.
    fn on(picture: &'a mut RgbaImage, height: u32) -> Option<Self> {
        let width = picture.width();
        let rows = width as usize * height as usize * 4;
        PixmapMut::from_bytes(&mut (**picture)[..rows], width, height).map(Self)
    }

    fn draw(&mut self, mark: &Mark) -> Option<()> {
        match mark {
            Mark::Arrow { tip, height } => self.arrow(*tip, *height as f32),
            Mark::Dot { center, radius } => self.dot(*center, *radius as f32),
            Mark::Ring {
                center,
                radius,
                width,
                opacity,
            } => self.ring(*center, *radius as f32, *width as f32, *opacity as f32),
            Mark::Finger {
                center,
                radius,
                opacity,
            } => self.finger(*center, *radius as f32, *opacity as f32),
            Mark::Trail { points, width } => self.trail(points, *width as f32),
        }
    }

    fn arrow(&mut self, tip: Point, height: f32) -> Option<()> {
        let unit = height / ARROW_HEIGHT;
        let outline = ARROW.map(|(x, y)| (tip.x as f32 + x * unit, tip.y as f32 + y * unit));
        let path = polygon(&outline)?;
        self.shadow(&path, unit);
        self.stroke(&path, BORDER * 2.0 * unit, PAPER, 1.0);
        self.fill(&path, INK, 1.0);
        Some(())
    }

    fn dot(&mut self, center: Point, radius: f32) -> Option<()> {
        let path = circle(center, radius)?;
        self.shadow(&path, radius / 12.0);
        self.fill(&path, ACCENT, 0.6);
        self.stroke(&path, radius * 0.2, PAPER, 0.95);
        Some(())
    }

    fn ring(&mut self, center: Point, radius: f32, width: f32, opacity: f32) -> Option<()> {
        let path = circle(center, radius)?;
        self.fill(&path, ACCENT, 0.18 * opacity);
        self.stroke(&path, width * 1.9, PAPER, 0.7 * opacity);
        self.stroke(&path, width, ACCENT, 0.95 * opacity);
        Some(())
    }

    fn finger(&mut self, center: Point, radius: f32, opacity: f32) -> Option<()> {
        let path = circle(center, radius)?;
        // Lighter first, so that it shows on its own colour too.
        self.fill(&path, PAPER, 0.2 * opacity);
        self.fill(&path, ACCENT, 0.34 * opacity);
        self.stroke(&path, radius * 0.22, PAPER, 0.75 * opacity);
        self.stroke(&path, radius * 0.1, ACCENT, 0.9 * opacity);
        Some(())
    }

    fn trail(&mut self, points: &[Point], width: f32) -> Option<()> {
        let path = ribbon(points, width)?;
        self.stroke(&path, width * 0.25, PAPER, 0.45);
        self.fill(&path, ACCENT, 0.5);
        Some(())
    }

    fn plate(&mut self, plate: Plate) -> Option<()> {
        let outline = rounded(plate.left, plate.top, plate.width, plate.height, plate.radius)?;
        self.fill(&outline, plate.color, plate.opacity);
        let inside = rounded(
            plate.left + 0.5,
            plate.top + 0.5,
            plate.width - 1.0,
            plate.height - 1.0,
            plate.radius - 0.5,
        )?;
        self.stroke(&inside, 1.0, plate.edge, plate.edge_opacity);
        Some(())
    }

    fn shadow(&mut self, path: &Path, unit: f32) {
        let fallen = path
            .clone()
            .transform(Transform::from_translate(0.0, SHADOW_DROP * unit));
        let Some(fallen) = fallen else { return };
        for layer in 1..=SHADOW_LAYERS {
            let reach = SHADOW_REACH * f32::from(layer) / f32::from(SHADOW_LAYERS);
            self.stroke(&fallen, reach * 2.0 * unit, [0; 3], SHADOW_OPACITY);
        }
    }

    fn fill(&mut self, path: &Path, color: [u8; 3], opacity: f32) {
        let paint = paint(color, opacity);
        self.0
            .fill_path(path, &paint, FillRule::Winding, Transform::identity(), None);
    }

    fn stroke(&mut self, path: &Path, width: f32, color: [u8; 3], opacity: f32) {
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        let paint = paint(color, opacity);
        self.0
            .stroke_path(path, &paint, &stroke, Transform::identity(), None);
    }
}

fn paint([red, green, blue]: [u8; 3], opacity: f32) -> Paint<'static> {
    let alpha = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
    Paint {
        shader: Shader::SolidColor(Color::from_rgba8(red, green, blue, alpha)),
        anti_alias: true,
        ..Paint::default()
    }
}

fn polygon(points: &[(f32, f32)]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let (first, rest) = points.split_first()?;
    builder.move_to(first.0, first.1);
    for (x, y) in rest {
        builder.line_to(*x, *y);
    }
    builder.close();
    builder.finish()
}

fn circle(center: Point, radius: f32) -> Option<Path> {
    PathBuilder::from_circle(center.x as f32, center.y as f32, radius)
}

/// A quarter of a circle as a cubic curve: how far its handles reach.
const QUARTER: f32 = 0.552_285;

fn rounded(left: f32, top: f32, width: f32, height: f32, radius: f32) -> Option<Path> {
    let (right, bottom) = (left + width, top + height);
    let handle = radius * (1.0 - QUARTER);
    let mut path = PathBuilder::new();
    path.move_to(left + radius, top);
    path.line_to(right - radius, top);
    path.cubic_to(right - handle, top, right, top + handle, right, top + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(
        right,
        bottom - handle,
        right - handle,
        bottom,
        right - radius,
        bottom,
    );
    path.line_to(left + radius, bottom);
    path.cubic_to(
        left + handle,
        bottom,
        left,
        bottom - handle,
        left,
        bottom - radius,
    );
    path.line_to(left, top + radius);
    path.cubic_to(left, top + handle, left + handle, top, left + radius, top);
    path.close();
    path.finish()
}

/// A band along the points: round and as wide as given at the first, without width at the last.
fn ribbon(points: &[Point], width: f32) -> Option<Path> {
    let last = points.len().checked_sub(1).filter(|last| *last > 0)?;
    let half_at = |index: usize| f64::from(width) / 2.0 * (1.0 - index as f64 / last as f64);
    let side = |index: usize, side: f64| {
        let before = points[index.saturating_sub(1)];
        let after = points[(index + 1).min(last)];
        let direction = (after.y - before.y).atan2(after.x - before.x) + side;
        beside(points[index], direction, half_at(index))
    };
    let left = (0..=last).map(|index| side(index, FRAC_PI_2));
    let right = (0..=last).rev().map(|index| side(index, -FRAC_PI_2));
    let head = (1..HEAD_CORNERS).map(|corner| {
        let turn = PI * f64::from(corner) / f64::from(HEAD_CORNERS);
        side(0, -FRAC_PI_2 - turn)
    });
    polygon(&left.chain(right).chain(head).collect::<Vec<_>>())
}

/// This many straight lines look like half a circle at the width of a trail.
const HEAD_CORNERS: u8 = 8;

fn beside(point: Point, direction: f64, distance: f64) -> (f32, f32) {
    let (sin, cos) = direction.sin_cos();
    (
        (point.x + cos * distance) as f32,
        (point.y + sin * distance) as f32,
    )
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    const GREY: u8 = 200;
    const AT: Point = Point { x: 50.0, y: 50.0 };

    fn drawn(marks: &[Mark]) -> RgbaImage {
        let mut picture = RgbaImage::from_pixel(120, 120, Rgba([GREY, GREY, GREY, 255]));
        for mark in marks {
            draw(mark, &mut picture, 120);
        }
        picture
    }

    fn arrow(x: f64, y: f64) -> Mark {
        Mark::Arrow {
            tip: Point { x, y },
            height: 38.0,
        }
    }

    fn all_marks(center: Point) -> [Mark; 5] {
        [
            Mark::Trail {
                points: vec![center, Point { x: 80.0, y: 70.0 }, Point { x: 20.0, y: 90.0 }],
                width: 7.0,
            },
            Mark::Ring {
                center,
                radius: 12.0,
                width: 3.0,
                opacity: 1.0,
            },
            Mark::Finger {
                center,
                radius: 20.0,
                opacity: 1.0,
            },
            Mark::Dot { center, radius: 9.0 },
            arrow(center.x, center.y),
        ]
    }

    #[test]
    fn the_arrow_is_dark_with_a_light_border_and_a_shadow() {
        let picture = drawn(&[arrow(50.0, 50.0)]);
        let level = |x, y| picture.get_pixel(x, y).0[0];
        for (x, y) in [(52, 60), (55, 65), (66, 72)] {
            assert!(level(x, y) < 40, "{x},{y} is {}", level(x, y));
        }
        for (x, y) in [(48, 60), (50, 48), (62, 59)] {
            assert!(level(x, y) > 230, "{x},{y} is {}", level(x, y));
        }
        // Darkest right below.
        assert!(level(52, 87) < GREY - 10 && level(52, 92) <= GREY);
        for (x, y) in [(40, 50), (50, 35), (90, 60), (50, 110)] {
            assert_eq!(level(x, y), GREY, "{x},{y}");
        }
    }

    #[test]
    fn half_a_pixel_makes_a_difference() {
        assert!(drawn(&[arrow(50.0, 50.0)]) != drawn(&[arrow(50.5, 50.0)]));
        assert!(drawn(&[arrow(50.0, 50.0)]) != drawn(&[arrow(50.0, 50.5)]));
    }

    #[test]
    fn a_ring_is_light_inside_and_a_finger_is_filled() {
        let blue = |picture: &RgbaImage, x, y| {
            let [red, _, blue, _] = picture.get_pixel(x, y).0;
            i32::from(blue) - i32::from(red)
        };
        let [_, ring, finger, ..] = all_marks(AT);
        let ring = drawn(&[ring]);
        let finger = drawn(&[finger]);
        assert!(blue(&ring, 62, 50) > 120 && blue(&ring, 50, 50) < 60);
        assert!((40..120).contains(&blue(&finger, 50, 50)) && blue(&finger, 75, 50) == 0);
        let faded = drawn(&[Mark::Finger {
            center: AT,
            radius: 20.0,
            opacity: 0.2,
        }]);
        assert!(blue(&faded, 50, 50) < blue(&finger, 50, 50) / 3);
    }

    #[test]
    fn marks_stay_within_their_area_and_opaque() {
        let plain = drawn(&[]);
        for center in [AT, Point { x: 0.4, y: 119.7 }, Point { x: -5.0, y: -5.0 }] {
            for mark in all_marks(center) {
                let picture = drawn(std::slice::from_ref(&mark));
                let mut undone = picture.clone();
                if let Some(area) = area_of(&mark, plain.dimensions()) {
                    area.copy(&plain, &mut undone);
                }
                assert!(undone == plain, "{mark:?} leaves its area");
                assert!(picture.pixels().all(|pixel| pixel.0[3] == 255));
            }
        }
    }

    #[test]
    fn marks_far_away_or_nowhere_are_left_out() {
        for x in [-1000.0, 1e300, f64::INFINITY, f64::NAN] {
            assert_eq!(area_of(&arrow(x, 50.0), (120, 120)), None, "{x}");
        }
        let area = area_of(&arrow(119.0, 119.0), (120, 120)).unwrap();
        assert_eq!((area.right, area.bottom), (120, 120));
    }
}
