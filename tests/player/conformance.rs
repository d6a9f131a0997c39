//! The recordings of rrweb's own replay tests, each with what must be seen of it at which session time.

use std::collections::BTreeSet;
use std::fs;

use image::RgbImage;

use crate::common::shared;
use crate::common::video::{Color, HashedFrame, Rendered, render};
use crate::unrecorded::is_labelled;
use crate::{BLUE, RED, WHITE};

const FOLDER: &str = "rrweb-conformance";
const GOLD: Color = [255, 215, 0];
const YELLOW: Color = [255, 255, 0];
const BACKDROP: Color = [230, 230, 230];

/// Something that must be seen.
enum Probe {
    /// The colour of a pixel at a session time in milliseconds.
    Pixel(u64, (u32, u32), Color),
    /// The area of this width and height in the corner has words of a colour.
    Words(u64, (u32, u32), Color),
    /// Every picture is of this colour all over: it is about what cannot be seen.
    Plain(Color),
    /// The session times at which the picture changes.
    Changes(&'static [u64]),
    /// A box with a label, whose left upper corner is here.
    Labelled(u64, (u32, u32, u32, u32)),
}

use Probe::{Changes, Labelled, Pixel, Plain, Words};

const RECORDINGS: &[(&str, &[Probe])] = &[
    (
        "adopted-style-sheet-empty-replace.emptyReplaceEvents",
        &[Pixel(250, (600, 15), BLUE), Pixel(300, (600, 15), WHITE)],
    ),
    (
        "adopted-style-sheet-empty-replace.emptyReplaceSyncEvents",
        &[Pixel(250, (600, 15), RED), Pixel(300, (600, 15), WHITE)],
    ),
    (
        "adopted-style-sheet-modification",
        &[
            Words(350, (200, 30), YELLOW),
            Words(550, (200, 30), [0, 128, 0]),
            Pixel(550, (9, 9), WHITE),
            Pixel(600, (9, 9), BLUE),
        ],
    ),
    (
        "adopted-style-sheet",
        &[
            Words(250, (200, 60), YELLOW),
            Words(300, (200, 60), RED),
            Words(300, (320, 180), BLUE),
            Words(550, (200, 100), [0, 128, 0]),
        ],
    ),
    ("bad-style", &[Changes(&[3])]),
    ("bad-textarea", &[Words(50, (180, 40), [0, 0, 0]), Changes(&[50])]),
    (
        "canvas-in-iframe",
        &[Changes(&[0, 500]), Pixel(500, (33, 23), [0, 0, 0])],
    ),
    ("custom-element-define-class", &[Plain(WHITE)]),
    (
        "dialog-playback",
        &[
            Changes(&[0, 1500, 2000, 2500, 2600, 2700, 3000, 3500, 3999]),
            Pixel(1600, (20, 20), WHITE),
            Pixel(2500, (20, 20), BACKDROP),
            Pixel(2600, (20, 20), WHITE),
            Pixel(2700, (20, 20), BACKDROP),
        ],
    ),
    ("document-replacement", &[Plain(WHITE)]),
    ("example-rrvideo", &[Changes(&[0, 200, 300])]),
    ("hover", &[Pixel(0, (50, 50), WHITE), Pixel(150, (50, 50), GOLD)]),
    ("iframe-shadowdom-hover", &[Changes(&[0])]),
    (
        "iframe",
        &[Changes(&[0, 500, 1000]), Words(500, (300, 40), [0, 0, 0])],
    ),
    (
        "input",
        &[Changes(&[0, 1000, 1500, 2000, 2500, 3000, 3500, 4000])],
    ),
    (
        "nested-style-declaration",
        &[
            Pixel(100, (100, 22), BLUE),
            Pixel(200, (100, 22), RED),
            Pixel(350, (600, 12), WHITE),
            Pixel(400, (600, 12), RED),
            Pixel(500, (600, 48), [128, 0, 128]),
            Pixel(600, (600, 48), WHITE),
        ],
    ),
    ("ordering", &[Words(35, (120, 30), [0, 0, 0]), Changes(&[35])]),
    ("scroll-with-parent-styles", &[Changes(&[0, 500, 1000, 2000])]),
    (
        "scroll",
        &[
            Changes(&[0, 500, 1000, 1500, 2000]),
            Pixel(900, (4, 20), WHITE),
            Pixel(900, (500, 2), WHITE),
            Pixel(1500, (500, 2), YELLOW),
            Pixel(2000, (500, 20), WHITE),
        ],
    ),
    ("selection", &[Changes(&[0, 300, 400])]),
    ("shadow-dom", &[Changes(&[0, 500, 1000])]),
    (
        "style-declaration-missing-rule",
        &[Changes(&[0]), Words(0, (120, 30), BLUE)],
    ),
    (
        "style-sheet-rule-events",
        &[Changes(&[0, 1000, 2500]), Words(1000, (120, 40), BLUE)],
    ),
    ("style-sheet-text-mutation", &[Plain(WHITE)]),
    (
        "video-playback-on-full-snapshot",
        &[Labelled(1000, (8, 81, 300, 150))],
    ),
    ("video-playback", &[Labelled(1000, (8, 81, 300, 150))]),
    (
        "webgl",
        &[Pixel(950, (100, 50), WHITE), Pixel(971, (100, 50), RED)],
    ),
];

const FRAMES_A_SECOND: u64 = 20;

#[test]
fn every_recording_of_rrwebs_own_tests_looks_as_it_should() {
    let mut failures = Vec::new();
    for (name, probes) in RECORDINGS {
        let Some(input) = shared(&format!("{FOLDER}/{name}.json")) else {
            continue;
        };
        let arguments = format!(
            "--fps {FRAMES_A_SECOND} --capture damage --size native --idle keep --cursor none --end 4.2"
        );
        let rendered = render(&input, &arguments);
        let failed = probes.iter().filter_map(|probe| failure(&rendered, probe));
        failures.extend(failed.map(|what| format!("{name}: {what}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_table_has_all_of_rrwebs_recordings() {
    let Some(folder) = shared(FOLDER) else { return };
    let names = fs::read_dir(folder).unwrap().map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".json").unwrap().to_owned()
    });
    let known = RECORDINGS.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(names.collect::<BTreeSet<_>>(), known.collect());
}

/// What is seen instead of what must be.
fn failure(rendered: &Rendered, probe: &Probe) -> Option<String> {
    match probe {
        Pixel(ms, (x, y), color) => {
            let found = at(rendered, *ms).get_pixel(*x, *y).0;
            is_far(found, *color).then(|| format!("{found:?} at {x},{y} and {ms} ms, not {color:?}"))
        }
        Words(ms, area, color) => {
            let found = words(&at(rendered, *ms), *area, *color);
            (found < 15).then(|| format!("{found} pixels of words in {color:?} at {ms} ms"))
        }
        Plain(color) => {
            let picture = rendered.at(0);
            let other = picture.pixels().filter(|pixel| is_far(pixel.0, *color)).count();
            (other > 0 || changes(rendered).len() > 1).then(|| format!("{other} pixels are not {color:?}"))
        }
        Changes(times) => {
            let found = changes(rendered);
            (found != *times).then(|| format!("changes at {found:?} ms, not at {times:?}"))
        }
        Labelled(ms, area) => {
            (!is_labelled(&at(rendered, *ms), *area)).then(|| format!("no label at {area:?} and {ms} ms"))
        }
    }
}

fn is_far(found: Color, wanted: Color) -> bool {
    found
        .iter()
        .zip(wanted)
        .any(|(found, wanted)| found.abs_diff(wanted) > 12)
}

/// The picture of the last frame that is not after a session time.
fn at(rendered: &Rendered, session_ms: u64) -> RgbImage {
    let shown = |frame: &&HashedFrame| frame.session_ms <= session_ms as f64 + 0.5;
    let index = rendered.hashes.iter().take_while(shown).count().max(1) as u64 - 1;
    rendered.at(index * 1000 / FRAMES_A_SECOND)
}

/// How many pixels of an area are like thin letters of a colour on white: mixed with it, in any part.
fn words(picture: &RgbImage, (width, height): (u32, u32), color: Color) -> usize {
    let taken = |pixel: Color| pixel.map(|level| 255.0 - f64::from(level));
    let product = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let length = |a: [f64; 3]| product(a, a).sqrt();
    let wanted = taken(color);
    let is_like = |pixel: Color| {
        let found = taken(pixel);
        length(found) > 60.0 && product(found, wanted) / (length(found) * length(wanted)) > 0.93
    };
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    pixels
        .filter(|(x, y)| is_like(picture.get_pixel(*x, *y).0))
        .count()
}

fn changes(rendered: &Rendered) -> Vec<u64> {
    let mut before = "";
    let mut times = Vec::new();
    for frame in &rendered.hashes {
        if frame.hash != before {
            times.push(frame.session_ms.round() as u64);
        }
        before = &frame.hash;
    }
    times
}
