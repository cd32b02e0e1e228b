//! QR codes for a terminal: two modules a character, black on white whatever the terminal's colours are.

use std::{fmt::Write, io::IsTerminal};

use qrcode::{Color, EcLevel, types::QrError};
use terminal_size::{Height, Width};

use crate::{
    error::Error,
    output::{Output, print},
};

/// Modules of white around a code that the standard asks for.
const QUIET_ZONE: usize = 4;

/// Modules of white around a code without which hardly any camera finds it.
const NARROWEST_QUIET_ZONE: usize = 1;

/// Black and white of the 256 colours' cube. The first sixteen colours are the theme's, and may be any.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";

const RESET: &str = "\x1b[0m";

/// A QR code.
#[derive(Debug)]
struct Code {
    /// Dark modules, row by row.
    is_dark: Vec<bool>,
    /// Modules a side.
    size: usize,
}

impl Code {
    /// The code of a text in capitals, which takes the fewest modules where the text has only letters and digits. It repairs
    /// little: a screen is not torn or dirty.
    fn of(text: &str) -> Result<Self, QrError> {
        let code = qrcode::QrCode::with_error_correction_level(text.to_ascii_uppercase(), EcLevel::L)?;
        let size = code.width();
        Ok(Self { is_dark: code.into_colors().into_iter().map(|color| color == Color::Dark).collect(), size })
    }

    /// The white around it that so many columns have room for, at most what the standard asks for; `None` if it is too little.
    fn quiet_zone(&self, columns: usize) -> Option<usize> {
        let left = columns.checked_sub(self.size)? / 2;
        (left >= NARROWEST_QUIET_ZONE).then_some(left.min(QUIET_ZONE))
    }

    /// Rows of text that it takes.
    fn rows(&self, quiet_zone: usize) -> usize {
        (self.size + 2 * quiet_zone).div_ceil(2)
    }

    fn is_dark(&self, row: usize, column: usize, quiet_zone: usize) -> bool {
        let inside = |place: usize| place.checked_sub(quiet_zone).filter(|place| *place < self.size);
        match (inside(row), inside(column)) {
            (Some(row), Some(column)) => self.is_dark[row * self.size + column],
            _ => false,
        }
    }

    fn draw(&self, quiet_zone: usize) -> String {
        let mut text = String::new();
        for row in 0..self.rows(quiet_zone) {
            let line = (0..self.size + 2 * quiet_zone).map(|column| {
                let half = |lower: usize| self.is_dark(2 * row + lower, column, quiet_zone);
                match (half(0), half(1)) {
                    (false, false) => ' ',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (true, true) => '█',
                }
            });
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{BLACK_ON_WHITE}{}{RESET}", line.collect::<String>());
        }
        text
    }
}

/// Draws the QR code of a text that means the same in capitals, or says why not. Programs, which asked for data, get neither.
pub(crate) fn show(text: &str, output: Output) -> Result<(), Error> {
    if output.is_json() {
        return Ok(());
    }
    let is_capable = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    if !is_capable || !std::io::stdout().is_terminal() {
        output.say("No QR code: standard output is no terminal.");
        return Ok(());
    }
    let Ok(code) = Code::of(text) else {
        output.say("No QR code: this is too long for one.");
        return Ok(());
    };
    let (columns, rows) = match terminal_size::terminal_size() {
        Some((Width(columns), Height(rows))) => (usize::from(columns), usize::from(rows)),
        None => (usize::MAX, usize::MAX),
    };
    let Some(quiet_zone) = code.quiet_zone(columns) else {
        let needed = code.size + 2 * NARROWEST_QUIET_ZONE;
        output.say(&format!("No QR code: the terminal has {columns} columns, and it needs {needed}."));
        return Ok(());
    };
    print(code.draw(quiet_zone).as_bytes())?;
    let needed = code.rows(quiet_zone);
    if rows < needed {
        output
            .say(&format!("The QR code has {needed} rows, and the terminal {rows}: make it higher to see all of it."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules of a drawn code, row by row, with the white around it.
    fn modules(drawn: &str) -> Vec<Vec<bool>> {
        let mut rows = Vec::new();
        for line in drawn.lines() {
            let line = line.strip_prefix(BLACK_ON_WHITE).unwrap().strip_suffix(RESET).unwrap();
            rows.push(line.chars().map(|char| matches!(char, '▀' | '█')).collect());
            rows.push(line.chars().map(|char| matches!(char, '▄' | '█')).collect());
        }
        rows
    }

    #[test]
    fn what_is_drawn_is_the_code_with_white_around_it() {
        for (text, quiet_zone) in [("BARTER1QQQ", 4), (&*"q".repeat(700), 1)] {
            let code = Code::of(text).unwrap();
            let drawn = modules(&code.draw(quiet_zone));
            let side = code.size + 2 * quiet_zone;
            assert_eq!(drawn.len(), side + 1, "half a row more of white");
            for (row, line) in drawn.iter().enumerate() {
                assert_eq!(line.len(), side);
                for (column, is_dark) in line.iter().enumerate() {
                    let inside = |place: usize| (quiet_zone..quiet_zone + code.size).contains(&place);
                    let expected = inside(row)
                        && inside(column)
                        && code.is_dark[(row - quiet_zone) * code.size + column - quiet_zone];
                    assert_eq!(*is_dark, expected, "row {row}, column {column}");
                }
            }
            // The corner that every code has at its upper left: seven dark, and white around them.
            assert!(drawn[quiet_zone][quiet_zone..quiet_zone + 7].iter().all(|is_dark| *is_dark));
            assert!(!drawn[quiet_zone][quiet_zone + 7]);
        }
    }

    #[test]
    fn letters_and_digits_take_the_alphanumeric_mode_in_whatever_case() {
        // 758 of them are the most for version 15 at level L, which has 77 modules a side.
        for text in ["a".repeat(758), "A7".repeat(379)] {
            assert_eq!(Code::of(&text).unwrap().size, 77);
        }
        assert_eq!(Code::of(&"a".repeat(759)).unwrap().size, 81);
    }

    #[test]
    fn takes_the_white_there_is_room_for() {
        let code = Code::of(&"a".repeat(758)).unwrap();
        assert_eq!([200, 85, 84, 80, 79].map(|columns| code.quiet_zone(columns)), [4, 4, 3, 1, 1].map(Some));
        assert_eq!([78, 77, 76, 0].map(|columns| code.quiet_zone(columns)), [None; 4]);
        assert_eq!(code.rows(1), 40);
    }

    #[test]
    fn what_is_longer_than_any_code_is_none() {
        assert!(Code::of(&"a".repeat(4_297)).is_err());
        assert_eq!(Code::of(&"a".repeat(4_296)).unwrap().size, 177);
    }
}
