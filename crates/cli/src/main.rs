//! The program `barter`: Proof of Trade on the command line.
//!
//! A command reads its arguments, asks the client (`barter-sdk`) or the rules (`barter-protocol`), and prints: one file a
//! command, below `command`. Results go to standard output and all else to standard error, `--json` turns both into data,
//! and the exit code says how it ended (`exit`). Keys come from the environment or from files, never from arguments, and
//! never into a message.

mod arguments;
mod chain;
mod clock;
mod command;
mod confirm;
mod context;
mod error;
mod exit;
mod lightning;
mod logs;
mod options;
mod output;
mod page;
mod progress;
mod qr;
mod question;
mod reputation;
mod secret;
mod serving;
mod show;
mod signal;
mod text;
mod words;

use std::{ffi::OsString, process::ExitCode};

use arguments::{Arguments, Unparsed};
use context::Context;
use error::Error;
use exit::Exit;
use output::Output;

fn main() -> ExitCode {
    let line: Vec<OsString> = std::env::args_os().collect();
    let (output, ended) = match Arguments::read(line.iter().cloned()) {
        Ok(Arguments { options, command }) => {
            let context = Context::new(options);
            (context.output(), run(command, &context))
        }
        Err(Unparsed::Help(text)) => {
            // Help that nobody reads to its end is no error.
            let _ = text.print();
            return if text.use_stderr() { ExitCode::from(Exit::Input.code()) } else { ExitCode::SUCCESS };
        }
        Err(Unparsed::Wrong(error)) => (Output::new(line.iter().any(|argument| argument == "--json")), Err(error)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(Error::Denied) => ExitCode::from(Exit::Denied.code()),
        Err(error) => {
            output.error(&error);
            ExitCode::from(error.exit().code())
        }
    }
}

/// Runs a command on one thread: it waits far more than it works.
fn run(command: command::Command, context: &Context) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::System { what: "starting", reason: error.to_string() })?;
    let ended = runtime.block_on(command.run(context));
    // A read of standard input may still be waiting; nobody needs it any more.
    runtime.shutdown_background();
    ended
}
