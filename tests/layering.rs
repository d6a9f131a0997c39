//! The shape of the house: which part of `src/` may import which other, that files side by side do not import each other
//! in circles, which part alone knows a library or may print, and how long a file may get. Reads the source text; tests
//! within the source files are free to look around.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sources::{Source, is_name, sources};

/// What each part may import, beside itself. Data flows from the top of this table to its bottom.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("frame", &[]),
    ("error", &[]),
    ("byte_count", &[]),
    ("changed_area", &[]),
    ("aside", &["error"]),
    ("har", &[]),
    ("source", &["aside", "error"]),
    ("recording", &["har", "source", "error", "frame"]),
    ("timeline", &["recording", "error", "frame"]),
    ("browser", &["error", "frame"]),
    ("assets", &["browser", "har", "source", "error"]),
    ("player", &["browser", "recording", "error", "frame"]),
    (
        "capture",
        &["browser", "player", "timeline", "error", "frame", "changed_area"],
    ),
    ("encode", &["changed_area", "error", "frame"]),
    ("fit", &["byte_count", "encode", "error", "frame"]),
    ("story", &["encode", "timeline", "recording", "error", "frame"]),
    ("overlay", &["story", "timeline", "frame"]),
    (
        "beside",
        &["encode", "overlay", "timeline", "recording", "error", "frame"],
    ),
    ("output", &["error"]),
    ("frame_hashes", &["error", "frame"]),
    ("similarity", &[]),
    ("pipeline", ALL_BUT_CLI),
    ("cli", ALL_BUT_CLI),
];

const ALL_BUT_CLI: &[&str] = &[
    "frame",
    "error",
    "aside",
    "har",
    "source",
    "recording",
    "byte_count",
    "changed_area",
    "timeline",
    "browser",
    "assets",
    "player",
    "capture",
    "encode",
    "fit",
    "story",
    "overlay",
    "beside",
    "output",
    "frame_hashes",
    "similarity",
    "pipeline",
];

/// What the table of ARCHITECTURE.md leaves out.
const KNOWN_WIDELY: [&str; 2] = ["error", "frame"];

/// Words that belong to one part alone, and what to do where another part wants them.
const BELONGS_TO: &[(&str, &str, &str)] = &[
    (
        "chromiumoxide",
        "browser",
        "only src/browser knows CDP: give it a function that does what is needed and call that",
    ),
    (
        "ffmpeg_next",
        "encode",
        "only src/encode knows FFmpeg: give it a function that does what is needed and call that",
    ),
    (
        "tiny_skia",
        "overlay",
        "only src/overlay draws: give it a mark for what is to be seen",
    ),
    (
        "cosmic_text",
        "overlay",
        "only src/overlay sets text: give it a label for what is to be read",
    ),
    (
        "reqwest",
        "source",
        "only src/source talks to servers: its client reaches public addresses only",
    ),
    ("println!", "cli", PRINTING),
    ("eprintln!", "cli", PRINTING),
    ("print!", "cli", PRINTING),
    ("eprint!", "cli", PRINTING),
    (
        "process::exit",
        "cli",
        "only src/cli ends the program: return an Error, whose kind has the exit code",
    ),
];
const PRINTING: &str = "only src/cli prints: return what there is to say, or send it as a progress event";

const MOST_LINES: usize = 500;

#[test]
fn imports_go_one_way() {
    complain(sources().iter().flat_map(wrong_imports));
}

#[test]
fn files_side_by_side_do_not_import_each_other_in_circles() {
    complain(Neighbors::of(&sources()).circle().into_iter());
}

#[test]
fn libraries_and_printing_stay_in_their_part() {
    complain(sources().iter().flat_map(strayed_words));
}

#[test]
fn files_stay_short() {
    complain(sources().iter().filter_map(too_long));
}

#[test]
fn the_table_names_every_part() {
    let parts: BTreeSet<String> = sources().into_iter().map(|source| source.part()).collect();
    let named: BTreeSet<String> = MAY_IMPORT
        .iter()
        .map(|(part, _)| (*part).to_owned())
        .chain(["lib".to_owned(), "main".to_owned()])
        .collect();
    assert_eq!(parts, named, "bring MAY_IMPORT in line with the parts of src/");
}

#[test]
fn the_document_says_what_each_part_may_import() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let said = documented_imports(&fs::read_to_string(path).unwrap());
    let allowed = MAY_IMPORT.iter().map(|(part, imports)| {
        let imports = imports
            .iter()
            .filter(|name| *name != part && !KNOWN_WIDELY.contains(name));
        (
            (*part).to_owned(),
            imports.map(|name| (*name).to_owned()).collect(),
        )
    });
    let allowed: BTreeMap<String, BTreeSet<String>> = allowed.collect();
    let parts: BTreeSet<&String> = said.keys().chain(allowed.keys()).collect();
    complain(parts.into_iter().filter_map(|part| {
        let (said, allowed) = (said.get(part), allowed.get(part));
        let what = format!("ARCHITECTURE.md says that {part} knows {said:?}, MAY_IMPORT says {allowed:?}");
        (said != allowed).then_some(what)
    }));
}

