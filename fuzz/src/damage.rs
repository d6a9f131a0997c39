//! What happens to bytes on their way.

use arbitrary::Arbitrary;

use crate::odds::Rare;

#[derive(Debug, Clone, Arbitrary)]
pub struct Damage(Rare<Change>);

#[derive(Debug, Clone, Arbitrary)]
enum Change {
    Flipped { at: u16, bits: u8 },
    Cut { at: u16 },
    Inserted { at: u16, bytes: Vec<u8> },
    Doubled { from: u16, length: u16 },
}

impl Damage {
    pub fn apply(&self, bytes: &mut Vec<u8>) {
        let Some(change) = self.0.0.as_ref().filter(|_| !bytes.is_empty()) else {
            return;
        };
        let place = |at: u16| usize::from(at) % bytes.len();
        match change {
            Change::Flipped { at, bits } => {
                let at = place(*at);
                bytes[at] ^= bits;
            }
            Change::Cut { at } => bytes.truncate(place(*at)),
            Change::Inserted { at, bytes: inserted } => {
                let at = place(*at);
                bytes.splice(at..at, inserted.iter().copied());
            }
            Change::Doubled { from, length } => {
                let from = place(*from);
                let to = (from + usize::from(*length)).min(bytes.len());
                bytes.extend_from_within(from..to);
            }
        }
    }
}
