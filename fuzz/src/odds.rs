//! How often something happens, where the even chances of `Arbitrary` are wrong.

use arbitrary::{Arbitrary, Result, Unstructured};

/// Once in so many times, and never when the fuzzer's bytes are used up.
pub(crate) fn rarely(u: &mut Unstructured<'_>, times: u8) -> Result<bool> {
    Ok(u.int_in_range(1..=times)? == times)
}

/// Half of the time nothing.
pub(crate) fn maybe(
    u: &mut Unstructured<'_>,
    value: impl FnOnce(&mut Unstructured<'_>) -> Result<String>,
) -> Result<Option<String>> {
    if u.arbitrary()? {
        value(u).map(Some)
    } else {
        Ok(None)
    }
}

/// Something that is there once in eight times.
#[derive(Debug, Clone)]
pub struct Rare<T>(pub Option<T>);

impl<'a, T: Arbitrary<'a>> Arbitrary<'a> for Rare<T> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self(if rarely(u, 8)? { Some(u.arbitrary()?) } else { None }))
    }
}

/// Eight of something, on average; of a `Vec` it would be one.
#[derive(Debug, Clone)]
pub struct Many<T>(pub Vec<T>);

impl<'a, T: Arbitrary<'a>> Arbitrary<'a> for Many<T> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut all = Vec::new();
        while !u.is_empty() && !rarely(u, 8)? {
            all.push(u.arbitrary()?);
        }
        Ok(Self(all))
    }
}

impl<T> IntoIterator for Many<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
