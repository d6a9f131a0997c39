//! Where the format readers put what they find, event by event: it decodes events that are packed or compressed, sorts
//! them into sessions and windows, and counts what is lost.

use std::collections::HashMap;

use bytestring::ByteString;

use super::lost::Lost;
use super::segments::{self, Segment};
use super::{Contents, Format, Naming, SessionId, compressed_fields, packed, quoted_fields, unsupported};
use crate::error::Result;
use crate::recording::budget::Budget;
use crate::recording::container::Container;
use crate::recording::event::{Event, NotAnEvent, Owner};
use crate::recording::problem::{Place, ProblemKind, Problems};
use crate::recording::{Session, Window};

/// Takes the events in the order of the input.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    pub(super) budget: &'a mut Budget,
    pub(super) problems: Problems,
    sessions: Vec<Segment>,
    /// The place of each session's windows, by their ids.
    windows: Vec<HashMap<String, usize>>,
    /// The place of each session that is known by an id, or by having none.
    known: HashMap<Option<String>, usize>,
    /// The session that events go to.
    current: Option<usize>,
    /// Whether that session is named by what the events are in, so that nothing else counts.
    is_named: bool,
    /// Where the object that is being read names a session.
    around: Option<Around>,
    /// Whether lists are said to be segments of one session.
    in_segments: bool,
    next_index: u64,
}

/// The session that the enclosing object names. Rows in it that name none belong to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    session: usize,
    /// Whether lists belong to it as well.
    is_named: bool,
}

/// The window of events that name none.
const MAIN_WINDOW: &str = "main";

impl<'a> Collector<'a> {
    pub(super) fn new(budget: &'a mut Budget) -> Self {
        Self {
            budget,
            problems: Problems::default(),
            sessions: Vec::new(),
            windows: Vec::new(),
            known: HashMap::new(),
            current: None,
            is_named: false,
            around: None,
            in_segments: false,
            next_index: 0,
        }
    }

    /// Events from now on belong to the session of this id, which may have some already; without an id, to that of the
    /// object around.
    pub(super) fn session(&mut self, id: Option<&str>) {
        if let (None, Some(around)) = (id, self.around) {
            return self.go_back(around);
        }
        self.is_named = id.is_some();
        self.go_to(id);
    }

    /// Events from now on belong to the session that an object names, and so does all in it that names none, until
    /// [`leave`](Self::leave); returns what to leave it with.
    pub(super) fn enter(&mut self, id: &SessionId) -> Option<Around> {
        match id.naming {
            Naming::Session | Naming::Id => self.session(Some(&id.text)),
            Naming::Number => self.numbered_session(&id.text),
        }
        let is_named = id.naming == Naming::Session;
        let entered = self.current.map(|session| Around { session, is_named });
        std::mem::replace(&mut self.around, entered)
    }

    pub(super) const fn leave(&mut self, around: Option<Around>) {
        self.around = around;
        self.is_named = false;
    }

    /// Events from now on belong to the session of this number, unless that is only a row's: `join` finds out, if no
    /// other row has the same.
    fn numbered_session(&mut self, number: &str) {
        let is_first = !self.known.contains_key(&Some(number.to_owned()));
        self.is_named = false;
        self.go_to(Some(number));
        if let Some(segment) = self.current.and_then(|current| self.sessions.get_mut(current)) {
            segment.is_numbered = is_first;
        }
    }

    /// Events from now on belong to a new session, which has no id, unless what they are in names theirs; `join` may find
    /// that it goes on with another.
    pub(super) fn begin_session(&mut self) {
        match self.around {
            Some(around) if around.is_named => self.go_back(around),
            _ if self.in_segments => {}
            _ => {
                self.is_named = false;
                self.add_session(None);
            }
        }
    }

