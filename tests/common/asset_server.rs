//! A stand-in for the hosts of a recorded page's assets, on this machine: serves what a test gives it, and counts who
//! asks. One thread for each connection, one request on each.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What there is at a path.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Before the first byte.
    pub silence: Duration,
    /// How long the body is said to be, if not so long as it is.
    pub length: Option<u64>,
}

impl Answer {
    pub fn new(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: vec![("Content-Type", content_type.to_owned())],
            body: body.into(),
            ..Self::default()
        }
    }

    pub fn status(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    pub fn redirect(to: &str) -> Self {
        Self::status(302).with("Location", to)
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn after(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Visit {
    pub target: String,
    pub headers: String,
}

pub struct AssetServer {
    pub host: String,
    visits: Arc<Mutex<Vec<Visit>>>,
    closed: Arc<AtomicBool>,
}

impl AssetServer {
    pub fn start(answer: impl Fn(&Visit) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let visits = Arc::new(Mutex::new(Vec::new()));
        let closed = Arc::new(AtomicBool::new(false));
        let (log, is_closed, answer) = (visits.clone(), closed.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, is_closed, answer) = (log.clone(), is_closed.clone(), answer.clone());
                thread::spawn(move || {
                    let Some(visit) = read(&stream) else { return };
                    log.lock().expect("no panic").push(visit.clone());
                    if !is_closed.load(Ordering::Relaxed) {
                        // Whoever hung up does not want to know.
                        let _ = send(stream, &answer(&visit));
                    }
                });
            }
        });
        Self { host, visits, closed }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    /// From now on it hangs up on everybody.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    pub fn visits(&self) -> Vec<Visit> {
        self.visits.lock().expect("no panic").clone()
    }

    /// The paths that were asked for, with their queries, in order of the alphabet.
    pub fn asked(&self) -> Vec<String> {
        let mut asked: Vec<String> = self.visits().into_iter().map(|visit| visit.target).collect();
        asked.sort();
        asked
    }
}

fn read(stream: &TcpStream) -> Option<Visit> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    Some(Visit {
        target,
        headers: headers.join("\n").to_lowercase(),
    })
}

fn send(mut stream: TcpStream, answer: &Answer) -> std::io::Result<()> {
    thread::sleep(answer.silence);
    let length = answer.length.unwrap_or(answer.body.len() as u64);
    write!(
        stream,
        "HTTP/1.1 {} As Asked\r\nConnection: close\r\n",
        answer.status
    )?;
    if answer.status != 304 {
        write!(stream, "Content-Length: {length}\r\n")?;
    }
    for (name, value) in &answer.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(&answer.body)
}
