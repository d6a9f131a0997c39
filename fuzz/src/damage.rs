//! What happens to bytes on their way.

use arbitrary::Arbitrary;

#[derive(Debug, Clone, Arbitrary)]
pub enum Damage {
    None,
    NoneEither,
    Changed { at: u16, bits: u8 },
    Cut { at: u16 },
    Inserted { at: u16, bytes: Vec<u8> },
    Doubled { from: u16, length: u16 },
}

impl Damage {
    pub fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let place = |at: u16| usize::from(at) % bytes.len();
        match self {
            Self::None | Self::NoneEither => {}
            Self::Changed { at, bits } => {
                let at = place(*at);
                bytes[at] ^= bits;
            }
            Self::Cut { at } => bytes.truncate(place(*at)),
            Self::Inserted { at, bytes: inserted } => {
                let at = place(*at);
                bytes.splice(at..at, inserted.iter().copied());
            }
            Self::Doubled { from, length } => {
                let from = place(*from);
                let to = (from + usize::from(*length)).min(bytes.len());
                bytes.extend_from_within(from..to);
            }
        }
    }
}