    /// The next event names its session itself. Those before it that name none are of the same.
    fn follow(&mut self, id: &str) {
        let current_id = self
            .current
            .map(|current| self.sessions[current].session.id.as_deref());
        if self.is_named || current_id == Some(Some(id)) {
            return;
        }
        let key = Some(id.to_owned());
        match self.current {
            Some(current) if current_id == Some(None) && !self.known.contains_key(&key) => {
                if self.known.get(&None) == Some(&current) {
                    self.known.remove(&None);
                }
                self.sessions[current].session.id.clone_from(&key);
                self.known.insert(key, current);
            }
            _ => self.go_to(Some(id)),
        }
    }

    fn go_back(&mut self, around: Around) {
        self.current = Some(around.session);
        self.is_named = around.is_named;
    }

    fn go_to(&mut self, id: Option<&str>) {
        let id = id.map(str::to_owned);
        if let Some(&known) = self.known.get(&id) {
            self.current = Some(known);
            return;
        }
        let session = self.add_session(id.clone());
        self.known.insert(id, session);
    }

    /// From now on no list begins a session.
    pub(super) fn begin_segments(&mut self) {
        self.session(None);
        self.in_segments = true;
    }

    fn add_session(&mut self, id: Option<String>) -> usize {
        let windows = Vec::new();
        self.sessions.push(Segment {
            session: Session { id, windows },
            is_numbered: false,
        });
        self.windows.push(HashMap::new());
        self.current = Some(self.sessions.len() - 1);
        self.sessions.len() - 1
    }

    /// Takes one entry. `window` is what the container says; without it the event itself may name one, as it may name its
    /// session.
    pub(super) fn event(&mut self, window: Option<&str>, json: ByteString) -> Result<()> {
        let index = self.next_index;
        self.next_index += 1;
        match self.decode(json, index) {
            Ok((event, owner)) => {
                if let Some(session) = &owner.session {
                    self.follow(session);
                }
                let window = window.or(owner.window.as_deref()).unwrap_or(MAIN_WINDOW);
                self.window(window).events.push(event);
            }
            Err(Lost::Dropped(kind)) => self.problems.note(kind, Place::Event(index)),
            Err(Lost::Stop(error)) => return Err(error),
        }
        Ok(())
    }

    /// Counts an entry that cannot even be looked at as an event.
    pub(super) fn lose(&mut self, kind: ProblemKind) {
        self.problems.note(kind, Place::Event(self.next_index));
        self.next_index += 1;
    }

    /// A packed event may have compressed or quoted fields; none can hold its like.
    fn decode(&mut self, mut json: ByteString, index: u64) -> Result<(Event, Owner), Lost> {
        loop {
            json = match Event::parse(json.clone(), index) {
                Ok(event) => return Ok(event),
                Err(NotAnEvent::Malformed) => return Err(Lost::Dropped(ProblemKind::NotAnEvent)),
                Err(NotAnEvent::ListSnapshot) => return Err(Lost::Dropped(ProblemKind::ListSnapshot)),
                Err(NotAnEvent::Packed) => packed::unpack(&json, self.budget)?,
                Err(NotAnEvent::Compressed) => compressed_fields::decode(&json, self.budget)?,
                Err(NotAnEvent::Quoted) => quoted_fields::decode(&json, self.budget)?,
            };
        }
    }

    fn window(&mut self, id: &str) -> &mut Window {
        if self.current.is_none() {
            self.session(None);
        }
        let session = self.current.unwrap_or_default();
        let windows = &mut self.sessions[session].session.windows;
        let window = self.windows[session].get(id).copied().unwrap_or_else(|| {
            windows.push(Window {
                id: id.to_owned(),
                // There may be as many windows as events.
                events: Vec::with_capacity(1),
            });
            self.windows[session].insert(id.to_owned(), windows.len() - 1);
            windows.len() - 1
        });
        &mut windows[window]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sessions
            .iter()
            .all(|segment| segment.session.windows.is_empty())
    }

    pub(super) fn finish(mut self, format: Format, containers: Vec<Container>) -> Result<Contents> {
        self.sessions
            .retain(|segment| !segment.session.windows.is_empty());
        if self.sessions.is_empty() {
            return Err(unsupported::no_event(&self.problems));
        }
        Ok(Contents {
            format,
            containers,
            sessions: segments::join(self.sessions),
            problems: self.problems,
        })
    }
}
