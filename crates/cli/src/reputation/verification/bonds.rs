//! The money behind a provider, as the verifier's own node has it.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::{Address, B256};
use barter_reputation::chain::{Block, Bond, BondReading, Quorum, View};
use barter_sdk::{BarterClient, ChainPoint};

use super::{
    super::{
        Error,
        answer::{BlockAnswer, BondAnswer, ScoreAnswer, WalletAnswer},
        chain::read_bond,
        log::Head,
    },
    Verification, Verifying,
};
use crate::text::{counted, grouped, short_hash};

impl Verifying<'_> {
    /// The bonds, as the chain has them at the block that the service names. Where there is no chain to ask, as the service says.
    pub(super) async fn check_chain(
        &self,
        answer: &ScoreAnswer,
        head: &Head,
        hub: &str,
        found: &mut Verification,
    ) -> Result<BondReading, crate::error::Error> {
        let Some(client) = self.client else {
            found.not_checked("block", "without a chain");
            found.not_checked("bonds", "without a chain: the service's word is taken for them");
            return Ok(reading(answer, hub, &view(answer, told_bonds(&answer.wallets)?)));
        };
        Self::check_contract(client, head, found);
        let Some(block) = &answer.chain.block else {
            let status = &answer.chain.status;
            let detail = format!("the service read no bond ({status}): what was slashed is not in this score");
            found.check("block", false, detail);
            return Ok(BondReading::default());
        };
        let Some(point) = self.check_block(client, block, found).await? else { return Ok(BondReading::default()) };
        let wallets: Vec<Address> = answer.wallets.iter().map(|wallet| wallet.address).collect();
        let read = client.bond().at(point).of_all(&wallets).await?;
        let view = view(answer, wallets.into_iter().zip(read.iter().map(read_bond)).collect());
        check_bonds(&answer.wallets, &view, hub, found);
        Ok(reading(answer, hub, &view))
    }

    /// The block is on the chain, and not so old that a slash may have come after it.
    async fn check_block(
        &self,
        client: &BarterClient,
        block: &BlockAnswer,
        found: &mut Verification,
    ) -> Result<Option<ChainPoint>, crate::error::Error> {
        let point = ChainPoint { block_number: block.number, block_hash: block.hash, block_timestamp: block.timestamp };
        let newest = client.bond().confirmed(0).await?.head;
        let on_chain = client.bond().block(block.number).await?;
        let is_right = on_chain == Some(point);
        let detail = match (&on_chain, is_right) {
            (_, true) => format!("block {} ({}) is on the chain", grouped(block.number), short_hash(block.hash)),
            (Some(other), false) => format!(
                "block {} of {} is {} of {} on the chain, and the service says {}",
                block.number, block.timestamp, other.block_hash, other.block_timestamp, block.hash
            ),
            (None, false) => format!(
                "your node has no block {}: its newest is {}",
                grouped(block.number),
                grouped(newest.block_number)
            ),
        };
        found.check("block", is_right, detail);
        let Some(point) = on_chain else { return Ok(None) };
        let age = newest.block_timestamp.saturating_sub(point.block_timestamp);
        let behind = format!("it is {} s older than your node's newest", grouped(age));
        let holds = age <= self.max_block_age;
        let detail = if holds {
            behind
        } else {
            format!(
                "{behind}, {}, expected at most {} s (--max-block-age): what was slashed since is not in this score",
                grouped(newest.block_number),
                grouped(self.max_block_age)
            )
        };
        found.check("block age", holds, detail);
        Ok(Some(point))
    }

    fn check_contract(client: &BarterClient, head: &Head, found: &mut Verification) {
        let ours = (Some(client.network().chain_id()), client.deployment().barter_bond);
        let shown = |(chain_id, bond): (Option<u64>, Option<Address>)| match (chain_id, bond) {
            (Some(chain_id), Some(bond)) => format!("{bond} on chain {chain_id}"),
            _ => "none".to_owned(),
        };
        let theirs = (head.chain_id, head.bond);
        let holds = theirs == ours;
        let detail = if holds {
            shown(ours)
        } else {
            format!("the service's is {}, and this network's deployment names {}", shown(theirs), shown(ours))
        };
        found.check("bond contract", holds, detail);
    }
}

