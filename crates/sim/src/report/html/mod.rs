//! Results as a page for people.
//!
//! One file that refers to no other and runs no script. All that comes from a scenario is escaped.

#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a page is made once, and reads better in pieces"
)]

mod attacks;
mod crowds;
mod detectors;
mod footer;
mod plot;
mod scores;
mod summary;
mod sweep;
mod text;

use std::io::Write;

use super::Error;
use crate::{Outcome, outcome::CrowdOutcome, sweep::SweepOutcome};
use text::{cut, escape};

const STYLE: &str = include_str!("style.css");
/// Characters of a crowd's name where there is little room.
const NAME_CHARACTERS: usize = 28;

/// Writes a run's page.
///
/// # Errors
/// [`Error::Write`].
pub fn write_html(outcome: &Outcome, writer: impl Write) -> Result<(), Error> {
    let body = [
        summary::header(outcome),
        summary::in_short(outcome),
        scores::section(outcome),
        attacks::costs(outcome),
        attacks::gains(outcome),
        detectors::section(outcome),
        crowds::section(outcome),
        footer::of_run(outcome),
    ];
    write_page(&outcome.scenario.name, &body, writer)
}

/// Writes a sweep's page.
///
/// # Errors
/// [`Error::Write`].
pub fn write_sweep_html(sweep: &SweepOutcome, writer: impl Write) -> Result<(), Error> {
    write_page(&sweep.scenario.name, &[sweep::of_sweep(sweep), footer::of_sweep(sweep)], writer)
}

/// Writes the page of runs beside each other.
///
/// # Errors
/// [`Error::Write`].
pub fn write_comparison_html(outcomes: &[Outcome], writer: impl Write) -> Result<(), Error> {
    write_page("Comparison", &[sweep::of_comparison(outcomes), footer::of_comparison(outcomes)], writer)
}

fn write_page(title: &str, body: &[String], mut writer: impl Write) -> Result<(), Error> {
    let (title, body) = (escape(title), body.concat());
    write!(
        writer,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"barter-sim {}\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        super::VERSION
    )?;
    Ok(writer.flush()?)
}

/// A part of the page: what it is about, how to read it, what came out, and the picture.
fn section(title: &str, reads: &str, found: &str, content: &str) -> String {
    let found = if found.is_empty() { String::new() } else { format!("<p class=\"found\">{found}</p>\n") };
    format!("<section>\n<h2>{title}</h2>\n<p class=\"reads\">{reads}</p>\n{found}{content}</section>\n")
}

/// A table that scrolls by itself where there is no room. The first column names the row.
fn table(head: &[&str], rows: &[Vec<Cell>]) -> String {
    let head: String = head.iter().map(|name| format!("<th scope=\"col\">{name}</th>")).collect();
    let rows: String =
        rows.iter().map(|row| format!("<tr>{}</tr>\n", row.iter().map(Cell::html).collect::<String>())).collect();
    format!("<div class=\"scroll\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n")
}

/// A cell of a table, as HTML.
enum Cell {
    /// What the row is.
    Name(String),
    /// A number, or a word.
    Value(String),
    /// A number from 0 to 1 that colors its cell.
    Heat(f64, String),
}

impl Cell {
    fn html(&self) -> String {
        match self {
            Self::Name(html) => format!("<th scope=\"row\">{html}</th>"),
            Self::Value(html) => format!("<td>{html}</td>"),
            Self::Heat(heat, html) => {
                format!("<td class=\"heat\" style=\"--heat:{:.2}\">{html}</td>", heat.clamp(0.0, 1.0))
            }
        }
    }
}

/// A crowd's name with the mark of its side.
fn name(crowd: &CrowdOutcome) -> String {
    format!("<span class=\"mark {}\"></span>{}", side(crowd.hostile), escape(&cut(&crowd.name, NAME_CHARACTERS)))
}

/// The class that colors what belongs to a side: always the same.
const fn side(hostile: bool) -> &'static str {
    if hostile { "hostile" } else { "honest" }
}

/// What the two colors are.
fn legend() -> &'static str {
    "<p class=\"legend\"><span class=\"mark honest\"></span>honest <span class=\"mark hostile\"></span>hostile</p>\n"
}

fn hostile(outcome: &Outcome) -> impl Iterator<Item = &CrowdOutcome> {
    outcome.crowds.iter().filter(|crowd| crowd.hostile)
}

#[allow(clippy::cast_precision_loss, reason = "for shares that people read")]
fn ratio(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}
