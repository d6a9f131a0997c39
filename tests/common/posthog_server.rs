//! A stand-in for PostHog's API and for a plain web server, on this machine: behaves as documented, and as badly as a
//! test asks for. One thread for each connection, one request on each.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{element, recording};

pub const KEY: &str = "phx_canary_0123456789";
pub const PROJECT: &str = "7";
pub const SESSION: &str = "0197a1b2-demo";
/// 2025-09-16T05:20:00Z
const STARTED_MS: u64 = 1_758_000_000_000;
/// The most blocks that a personal key may ask for at once.
const MOST_BLOCKS: usize = 20;

/// What a test does to a request.
#[derive(Debug, Clone)]
pub enum Fault {
    Status(u16),
    /// 429 with this `Retry-After`.
    TooMany(String),
    /// Promises more bytes than it sends.
    CutOff,
    /// Says nothing for so long.
    Silence(Duration),
    /// A byte now and then.
    Trickle,
    Redirect(String),
    /// Leaves these blocks out and says nothing.
    Omit(Vec<usize>),
    Body(&'static str),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Call {
    pub path: String,
    pub query: Vec<(String, String)>,
    pub authorization: Option<String>,
    pub headers: String,
    /// How often the same was asked for before.
    pub before: usize,
}

impl Call {
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The first and the last block that is asked for.
    pub fn blocks(&self) -> Option<(usize, usize)> {
        let number = |name| self.value(name)?.parse().ok();
        Some((number("start_blob_key")?, number("end_blob_key")?))
    }
}

type Mischief = dyn Fn(&Call) -> Option<Fault> + Send + Sync;

/// What the server has.
pub enum Stored {
    Blocks(Vec<String>),
    LongTerm(String),
    Legacy { blob: String, realtime: String },
    Nothing,
}

pub struct PosthogServer {
    pub port: u16,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl PosthogServer {
    pub fn start(stored: Stored, mischief: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let (log, stored, mischief) = (calls.clone(), Arc::new(stored), Arc::new(mischief));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, stored, mischief) = (log.clone(), stored.clone(), mischief.clone());
                thread::spawn(move || answer(stream, &log, &stored, &*mischief));
            }
        });
        Self { port, calls }
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The address that a browser would show.
    pub fn address(&self) -> String {
        format!("http://{}/project/{PROJECT}/replay/{SESSION}?t=3", self.host())
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no panic").clone()
    }

    /// The ranges of blocks that were asked for, in order.
    pub fn asked(&self) -> Vec<(usize, usize)> {
        self.calls().iter().filter_map(Call::blocks).collect()
    }
}

/// A session in blocks of ten seconds, each beginning and ending with an event.
pub fn blocks(count: usize) -> Vec<String> {
    let page = recording(&element(10, "body", &json!({}), &[]), &[]);
    let line = |event: &Value| format!("{}\n", json!(["window-1", event]));
    let moved = |time: u64| {
        json!({"type": 3, "timestamp": time, "data": {
            "source": 1, "positions": [{"x": time % 300, "y": 20, "id": 10, "timeOffset": 0}],
        }})
    };
    let block = |index: usize| {
        let [start, end] = range_ms(index);
        let mut text = String::new();
        if index == 0 {
            for event in page.as_array().expect("a list of events") {
                let mut event = event.clone();
                event["timestamp"] = json!(start);
                text.push_str(&line(&event));
            }
        }
        for time in [start, start + 3000, end] {
            text.push_str(&line(&moved(time)));
        }
        text
    };
    (0..count).map(block).collect()
}

fn range_ms(index: usize) -> [u64; 2] {
    let start = STARTED_MS + 10_000 * index as u64;
    [start, start + 9_000]
}

/// As the listing writes it.
pub fn iso(ms: u64) -> String {
    let seconds = (ms - STARTED_MS) / 1000;
    format!(
        "2025-09-16T05:{:02}:{:02}.{:03}Z",
        20 + seconds / 60,
        seconds % 60,
        ms % 1000
    )
}

/// The first and last time of a block, as the listing writes it.
pub fn range(index: usize) -> [String; 2] {
    range_ms(index).map(iso)
}

fn answer(stream: TcpStream, log: &Mutex<Vec<Call>>, stored: &Stored, mischief: &Mischief) {
    let Some(mut call) = read_call(&stream) else {
        return;
    };
    {
        let mut log = log.lock().expect("no panic");
        let same = |before: &&Call| before.path == call.path && before.query == call.query;
        call.before = log.iter().filter(same).count();
        log.push(call.clone());
    }
    let fault = mischief(&call);
    let omitted = match &fault {
        Some(Fault::Omit(omitted)) => omitted.clone(),
        _ => Vec::new(),
    };
    let (status, body) = reply(&call, stored, &omitted);
    // Whoever hung up does not want to know.
    let _ = send(stream, status, &body, fault);
}

