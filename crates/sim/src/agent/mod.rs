//! Who takes part: honest traders, and attackers.
//!
//! A new kind of agent is one file here that implements [`Agent`], and one line in [`kinds`].

mod adaptive;
mod bridge;
mod circle;
mod clique;
mod collusion;
mod false_disputer;
mod farmer;
mod ring;
mod settings;
mod slow;
mod spammer;
mod splitter;
mod star;
mod trader;
mod unpaid_payee;

use std::fmt::Debug;

use crate::{Error, TradeRef, scenario::Crowd, world::Desk};

/// Somebody who decides for one wallet or many. It sees what its wallets could see, and acts through a [`Desk`].
///
/// An agent must draw its random numbers from [`Desk::random`] alone, and look at no clock but [`Desk::now`].
pub trait Agent: Debug + Send {
    /// At the beginning: makes its wallets and sets its first alarm.
    fn start(&mut self, desk: &mut Desk<'_>);

    /// An alarm set by [`Desk::wake_in`] has gone off. `token` is what was given to it.
    fn wake(&mut self, token: u64, desk: &mut Desk<'_>);

    /// Something happened to a trade of one of its wallets.
    fn notice(&mut self, notice: Notice, desk: &mut Desk<'_>);

    /// How many signs of being detected it has seen and changed its ways for; for reports.
    fn retreats(&self) -> u64 {
        0
    }
}

/// What an agent is told, one block after it happened at the earliest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A trade was proposed: to the counterparty, and to the proposer, who learns its number by it. Where one agent has
    /// both, once. Opened trades come as `Accepted`.
    Proposed(TradeRef),
    /// A trade was accepted or opened: to both.
    Accepted(TradeRef),
    /// The payer's Lightning payment went through: the payer knows the preimage now. To the payer.
    Paid(TradeRef),
    /// A trade was settled: to both.
    Settled(TradeRef),
    /// A trade was disputed: to both.
    Disputed(TradeRef),
    /// A dispute was dismissed: to both.
    Dismissed(TradeRef),
    /// A dispute was upheld: to both.
    Upheld(TradeRef),
    /// A transaction of the agent was refused by the contract. The gas is lost.
    Refused(Option<TradeRef>),
}

/// What kind an agent is, and how to make one.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its name in scenarios.
    pub name: &'static str,
    /// Whether it is hostile: the truth that detectors are measured against.
    pub hostile: bool,
    /// One sentence for people: what it does.
    pub summary: &'static str,
    /// Makes one from a crowd's settings; the sentence says what is wrong with them.
    pub make: fn(&Crowd) -> Result<Box<dyn Agent>, String>,
}

/// All kinds of agents there are.
pub const fn kinds() -> &'static [Kind] {
    &[
        trader::KIND,
        circle::KIND,
        ring::KIND,
        clique::KIND,
        star::KIND,
        splitter::KIND,
        bridge::KIND,
        farmer::KIND,
        slow::KIND,
        adaptive::KIND,
        spammer::KIND,
        false_disputer::KIND,
        unpaid_payee::KIND,
    ]
}

/// The kind of a name.
///
/// # Errors
/// [`Error::Scenario`] lists the names there are.
pub fn kind(name: &str) -> Result<&'static Kind, Error> {
    kinds().iter().find(|kind| kind.name == name).ok_or_else(|| {
        let names: Vec<_> = kinds().iter().map(|kind| kind.name).collect();
        Error::Scenario(format!("there is no agent {name:?}, expected one of {}", names.join(", ")))
    })
}
