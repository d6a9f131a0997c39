//! Text that is compressed and written in base64, which is how recorders put it into JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytestring::ByteString;

use crate::error::{Kind, Result};
use crate::recording::budget::Budget;
use crate::recording::container::{Container, Inside};
use crate::recording::json_text::exact_text;

/// What is in a JSON string. Nothing if that is no base64, or nothing compressed, or no text.
pub(super) fn decode(string: &str, budget: &mut Budget) -> Result<Option<ByteString>> {
    let Some(container @ (Container::Gzip | Container::Zlib | Container::Zstd)) = container_of(string) else {
        return Ok(None);
    };
    let Some(bytes) = exact_text(string).and_then(|text| BASE64.decode(&*text).ok()) else {
        return Ok(None);
    };
    budget.spend(bytes.len() as u64)?;
    match container.open(bytes, &[], budget) {
        Ok(Inside::Bytes(text)) => Ok(ByteString::try_from(text).ok()),
        Ok(Inside::Entries(_)) => Ok(None),
        Err(error) if error.kind() == Kind::InvalidRecording => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the string's first characters say.
fn container_of(string: &str) -> Option<Container> {
    let start = string.get(1..13)?.replace("\\/", "/");
    Container::of(&BASE64.decode(start.get(..8)?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::container::tests::wrap;
    use crate::recording::format::tests::{META, SNAPSHOT, failure, quoted, sessions};

    fn base64(container: Container, text: &str) -> String {
        // As some languages write a slash in JSON.
        quoted(&BASE64.encode(wrap(container, text.as_bytes()))).replace('/', "\\/")
    }

    #[test]
    fn what_is_compressed_in_a_string_is_read() {
        let events = format!("{META},{SNAPSHOT}");
        for container in [Container::Gzip, Container::Zlib, Container::Zstd] {
            let list = base64(container, &format!("[{events}]"));
            let wrapper = base64(container, &format!(r#"{{"events":{{"events":[{events}]}}}}"#));
            for text in [
                format!(r#"{{"query":"mutation","variables":{{"session_secure_id":"s","data":{list}}}}}"#),
                format!(r#"{{"query":"mutation","variables":{{"session_secure_id":"s","data":{wrapper}}}}}"#),
                format!(r#"{{"session_id":"s","chunks":[{list}]}}"#),
            ] {
                assert_eq!(sessions(&text), "s:2", "{text}");
            }
            assert_eq!(sessions(&list), "-:2");
        }
    }

    #[test]
    fn other_strings_are_passed_over() {
        let cut = base64(Container::Gzip, "[1,2]")
            .replace("==", "")
            .replace('=', "");
        for text in [
            &cut,
            &format!("{}\"", &cut[..16]),
            "\"H4sIAAAA\"",
            "\"eJyeJyeJ\"",
            "\"H4sI\"",
            "\"éééééééé\"",
            &base64(Container::Gzip, "words"),
        ] {
            failure(format!(r#"{{"data":{text}}}"#));
        }
    }
}
