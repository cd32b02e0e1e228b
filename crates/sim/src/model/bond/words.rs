//! Operations on bonds in words.

use std::fmt;

use crate::model::operation::{Deadline, Form};

use super::operation::{
    BondOperation, BondSequence, Claim, Dispute, Fault, Fee, Flaw, Growth, Hub, Many, Moment, Money, Numbers, Offset,
    Over, Owner, Panel, Part, Pick, Place, Provider, Setup, Share, Signing, Stage, To, Until, Verdict, When,
};

type Written = fmt::Result;

impl fmt::Debug for BondSequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        writeln!(formatter, "{}:", self.setup)?;
        for (index, operation) in self.operations.iter().enumerate() {
            writeln!(formatter, "{:4}. {operation}", index + 1)?;
        }
        Ok(())
    }
}

impl fmt::Debug for BondOperation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        formatter.write_str(match self.numbers {
            Numbers::Usual => "with the usual numbers",
            Numbers::Small => "with small numbers",
            Numbers::Odd => "with odd numbers",
            Numbers::Dear => "with dear deposits",
        })?;
        formatter.write_str(if self.is_strange { " and a strange token" } else { " and TestDollars" })
    }
}

impl fmt::Display for BondOperation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self {
            Self::Wait(seconds) => write!(formatter, "{} s pass", seconds.0),
            Self::WaitFor(moment, Offset(offset)) => {
                write!(formatter, "time passes to when {moment}")?;
                if *offset == 0 { Ok(()) } else { write!(formatter, ", {offset:+} s") }
            }
            Self::Stake(provider, hub, money, fee) => write!(formatter, "{provider} stakes {money} behind {hub}{fee}"),
            Self::TopUp(caller, provider, money, fee) => {
                write!(formatter, "{caller} tops {provider}'s bond up by {money}{fee}")
            }
            Self::Unbond(provider, part) => write!(formatter, "{provider} unbonds {part}"),
            Self::Withdraw(owner, when, to, fee) => write!(formatter, "{when}{owner} withdraws to {to}{fee}"),
            Self::File(caller, claim, signing, money, fee) => {
                write!(formatter, "{caller} files {claim}{signing}, depositing {money}{fee}")
            }
            Self::Rule(dispute, verdict, panel) => {
                write!(formatter, "the auditors rule on {dispute}: {verdict}{panel}")
            }
            Self::Overturn(dispute, verdict, panel) => {
                write!(formatter, "the auditors overturn the ruling on {dispute}: {verdict}{panel}")
            }
            Self::Execute(dispute, when) => write!(formatter, "{when}{dispute} is executed"),
            Self::Case(claim, share, until) => write!(formatter, "{claim}, filed {until}, for {share}"),
            Self::TakeOut(owner, to, fee) => write!(formatter, "{owner} claims its own to {to}{fee}"),
            Self::Anchor(oracle, growth, root) => write!(formatter, "{oracle} anchors root {root} of {growth}"),
            Self::Trade(place, stage, wallets) => {
                let ending = match stage {
                    Stage::Disputed => "accepted and disputed",
                    Stage::Ruled => "accepted, disputed and ruled on",
                    Stage::Accepted => "accepted",
                };
                write!(formatter, "a trade in {place}, of wallets {wallets}, is {ending}")
            }
            Self::RuleTrade(place, trade, fault, deadline, panel) => {
                write!(
                    formatter,
                    "the auditors rule on trade {trade} in {place}: {fault}{}{panel}",
                    Counting(*deadline)
                )
            }
            Self::OverturnTrade(place, trade, fault, deadline, panel) => write!(
                formatter,
                "the auditors overturn the ruling on trade {trade} in {place}: {fault}{}{panel}",
                Counting(*deadline)
            ),
            Self::ExecuteTrade(place, trade, when) => {
                write!(formatter, "{when}the ruling on trade {trade} in {place} is executed")
            }
            Self::Settle(trade) => write!(formatter, "the payer settles trade {trade}"),
            Self::Ask(is_overturn, panel) => {
                let what = if *is_overturn { "overturn" } else { "rule" };
                write!(formatter, "the quorum is asked whether enough sign to {what}{panel}")
            }
            Self::Allow(wallet, money) => write!(formatter, "{wallet} allows the bond contract {money}"),
            Self::Lose(wallet, money) => write!(formatter, "{wallet} sends the bond contract {money} by mistake"),
        }
    }
}

/// Until when signatures count.
struct Counting(Deadline);

impl fmt::Display for Counting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        formatter.write_str(match self.0 {
            Deadline::Never => "",
            Deadline::Now => ", until now",
            Deadline::Past => ", until a second ago",
        })
    }
}

impl fmt::Display for When {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        formatter.write_str(match self {
            Self::Due => "when it is time, ",
            Self::AtOnce => "",
        })
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self {
            Self::Entitled(index) => write!(formatter, "wallet {index} of those there is something for"),
            Self::Wallet(name) => name.fmt(formatter),
        }
    }
}

impl fmt::Display for Hub {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        formatter.write_str(match self {
            Self::Ordinary => "a hub",
            Self::Longest => "a hub of 200 bytes",
            Self::TooLong => "a hub of 201 bytes",
            Self::Empty => "no hub",
        })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self {
            Self::Enough => formatter.write_str("enough"),
            Self::OneLess => formatter.write_str("one unit less than enough"),
            Self::Few(units) => write!(formatter, "{units} units"),
            Self::Some(units) => write!(formatter, "{units} units"),
            Self::Nothing => formatter.write_str("nothing"),
            Self::Everything => formatter.write_str("all it has"),
            Self::OneMore => formatter.write_str("one unit more than it has"),
            Self::Largest => formatter.write_str("2^128 - 1 units"),
            Self::TooLarge => formatter.write_str("2^128 units"),
        }
    }
}

