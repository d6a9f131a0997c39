//! The source files as the rules of the house see them, without comments and tests, and the paths that their code
//! names.
#![allow(unreachable_pub, reason = "nothing can import a test")]

use std::fs;
use std::path::Path;

pub struct Source {
    /// Within `src/`, such as `encode/mod.rs`.
    pub path: String,
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
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
    pub fn part(&self) -> String {
        self.module().swap_remove(0)
    }

    /// Where the file's module is: `["encode", "still"]` for `encode/still.rs`.
    pub fn module(&self) -> Vec<String> {
        let path = self.path.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').map(str::to_owned).collect()
    }

    pub fn complaint(&self, at: usize, what: &str) -> String {
        let line = self.code[..at].matches('\n').count() + 1;
        format!("src/{}:{line}: {what}", self.path)
    }

    /// The paths that begin with `crate::` or `super::`, as seen from the crate's root, and where they are.
    pub fn paths(&self) -> Vec<(usize, Vec<String>)> {
        let module = self.module();
        let mut found = Vec::new();
        for (at, rest) in self.paths_below("crate::") {
            found.extend(paths_at(rest).into_iter().map(|path| (at, path)));
        }
        for (at, mut rest) in self.paths_below("super::") {
            let mut folder = &module[..module.len() - 1];
            while let Some(above) = rest.strip_prefix("super::") {
                rest = above;
                folder = &folder[..folder.len().saturating_sub(1)];
            }
            found.extend(
                paths_at(rest)
                    .into_iter()
                    .map(|path| (at, [folder, &path].concat())),
            );
        }
        found
    }

    /// The paths that this module imports from modules below it, as seen from itself.
    pub fn imports_from_below(&self) -> Vec<Vec<String>> {
        self.paths_below("use ")
            .into_iter()
            .flat_map(|(_, rest)| paths_at(rest.strip_prefix("self::").unwrap_or(rest)))
            .filter(|path| path[0] != "crate" && path[0] != "super")
            .collect()
    }

    /// Where `root` begins a path, and what follows it.
    fn paths_below(&self, root: &str) -> Vec<(usize, &str)> {
        let code = &self.code;
        code.match_indices(root)
            .filter(|(at, _)| {
                !code[..*at].ends_with(|before: char| is_name(before) || before == ':' || before == '$')
            })
            .map(|(at, _)| (at, &code[at + root.len()..]))
            .collect()
    }
}

/// All files of `src/`.
pub fn sources() -> Vec<Source> {
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

pub fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The path that begins here, name by name, or each path of a `{group}`.
fn paths_at(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        return members(group).into_iter().flat_map(paths_at).collect();
    }
    let name: String = text.chars().take_while(|c| is_name(*c) || *c == '*').collect();
    if name.is_empty() {
        return Vec::new();
    }
    let below = text[name.len()..].strip_prefix("::").map(paths_at);
    match below {
        Some(below) if !below.is_empty() => below
            .into_iter()
            .map(|path| [vec![name.clone()], path].concat())
            .collect(),
        _ => vec![vec![name]],
    }
}

/// What stands between the commas of a group that has been opened.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut begin) = (0, 0);
    let mut members = Vec::new();
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                members.push(&group[begin..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(&group[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    members
}
