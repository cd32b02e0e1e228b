//! `barter devnet skip`

use clap::Args;
use serde::Serialize;

use crate::{
    context::Context,
    error::Error,
    output::Report,
    page::Page,
    progress::sending,
    text::{grouped, instant},
};

/// Longest that can be skipped at once: ten years, far more than any delay of the contracts.
const MAX_SECONDS: u64 = 10 * 365 * DAY;

const DAY: u64 = 24 * 60 * 60;

/// Let time pass on a chain of this machine, so that delays of days can be tried in a minute
///
/// Mines a block that much later; the chain stays ahead of the machine's clock from then on. Signatures made before may have ended, and
/// Lightning invoices know nothing of it: they go by the machine's clock.
#[derive(Args)]
#[command(after_help = "Examples:
  barter devnet skip 28d
  barter devnet skip 90m")]
pub(crate) struct Skip {
    /// How long: a number with s, m, h or d after it
    #[arg(value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
    seconds: u64,
}

#[derive(Serialize)]
struct Skipped {
    seconds: u64,
    /// The latest block's time, Unix seconds.
    block_timestamp: u64,
}

impl Report for Skipped {
    fn show(&self, page: &mut Page) {
        let now = instant(self.block_timestamp);
        page.line(format!("{} seconds have passed; on the chain it is {now}.", grouped(self.seconds)));
    }
}

impl Skip {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let client = context.reading_client()?;
        let block_timestamp = sending("waiting for a block", client.skip_time(self.seconds)).await?;
        context.output().result(&Skipped { seconds: self.seconds, block_timestamp })
    }
}

/// Reads a time such as `28d`.
fn seconds(text: &str) -> Result<u64, String> {
    let expected =
        || "expected a number of seconds, minutes, hours or days up to ten years, such as 90m or 28d".to_owned();
    let unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 60 * 60,
        Some('d') => DAY,
        _ => return Err(expected()),
    };
    let number = &text[..text.len() - 1];
    if !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(expected());
    }
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    seconds.filter(|seconds| (1..=MAX_SECONDS).contains(seconds)).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::{DAY, seconds};

    #[test]
    fn times_have_a_unit() {
        for (text, expected) in [("28d", 28 * DAY), ("90m", 5_400), ("1h", 3_600), ("1s", 1), ("3650d", 3_650 * DAY)] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in ["", "d", "28", "0d", "-1d", "+1d", "1.5h", "28 d", "28é", "3651d", "99999999999999999999d", "1w"]
        {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
