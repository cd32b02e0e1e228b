//! The command line.

use std::ffi::OsString;

use clap::{
    CommandFactory, FromArgMatches, Parser,
    builder::styling::{AnsiColor, Styles},
    error::ErrorKind,
};

use crate::{command::Command, error::Error, options::Options, text::without_keys};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER_HELP: &str = "\
Keys come from the environment (DEPLOYER_PRIVATE_KEY), from .env or from a keystore, never from the command line.
Results are on standard output, all else on standard error. With --json an error is one line there:
{\"error\":{\"code\":…,\"message\":…,\"next_step\":…,\"transaction_hash\":…,\"exit_code\":…}}

Exit codes:
  0    done
  1    a rule of the protocol refuses it, an invoice is not what was agreed, the index is not as the chain says, a
       simulation's log not what the contracts do, a reputation not what log and chain say, or a bank's store not
       what was signed
  2    the command line, or something it names, is not of its form
  3    the node or the way to it failed, the chain did not take the transaction, or nothing was paid
  4    what was asked for does not exist
  5    the set-up does not fit: key, deployment, network, Lightning node, anvil
  6    a transaction was signed or a payment begun, and what became of it is not known or could not be told: look before
       trying again
  7    screening says deny
  70   a fault of this program
  128+ a signal stopped it

Example:
  barter demo";

/// Proof of Trade on the command line
///
/// Two wallets agree on a trade, the payer pays a Lightning invoice, and the preimage that the payment reveals, shown by the
/// payer, settles the trade on the chain: both scores rise, and both earn credit.
#[derive(Parser)]
#[command(name = "barter", version, styles = STYLES, after_help = AFTER_HELP, max_term_width = 110)]
#[command(disable_help_subcommand = true, propagate_version = true, infer_long_args = false)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A command line that asks for nothing to be done.
pub(crate) enum Unparsed {
    /// Help or the version: asked for, or shown because no command was given.
    Help(clap::Error),
    /// Not of the form the help shows.
    Wrong(Error),
}

impl Arguments {
    /// Reads a command line.
    pub(crate) fn read(line: impl IntoIterator<Item = OsString>) -> Result<Self, Unparsed> {
        let arguments = Self::command()
            .try_get_matches_from(line)
            .and_then(|mut matches| Self::from_arg_matches_mut(&mut matches))
            .map_err(|error| match error.kind() {
                ErrorKind::DisplayHelp
                | ErrorKind::DisplayVersion
                | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Unparsed::Help(error),
                _ => Unparsed::Wrong(Error::Usage { message: sentence(&error), tip: tip(&error) }),
            })?;
        if arguments.options.private_key.is_some() {
            return Err(Unparsed::Wrong(Error::KeyInArguments));
        }
        Ok(arguments)
    }
}

/// What is wrong, in a sentence, without the usage and tips that follow it.
fn sentence(error: &clap::Error) -> String {
    let text = error.render().to_string();
    // Up to the empty line; the names of what is missing are on lines of their own.
    let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
    let sentence = lines.collect::<Vec<_>>().join(" ");
    without_keys(sentence.strip_prefix("error: ").unwrap_or(&sentence))
}

/// What clap guesses was meant.
fn tip(error: &clap::Error) -> Option<String> {
    let text = error.render().to_string();
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: "))?;
    Some(without_keys(tip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    /// The calls of this program in a help text's examples, as their words.
    fn examples(text: &str) -> Vec<Vec<String>> {
        let text = text.replace("\\\n", " ");
        let calls =
            text.lines().filter_map(|line| line.split('|').map(str::trim).find(|part| part.starts_with("barter ")));
        calls.map(|call| words(call.split(['>', '#']).next().unwrap())).collect()
    }

    /// Splits at spaces outside single quotes.
    fn words(call: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut is_quoted = false;
        for char in call.trim().chars() {
            match char {
                '\'' => is_quoted = !is_quoted,
                ' ' if !is_quoted => words.push(String::new()),
                char => words.last_mut().unwrap().push(char),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    fn check_examples(command: &clap::Command) -> usize {
        let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let own = examples(&text);
        for example in &own {
            let read = Arguments::read(example.iter().map(OsString::from));
            assert!(read.is_ok(), "{example:?}: {:?}", read.err().map(|_| "is not taken"));
        }
        own.len() + command.get_subcommands().map(check_examples).sum::<usize>()
    }

    #[test]
    fn every_example_is_a_command_line_that_is_taken() {
        let readme = examples(include_str!("../README.md"));
        for example in &readme {
            assert!(Arguments::read(example.iter().map(OsString::from)).is_ok(), "{example:?}");
        }
        assert!(readme.len() >= 7, "{readme:?}");
        // Not part of the package, and so perhaps not there.
        let guides = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides")).into_iter().flatten();
        for guide in guides {
            let guide = guide.unwrap().path();
            for example in examples(&std::fs::read_to_string(&guide).unwrap()) {
                let read = Arguments::read(example.iter().map(OsString::from));
                assert!(read.is_ok(), "{}: {example:?}", guide.display());
            }
        }
        let checked = check_examples(&Arguments::command());
        assert!(checked >= 40, "only {checked} examples");
    }

    fn failure(line: &str) -> Error {
        match Arguments::read(line.split_whitespace().map(OsString::from)) {
            Err(Unparsed::Wrong(error)) => error,
            _ => panic!("{line} was taken"),
        }
    }

    #[test]
    fn a_key_on_the_command_line_is_refused_and_not_repeated() {
        let key = format!("0x{}", "ac".repeat(32));
        for line in [
            format!("barter --private-key {key} credit supply"),
            format!("barter credit supply --private-key={key}"),
            "barter credit supply --private-key".to_owned(),
        ] {
            assert!(matches!(failure(&line), Error::KeyInArguments), "{line}");
        }
        for line in [
            format!("barter credit supply {key}"),
            format!("barter credit supply --key {key}"),
            format!("barter credit supply --secret={key}"),
            format!("barter devnet --port {key}"),
            format!("barter {key}"),
        ] {
            let error = failure(&line);
            assert!(matches!(error, Error::Usage { .. }), "{line}: {error:?}");
            assert!(!format!("{error} {error:?}").contains(&key[2..]), "{line}: {error:?}");
        }
    }

    #[test]
    fn says_what_is_wrong_in_a_sentence() {
        let message = failure("barter trade propose").to_string();
        assert!(message.contains("--counterparty") && !message.contains('\n'), "{message}");
        let error = failure("barter trade settel");
        assert!(error.to_string().contains("settel"), "{error}");
        assert!(error.report().next_step.contains("'settle'"), "{error:?}");
    }
}
