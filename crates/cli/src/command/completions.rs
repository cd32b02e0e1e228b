//! `barter completions`

use clap::{Args, CommandFactory};
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
        clap_complete::generate(self.shell, &mut Arguments::command(), "barter", &mut script);
        print(&script)
    }
}
