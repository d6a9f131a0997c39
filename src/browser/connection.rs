//! The DevTools protocol over the browser's two pipes: commands with deadlines, answers, events.
//! Messages are JSON texts that end with a zero byte. Used by `page` and `browser`.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chromiumoxide_types::Command;
use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned};
use serde_json::value::RawValue;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::sync::oneshot;

use super::process::Pipes;
use crate::error::{Error, Kind, Result};

/// Pictures come in one message; larger pipe buffers mean fewer wake-ups on the way.
const PIPE_BYTES: usize = 1 << 20;
const READ_BYTES: usize = 256 << 10;

const FIRST_ID: u64 = 1;

/// An answer or an event, as it came.
struct Message {
    bytes: Vec<u8>,
    body: std::ops::Range<usize>,
}

impl Message {
    fn parse<'a, T: Deserialize<'a>>(&'a self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.bytes[self.body.clone()])
    }
}

/// A successful answer; `parse` reads it, borrowing long texts instead of copying them.
pub(super) struct Answer {
    message: Message,
    method: &'static str,
}

impl Answer {
    pub(super) fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        self.message.parse().map_err(|source| {
            Error::new(
                Kind::Internal,
                format!("the browser's answer to {} makes no sense", self.method),
            )
            .caused_by(source)
            .hint("This browser may be too new or too old; `replaycast doctor` shows its version.")
        })
    }
}

/// Something that the browser tells by itself.
pub(super) struct Event {
    pub(super) method: String,
    message: Message,
}

impl Event {
    /// The event's parameters; None where they are not as we know them.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Option<T> {
        self.message.parse().ok()
    }
}

/// Why calls can no longer be answered.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// The page's renderer died.
    Crashed,
    /// The browser closed its end of the pipe.
    Gone,
}

impl Fate {
    fn error(self, method: &str) -> Error {
        let what = match self {
            Self::Crashed => "the page crashed",
            Self::Gone => "the browser ended",
        };
        Error::new(Kind::BrowserCrashed, format!("{what} during {method}"))
    }
}

enum Outcome {
    Answered(Message),
    Refused(String),
    Failed(Fate),
}

struct Pending {
    session: Option<Arc<str>>,
    done: oneshot::Sender<Outcome>,
}

type Listener = Arc<dyn Fn(Event) + Send + Sync>;

#[derive(Default)]
struct State {
    pending: HashMap<u64, Pending>,
    listeners: HashMap<Arc<str>, Listener>,
    crashed: HashSet<Arc<str>>,
    gone: bool,
}

/// The way to the browser. A command goes out at once, from where it is given, as far as the pipe has room.
struct Outlet {
    pipe: Sender,
    unsent: Mutex<Unsent>,
}

/// Messages that wait for room in the pipe, in their order.
#[derive(Default)]
struct Unsent {
    messages: VecDeque<Vec<u8>>,
    /// How many bytes of the first one are out.
    written: usize,
}

impl Outlet {
    fn send(self: &Arc<Self>, message: Vec<u8>) {
        let mut unsent = self.unsent();
        let is_served = !unsent.messages.is_empty();
        unsent.messages.push_back(message);
        if !is_served && !self.write(&mut unsent) {
            tokio::spawn(Arc::clone(self).serve());
        }
    }

    /// Sends what is left, as the pipe gets room.
    async fn serve(self: Arc<Self>) {
        while self.pipe.writable().await.is_ok() {
            if self.write(&mut self.unsent()) {
                return;
            }
        }
    }

    /// Writes what the pipe has room for. Returns whether that was all.
    fn write(&self, unsent: &mut Unsent) -> bool {
        while let Some(message) = unsent.messages.front() {
            match self.pipe.try_write(&message[unsent.written..]) {
                Ok(written) => unsent.written += written,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return false,
                // The reader notices that the browser is gone, and says so to all who wait.
                Err(_) => {
                    *unsent = Unsent::default();
                    return true;
                }
            }
            if unsent.written == message.len() {
                unsent.messages.pop_front();
                unsent.written = 0;
            }
        }
        true
    }

    fn unsent(&self) -> MutexGuard<'_, Unsent> {
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Shared {
    next_id: AtomicU64,
    outlet: Arc<Outlet>,
    state: Mutex<State>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone)]
pub(super) struct Connection {
    shared: Arc<Shared>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outgoing<'a, C> {
    id: u64,
    method: &'a str,
    params: &'a C,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Incoming<'a> {
    id: Option<u64>,
    #[serde(borrow)]
    method: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    session_id: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<ProtocolError>,
}

#[derive(serde::Deserialize)]
struct ProtocolError {
    message: String,
    data: Option<String>,
}

impl Connection {
    /// Takes the pipes and serves them in the background until the browser goes.
    pub(super) fn open(pipes: Pipes) -> Result<Self> {
        let failed = |source| Error::io("opening the pipe to the browser", source);
        // Smaller buffers only cost time.
        let _ = rustix::pipe::fcntl_setpipe_size(&pipes.from_browser, PIPE_BYTES);
        let _ = rustix::pipe::fcntl_setpipe_size(&pipes.to_browser, PIPE_BYTES);
        let reader = Receiver::from_owned_fd(pipes.from_browser.into()).map_err(failed)?;
        let writer = Sender::from_owned_fd(pipes.to_browser.into()).map_err(failed)?;
        let shared = Arc::new(Shared {
            next_id: AtomicU64::new(FIRST_ID),
            outlet: Arc::new(Outlet {
                pipe: writer,
                unsent: Mutex::default(),
            }),
            state: Mutex::default(),
        });
        tokio::spawn(read_messages(reader, Arc::clone(&shared)));
        Ok(Self { shared })
    }

