//! Reading JSON in which any field may have the wrong type: a wrong value counts as none and costs nothing else.
//! The fields of `wireframe`, `style` and of the pass itself are read with it.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// For `#[serde(deserialize_with)]`: the value, or the default of its type.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// A string, a number or a boolean.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(serde_json::Number),
    Boolean(bool),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Boolean(boolean) => boolean.fmt(f),
        }
    }
}

/// Text, which may also have been written as a number or a boolean.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "Scalar")]
pub(super) struct Text(pub(super) String);

impl From<Scalar> for Text {
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Text(text) => Self(text),
            other => Self(other.to_string()),
        }
    }
}

/// A finite number, which may also have been written as text.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "Scalar")]
pub(super) struct Number(pub(super) f64);

impl TryFrom<Scalar> for Number {
    type Error = &'static str;

    fn try_from(scalar: Scalar) -> Result<Self, Self::Error> {
        let number = scalar.to_string().trim().parse().ok();
        number
            .filter(|number: &f64| number.is_finite())
            .map(Self)
            .ok_or("not a finite number")
    }
}

/// The id of a wireframe: any whole number, in some SDKs the address of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "Number")]
pub(super) struct WireframeId(pub(super) i64);

impl TryFrom<Number> for WireframeId {
    type Error = &'static str;

    fn try_from(Number(number): Number) -> Result<Self, Self::Error> {
        // Beyond these JavaScript could not tell two ids apart.
        let exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0;
        exact.then_some(Self(number as i64)).ok_or("not a whole number")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_as_they_can_be() {
        let text = |json| serde_json::from_str(json).ok().map(|Text(text)| text);
        let number = |json| serde_json::from_str(json).ok().map(|Number(number)| number);
        let id = |json| serde_json::from_str(json).ok().map(|WireframeId(id)| id);
        for (json, as_text, as_number, as_id) in [
            ("7", Some("7"), Some(7.0), Some(7)),
            (r#""7.5""#, Some("7.5"), Some(7.5), None),
            ("-3.0", Some("-3.0"), Some(-3.0), Some(-3)),
            ("true", Some("true"), None, None),
            (r#""inf""#, Some("inf"), None, None),
            ("1e300", Some("1e+300"), Some(1e300), None),
            ("null", None, None, None),
            ("[7]", None, None, None),
        ] {
            assert_eq!(text(json).as_deref(), as_text, "{json}");
            assert_eq!(number(json), as_number, "{json}");
            assert_eq!(id(json), as_id, "{json}");
        }
    }
}
