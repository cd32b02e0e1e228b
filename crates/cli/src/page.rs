//! What a person reads: text in lines, fields and columns, put together before it is printed.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

/// Titles.
pub(crate) const TITLE: Style = Style::new().bold();
/// What names a value, and what matters less.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What went well and matters most.
pub(crate) const BEST: Style = AnsiColor::Green.on_default().bold();
/// What was refused.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What deserves care.
pub(crate) const CARE: Style = AnsiColor::Yellow.on_default();
/// Names of things: wallets, trades.
pub(crate) const NAME: Style = AnsiColor::Cyan.on_default();

/// Width of the labels of fields.
const LABEL_WIDTH: usize = 16;

/// Text in the making. Colours are in it as escape sequences; whoever prints it takes them out where they do not belong.
#[derive(Debug, Default)]
pub(crate) struct Page {
    text: String,
}

/// A piece of text in a style.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Style::new())
    }
}

/// A text in a style, as an argument of a format.
pub(crate) fn styled(text: impl AsRef<str>, style: Style) -> String {
    format!("{style}{}{style:#}", text.as_ref())
}

impl Page {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The text, with its colours.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// A line.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.text.push_str(text.as_ref());
        self.text.push('\n');
        self
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) -> &mut Self {
        self.line("")
    }

    /// A line that says what follows.
    pub(crate) fn title(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.line(styled(text, TITLE))
    }

    /// A label and its value.
    pub(crate) fn field(&mut self, label: &str, value: impl Into<Cell>) -> &mut Self {
        let value = value.into();
        let label = styled(format!("{label:<LABEL_WIDTH$}"), FAINT);
        self.line(format!("{label}{}", styled(value.text, value.style)))
    }

    /// A label and its value, if there is one.
    pub(crate) fn field_if(&mut self, label: &str, value: Option<impl Into<Cell>>) -> &mut Self {
        match value {
            Some(value) => self.field(label, value),
            None => self,
        }
    }

    /// Rows in columns as wide as their widest cell, two spaces apart; the first row is the head.
    pub(crate) fn table(&mut self, indent: usize, head: &[&str], rows: &[Vec<Cell>]) -> &mut Self {
        let head: Vec<Cell> = head.iter().map(|name| Cell::new(*name, FAINT)).collect();
        let columns = rows.iter().map(Vec::len).chain([head.len()]).max().unwrap_or_default();
        let width = |column: usize| {
            std::iter::once(&head)
                .chain(rows)
                .filter_map(|row| row.get(column))
                .map(Cell::width)
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in std::iter::once(&head).chain(rows).filter(|row| !row.is_empty()) {
            let mut line = " ".repeat(indent);
            for (column, cell) in row.iter().enumerate() {
                // Writing to a String cannot fail. The last cell needs no room after it.
                let _ = write!(line, "{}{}{:#}", cell.style, cell.text, cell.style);
                if column + 1 < row.len() {
                    line.push_str(&" ".repeat(widths[column] - cell.width() + 2));
                }
            }
            self.line(line);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_their_colours() {
        let mut page = Page::new();
        let rows = vec![vec![Cell::new("é1", GOOD), Cell::from("x")], vec![Cell::from("longer"), Cell::new("y", BAD)]];
        page.table(1, &["a", "b"], &rows);
        let plain = anstream::adapter::strip_str(page.as_str()).to_string();
        assert_eq!(plain, " a       b\n é1      x\n longer  y\n");
        assert_ne!(plain, page.as_str());
    }

    #[test]
    fn a_field_that_is_not_there_leaves_no_line() {
        let mut page = Page::new();
        page.field_if("settled", None::<String>).field("status", "open");
        assert_eq!(anstream::adapter::strip_str(page.as_str()).to_string(), "status          open\n");
    }
}