    /// Sends a command and waits for its answer, a crash, or the deadline.
    pub(super) async fn call<C: Command>(
        &self,
        session: Option<&Arc<str>>,
        command: C,
        deadline: Duration,
    ) -> Result<Answer> {
        // Every command of the protocol has a fixed name.
        let method: &'static str = match command.identifier() {
            std::borrow::Cow::Borrowed(name) => name,
            std::borrow::Cow::Owned(_) => "a command",
        };
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        let mut text = serde_json::to_vec(&Outgoing {
            id,
            method,
            params: &command,
            session_id: session.map(AsRef::as_ref),
        })
        .map_err(|source| Error::new(Kind::Internal, format!("writing {method}")).caused_by(source))?;
        // It may be large, and the answer far.
        drop(command);
        let (done, outcome) = oneshot::channel();
        {
            let mut state = self.shared.state();
            let crashed = session.is_some_and(|session| state.crashed.contains(session));
            if state.gone {
                return Err(Fate::Gone.error(method));
            } else if crashed {
                return Err(Fate::Crashed.error(method));
            }
            let session = session.cloned();
            state.pending.insert(id, Pending { session, done });
        }
        text.push(0);
        self.shared.outlet.send(text);
        match tokio::time::timeout(deadline, outcome).await {
            Ok(Ok(Outcome::Answered(message))) => Ok(Answer { message, method }),
            Ok(Ok(Outcome::Refused(why))) => Err(Error::new(
                Kind::Internal,
                format!("the browser refused {method}: {why}"),
            )),
            Ok(Ok(Outcome::Failed(fate))) => Err(fate.error(method)),
            Ok(Err(_)) => Err(Fate::Gone.error(method)),
            Err(_) => {
                self.shared.state().pending.remove(&id);
                let seconds = deadline.as_secs_f64();
                Err(Error::new(
                    Kind::Stalled,
                    format!("the browser did not answer {method} within {seconds} s"),
                ))
            }
        }
    }

    /// How many commands have been sent.
    pub(super) fn calls(&self) -> u64 {
        self.shared.next_id.load(Ordering::Relaxed) - FIRST_ID
    }

    /// Hands over the events of a session from now on, at once and in order: an answer that came after an event is
    /// not known before `listener` has returned from it.
    pub(super) fn listen(&self, session: &Arc<str>, listener: impl Fn(Event) + Send + Sync + 'static) {
        let mut state = self.shared.state();
        state.listeners.insert(Arc::clone(session), Arc::new(listener));
    }
}

async fn read_messages(mut reader: Receiver, shared: Arc<Shared>) {
    let mut buffer: Vec<u8> = Vec::with_capacity(READ_BYTES);
    let mut searched = 0;
    loop {
        buffer.reserve(READ_BYTES);
        match reader.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        while let Some(end) = memchr::memchr(0, &buffer[searched..]).map(|at| searched + at) {
            let rest = buffer.split_off(end + 1);
            let mut message = std::mem::replace(&mut buffer, rest);
            message.pop();
            searched = 0;
            shared.dispatch(message);
        }
        searched = buffer.len();
    }
    shared.fail_all();
}

impl Shared {
    fn dispatch(&self, bytes: Vec<u8>) {
        // Whoever waits for a message that cannot be read gets none, and has a deadline.
        let Ok(incoming) = serde_json::from_slice::<Incoming<'_>>(&bytes) else {
            return;
        };
        let body = incoming
            .result
            .or(incoming.params)
            .map_or(0..0, |raw| span_within(raw, &bytes));
        if let Some(id) = incoming.id {
            let refused = incoming.error.map(|error| match error.data {
                Some(data) => format!("{} ({data})", error.message),
                None => error.message,
            });
            if let Some(pending) = self.state().pending.remove(&id) {
                let outcome = match refused {
                    Some(why) => Outcome::Refused(why),
                    None => Outcome::Answered(Message { bytes, body }),
                };
                // Whoever asked may have given up.
                let _ = pending.done.send(outcome);
            }
            return;
        }
        let Some(method) = incoming.method.map(std::borrow::Cow::into_owned) else {
            return;
        };
        let session: Option<Arc<str>> = incoming.session_id.map(|session| Arc::from(&*session));
        if let ("Inspector.targetCrashed", Some(session)) = (method.as_str(), &session) {
            self.fail_session(session);
        }
        let listener = session.and_then(|session| self.state().listeners.get(&session).cloned());
        if let Some(listener) = listener {
            listener(Event {
                method,
                message: Message { bytes, body },
            });
        }
    }

    fn fail_session(&self, session: &Arc<str>) {
        let mut state = self.state();
        let ids: Vec<u64> = state
            .pending
            .iter()
            .filter(|(_, pending)| pending.session.as_ref() == Some(session))
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            if let Some(pending) = state.pending.remove(&id) {
                let _ = pending.done.send(Outcome::Failed(Fate::Crashed));
            }
        }
        state.crashed.insert(Arc::clone(session));
    }

    fn fail_all(&self) {
        let mut state = self.state();
        state.gone = true;
        for (_, pending) in state.pending.drain() {
            let _ = pending.done.send(Outcome::Failed(Fate::Gone));
        }
        state.listeners.clear();
    }
}

/// Where a borrowed value stands in the text that it was parsed from.
fn span_within(raw: &RawValue, bytes: &[u8]) -> std::ops::Range<usize> {
    let start = raw.get().as_ptr() as usize - bytes.as_ptr() as usize;
    start..start + raw.get().len()
}