/// The bonds that the service tells are those on the chain, and it leaves none out.
fn check_bonds(wallets: &[WalletAnswer], view: &View, hub: &str, found: &mut Verification) {
    let mut named = BTreeSet::new();
    let differs = wallets.iter().find_map(|wallet| {
        let address = wallet.address;
        if !named.insert(address) {
            return Some(format!("the service names {address} twice"));
        }
        let on_chain = view.bonds.get(&address).map(BondAnswer::of)?;
        let counts = view.declares(address, hub);
        match &wallet.bond {
            Some(told) if *told != on_chain => Some(difference(address, told, &on_chain)),
            Some(_) if wallet.counted != counts => {
                let (is, says) = if counts { ("counts", "does not") } else { ("does not count", "does") };
                Some(format!("the bond of {address} {is} for this provider, and the service says that it {says}"))
            }
            None if counts => Some(format!(
                "{address} bonded {} and was slashed {} on the chain, and the service says of no bond; if it was registered \
                 this minute, ask again",
                on_chain.ever_bonded, on_chain.ever_slashed
            )),
            _ => None,
        }
    });
    let detail = differs.clone().unwrap_or_else(|| match wallets.len() {
        0 => "the provider has no wallet here".to_owned(),
        wallets => format!("those of {} are as the chain has them", counted(wallets as u64, "wallet")),
    });
    found.check("bonds", differs.is_none(), detail);
}

fn difference(wallet: Address, told: &BondAnswer, on_chain: &BondAnswer) -> String {
    let fields = [
        ("active", &told.active, &on_chain.active),
        ("unbonding", &told.unbonding, &on_chain.unbonding),
        ("ever bonded", &told.ever_bonded, &on_chain.ever_bonded),
        ("ever slashed", &told.ever_slashed, &on_chain.ever_slashed),
    ];
    match fields.into_iter().find(|(_, told, on_chain)| told != on_chain) {
        Some((name, told, on_chain)) => {
            format!("{wallet} has {name} {on_chain} on the chain, and the service says {told}")
        }
        None => format!("{wallet} has another first bond, count of disputes or hub on the chain than the service says"),
    }
}

/// What these wallets' bonds come to, each counted once.
fn reading(answer: &ScoreAnswer, hub: &str, view: &View) -> BondReading {
    let wallets: BTreeSet<Address> = answer.wallets.iter().map(|wallet| wallet.address).collect();
    view.bond_of(hub, &Vec::from_iter(wallets))
}

/// Bonds as the service's own rule counts them.
fn view(answer: &ScoreAnswer, bonds: HashMap<Address, Bond>) -> View {
    let block = answer.chain.block.as_ref();
    View {
        block: Block {
            number: block.map_or(0, |block| block.number),
            hash: block.map_or(B256::ZERO, |block| block.hash),
            time: block.map_or(0, |block| block.timestamp),
        },
        quorum: Quorum { auditors: Vec::new(), threshold: 0, overturn_threshold: 0 },
        anchor: None,
        bonds,
    }
}

/// The bonds as the service tells them.
fn told_bonds(wallets: &[WalletAnswer]) -> Result<HashMap<Address, Bond>, Error> {
    let number = |text: &str| {
        text.parse().map_err(|_| Error::InvalidNumber {
            argument: "a bond of the service's answer",
            found: text.to_owned(),
            expected: "base units, a whole number",
        })
    };
    let told = wallets.iter().filter_map(|wallet| Some((wallet.address, wallet.bond.as_ref()?)));
    told.map(|(address, told)| {
        let bond = Bond {
            active: number(&told.active)?,
            unbonding: number(&told.unbonding)?,
            ever_bonded: number(&told.ever_bonded)?,
            ever_slashed: number(&told.ever_slashed)?,
            first_bonded_at: told.first_bonded_at,
            upheld: told.upheld,
            hub: told.hub,
        };
        Ok((address, bond))
    })
    .collect()
}
