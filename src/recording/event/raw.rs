//! Single JSON values that are kept as text.

use serde_json::value::RawValue;

pub(super) fn is_list(raw: &RawValue) -> bool {
    raw.get().starts_with('[')
}

pub(super) fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

pub(super) fn is_string(raw: &RawValue) -> bool {
    raw.get().starts_with('"')
}

/// JSON knows no NaN and no infinity, but `1e999` is valid and becomes one.
pub(super) fn number(json: &str) -> Option<f64> {
    json.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The number of a type or source.
pub(super) fn whole(raw: Option<&RawValue>) -> Option<u32> {
    let number = number(raw?.get())?;
    let possible = 0.0..=f64::from(u32::MAX);
    (possible.contains(&number) && number.fract() == 0.0).then_some(number as u32)
}
