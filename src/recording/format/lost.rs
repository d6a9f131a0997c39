//! What becomes of an entry that cannot be decoded. `compressed_fields` and `packed` say so, `collector` counts it.

use crate::error::{Error, Kind};
use crate::recording::problem::ProblemKind;

/// Why an entry gives no event.
#[derive(Debug)]
pub(super) enum Lost {
    /// It is counted, and the others are read.
    Dropped(ProblemKind),
    /// Nothing more is read: the budget is used up.
    Stop(Error),
}

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        Self::Stop(error)
    }
}

impl Lost {
    /// Damage to what one event is made of costs that event only.
    pub(super) fn in_decoding(error: Error, damage: ProblemKind) -> Self {
        match error.kind() {
            Kind::RecordingTooLarge => Self::Stop(error),
            _ => Self::Dropped(damage),
        }
    }
}
