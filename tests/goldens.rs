//! Pictures of the bundled recordings against golden ones, which people have looked at. `make bless` takes today's
//! pictures as the golden ones. Fonts differ a little between machines, so the comparison is tolerant.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::video::render;
use common::{element, event, fixture, recording, render_command, succeed, write};
use image::{GenericImage, Pixel, Rgb, RgbImage};
use serde_json::{Value, json};

/// Golden pictures are part of the repository.
const MOST_BYTES: u64 = 64 * 1024;
/// A pixel with a channel this far off is wrong.
const WRONG: u8 = 24;

/// How far a picture may be off.
#[derive(Debug, Clone, Copy)]
struct Tolerance {
    /// The mean difference of all channels.
    mean: f64,
    /// The part of all pixels that may be wrong.
    wrong: f64,
}

/// For pages, whose fonts are the machine's.
const FONTS: Tolerance = Tolerance {
    mean: 4.0,
    wrong: 0.03,
};
/// For what has its fonts built in.
const NO_FONTS: Tolerance = Tolerance {
    mean: 0.3,
    wrong: 0.0005,
};

#[test]
fn the_product_under_the_mouse_is_raised() {
    compare("shop-products", "shop-checkout.json", 2.8, "320x180");
}

#[test]
fn the_checkout_form_is_filled_in() {
    compare("shop-form", "shop-checkout.json", 26.5, "320x180");
}

#[test]
fn the_menu_is_open_on_the_phone() {
    compare("phone-menu", "phone-menu.json", 4.0, "195x422");
}

#[test]
fn the_screen_of_an_app_is_drawn_from_its_wireframes() {
    compare("mobile-trip", "mobile-wireframes.json", 1.0, "160x346");
}

#[test]
fn all_inputs_of_an_app_are_drawn() {
    compare("mobile-form", "mobile-wireframes.json", 3.6, "160x346");
}

#[test]
fn the_keyboard_covers_the_form_that_has_changed() {
    compare("mobile-keyboard", "mobile-wireframes.json", 5.0, "160x346");
}

#[test]
fn what_was_never_recorded_is_labelled() {
    compare("unrecorded", "unrecorded.json", 0.0, "416x182");
}

#[test]
fn words_are_written_large() {
    compare_words("words-1280", "1280x754");
}

#[test]
fn words_are_written_small() {
    compare_words("words-640", "640x360");
}

/// A page without words, whose fonts might be others, with all words that we write: a click, what is typed and a note, and a note.
fn wordless_page() -> Value {
    let a_box = |id: u64, tag: &str, name: &str, style: &str| {
        let style = format!("position: absolute; {style}");
        element(id, tag, &json!({"style": style, "aria-label": name}), &[])
    };
    let body = element(
        10,
        "body",
        &json!({"style": "margin: 0; background: #eef1f5"}),
        &[
            a_box(
                11,
                "div",
                "",
                "inset: 0 0 auto 0; height: 64px; background: #1f3a5f",
            ),
            a_box(
                12,
                "div",
                "",
                "left: 160px; top: 140px; width: 640px; height: 420px; background: #fff",
            ),
            a_box(
                13,
                "button",
                "Pay now",
                "left: 840px; top: 140px; width: 280px; height: 180px; background: #d9822b",
            ),
            a_box(
                14,
                "input",
                "E-mail",
                "left: 200px; top: 200px; width: 300px; height: 32px; border: 0; color: #fff",
            ),
        ],
    );
    let mut page = recording(
        &body,
        &[
            event(
                400,
                &json!({"source": 2, "type": 2, "id": 13, "x": 900, "y": 220}),
            ),
            event(600, &json!({"source": 5, "id": 14, "text": "anna@home.example"})),
            event(1000, &json!({"source": 3, "id": 1, "x": 0, "y": 0})),
        ],
    );
    page[0]["data"] =
        json!({"href": "https://shop.example/checkout/address?token=1", "width": 1280, "height": 720});
    page
}

/// Compares all words on a page with the golden picture `name`, or makes it that when blessing. Their fonts are built in.
fn compare_words(name: &str, size: &str) {
    let folder = tempfile::tempdir().unwrap();
    let input = write(folder.path(), "page.json", &wordless_page());
    let pictures = folder.path().join("pictures");
    let mut command = render_command(&input, &pictures);
    command.args(["--format=png", "--fps=10", "--capture=damage", "--cursor=none"]);
    command.args([
        "--footer",
        "--captions=burn",
        "--keys",
        "--title=The order that nobody got",
    ]);
    command.args(["--annotate=0.2:Here the total is wrong", "--size", size]);
    succeed(&mut command);
    let last = fs::read_dir(&pictures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "png"))
        .max()
        .unwrap();
    compare_picture(name, &image::open(last).unwrap().into_rgb8(), NO_FONTS);
}

#[test]
fn the_dialog_is_open_over_the_page() {
    compare("shop-dialog", "shop-checkout.json", 30.0, "320x180");
}

