//! Refusals of the bond contract in the words of people: times as dates, and amounts in tokens where the token is known.
//!
//! The client carries them as the contract does, in Unix seconds and base units.

use barter_protocol::BondError;
use barter_sdk::{BondToken, Error};

use crate::{command::bond::money, text::instant};

/// A refusal reworded; `None` if its own words are good enough.
pub(crate) fn reworded(error: &Error, token: Option<&BondToken>) -> Option<String> {
    let Error::BondRefused(refusal) = error else { return None };
    dated(refusal).or_else(|| in_tokens(refusal, token?))
}

fn dated(refusal: &BondError) -> Option<String> {
    use BondError as R;
    let (what, time, now) = match refusal {
        R::ComplaintExpired { deadline, timestamp } => ("the complaint could be filed until", deadline, timestamp),
        R::RulingExpired { deadline, timestamp } => ("the auditors' signatures counted until", deadline, timestamp),
        R::RulingPeriodOver { deadline, timestamp } => ("the dispute could be ruled on until", deadline, timestamp),
        R::RulingPeriodOpen { deadline, timestamp } => ("the dispute can be ruled on until", deadline, timestamp),
        R::StillUnbonding { release_at, timestamp } => {
            ("what is leaving cannot be withdrawn before", release_at, timestamp)
        }
        R::OverturnWindowOver { executable_at, timestamp } => {
            ("the ruling could be overturned before", executable_at, timestamp)
        }
        R::OverturnWindowOpen { executable_at, timestamp } => {
            ("the ruling cannot be executed before", executable_at, timestamp)
        }
        _ => return None,
    };
    Some(format!("{what} {}, and on the chain it is {}", instant(*time), instant(*now)))
}

fn in_tokens(refusal: &BondError, token: &BondToken) -> Option<String> {
    use BondError as R;
    let amount = |units: u128| money(token.units(units), token);
    Some(match refusal {
        R::UnbondingOutOfRange { active: 0, .. } => "nothing is bonded that could be unbonded".to_owned(),
        R::UnbondingOutOfRange { amount: wanted, active } => {
            // The command line takes no amount that is larger.
            let wanted = u128::try_from(*wanted).unwrap_or(u128::MAX);
            format!("{} cannot be unbonded, expected at most {}", amount(wanted), amount(*active))
        }
        R::NothingToWithdraw { unbonding: 0, .. } => "nothing is leaving the bond".to_owned(),
        R::NothingToWithdraw { unbonding, held } => format!(
            "there is nothing to withdraw: {} is leaving, and open disputes can take {}",
            amount(*unbonding),
            amount(*held)
        ),
        R::DepositTooSmall { arrived, required } => {
            format!("a deposit of {} arrived, expected at least {}", amount(*arrived), amount(*required))
        }
        _ => return None,
    })
}
