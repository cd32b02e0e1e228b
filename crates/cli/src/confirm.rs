//! Asking before money moves.

use std::io::{BufRead, IsTerminal, Write};

use crate::error::Error;

/// Asks at the terminal whether to go on, unless `yes` answered before.
///
/// # Errors
/// [`Error::NotConfirmed`] if the answer is another than yes, or there is nobody to ask.
pub(crate) fn confirm(question: &str, yes: bool) -> Result<(), Error> {
    if yes {
        return Ok(());
    }
    let (stdin, mut stderr) = (std::io::stdin(), std::io::stderr());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return Err(Error::NotConfirmed { reason: "there is no terminal to ask at, and --yes was not given" });
    }
    let mut answer = String::new();
    let asked = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    let answered = asked.and_then(|()| stdin.lock().read_line(&mut answer));
    answered.map_err(|error| Error::System { what: "asking at the terminal", reason: error.to_string() })?;
    if is_yes(&answer) { Ok(()) } else { Err(Error::NotConfirmed { reason: "the answer was not yes" }) }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for answer in ["y\n", "Y", " yes \r\n", "YES"] {
            assert!(is_yes(answer), "{answer:?}");
        }
        for answer in ["", "\n", "n", "no", "yeah", "yy", "ja"] {
            assert!(!is_yes(answer), "{answer:?}");
        }
    }
}
