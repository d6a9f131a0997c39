//! What the integration tests share: the program, the bundled recordings, recordings made by hand, the shared
//! ones where they are at hand.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file compiles all of this and uses its own part"
)]

pub mod asset_server;
pub mod posthog_server;
pub mod processes;
pub mod video;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// The program under test.
pub fn replaycast() -> Command {
    Command::new(env!("CARGO_BIN_EXE_replaycast"))
}

/// The command that renders a recording to a file, and says nothing but errors. Options can follow.
pub fn render_command(input: &Path, output: &Path) -> Command {
    let mut command = replaycast();
    command.arg("render").arg(input).arg("--quiet");
    command.arg("--output").arg(output);
    command
}

/// Runs the program and insists that it succeeds.
pub fn succeed(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}",
        stderr(&output)
    );
    output
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Insists on a failure that people and programs can read.
pub fn assert_fails(output: &Output, case: &str, code: i32, says: &str, hints: bool) {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{case}:\n{text}");
    let starting = |prefix: &str| text.lines().filter(|line| line.starts_with(prefix)).count();
    assert_eq!(starting("error: "), 1, "{case}:\n{text}");
    assert_eq!(starting("hint: "), usize::from(hints), "{case}:\n{text}");
    assert!(text.contains(says), "{case} does not say '{says}':\n{text}");
    assert!(!text.contains("panicked"), "{case}:\n{text}");
    assert!(output.stdout.is_empty(), "{case}");
}

/// What a file of JSON says.
pub fn read_json(path: &Path) -> Value {
    let json = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&json).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A recording that is part of the project.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// Says that a test leaves something out, and why, even if the test passes.
pub fn skip(why: &str) {
    // Not eprintln: the test harness swallows that of a test that passes.
    std::io::stderr()
        .write_all(format!("SKIPPED: {why}\n").as_bytes())
        .expect("standard error can be written");
}

/// A recording from the shared folder beside the project, or with `.` the folder itself; says so loudly and gives None
/// where there is none.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("REPLAYCAST_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = folder.join("recordings").join(name);
    if path.exists() {
        return Some(path);
    }
    skip(&format!("{} is not there; see REPLAYCAST_SHARED", path.display()));
    None
}

/// Session time 0 of a [`recording`], as epoch time.
pub const STARTED: u64 = 1000;

/// A small recording written by hand: one page in a 320x240 window, then the events given.
pub fn recording(body: &Value, then: &[Value]) -> Value {
    let mut events = vec![
        json!({"type": 4, "timestamp": STARTED, "data": {"href": "https://page.example/", "width": 320, "height": 240}}),
        full_snapshot(STARTED, body),
    ];
    events.extend_from_slice(then);
    Value::Array(events)
}

/// A full snapshot of a document with this serialized `body` node; its html element has id 3, its head id 4.
pub fn full_snapshot(timestamp: u64, body: &Value) -> Value {
    json!({"type": 2, "timestamp": timestamp, "data": {
        "initialOffset": {"left": 0, "top": 0},
        "node": {"type": 0, "id": 1, "childNodes": [
            {"type": 1, "id": 2, "name": "html", "publicId": "", "systemId": ""},
            element(3, "html", &json!({}), &[element(4, "head", &json!({}), &[]), body.clone()]),
        ]},
    }})
}

/// A serialized element.
pub fn element(id: u64, tag: &str, attributes: &Value, children: &[Value]) -> Value {
    json!({"type": 2, "id": id, "tagName": tag, "attributes": attributes, "childNodes": children})
}

/// A serialized text node.
pub fn text(id: u64, content: &str) -> Value {
    json!({"type": 3, "id": id, "textContent": content})
}

/// An incremental event at a session time.
pub fn event(at: u64, data: &Value) -> Value {
    json!({"type": 3, "timestamp": STARTED + at, "data": data})
}

/// A mutation at a session time: empty lists, but for the `changes`.
pub fn mutation(at: u64, changes: &Value) -> Value {
    let nothing = json!({"source": 0, "adds": [], "removes": [], "texts": [], "attributes": []});
    event(at, &with(nothing, changes))
}

/// A new value for one attribute of a node.
pub fn attribute(at: u64, id: u64, name: &str, value: &str) -> Value {
    mutation(
        at,
        &json!({"attributes": [{"id": id, "attributes": {name: value}}]}),
    )
}

pub fn resize(at: u64, width: u64, height: u64) -> Value {
    event(at, &json!({"source": 4, "width": width, "height": height}))
}

/// Something that draws nothing: it makes the recording last until then.
pub fn end(at: u64) -> Value {
    json!({"type": 5, "timestamp": STARTED + at, "data": {"tag": "end", "payload": {}}})
}

/// An object with more members.
pub fn with(mut object: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().expect("an object") {
        object[name] = value.clone();
    }
    object
}

/// Writes a recording to a file of the folder.
pub fn write(folder: &Path, name: &str, recording: &Value) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, recording.to_string()).expect("the recording can be written");
    path
}
