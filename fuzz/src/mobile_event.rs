//! The events of mobile recordings, as `PostHog`'s SDKs write them.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::event::{Event, Time};
use crate::json::{list, number, object, word};
use crate::odds::maybe;
use crate::wireframe::{id, wireframe};

/// The JSON of an event of a mobile recording.
#[derive(Debug, Clone)]
pub struct MobileEvent(pub String);

impl<'a> Arbitrary<'a> for MobileEvent {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let time: Time = u.arbitrary()?;
        let (kind, data) = match u.int_in_range(0..=7_u8)? {
            0 => {
                let wireframes = Some(list(u, |u| wireframe(u, 4))?);
                (2, object(u, vec![("wireframes", wireframes)])?)
            }
            1 => {
                let open = Some(word(u, &["true", "false"])?.replace('"', ""));
                let height = maybe(u, number)?;
                let payload = object(u, vec![("open", open), ("height", height)])?;
                let members = vec![
                    ("tag", Some("\"keyboard\"".to_owned())),
                    ("payload", Some(payload)),
                ];
                (5, object(u, members)?)
            }
            2 => {
                let touch = |u: &mut Unstructured<'_>| {
                    let members = vec![
                        ("id", Some(id(u)?)),
                        ("x", maybe(u, number)?),
                        ("y", maybe(u, number)?),
                    ];
                    object(u, members)
                };
                let positions = maybe(u, |u| list(u, touch))?;
                let source = Some((*u.choose(&["1", "2", "6", "12"])?).to_owned());
                let members = vec![("source", source), ("id", Some(id(u)?)), ("positions", positions)];
                (3, object(u, members)?)
            }
            3 => return Event::at(u, &time).map(|Event(json)| Self(json)),
            _ => {
                let members = vec![
                    ("source", Some("0".to_owned())),
                    ("adds", maybe(u, |u| list(u, put))?),
                    ("updates", maybe(u, |u| list(u, put))?),
                    ("removes", maybe(u, |u| list(u, removal))?),
                    ("texts", maybe(u, |_| Ok("[]".to_owned()))?),
                ];
                (3, object(u, members)?)
            }
        };
        let members = vec![
            ("type", Some(kind.to_string())),
            ("data", Some(data)),
            ("timestamp", Some(time.0)),
        ];
        object(u, members).map(Self)
    }
}

fn put(u: &mut Unstructured<'_>) -> Result<String> {
    let members = vec![("parentId", maybe(u, id)?), ("wireframe", Some(wireframe(u, 3)?))];
    object(u, members)
}

fn removal(u: &mut Unstructured<'_>) -> Result<String> {
    let members = vec![("id", Some(id(u)?)), ("parentId", maybe(u, id)?)];
    object(u, members)
}
