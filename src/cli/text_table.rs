//! Text in aligned lines, at most 100 columns wide: tables, labels with text after them, and lines that are cut where
//! they would become too long.

pub(super) const COLUMNS: usize = 100;
/// Where the text after a label begins.
pub(super) const LABEL: usize = 14;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Columns as wide as their widest cell; the last may be cut at the edge.
pub(super) struct Table {
    align: Vec<Align>,
    /// The first has the titles.
    rows: Vec<Vec<String>>,
    /// As many rows are shown below the titles.
    most: usize,
    /// How many there would be beyond these.
    more: usize,
}

impl Table {
    pub(super) fn new(columns: &[(&str, Align)], most: usize) -> Self {
        Self {
            align: columns.iter().map(|(_, align)| *align).collect(),
            rows: vec![columns.iter().map(|(title, _)| (*title).to_owned()).collect()],
            most,
            more: 0,
        }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        if self.rows.len() > self.most {
            self.more += 1;
        } else {
            self.rows.push(cells.into_iter().collect());
        }
    }

    pub(super) fn write(&self, out: &mut String) {
        let rows = &self.rows;
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..self.align.len()).filter_map(width).collect();
        for row in rows {
            let mut text = String::from("  ");
            for ((cell, width), align) in row.iter().zip(&widths).zip(&self.align) {
                let padding = " ".repeat(width - cell.chars().count());
                match align {
                    Align::Left => text.extend([cell, &*padding, "   "]),
                    Align::Right => text.extend([&*padding, cell, "   "]),
                }
            }
            line(out, &text);
        }
        if self.more > 0 {
            line(out, &format!("  … and {} more; --json has all", self.more));
        }
    }
}

pub(super) fn labelled(out: &mut String, label: &str, text: &str) {
    wrapped(out, &format!("  {label:<width$}", width = LABEL - 2), text);
}

/// Text after a label, on as many lines as it needs, each beginning below the first.
pub(super) fn wrapped(out: &mut String, label: &str, text: &str) {
    let mut current = label.to_owned();
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && current.chars().count() + 1 + word.chars().count() > COLUMNS {
            line(out, &current);
            current = " ".repeat(label.chars().count());
            empty = true;
        }
        if !empty {
            current.push(' ');
        }
        current.push_str(word);
        empty = false;
    }
    line(out, &current);
}

/// A line of its own, cut where it would become too long.
pub(super) fn line(out: &mut String, text: &str) {
    out.push_str(&shortened(text.trim_end(), COLUMNS));
    out.push('\n');
}

pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::Align::{Left, Right};
    use super::*;

    fn said(write: impl FnOnce(&mut String)) -> Vec<String> {
        let mut out = String::new();
        write(&mut out);
        out.lines().map(str::to_owned).collect()
    }

    #[test]
    fn tables_are_aligned_and_shortened() {
        let mut table = Table::new(&[("name", Left), ("count", Right), ("note", Left)], 3);
        for (name, count) in [
            ("a", 1),
            ("longer", 1_000_000),
            ("é", 20),
            ("never shown, however long", 3),
        ] {
            table.row([name.to_owned(), count.to_string(), "x".repeat(count.min(90))]);
        }
        let lines = said(|out| table.write(out));
        assert_eq!(lines[0], "  name       count   note");
        assert_eq!(lines[1], "  a              1   x");
        assert!(lines[2].starts_with("  longer   1000000   xxx") && lines[2].ends_with("x…"));
        assert_eq!(lines[2].chars().count(), COLUMNS);
        assert_eq!(lines[3], format!("  é             20   {}", "x".repeat(20)));
        assert_eq!(lines[4..], ["  … and 1 more; --json has all"]);
    }

    #[test]
    fn long_text_goes_on_below_its_beginning() {
        let words = "word ".repeat(25);
        let lines = said(|out| labelled(out, "label", words.trim()));
        assert_eq!(lines[0], format!("  label       {}", "word ".repeat(17).trim()));
        assert_eq!(lines[1], format!("              {}", "word ".repeat(8).trim()));
        let lines = said(|out| labelled(out, "x", &"y".repeat(200)));
        assert_eq!((lines.len(), lines[0].chars().count()), (1, COLUMNS));
    }
}
