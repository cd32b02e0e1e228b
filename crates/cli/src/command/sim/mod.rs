//! `barter sim`

mod compare;
mod folder;
mod input;
mod replay;
mod run;
mod scenarios;
mod show;
mod sweep;
mod table;
mod work;

use clap::{Args, Subcommand};

use crate::{context::Context, error::Error};

/// What is a score worth? Run the real contracts against honest and hostile crowds
///
/// Needs no node, no network and no key: the contracts' bytecode runs in this process. The same scenario and seed give the same
/// event log, byte for byte, on every machine and any number of threads; its hash is in every output.
#[derive(Subcommand)]
pub(crate) enum Sim {
    Run(run::Run),
    Compare(compare::Compare),
    Sweep(sweep::SweepCommand),
    Replay(replay::Replay),
    Scenarios(scenarios::Scenarios),
    Show(show::Show),
}

impl Sim {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        match self {
            Self::Run(command) => command.run(context).await,
            Self::Compare(command) => command.run(context).await,
            Self::Sweep(command) => command.run(context).await,
            Self::Replay(command) => command.run(context).await,
            Self::Scenarios(command) => command.run(context),
            Self::Show(command) => command.run(),
        }
    }
}

/// What is set of a scenario, over what its file says.
#[derive(Args)]
struct Settings {
    /// What every random number comes from
    #[arg(long, value_name = "NUMBER")]
    seed: Option<String>,

    /// How many days pass
    #[arg(long, value_name = "NUMBER")]
    days: Option<String>,

    /// How many worlds of it there are, each with random numbers of its own
    #[arg(long, value_name = "NUMBER")]
    worlds: Option<String>,

    /// Set a value: `parameters.pair_cap=1`, `crowd.NAME.KEY=VALUE`; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// How it is run.
#[derive(Args)]
struct Threads {
    /// How many threads work [default: one a core]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1_024))]
    threads: Option<u16>,
}

/// Where results go.
#[derive(Args)]
struct Out {
    /// Folder for the results, made if it is not there
    #[arg(long, value_name = "FOLDER")]
    out: Option<std::path::PathBuf>,

    /// Replace results that are there already
    #[arg(long, requires = "out")]
    force: bool,
}
