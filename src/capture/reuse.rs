//! Pictures of some megabytes that are filled anew once nobody holds them any more: to allocate one costs as much as to
//! fill it. `framebuffer` takes its own from here.

use std::sync::Arc;

/// All that were handed out, to be used again.
#[derive(Debug)]
pub(super) struct Reuse<T>(Vec<Arc<T>>);

impl<T> Reuse<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// One that nobody else holds, filled by `fill`, which finds in it whatever is left there; or what `new` makes.
    ///
    /// # Errors
    /// That of `fill`.
    pub(super) fn take<E>(
        &mut self,
        new: impl FnOnce() -> T,
        fill: impl FnOnce(&mut T) -> Result<(), E>,
    ) -> Result<Arc<T>, E> {
        let unused = self.0.iter_mut().position(|one| Arc::get_mut(one).is_some());
        let mut one = match unused {
            Some(place) => self.0.swap_remove(place),
            None => Arc::new(new()),
        };
        if let Some(value) = Arc::get_mut(&mut one) {
            fill(value)?;
        }
        self.0.push(Arc::clone(&one));
        Ok(one)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn one_is_used_again_once_nobody_holds_it() {
        let mut reuse = Reuse::new();
        let mut made = 0;
        let mut take = |number| {
            let new = || {
                made += 1;
                0
            };
            let fill = |value: &mut i32| {
                *value = number;
                Ok::<_, Infallible>(())
            };
            reuse.take(new, fill).unwrap_or_default()
        };
        let first = take(1);
        let second = take(2);
        assert_eq!((*first, *second), (1, 2));
        drop(first);
        let third = take(3);
        assert_eq!((*second, *third), (2, 3));
        assert_eq!(made, 2);
    }
}
