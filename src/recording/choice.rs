//! Which of several sessions or windows is meant: by its id, or by its number, counted from 1, as `inspect` lists them.
//! `id:1` and `number:1` say which of the two it is.

/// Why it is not clear which one is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unclear {
    /// None has such an id or number.
    NotThere,
    /// One has the id, another the number.
    IdOrNumber,
}

/// The place of the one that is meant among those with these ids.
pub fn choose(wanted: &str, ids: &[Option<&str>]) -> Result<usize, Unclear> {
    let numbers = 1..=ids.len();
    let numbered = |number: &str| {
        let number = number.parse().ok().filter(|number| numbers.contains(number));
        number.map(|number| number - 1)
    };
    let named = |wanted: &str| ids.iter().position(|id| *id == Some(wanted));
    let found = match (named(wanted), numbered(wanted)) {
        (Some(named), Some(numbered)) if named != numbered => return Err(Unclear::IdOrNumber),
        (named, numbered) => named.or(numbered),
    };
    found
        .or_else(|| named(wanted.strip_prefix("id:")?))
        .or_else(|| numbered(wanted.strip_prefix("number:")?))
        .ok_or(Unclear::NotThere)
}

/// What to do where it may be the id or the number: for `--session`, for example.
pub fn id_or_number_hint(option: &str, wanted: &str) -> String {
    format!("Say {option} number:{wanted} for the one that `inspect` lists there, or {option} id:{wanted}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_is_known_by_id_or_number() {
        let ids = [Some("2"), None, Some("b"), Some("4"), Some("id:2")];
        for (wanted, expected) in [
            ("b", Ok(2)),
            ("1", Ok(0)),
            ("3", Ok(2)),
            ("4", Ok(3)),
            ("2", Err(Unclear::IdOrNumber)),
            ("number:2", Ok(1)),
            // What is an id is nothing else.
            ("id:2", Ok(4)),
            ("id:b", Ok(2)),
            ("id:1", Err(Unclear::NotThere)),
            ("0", Err(Unclear::NotThere)),
            ("6", Err(Unclear::NotThere)),
            ("number:b", Err(Unclear::NotThere)),
            ("", Err(Unclear::NotThere)),
        ] {
            assert_eq!(choose(wanted, &ids), expected, "{wanted}");
        }
    }
}
