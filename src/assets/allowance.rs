//! How many bytes of assets a render may still take in. What a fetch may need is set aside before it begins, so that all
//! that are under way together keep the limit. Used by `fetcher`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

#[derive(Debug)]
pub(super) struct Allowance {
    state: Mutex<State>,
    returned: Notify,
}

#[derive(Debug)]
struct State {
    /// Neither spent nor set aside.
    free: u64,
    set_aside: u64,
}

impl Allowance {
    pub(super) fn new(bytes: u64) -> Self {
        Self {
            state: Mutex::new(State {
                free: bytes,
                set_aside: 0,
            }),
            returned: Notify::new(),
        }
    }

    /// Sets this many bytes aside, or as many as are left; waits while others may give some back. None once all are spent.
    pub(super) async fn set_aside(&self, bytes: u64) -> Option<Portion<'_>> {
        loop {
            let returned = self.returned.notified();
            {
                let mut state = self.state();
                if state.free >= bytes || state.set_aside == 0 {
                    let bytes = bytes.min(state.free);
                    state.free -= bytes;
                    state.set_aside += bytes;
                    return (bytes > 0).then(|| Portion { of: self, bytes });
                }
            }
            returned.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is set aside; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Portion<'a> {
    of: &'a Allowance,
    bytes: u64,
}

impl Portion<'_> {
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Spends this many of the bytes, and gives the others back.
    pub(super) fn spend(mut self, bytes: u64) {
        let spent = bytes.min(self.bytes);
        self.bytes -= spent;
        self.of.state().set_aside -= spent;
    }
}

impl Drop for Portion<'_> {
    fn drop(&mut self) {
        {
            let mut state = self.of.state();
            state.set_aside -= self.bytes;
            state.free += self.bytes;
        }
        self.of.returned.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn what_is_not_spent_goes_to_who_waits() {
        let mut context = Context::from_waker(Waker::noop());
        let allowance = Allowance::new(25);
        let mut at_once = |bytes| match pin!(allowance.set_aside(bytes)).poll(&mut context) {
            Poll::Ready(portion) => portion,
            Poll::Pending => panic!("{bytes} bytes should be free"),
        };
        let (first, second) = (at_once(10).unwrap(), at_once(10).unwrap());
        assert!(at_once(5).is_some_and(|portion| portion.bytes() == 5));

        let mut context = Context::from_waker(Waker::noop());
        let mut third = pin!(allowance.set_aside(10));
        assert!(third.as_mut().poll(&mut context).is_pending());
        first.spend(8);
        assert!(third.as_mut().poll(&mut context).is_pending(), "7 are free");
        second.spend(3);
        let Poll::Ready(Some(third)) = third.poll(&mut context) else {
            panic!("14 are free");
        };
        third.spend(10);

        let mut at_once = |bytes| pin!(allowance.set_aside(bytes)).poll(&mut context);
        let Poll::Ready(Some(last)) = at_once(10) else {
            panic!("4 are left")
        };
        assert_eq!(last.bytes(), 4);
        last.spend(4);
        assert!(matches!(at_once(1), Poll::Ready(None)));
    }
}
