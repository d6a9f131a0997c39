//! The sessions of several inputs that were read each by itself, such as the files of a ZIP archive. Recorders send a
//! session in many small bodies, of which only the first can be played: those belong together.

use std::collections::HashMap;

use super::segments::{Segment, append, places_of};
use crate::recording::Session;

/// A session, or what one of the inputs has of it.
#[derive(Debug)]
struct Part {
    /// What the session is called if it has no id, and others are beside it.
    name: String,
    segment: Segment,
    /// The place of each window.
    places: HashMap<String, usize>,
}

/// Takes the sessions in the order of the inputs.
#[derive(Debug, Default)]
pub(super) struct Joined {
    parts: Vec<Part>,
    /// The place of each session that has an id.
    known: HashMap<String, usize>,
}

impl Joined {
    /// `name` is the input's. A session with the id of one before is the same.
    pub(super) fn add(&mut self, name: &str, session: Session) {
        if let Some(id) = &session.id {
            if let Some(&place) = self.known.get(id) {
                return self.parts[place].append(session);
            }
            self.known.insert(id.clone(), self.parts.len());
        }
        self.parts.push(Part::new(name.to_owned(), session));
    }

    /// All sessions, named if there are several. Those without an id go on with one another in the order of time if one
    /// of them has no full snapshot, which shows that they are pieces, or if inputs of one name are known `of_one_visit`.
    pub(super) fn into_sessions(mut self, of_one_visit: bool) -> Vec<Session> {
        let mut unnamed: Vec<usize> = (0..self.parts.len())
            .filter(|&place| self.parts[place].segment.session.id.is_none())
            .collect();
        let mut gone = vec![false; self.parts.len()];
        let can_be_played = |&place: &usize| self.parts[place].segment.has_full_snapshot();
        if of_one_visit || !unnamed.iter().all(can_be_played) {
            let start_ms: Vec<f64> = self.parts.iter().map(|part| part.segment.extent().0).collect();
            unnamed.sort_by(|&a, &b| {
                let by_name = self.parts[a].name.cmp(&self.parts[b].name);
                let by_time = start_ms[a].total_cmp(&start_ms[b]);
                if of_one_visit {
                    by_name.then(by_time)
                } else {
                    by_time
                }
            });
            join(&mut self.parts, &unnamed, of_one_visit, &mut gone);
        }
        let mut parts: Vec<Part> = self
            .parts
            .into_iter()
            .zip(gone)
            .filter_map(|(part, gone)| (!gone).then_some(part))
            .collect();
        if parts.len() > 1 {
            name(&mut parts);
        }
        parts.into_iter().map(|part| part.segment.session).collect()
    }
}

/// Puts each of these that goes on with the one before it into that; those `of_one_visit` only if they have its name.
fn join(parts: &mut [Part], in_order: &[usize], of_one_visit: bool, gone: &mut [bool]) {
    let mut last: Option<(usize, f64)> = None;
    for &place in in_order {
        let segment = &parts[place].segment;
        let (_, end_ms) = segment.extent();
        last = match last {
            Some((before, before_end_ms))
                if (!of_one_visit || parts[before].name == parts[place].name)
                    && (!segment.has_full_snapshot() || segment.adjoins(before_end_ms)) =>
            {
                gone[place] = true;
                let windows = std::mem::take(&mut parts[place].segment.session.windows);
                parts[before].append(Session { id: None, windows });
                Some((before, end_ms.max(before_end_ms)))
            }
            _ => Some((place, end_ms)),
        };
    }
}

impl Part {
    fn new(name: String, session: Session) -> Self {
        let places = places_of(&session);
        let is_numbered = false;
        Self {
            name,
            segment: Segment { session, is_numbered },
            places,
        }
    }

    fn append(&mut self, next: Session) {
        append(&mut self.segment.session, &mut self.places, next);
    }
}

/// Gives those without an id their input's name, with a number where several have the same.
fn name(parts: &mut [Part]) {
    let mut counts: HashMap<String, (usize, usize)> = HashMap::new();
    for part in parts.iter().filter(|part| part.segment.session.id.is_none()) {
        counts.entry(part.name.clone()).or_default().0 += 1;
    }
    for part in parts {
        if part.segment.session.id.is_some() {
            continue;
        }
        let (all, before) = counts.entry(part.name.clone()).or_default();
        *before += 1;
        part.segment.session.id = Some(if *all > 1 {
            format!("{}#{before}", part.name)
        } else {
            part.name.clone()
        });
    }
}
