//! All crowds in numbers.

use super::{
    Cell, name, ratio, scores, table,
    text::{count, escape, or_none, percent, real},
};
use crate::{Outcome, agent};

pub(super) fn section(outcome: &Outcome) -> String {
    let costs = &outcome.scenario.costs;
    let rows: Vec<_> = outcome
        .crowds
        .iter()
        .map(|crowd| {
            let part = |sats: f64| percent(if crowd.spent_sats > 0.0 { sats / crowd.spent_sats } else { 0.0 });
            let parts = format!(
                "{} gas, {} Lightning, {} locked",
                part(crowd.spent.gas_sats(costs)),
                part(crowd.spent.lightning_sats()),
                part(crowd.spent.capital_sats(costs))
            );
            vec![
                Cell::Name(name(crowd)),
                Cell::Value(escape(&crowd.agent)),
                Cell::Value(count(crowd.agents)),
                Cell::Value(count(crowd.wallets)),
                Cell::Value(count(crowd.settled)),
                Cell::Value(or_none(ratio(crowd.counted, crowd.settled), percent)),
                Cell::Value(count(crowd.disputed)),
                Cell::Value(scores::median(crowd.scores)),
                Cell::Value(count(crowd.highest_score)),
                Cell::Value(format!("{}<small>{parts}</small>", real(crowd.spent_sats))),
                Cell::Value(count(crowd.refused)),
            ]
        })
        .collect();
    let head = [
        "Crowd",
        "Kind",
        "Agents",
        "Wallets",
        "Settled trades",
        "Of them counted",
        "Disputed trades",
        "Median score",
        "Highest",
        "Spent, sats",
        "Refused",
    ];
    super::section(
        "Who took part",
        "An agent is somebody who decides for one wallet or many. A trade between two wallets of a crowd is settled by both and \
         stands here twice. Trades beyond the pair cap settle, but do not count for a score. Refused are transactions that the \
         contracts turned down; their gas is lost. Spent is split into what went to the chain, to Lightning nodes, and what locked \
         money would have earned.",
        "",
        &format!("{}{}", table(&head, &rows), kinds(outcome)),
    )
}

/// What each kind of agent does.
fn kinds(outcome: &Outcome) -> String {
    let mut names: Vec<_> = outcome.crowds.iter().map(|crowd| crowd.agent.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let known = names.iter().filter_map(|name| agent::kind(name).ok());
    let items: String =
        known.map(|kind| format!("<dt>{}</dt><dd>{}</dd>\n", kind.name, escape(kind.summary))).collect();
    format!("<dl>\n{items}</dl>\n")
}
