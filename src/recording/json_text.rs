//! JSON text looked at in place: tokens, members and elements, without a tree and without recursion, so that neither
//! depth nor size costs more than the text is long. For text that a JSON parser has accepted, as that of every
//! [`Event`](super::Event) has been; of other text it gives nonsense, but always an end.

use std::borrow::Cow;

use serde::Deserialize;

/// A piece of JSON. Strings are as they stand in the text, quotes and escapes included; [`text`] decodes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Key(&'a str),
    String(&'a str),
    /// A number, `true`, `false` or `null`.
    Scalar(&'a str),
}

/// The tokens of a JSON text, from first to last.
#[derive(Debug, Clone)]
pub(super) struct Tokens<'a> {
    json: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) const fn new(json: &'a str) -> Self {
        Self { json, at: 0 }
    }

    /// How much of the text, in bytes, is behind the last token.
    pub(super) const fn offset(&self) -> usize {
        self.at
    }

    /// The text of the whole value that begins here, which is passed over.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        self.skip_separators();
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.next()? {
                Token::BeginObject | Token::BeginArray => depth += 1,
                Token::EndObject | Token::EndArray => depth = depth.checked_sub(1)?,
                Token::Key(_) | Token::String(_) | Token::Scalar(_) => {}
            }
            if depth == 0 {
                return Some(&self.json[start..self.at]);
            }
        }
    }

    fn skip_separators(&mut self) {
        let rest = &self.json.as_bytes()[self.at..];
        let separates = |c: &u8| matches!(c, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':');
        self.at += rest.iter().position(|c| !separates(c)).unwrap_or(rest.len());
    }

    /// The length of a string with its quotes; `rest` begins with the first.
    fn string_length(rest: &[u8]) -> usize {
        let mut at = 1;
        while let Some(found) = rest.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            at += found;
            if rest[at] == b'"' {
                return at + 1;
            }
            at += 2;
        }
        rest.len()
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_separators();
        let rest = &self.json.as_bytes()[self.at..];
        let one = |token| (1, token);
        let (length, token) = match rest.first()? {
            b'{' => one(Token::BeginObject),
            b'}' => one(Token::EndObject),
            b'[' => one(Token::BeginArray),
            b']' => one(Token::EndArray),
            b'"' => {
                let length = Self::string_length(rest);
                let string = &self.json[self.at..self.at + length];
                let after = rest[length..].iter().find(|c| !c.is_ascii_whitespace());
                match after {
                    Some(b':') => (length, Token::Key(string)),
                    _ => (length, Token::String(string)),
                }
            }
            _ => {
                let ends = |c: &u8| c.is_ascii_whitespace() || matches!(c, b',' | b'}' | b']' | b':' | b'"');
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                (length, Token::Scalar(&self.json[self.at..self.at + length]))
            }
        };
        self.at += length;
        Some(token)
    }
}

/// What a JSON string says, or nothing for any other value. Half of a surrogate pair is no text; the escaped text then
/// stands for itself. For what people read and what looks like it.
pub(super) fn text(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    Some(exact_text(json).unwrap_or(Cow::Borrowed(inner)))
}

/// What a JSON string says, or nothing for any other value, nor for a string with half of a surrogate pair. For what is
/// compared or decoded, where nearly right is wrong.
pub(super) fn exact_text(json: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str(json).ok().map(|Text(text)| text)
}

/// The members of an object, values as JSON text; none of any other value.
pub(super) fn members(json: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let mut tokens = Tokens::new(json);
    let is_object = tokens.next() == Some(Token::BeginObject);
    std::iter::from_fn(move || match tokens.next() {
        Some(Token::Key(key)) if is_object => Some((text(key)?, tokens.value()?)),
        _ => None,
    })
}

/// The value of one member of an object, as JSON text.
pub(super) fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    members(json).find_map(|(key, value)| (key == name).then_some(value))
}

/// The value of one member of an object, where it is a whole number.
pub(super) fn integer(json: &str, name: &str) -> Option<i64> {
    member(json, name)?.parse().ok()
}

/// The elements of an array, as JSON text; none of any other value.
pub(super) fn elements(json: &str) -> impl Iterator<Item = &str> {
    let mut tokens = Tokens::new(json);
    let is_array = tokens.next() == Some(Token::BeginArray);
    std::iter::from_fn(move || if is_array { tokens.value() } else { None })
}

/// Every string in a value, at any depth, but not the keys.
pub(super) fn strings(json: &str) -> impl Iterator<Item = Cow<'_, str>> {
    Tokens::new(json).filter_map(|token| match token {
        Token::String(string) => text(string),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_place() {
        let json = r#" { "a" : [1, "x\"]" , {"b":null}] , "c\u0041":true, "d": "" } "#;
        let found: Vec<(Cow<'_, str>, &str)> = members(json).collect();
        assert_eq!(
            found,
            [
                ("a".into(), r#"[1, "x\"]" , {"b":null}]"#),
                ("cA".into(), "true"),
                ("d".into(), r#""""#)
            ]
        );
        assert_eq!(
            elements(found[0].1).collect::<Vec<_>>(),
            ["1", r#""x\"]""#, r#"{"b":null}"#]
        );
        assert_eq!(strings(json).collect::<Vec<_>>(), ["x\"]", ""]);
        assert_eq!(member(json, "d"), Some(r#""""#));
        for other in ["7", "[]", "{}", "null", "\"{\"", ""] {
            assert_eq!(members(other).count() + elements(other).count(), 0, "{other}");
        }
    }

    #[test]
    fn strings_are_decoded() {
        for (json, says) in [
            (r#""plain é""#, Some("plain é")),
            (r#""a\/b\u00e9\n""#, Some("a/bé\n")),
            ("12", None),
            ("\"", None),
        ] {
            assert_eq!(text(json).as_deref(), says, "{json}");
            assert_eq!(exact_text(json).as_deref(), says, "{json}");
        }
        let half = r#""half \ud83d\"""#;
        assert_eq!(text(half).as_deref(), Some(r#"half \ud83d\""#));
        assert_eq!(exact_text(half), None);
    }

    #[test]
    fn broken_text_comes_to_an_end() {
        for json in [
            "{\"a", "[\"\\", "{\"a\":", "[1,", "]", "}{", "[[{", "\"\\\"", "é", "{\"é\\",
        ] {
            let _ = Tokens::new(json).count();
            let _ = members(json).count() + elements(json).count() + strings(json).count();
        }
    }
}
