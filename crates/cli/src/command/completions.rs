//! `barter completions`

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use crate::{arguments::Arguments, error::Error, output::print};

/// Print completions for a shell
#[derive(Args)]
#[command(after_help = "Example:\n  barter completions bash > ~/.local/share/bash-completion/completions/barter")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Result<(), Error> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut shown(&Arguments::command()), "barter", &mut script);
        print(&script)
    }
}

/// The command line without what is not for people, which the scripts would offer all the same.
fn shown(whole: &Command) -> Command {
    let options = whole.get_arguments().filter(|argument| !argument.is_hide_set()).cloned();
    let commands = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    Command::new("barter")
        .version(env!("CARGO_PKG_VERSION"))
        .propagate_version(true)
        .disable_help_subcommand(true)
        .args(options)
        .subcommands(commands)
}