#[test]
fn golden_pictures_are_small() {
    let entries = fs::read_dir(goldens()).unwrap();
    let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    assert!(paths.len() > 1, "{paths:?}");
    for path in paths {
        let bytes = fs::metadata(&path).unwrap().len();
        assert!(
            bytes <= MOST_BYTES,
            "{} has {bytes} bytes; {MOST_BYTES} are the most: choose a smaller --size",
            path.display()
        );
    }
}

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens")
}

/// Compares the page at a session time with the golden picture `name`, or makes it that when blessing.
fn compare(name: &str, recording: &str, session_s: f64, size: &str) {
    let end = session_s + 0.1;
    let arguments = format!("--fps 10 --capture damage --size {size} --start {session_s} --end {end}");
    let rendered = render(&fixture(recording), &arguments);
    compare_picture(name, &rendered.at(0), FONTS);
}

fn compare_picture(name: &str, actual: &RgbImage, tolerance: Tolerance) {
    let path = goldens().join(format!("{name}.png"));
    if std::env::var_os("BLESS").is_some() {
        actual.save(&path).unwrap();
        return;
    }
    let expected = image::open(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; `make bless` makes it", path.display()))
        .into_rgb8();
    if let Some(difference) = Difference::between(&expected, actual, tolerance) {
        let shown = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("golden-{name}.png"));
        side_by_side(&expected, actual).save(&shown).unwrap();
        panic!(
            "{name} {difference}.\nExpected, actual and difference are side by side in {}\n\
             If it is right as it is now, run `make bless` and commit {}",
            shown.display(),
            path.display()
        );
    }
}

/// More of a difference than another machine's fonts make.
enum Difference {
    Size,
    Pixels {
        mean: f64,
        wrong: f64,
        tolerance: Tolerance,
    },
}

impl Difference {
    fn between(expected: &RgbImage, actual: &RgbImage, tolerance: Tolerance) -> Option<Self> {
        if expected.dimensions() != actual.dimensions() {
            return Some(Self::Size);
        }
        let mut sum = 0.0;
        let mut wrong = 0.0;
        for (expected, actual) in expected.pixels().zip(actual.pixels()) {
            let off = channels_off(*expected, *actual);
            sum += off.iter().copied().map(f64::from).sum::<f64>();
            if off.iter().any(|channel| *channel > WRONG) {
                wrong += 1.0;
            }
        }
        let pixels = f64::from(expected.width()) * f64::from(expected.height());
        let (mean, wrong) = (sum / (pixels * 3.0), wrong / pixels);
        (mean > tolerance.mean || wrong > tolerance.wrong).then_some(Self::Pixels {
            mean,
            wrong,
            tolerance,
        })
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Size => write!(f, "has another size"),
            Self::Pixels {
                mean,
                wrong,
                tolerance,
            } => write!(
                f,
                "differs by {mean:.1} on average ({} is the most), and {:.2}% of its pixels are off by more than {WRONG} \
                 ({:.2}% are the most)",
                tolerance.mean,
                wrong * 100.0,
                tolerance.wrong * 100.0
            ),
        }
    }
}

fn channels_off(a: Rgb<u8>, b: Rgb<u8>) -> [u8; 3] {
    a.map2(&b, u8::abs_diff).0
}

fn side_by_side(expected: &RgbImage, actual: &RgbImage) -> RgbImage {
    let width = expected.width().max(actual.width());
    let height = expected.height().max(actual.height());
    let mut sheet = RgbImage::new(width * 3, height);
    sheet.copy_from(expected, 0, 0).unwrap();
    sheet.copy_from(actual, width, 0).unwrap();
    for x in 0..expected.width().min(actual.width()) {
        for y in 0..expected.height().min(actual.height()) {
            let off = channels_off(*expected.get_pixel(x, y), *actual.get_pixel(x, y));
            sheet.put_pixel(
                width * 2 + x,
                y,
                Rgb(off.map(|channel| channel.saturating_mul(4))),
            );
        }
    }
    sheet
}

#[test]
fn a_moved_block_is_a_difference_and_faint_noise_is_none() {
    let plain = RgbImage::from_pixel(100, 100, Rgb([200; 3]));
    let noisy = RgbImage::from_fn(100, 100, |x, y| Rgb([200 + (x * y % 7) as u8; 3]));
    let blocked = RgbImage::from_fn(
        100,
        100,
        |x, y| Rgb([if x < 20 && y < 20 { 100 } else { 200 }; 3]),
    );
    assert!(Difference::between(&plain, &noisy, FONTS).is_none());
    let difference = Difference::between(&plain, &blocked, FONTS).unwrap().to_string();
    assert!(difference.contains("4.00% of its pixels"), "{difference}");
    assert!(Difference::between(&plain, &RgbImage::new(9, 9), FONTS).is_some());
    assert_eq!(side_by_side(&plain, &blocked).dimensions(), (300, 100));
}
