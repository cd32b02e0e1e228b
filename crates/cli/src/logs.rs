//! What a server says of itself, on standard error.

use std::io;

use clap::{Args, ValueEnum};
use tracing_subscriber::filter::LevelFilter;

use crate::error::Error;

/// How a server writes its log.
#[derive(Args)]
pub(crate) struct Logs {
    /// How log lines are written, on standard error
    #[arg(long, value_enum, default_value_t = LogForm::Text)]
    log: LogForm,

    /// From which level on
    #[arg(long, value_enum, default_value_t = Level::Info)]
    log_level: Level,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogForm {
    /// Lines for people
    Text,
    /// An object of JSON in each line
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

impl Logs {
    /// From now on, what is logged is written.
    pub(crate) fn start(&self) -> Result<(), Error> {
        let level = match self.log_level {
            Level::Error => LevelFilter::ERROR,
            Level::Warn => LevelFilter::WARN,
            Level::Info => LevelFilter::INFO,
            Level::Debug => LevelFilter::DEBUG,
        };
        let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr);
        let started = match self.log {
            LogForm::Text => builder.with_ansi(false).try_init(),
            LogForm::Json => builder.json().flatten_event(true).with_current_span(false).try_init(),
        };
        started.map_err(|error| Error::System { what: "starting the log", reason: error.to_string() })
    }
}
