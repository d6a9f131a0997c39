//! The shape of the house: which part of `src/` may import which other, which part alone knows a library or may
//! print, and how long a file may get. Reads the source text; tests within the source files are free to look around.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What each part may import, beside itself. Data flows from the top of this table to its bottom.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("frame", &[]),
    ("error", &[]),
    ("changed_area", &[]),
    ("aside", &["error"]),
    ("source", &["aside", "error"]),
    ("recording", &["source", "error", "frame"]),
    ("timeline", &["recording", "error", "frame"]),
    ("browser", &["error", "frame"]),
    ("assets", &["browser", "source", "error"]),
    ("player", &["browser", "recording", "error", "frame"]),
    (
        "capture",
        &["browser", "player", "timeline", "error", "frame", "changed_area"],
    ),
    ("encode", &["changed_area", "error", "frame"]),
    ("fit", &["encode", "error", "frame"]),
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
    "source",
    "recording",
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

/// A source file as the rules see it: without its comments and its tests.
struct Source {
    /// Within `src/`, such as `encode/mod.rs`.
    path: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let code = text
            .lines()
            .take_while(|line| line.trim() != "#[cfg(test)]")
            .map(|line| {
                if line.trim_start().starts_with("//") {
                    ""
                } else {
                    line
                }
            })
            .collect::<Vec<_>>()
            .join("\n");
        Self {
            path: path.to_owned(),
            code,
        }
    }

    /// `encode` for `encode/mod.rs`, `output` for `output.rs`.
    fn part(&self) -> String {
        self.module().swap_remove(0)
    }

    /// Where the file's module is: `["encode", "still"]` for `encode/still.rs`.
    fn module(&self) -> Vec<String> {
        let path = self.path.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').map(str::to_owned).collect()
    }

    fn complaint(&self, at: usize, what: &str) -> String {
        let line = self.code[..at].matches('\n').count() + 1;
        format!("src/{}:{line}: {what}", self.path)
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                sources.push(Source::new(&name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(sources.len() > 20, "the sources were not found");
    sources
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
    imported_parts(source)
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

/// The parts of the crate that a file names by `crate::` or by enough `super::`, and where.
fn imported_parts(source: &Source) -> Vec<(usize, String)> {
    let to_root = "super::".repeat(source.module().len());
    let mut found = Vec::new();
    for root in ["crate::", &to_root] {
        for (at, rest) in paths_below(&source.code, root) {
            found.extend(first_names(rest).into_iter().map(|name| (at, name)));
        }
    }
    found
}

/// Where `root` begins a path, and what follows it.
fn paths_below<'a>(code: &'a str, root: &str) -> Vec<(usize, &'a str)> {
    code.match_indices(root)
        .filter(|(at, _)| {
            !code[..*at].ends_with(|before: char| is_name(before) || before == ':' || before == '$')
        })
        .map(|(at, _)| (at, &code[at + root.len()..]))
        .collect()
}

/// The first name of a path, or of each path in a `{group}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |path: &str| {
        path.trim_start()
            .chars()
            .take_while(|c| is_name(*c))
            .collect::<String>()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut depth = 0;
    let mut names = vec![name(group)];
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
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