fn read_call(stream: &TcpStream) -> Option<Call> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let authorization = headers
        .iter()
        .filter_map(|header| header.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        .map(|(_, value)| value.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some((name.to_owned(), value.replace("%2F", "/")))
    };
    Some(Call {
        path: path.to_owned(),
        query: query.split('&').filter_map(pair).collect(),
        authorization,
        headers: headers.join("\n"),
        before: 0,
    })
}

fn reply(call: &Call, stored: &Stored, omitted: &[usize]) -> (u16, String) {
    if call.path.starts_with("/files/") {
        return (
            200,
            json!(recording(&element(10, "body", &json!({}), &[]), &[])).to_string(),
        );
    }
    let session = format!("/api/projects/{PROJECT}/session_recordings/{SESSION}");
    let Some(below) = call.path.strip_prefix(&session) else {
        return (404, r#"{"detail":"Not found. <canary body>"}"#.to_owned());
    };
    if call.authorization.as_deref() != Some(&format!("Bearer {KEY}")) {
        return (401, r#"{"detail":"Invalid key. <canary body>"}"#.to_owned());
    }
    match (below, call.value("source"), stored) {
        ("", ..) => (200, json!({"id": SESSION, "recording_duration": 450}).to_string()),
        ("/snapshots", None, stored) => (200, json!({"sources": listing(stored)}).to_string()),
        ("/snapshots", Some("blob_v2"), Stored::Blocks(blocks)) => match call.blocks() {
            None => (
                400,
                "Must provide both start blob key and end blob key".to_owned(),
            ),
            Some((first, last)) if last < first || last - first >= MOST_BLOCKS => {
                (400, "Cannot request more than 20 blob keys at once".to_owned())
            }
            Some((_, last)) if last >= blocks.len() => (404, "Block index out of range".to_owned()),
            Some((first, last)) => {
                let kept = (first..=last).filter(|index| !omitted.contains(index));
                (200, kept.map(|index| blocks[index].as_str()).collect())
            }
        },
        ("/snapshots", Some("blob_v2_lts"), Stored::LongTerm(text))
            if call.value("blob_key") == Some("lts/one") =>
        {
            (200, text.clone())
        }
        ("/snapshots", Some("blob"), Stored::Legacy { blob, .. })
            if call.value("blob_key") == Some("1-2") =>
        {
            (200, blob.clone())
        }
        ("/snapshots", Some("realtime"), Stored::Legacy { realtime, .. }) => (200, realtime.clone()),
        _ => (404, "Not found".to_owned()),
    }
}

fn listing(stored: &Stored) -> Value {
    match stored {
        Stored::Nothing => json!([]),
        Stored::LongTerm(_) => json!([{"source": "blob_v2_lts", "blob_key": "lts/one"}]),
        Stored::Legacy { .. } => json!([
            {"source": "blob", "start_timestamp": iso(STARTED_MS), "end_timestamp": iso(STARTED_MS + 9000), "blob_key": "1-2"},
            {"source": "realtime", "start_timestamp": iso(STARTED_MS), "end_timestamp": null, "blob_key": null},
        ]),
        Stored::Blocks(blocks) => {
            let entry = |index| {
                let [start, end] = range(index);
                json!({"source": "blob_v2", "start_timestamp": start, "end_timestamp": end, "blob_key": index.to_string()})
            };
            let realtime =
                json!({"source": "realtime", "start_timestamp": iso(STARTED_MS), "blob_key": null});
            (0..blocks.len()).map(entry).chain([realtime]).collect()
        }
    }
}

fn send(mut stream: TcpStream, status: u16, body: &str, fault: Option<Fault>) -> std::io::Result<()> {
    let mut head = |status: u16, length: usize, more: &str| {
        write!(
            stream,
            "HTTP/1.1 {status} As Asked\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n"
        )
    };
    match fault {
        None | Some(Fault::Omit(_)) => head(status, body.len(), "")?,
        Some(Fault::Status(status)) => {
            head(status, 13, "")?;
            return stream.write_all(b"<canary body>");
        }
        Some(Fault::TooMany(after)) => return head(429, 0, &format!("Retry-After: {after}\r\n")),
        Some(Fault::Redirect(to)) => return head(302, 0, &format!("Location: {to}\r\n")),
        Some(Fault::Body(text)) => {
            head(200, text.len(), "")?;
            return stream.write_all(text.as_bytes());
        }
        Some(Fault::CutOff) => {
            head(200, body.len() + 100, "")?;
        }
        Some(Fault::Silence(time)) => {
            thread::sleep(time);
            head(status, body.len(), "")?;
        }
        Some(Fault::Trickle) => {
            head(status, body.len(), "")?;
            for byte in body.bytes() {
                stream.write_all(&[byte])?;
                thread::sleep(Duration::from_millis(100));
            }
            return Ok(());
        }
    }
    stream.write_all(body.as_bytes())
}
