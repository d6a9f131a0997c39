//! Tables whose rows are lists, with the names of the columns beside them: `HogQL` and pandas write
//! `{"columns":["session_id","event"],"results":[["…",event],…]}`, `ClickHouse` writes `{"meta":[{"name":"event"}],"data":[[event],…]}`.

use bytestring::ByteString;

use super::Fields;
use crate::recording::json_text;

/// No table of events is wider.
const MOST_COLUMNS: usize = 1000;

pub(super) struct Table<'a> {
    /// As JSON text.
    names: Vec<&'a str>,
    rows: &'a str,
}

impl<'a> Table<'a> {
    /// An object with the names of columns, and with rows of which the first has a cell for each.
    pub(super) fn of(fields: &Fields<'a>) -> Option<Self> {
        let columns = fields.get("columns").or_else(|| fields.get("meta"))?;
        let name = |column: &'a str| {
            let name = if column.starts_with('{') {
                json_text::member(column, "name")?
            } else {
                column
            };
            name.starts_with('"').then_some(name)
        };
        let names: Option<Vec<&str>> = json_text::elements(columns)
            .take(MOST_COLUMNS)
            .map(name)
            .collect();
        let names = names.filter(|names| !names.is_empty())?;
        let is_filled = |rows: &&str| {
            let first = json_text::elements(rows).next();
            first.is_some_and(|row| json_text::elements(row).count() == names.len())
        };
        let rows = ["results", "data", "rows"]
            .into_iter()
            .filter_map(|name| fields.get(name))
            .find(is_filled)?;
        Some(Self { names, rows })
    }

    /// The list of rows.
    pub(super) const fn rows_text(&self) -> &'a str {
        self.rows
    }

    /// Each row as the object that it stands for.
    pub(super) fn rows(&self) -> impl Iterator<Item = ByteString> {
        json_text::elements(self.rows).map(|row| self.object(row).into())
    }

    fn object(&self, row: &str) -> String {
        let names: usize = self.names.iter().map(|name| name.len() + 2).sum();
        let mut object = String::with_capacity(row.len() + names);
        for (name, cell) in self.names.iter().zip(json_text::elements(row)) {
            object.push(if object.is_empty() { '{' } else { ',' });
            object.push_str(name);
            object.push(':');
            object.push_str(cell);
        }
        object.push_str(if object.is_empty() { "{}" } else { "}" });
        object
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{META, SNAPSHOT, failure, found, problems, quoted, read_whole, sessions};
    use crate::error::Kind;
    use crate::recording::budget::Budget;
    use crate::recording::format;
    use crate::recording::problem::{Place, ProblemKind};

    /// A table in each of its forms.
    fn tables(columns: &[&str], rows: &[String]) -> [String; 3] {
        let names: Vec<String> = columns.iter().copied().map(quoted).collect();
        let meta: Vec<String> = names
            .iter()
            .map(|name| format!(r#"{{"name":{name},"type":"String"}}"#))
            .collect();
        let (names, meta, rows) = (names.join(","), meta.join(","), rows.join(","));
        [
            format!(r#"{{"error":null,"columns":[{names}],"results":[{rows}],"types":[["a","String"]]}}"#),
            format!(r#"{{"columns":[{names}],"index":[0,1],"data":[{rows}]}}"#),
            format!(r#"{{"meta":[{meta}],"data":[{rows}],"rows":2,"statistics":{{"elapsed":0.1}}}}"#),
        ]
    }

    fn of_window(json: &str, window: &str) -> Vec<(String, usize)> {
        let windows = found(json).1;
        windows.into_iter().filter(|(id, _)| id == window).collect()
    }

    #[test]
    fn cells_are_known_by_their_columns() {
        let row = |session: &str, event: &str| {
            format!(r#"["2024-05-01 10:00:00",{session},"w",{event},null,[1],{{"a":1}}]"#)
        };
        let columns = ["time", "session_id", "window_id", "event", "x", "y", "z"];
        let list = format!("[{META},{SNAPSHOT}]");
        for (cells, expected) in [
            (
                [("\"a\"", META.to_owned()), ("\"a\"", SNAPSHOT.to_owned())],
                "a:2",
            ),
            ([("\"a\"", quoted(META)), ("\"a\"", quoted(SNAPSHOT))], "a:2"),
            (
                [("\"a\"", META.to_owned()), ("\"b\"", META.to_owned())],
                "a:1 b:1",
            ),
            ([("7", list.clone()), ("8", quoted(&list))], "7:2 8:2"),
        ] {
            let rows = cells.map(|(session, event)| row(session, &event));
            for text in tables(&columns, &rows) {
                assert_eq!(sessions(&text), expected, "{text}");
                assert_eq!(
                    (found(&text).0, problems(&text)),
                    (Format::RrwebWrapper, vec![]),
                    "{text}"
                );
            }
        }
        for text in tables(&columns, &[row("\"a\"", META)]) {
            assert_eq!(of_window(&text, "w"), [("w".to_owned(), 1)], "{text}");
        }
    }

    #[test]
    fn an_event_may_be_spread_over_columns() {
        let rows = ["4", "\"2\""].map(|kind| {
            let data = if kind == "4" {
                r#"{"href":""}"#
            } else {
                r#"{"node":{}}"#
            };
            format!(r#"["a",{kind},"2024-05-01T10:00:00Z",{},"w"]"#, quoted(data))
        });
        for text in tables(&["session_id", "type", "timestamp", "data", "window_id"], &rows) {
            assert_eq!(
                (sessions(&text), of_window(&text, "w")),
                ("a:2".to_owned(), vec![("w".to_owned(), 2)]),
                "{text}"
            );
            assert_eq!(problems(&text), [], "{text}");
        }
    }

    #[test]
    fn a_row_without_an_event_is_counted() {
        let rows = [META, "null", SNAPSHOT, "7"].map(|cell| format!(r#"["a",{cell}]"#));
        for text in tables(&["session_id", "event"], &rows) {
            assert_eq!(sessions(&text), "a:2", "{text}");
            assert_eq!(
                problems(&text),
                [(ProblemKind::NotAnEvent, 2, Place::Event(1))],
                "{text}"
            );
        }
        let damaged = [
            format!(r#"["a",{META}]"#),
            "[]".to_owned(),
            "7".to_owned(),
            r#"["a"]"#.to_owned(),
        ];
        for text in tables(&["session_id", "event"], &damaged) {
            assert_eq!(
                problems(&text),
                [(ProblemKind::NotAnEvent, 3, Place::Event(1))],
                "{text}"
            );
        }
        for text in tables(&["a", "b"], &["[1,2]".to_owned()]) {
            failure(text);
        }
    }

    #[test]
    fn cells_of_rows_without_names_are_no_events() {
        let row = |event: &str| format!(r#"["a",null,{event},[1],{{"b":1}},"2024-05-01"]"#);
        for text in [
            format!("{}\n{}", row(META), row(&quoted(SNAPSHOT))),
            format!("[{},{}]", row(META), row(SNAPSHOT)),
            format!(r#"{{"results":[{},{}]}}"#, row(META), row(SNAPSHOT)),
        ] {
            assert_eq!(
                (sessions(&text), problems(&text)),
                ("-:2".to_owned(), vec![]),
                "{text}"
            );
        }
        // In a list of events they are.
        for (text, at) in [
            (format!("[{META},7,\"a\",{SNAPSHOT}]"), 1),
            (format!("[7,\"a\",{META},{SNAPSHOT}]"), 0),
        ] {
            assert_eq!(
                problems(&text),
                [(ProblemKind::NotAnEvent, 2, Place::Event(at))],
                "{text}"
            );
        }
    }

    #[test]
    fn rows_count_on_the_budget() {
        let name = "n".repeat(1000);
        let rows = vec![format!("[{META},1]"); 100];
        let [text, ..] = tables(&["event", &name], &rows);
        assert_eq!(read_whole(text.as_str()).unwrap().sessions.len(), 1);
        let mut budget = Budget::new(50_000);
        let error = format::read(text.into(), &mut budget).unwrap_err();
        assert_eq!(error.kind(), Kind::RecordingTooLarge);
    }
}
