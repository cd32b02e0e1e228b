//! Where things are printed: results on standard output, talk on standard error.

use std::io::Write;

use alloy_primitives::Address;
use serde::{Serialize, Serializer};

use crate::{
    error::{Error, ErrorReport},
    page::{BAD, CARE, FAINT, Page, styled},
    show::Done,
};

/// What a command found out, for people and for programs.
pub(crate) trait Report: Serialize {
    /// Puts it on a page.
    fn show(&self, page: &mut Page);
}

/// Writes a wallet as data: with its checksum, as the client does.
pub(crate) fn address<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&address.to_checksum(None))
}

/// How to print.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// As data if `json`, else for people.
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether results are data.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Prints a result.
    pub(crate) fn result(self, report: &impl Report) -> Result<(), Error> {
        if self.json {
            return data(report);
        }
        let mut page = Page::new();
        report.show(&mut page);
        print_page(&page)
    }

    /// Prints what a transaction did. Where that cannot be printed, the error tells it: it is done all the same.
    pub(crate) fn done<T: Serialize>(self, done: &Done<T>) -> Result<(), Error> {
        self.result(done).map_err(|error| match error {
            Error::Output(source) => Error::ReportLost {
                done: done.headline.clone(),
                trade_id: done.trade_id,
                transaction_hash: done.receipt.transaction_hash,
                source,
            },
            other => other,
        })
    }

    /// Prints a result that is data by nature, to be handed on: in lines for people, in one line for programs.
    pub(crate) fn document(self, value: &impl Serialize) -> Result<(), Error> {
        if self.json {
            return data(value);
        }
        let mut text = serde_json::to_vec_pretty(value).map_err(|error| Error::Output(error.into()))?;
        text.push(b'\n');
        print(&text)
    }

    /// Says something to people. Programs, which asked for data, do not hear it.
    pub(crate) fn say(self, text: &str) {
        if !self.json {
            talk(text);
        }
    }

    /// Warns: in a sentence, or as a line of data.
    pub(crate) fn warn(self, code: &str, message: &str) {
        if self.json {
            talk_data(&Line::Warning { code, message });
        } else {
            talk(&format!("{} {message}", styled("warning:", CARE)));
        }
    }

    /// Says what went wrong, and what to do next.
    pub(crate) fn error(self, error: &Error) {
        let report = error.report();
        if self.json {
            talk_data(&Line::Error(&report));
            return;
        }
        talk(&format!("{} {}", styled("error:", BAD), report.message));
        if let Some(hash) = report.transaction_hash {
            talk(&format!("{} {hash}", styled("transaction:", FAINT)));
        }
        talk(&format!("{} {}", styled("next:", FAINT), report.next_step));
    }
}

/// Prints a result as data, in one line.
pub(crate) fn data(value: &impl Serialize) -> Result<(), Error> {
    let mut line = serde_json::to_vec(value).map_err(|error| Error::Output(error.into()))?;
    line.push(b'\n');
    print(&line)
}

/// Prints a result for people. Colours stay in only where they are seen.
pub(crate) fn print_page(page: &Page) -> Result<(), Error> {
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(page.as_str().as_bytes()).and_then(|()| stdout.flush()).map_err(Error::Output)
}

/// Prints a result as it is.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Error> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(Error::Output)
}

/// What is told to programs on standard error.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    Warning { code: &'a str, message: &'a str },
    Error(&'a ErrorReport),
}

fn talk_data(line: &Line<'_>) {
    // Its fields are texts and numbers, which are always data.
    talk(&serde_json::to_string(line).unwrap_or_default());
}

/// A line on standard error. Nothing depends on whether it could be written.
fn talk(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}