impl fmt::Display for Fee {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self {
            Self::None => Ok(()),
            Self::Some(units) => write!(formatter, " (less a fee of {units} units, if the token is strange)"),
            Self::All => formatter.write_str(" (less all of it, if the token is strange)"),
            Self::Beyond => formatter.write_str(" (less more than there is, if the token is strange)"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        formatter.write_str(match self {
            Self::Half => "half its bond",
            Self::One => "one unit",
            Self::All => "all its bond",
            Self::Nothing => "nothing",
            Self::OneMore => "one unit more than its bond",
            Self::TooLarge => "2^128 units",
        })
    }
}

impl fmt::Display for To {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self {
            Self::Caller => formatter.write_str("itself"),
            Self::Another(target) => target.fmt(formatter),
            Self::Contract => formatter.write_str("the bond contract"),
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        let Self { provider, consumer, outcome, deadline } = self;
        write!(formatter, "{consumer}'s complaint about {provider}'s outcome {outcome}{}", Counting(*deadline))
    }
}

impl fmt::Display for Signing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        if let Some(name) = self.by {
            write!(formatter, ", signed by {name}")?;
        }
        write!(formatter, "{}{}", Formed(self.form), self.over)
    }
}

/// How a signature is written.
struct Formed(Form);

impl fmt::Display for Formed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self.0 {
            Form::Full | Form::OtherDeadline => Ok(()),
            Form::Compact => formatter.write_str(", signed in 64 bytes"),
            Form::Mirrored => formatter.write_str(", signed with the other s"),
            Form::Noise(length) => write!(formatter, ", with {length} bytes of noise for a signature"),
        }
    }
}

impl fmt::Display for Over {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        formatter.write_str(match self {
            Self::This => "",
            Self::OtherDeadline => ", signed over another deadline",
            Self::OtherSubject => ", signed over another subject",
            Self::OtherVerdict => ", signed over another verdict or other evidence",
            Self::OtherKind => ", signed as the other kind of ruling",
            Self::OtherContract => ", signed for another contract",
            Self::OtherChain => ", signed for another chain",
        })
    }
}

impl fmt::Display for Dispute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        write!(formatter, "dispute {}", self.0)
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self {
            Self::Fitting(index) => write!(formatter, "{index} from the last that fits"),
            Self::Any(index) => index.fmt(formatter),
            Self::Unknown => formatter.write_str("that there is not"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        write!(formatter, "{}{}", self.share, Counting(self.deadline))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self {
            Self::Most => formatter.write_str("the most"),
            Self::Some(part) => write!(formatter, "{part}/256 of the most"),
            Self::Nothing => formatter.write_str("dismissed"),
            Self::Least => formatter.write_str("1 ppm"),
            Self::OneMore => formatter.write_str("1 ppm more than the most"),
            Self::All => formatter.write_str("all"),
            Self::Wrapped => formatter.write_str("2^32 + 1 ppm"),
        }
    }
}

impl fmt::Display for Panel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self.many {
            Many::Enough => write!(formatter, ", signed by enough from auditor {} on", self.first)?,
            Many::All => formatter.write_str(", signed by all")?,
            Many::TooFew => write!(formatter, ", signed by one too few from auditor {} on", self.first)?,
            Many::Nobody => formatter.write_str(", signed by nobody")?,
        }
        match self.flaw {
            Flaw::None => Ok(()),
            Flaw::Swapped => formatter.write_str(", the first two swapped"),
            Flaw::Twice(index) => write!(formatter, ", the {index}th twice"),
            Flaw::Stranger(target) => write!(formatter, ", and by {target}"),
            Flaw::Forged(index, name) => write!(formatter, ", the {index}th by {name} in truth"),
            Flaw::Over(index, over) => write!(formatter, ", the {index}th{over}"),
            Flaw::Form(index, form) => write!(formatter, ", the {index}th{}", Formed(form)),
        }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        formatter.write_str(match self {
            Self::Filed => "at once",
            Self::Ruled => "and ruled on at once",
            Self::Overturned => "and overturned at once",
            Self::Ended => "and ended at once",
        })
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self {
            Self::More(leaves) => write!(formatter, "{leaves} leaves more"),
            Self::Same => formatter.write_str("no leaves more"),
            Self::Nothing => formatter.write_str("no leaves"),
            Self::Largest => formatter.write_str("2^128 - 1 leaves"),
            Self::TooLarge => formatter.write_str("2^128 leaves"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        formatter.write_str(match self {
            Self::Ours => "the right BarterCore",
            Self::Other => "the other BarterCore",
            Self::Token => "the token",
            Self::Nowhere => "no contract",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self {
            Self::Nobody => formatter.write_str("dismissed"),
            Self::PartyA => formatter.write_str("against its proposer"),
            Self::PartyB => formatter.write_str("against the counterparty"),
            Self::Wallet(name) => write!(formatter, "against {name}"),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Written {
        match self {
            Self::Release(provider) => write!(formatter, "what {provider} takes out is free"),
            Self::LastToRule(dispute) => {
                write!(formatter, "a ruling on dispute {dispute} can come for the last second")
            }
            Self::Executable(dispute) => write!(formatter, "the ruling on dispute {dispute} can be executed"),
            Self::TradeExecutable(trade) => write!(formatter, "the ruling on trade {trade} can be executed"),
        }
    }
}