/// Fails with all complaints at once.
fn complain(complaints: impl Iterator<Item = String>) {
    let complaints: Vec<String> = complaints.collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn wrong_imports(source: &Source) -> Vec<String> {
    let part = source.part();
    // lib.rs only lists the parts; the rules are about who uses them.
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == part) else {
        return Vec::new();
    };
    let imported: BTreeSet<(usize, String)> = source
        .paths()
        .into_iter()
        .map(|(at, mut path)| (at, path.swap_remove(0)))
        .collect();
    imported
        .into_iter()
        .filter(|(_, imported)| *imported != part && !allowed.contains(&imported.as_str()))
        .map(|(at, imported)| {
            let what = format!(
                "{part} must not know {imported}: move what both need into a part that both may import \
                 (see MAY_IMPORT in tests/layering.rs), or let the caller hand it in"
            );
            source.complaint(at, &what)
        })
        .collect()
}

/// What the table of ARCHITECTURE.md says that each part of `src/` knows.
fn documented_imports(document: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut rows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in document.lines().filter(|line| line.starts_with("| `src/")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let ["", place, _, knows, ""] = cells[..] else {
            panic!("not a row of three: {row}");
        };
        let knows = match knows {
            "nothing" => BTreeSet::new(),
            "all above" => rows
                .keys()
                .filter(|part| !KNOWN_WIDELY.contains(&part.as_str()))
                .cloned()
                .collect(),
            names => names.split(", ").map(str::to_owned).collect(),
        };
        let part = place.trim_matches('`').trim_start_matches("src/");
        let part = part.trim_end_matches(".rs").trim_end_matches('/');
        rows.insert(part.to_owned(), knows);
    }
    rows
}

/// For each file and folder of `src/`, those beside it that its code names, and where.
struct Neighbors(BTreeMap<String, BTreeMap<String, String>>);

impl Neighbors {
    fn of(sources: &[Source]) -> Self {
        let modules: BTreeSet<String> = sources.iter().map(|source| source.module().join("/")).collect();
        // By how it can be named: what a folder's own file imports from below is named as if it were the folder's.
        let mut holders: BTreeMap<String, &String> = BTreeMap::new();
        for source in sources {
            let folder = source.module().join("/");
            for path in source.imports_from_below() {
                if let Some(module) = modules.get(&format!("{folder}/{}", path[0])) {
                    holders.insert(format!("{folder}/{}", path[path.len() - 1]), module);
                }
            }
        }
        holders.extend(modules.iter().map(|module| (module.clone(), module)));
        let mut neighbors = Self(BTreeMap::new());
        for source in sources {
            let from = source.module();
            for (at, path) in source.paths() {
                let shared = from.iter().zip(&path).take_while(|(a, b)| a == b).count();
                let (Some(_), Some(_)) = (from.get(shared), path.get(shared)) else {
                    continue;
                };
                let from = from[..=shared].join("/");
                let to = holders.get(&path[..=shared].join("/"));
                if let Some(to) = to.filter(|to| **to != &from) {
                    let place = source.complaint(at, to);
                    neighbors.0.entry(from).or_default().insert((*to).clone(), place);
                }
            }
        }
        neighbors
    }

    /// The first circle: a complaint that names each import in it.
    fn circle(&self) -> Option<String> {
        let (mut way, mut seen) = (Vec::new(), BTreeSet::new());
        let mut files = self.0.keys();
        files.find_map(|file| self.circle_from(file, &mut way, &mut seen))
    }

    fn circle_from<'a>(
        &'a self,
        begin: &'a str,
        way: &mut Vec<&'a str>,
        seen: &mut BTreeSet<&'a str>,
    ) -> Option<String> {
        if let Some(at) = way.iter().position(|passed| *passed == begin) {
            let next = way[at + 1..].iter().chain([&begin]);
            let places: Vec<&str> = way[at..]
                .iter()
                .zip(next)
                .map(|(from, to)| self.0[*from][*to].as_str())
                .collect();
            return Some(format!(
                "these import each other in a circle: move what they share into a file of its own\n{}",
                places.join("\n")
            ));
        }
        if !seen.insert(begin) {
            return None;
        }
        way.push(begin);
        let mut next = self.0.get(begin).into_iter().flat_map(BTreeMap::keys);
        let circle = next.find_map(|to| self.circle_from(to, way, seen));
        way.pop();
        circle
    }
}

fn strayed_words(source: &Source) -> Vec<String> {
    let part = source.part();
    let mut complaints = Vec::new();
    for (word, home, what_to_do) in BELONGS_TO {
        if part == *home {
            continue;
        }
        for (at, _) in source.code.match_indices(word) {
            if !source.code[..at].ends_with(is_name) {
                complaints.push(source.complaint(at, &format!("`{word}`: {what_to_do}")));
            }
        }
    }
    complaints
}

fn too_long(source: &Source) -> Option<String> {
    let lines = source.code.lines().count();
    let what = format!("{lines} lines before its tests; {MOST_LINES} are the most: split it by what it does");
    (lines > MOST_LINES).then(|| format!("src/{}: {what}", source.path))
}

