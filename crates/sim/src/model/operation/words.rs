//! Operations in words.

use std::fmt;

use super::{Deadline, Draft, Forbidden, Form, Item, Operation, Pick, Sequence, Share, Shown, Signing, Until, Who};

impl fmt::Debug for Sequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} an arbiter:", if self.has_arbiter { "with" } else { "without" })?;
        for (index, operation) in self.operations.iter().enumerate() {
            writeln!(formatter, "{:4}. {operation}", index + 1)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Propose(draft) => write!(formatter, "{draft}"),
            Self::Open { draft, caller, signing } => {
                write!(formatter, "{draft}, opened by {} with a signature {signing}", caller.called("the proposer"))
            }
            Self::Accept { trade, caller } => {
                write!(formatter, "{} accepts {trade}", caller.called("the counterparty"))
            }
            Self::Settle { trade, caller, preimage } => {
                write!(formatter, "{} settles {trade} with {preimage}", caller.called("the payer"))
            }
            Self::SettleBySignature { caller, trade, preimage, signing } => {
                write!(formatter, "{caller} settles {trade} with {preimage} and a signature {signing}")
            }
            Self::SettleBatch { caller, items } => {
                write!(formatter, "{} settles together:", caller.called("the payer"))?;
                for Item { trade, preimage, signing } in &items.0 {
                    write!(formatter, " [{trade} with {preimage}")?;
                    if let Some(signing) = signing {
                        write!(formatter, " and a signature {signing}")?;
                    }
                    formatter.write_str("]")?;
                }
                Ok(())
            }
            Self::BatchOfLength(length) => write!(formatter, "a batch of {} unknown trades", length.0),
            Self::Dispute { trade, caller } => write!(formatter, "{} disputes {trade}", caller.called("the payer")),
            Self::Dismiss { trade, caller } => {
                write!(formatter, "{} dismisses the dispute of {trade}", caller.called("the arbiter"))
            }
            Self::Uphold { trade, caller, at_fault } => {
                let (caller, at_fault) = (caller.called("the arbiter"), at_fault.called("the payer"));
                write!(formatter, "{caller} upholds the dispute of {trade} against {at_fault}")
            }
            Self::Cancel { caller, trade } => {
                write!(formatter, "{caller} cancels its signature for settling {trade}")
            }
            Self::Transfer { from, to, share } => write!(formatter, "{from} sends {to} {share} of its credit"),
            Self::Approve { owner, spender, share } => {
                write!(formatter, "{owner} allows {spender} {share} of its credit")
            }
            Self::Permit { caller, owner, spender, share, signing, is_replay } => {
                let again = if *is_replay { ", for a nonce that was used" } else { "" };
                write!(
                    formatter,
                    "{caller} brings {owner}'s permit for {spender}: {share} of its credit, {signing}{again}"
                )
            }
            Self::TransferFrom { spender, from, to, share, renewed } => {
                if let Some(renewed) = renewed {
                    write!(formatter, "{from} allows {spender} {renewed} of its credit; ")?;
                }
                write!(formatter, "{spender} sends {to} {share} of what {from} allows")
            }
            Self::Burn { wallet, share } => write!(formatter, "{wallet} burns {share} of its credit"),
            Self::Trespass { caller, call, .. } => write!(formatter, "{caller} tries {call}"),
            Self::Page { wallet, before, limit } => {
                write!(formatter, "a page of {} of {wallet}'s trades", limit.0)?;
                before.map_or(Ok(()), |before| write!(formatter, " before {before}"))
            }
            Self::Wait(seconds) => write!(formatter, "{} s pass", seconds.0),
            Self::WaitForExpiry { trade, offset } => {
                let when = match offset.0 {
                    0 => "the last second".to_owned(),
                    before @ ..0 => format!("{} s before the last second", before.unsigned_abs()),
                    after => format!("{after} s after the last second"),
                };
                write!(formatter, "time passes to {when} of {trade}")
            }
            Self::Trade { draft, until } => write!(formatter, "{draft}, {until}"),
        }
    }
}

impl fmt::Display for Draft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { proposer, counterparty, as_payee, preimage, amount, texts } = self;
        let direction = if *as_payee { "to be paid by" } else { "to pay" };
        let (amount, hidden) = (amount.0, preimage.0);
        write!(formatter, "{proposer} proposes {direction} {counterparty} {amount} sats for preimage {hidden}")?;
        if texts.category.is_empty() && texts.description.is_empty() {
            return Ok(());
        }
        write!(formatter, " ({} and {} bytes of text)", texts.category.len(), texts.description.len())
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fitting(index) => write!(formatter, "fitting trade {index}"),
            Self::Any(index) => write!(formatter, "trade {index}"),
            Self::Tampered(index) => write!(formatter, "trade {index} with other terms"),
            Self::Unknown => formatter.write_str("an unknown trade"),
        }
    }
}

impl Who {
    fn called(self, right: &str) -> String {
        match self {
            Self::Right => right.to_owned(),
            Self::Other => format!("not {right} but the other"),
            Self::Wallet(name) => name.to_string(),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right => formatter.write_str("its preimage"),
            Self::Wrong(byte) => write!(formatter, "32 bytes {byte}"),
        }
    }
}

impl fmt::Display for Signing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, deadline, form, is_cancelled } = *self;
        write!(formatter, "by {}", by.called("whose it must be"))?;
        match form {
            Form::Full => {}
            Form::Compact => formatter.write_str(" in 64 bytes")?,
            Form::Mirrored => formatter.write_str(" with the other s")?,
            Form::OtherDeadline => formatter.write_str(" over another deadline")?,
            Form::Noise(length) => write!(formatter, " that is {length} bytes of noise")?,
        }
        match deadline {
            Deadline::Never => {}
            Deadline::Now => formatter.write_str(" until now")?,
            Deadline::Past => formatter.write_str(" until a second ago")?,
        }
        if is_cancelled { formatter.write_str(", cancelled") } else { Ok(()) }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Nothing => "nothing",
            Self::Half => "half",
            Self::All => "all",
            Self::OneMore => "one unit more than all",
            Self::Everything => "2^256 - 1 units",
        })
    }
}

impl fmt::Display for Forbidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::RaiseScores => "to raise scores",
            Self::GrantReward => "to grant a reward",
            Self::ApproveToken => "to approve a soulbound token",
            Self::ApproveAllTokens => "to approve all soulbound tokens",
            Self::MoveToken => "to move a soulbound token",
            Self::MoveTokenSafely => "to move a soulbound token safely",
            Self::MoveTokenWithData => "to move a soulbound token with data",
            Self::NoFunction => "a function that there is not",
            Self::ShortCall => "a call cut short",
        })
    }
}

impl fmt::Display for Until {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => formatter.write_str("accepted at once"),
            Self::Settled => formatter.write_str("settled at once"),
            Self::Disputed => formatter.write_str("disputed at once"),
            Self::SettledAgain { more, wait } => {
                write!(formatter, "settled at once, and {} more like it, {} s apart", more.0, wait.0)
            }
        }
    }
}
