//! When a page need not be looked at: nothing has changed for a few looks, and the replay says that nothing will for now.
//! Scrolling and late decoding go on for a while after their cause, so a single look is not enough.

use crate::player::Advance;

/// After a change the page is looked at until this many looks in a row found nothing new.
const LOOKS: u32 = 2;

#[derive(Debug)]
pub(super) struct Calm {
    /// How many looks in a row found nothing new.
    looks: u32,
    /// Nothing is due before this session time, in milliseconds; None: never again.
    quiet_until: Option<f64>,
}

impl Calm {
    /// Before the first look.
    pub(super) const fn new() -> Self {
        Self {
            looks: 0,
            quiet_until: Some(f64::NEG_INFINITY),
        }
    }

    /// Whether the replay need not even be moved to this session time.
    pub(super) fn lasts(&self, session_ms: f64) -> bool {
        !self.is_broken() && self.quiet_until.is_none_or(|until| session_ms < until)
    }

    /// Takes in what the replay says of a move; `anew` if the picture owes nothing to the one before.
    pub(super) const fn moved(&mut self, advance: &Advance, anew: bool) {
        self.quiet_until = advance.quiet_until;
        if advance.changed || anew {
            self.looks = 0;
        }
    }

    /// Whether the page has to be looked at.
    pub(super) const fn is_broken(&self) -> bool {
        self.looks < LOOKS
    }

    /// Takes in what a look found.
    pub(super) const fn looked(&mut self, changed: bool) {
        self.looks = if changed { 0 } else { self.looks + 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advance(changed: bool, quiet_until: Option<f64>) -> Advance {
        Advance { changed, quiet_until }
    }

    #[test]
    fn looks_go_on_for_a_while_after_a_change() {
        let mut calm = Calm::new();
        assert!(calm.is_broken() && !calm.lasts(0.0));
        calm.moved(&advance(true, Some(500.0)), false);
        for changed in [true, false, true, false, false] {
            assert!(calm.is_broken() && !calm.lasts(10.0));
            calm.looked(changed);
        }
        assert!(!calm.is_broken() && calm.lasts(499.0));
        assert!(!calm.lasts(500.0), "something is due");
        calm.moved(&advance(false, None), false);
        assert!(!calm.is_broken() && calm.lasts(f64::MAX));
        calm.moved(&advance(false, None), true);
        assert!(calm.is_broken());
    }
}