#[test]
fn the_scanner_finds_wrong_imports() {
    for (path, text, found) in [
        ("encode/mod.rs", "use crate::capture::Shot;", Some("capture")),
        (
            "encode/mod.rs",
            "use super::timeline::RenderPlan;",
            Some("timeline"),
        ),
        ("encode/libav.rs", "use super::super::browser;", Some("browser")),
        ("encode/libav.rs", "fn f(x: &crate::cli::Args) {}", Some("cli")),
        (
            "output.rs",
            "use crate::{\n    error::{Error, Kind},\n    player::Player,\n};",
            Some("player"),
        ),
        ("frame.rs", "pub use crate::error::Error;", Some("error")),
        (
            "timeline/plan.rs",
            "use crate::nothing_known::X;",
            Some("nothing_known"),
        ),
        ("encode/libav.rs", "use super::format::Codec;", None),
        (
            "encode/libav.rs",
            "use crate::{error::{self, Kind}, frame::Fps};",
            None,
        ),
        ("encode/mod.rs", "// use crate::capture::Shot;", None),
        (
            "encode/mod.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::capture::Shot;\n}",
            None,
        ),
        ("encode/mod.rs", "use chromiumoxide_crate::capture::Shot;", None),
    ] {
        let complaints = wrong_imports(&Source::new(path, text));
        match found {
            Some(part) => {
                assert_eq!(complaints.len(), 1, "{text}: {complaints:?}");
                let named = format!("must not know {part}:");
                assert!(complaints[0].contains(&named), "{text}: {complaints:?}");
            }
            None => assert!(complaints.is_empty(), "{text}: {complaints:?}"),
        }
    }
}

#[test]
fn the_scanner_finds_circles() {
    let circle = |files: &[(&str, &str)]| {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        Neighbors::of(&sources).circle()
    };
    let one_way = ("encode/a.rs", "use super::b::B;");
    assert_eq!(circle(&[one_way, ("encode/b.rs", "")]), None);
    assert_eq!(circle(&[one_way, ("encode/b.rs", "// use super::a::A;")]), None);
    // The folder's own file may know all in it.
    let folder = ("encode/mod.rs", "mod a;\npub(super) use a::{A, Other};");
    assert_eq!(circle(&[folder, ("encode/a.rs", "use super::{A, Own};")]), None);
    for back in [
        "fn f() {\n    super::a::f();\n}",
        "\nuse crate::{encode::{a::{self, A}}, error::Error};",
        "\nuse super::{Own, Other};",
    ] {
        let found = circle(&[folder, one_way, ("encode/b.rs", back)]).unwrap();
        let places = "\nsrc/encode/a.rs:1: encode/b\nsrc/encode/b.rs:2: encode/a";
        assert!(found.ends_with(places), "{found}");
    }
    // Folders side by side, by files deep in them.
    let found = circle(&[
        ("recording/a/x/y.rs", "use super::super::super::b::B;"),
        ("recording/b/mod.rs", "use super::c;"),
        ("recording/c.rs", "use super::a::x::y::Y;"),
        ("recording/a/mod.rs", ""),
    ]);
    let found = found.unwrap();
    assert_eq!(found.lines().count(), 4, "{found}");
}

#[test]
fn the_document_is_read_as_it_is_meant() {
    let known = documented_imports(
        "| place | holds | knows |\n|---|---|---|\n| `src/error.rs` | kinds | nothing |\n\
         | `src/source/` | bytes | nothing |\n| `src/output.rs` | a file | source |\n\
         | `src/cli/` | words | all above |\n| `tests/` | tests | the program |\n",
    );
    let names = |part: &str| {
        known[part]
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(known.len(), 4);
    assert_eq!(
        ["error", "source", "output", "cli"].map(names),
        ["", "", "source", "output source"]
    );
}

#[test]
fn the_scanner_finds_strayed_words_and_long_files() {
    let complaints_about = |path, text: &str| strayed_words(&Source::new(path, text));
    let printing = "fn f() {\n    eprintln!(\"no\");\n}";
    assert_eq!(
        complaints_about("capture/mod.rs", printing),
        [format!("src/capture/mod.rs:2: `eprintln!`: {PRINTING}")]
    );
    assert!(complaints_about("cli/print.rs", printing).is_empty());
    assert_eq!(
        complaints_about("pipeline.rs", "use chromiumoxide_cdp::cdp;").len(),
        1
    );
    assert_eq!(
        complaints_about("browser/page.rs", "use ffmpeg_next::codec;").len(),
        1
    );
    assert_eq!(complaints_about("main.rs", "std::process::exit(1)").len(), 1);
    assert!(complaints_about("main.rs", "use std::process::ExitCode;").is_empty());

    assert!(too_long(&Source::new("a.rs", &"x\n".repeat(501))).is_some());
    let tested = format!("{}#[cfg(test)]\n{}", "x\n".repeat(500), "x\n".repeat(500));
    assert!(too_long(&Source::new("a.rs", &tested)).is_none());
}
