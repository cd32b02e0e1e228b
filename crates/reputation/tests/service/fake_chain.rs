//! A chain that does as it is told.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use alloy_primitives::{Address, B256, keccak256};
use barter_reputation::chain::{Anchor, Answer, Block, Bond, Chain, Dispute, Error, Quorum, Ruling, Signed};

/// What the node has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub chain_id: u64,
    /// Hashes of blocks, from number 0.
    pub hashes: Vec<B256>,
    /// Bonds as of each block's hash; a block without an entry has those of the one before it.
    pub bonds: HashMap<(B256, Address), Bond>,
    pub disputes: HashMap<B256, Dispute>,
    pub anchor: Option<Anchor>,
    /// Signatures that the quorum takes: whatever names this slash.
    pub signed_ppm: Option<u32>,
    pub is_down: bool,
    pub is_stuck: bool,
    /// Hashes that replace the last ones once bonds were asked for.
    pub reorganises_to: Option<Vec<B256>>,
    pub bonds_are_short: bool,
    pub calls: Vec<&'static str>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct FakeChain(Arc<Mutex<Script>>);

/// Hash of a block on a fork.
pub(crate) fn hash(fork: u8, number: u64) -> B256 {
    keccak256([&[fork][..], &number.to_be_bytes()].concat())
}

impl FakeChain {
    pub(crate) fn new(chain_id: u64, head: u64) -> Self {
        let chain = Self::default();
        chain.script().chain_id = chain_id;
        chain.grow(0, head);
        chain
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap()
    }

    /// Mines up to this block.
    pub(crate) fn grow(&self, fork: u8, head: u64) {
        let mut script = self.script();
        for number in script.hashes.len() as u64..=head {
            script.hashes.push(hash(fork, number));
        }
    }

    /// Replaces all blocks from this one on.
    pub(crate) fn fork(&self, fork: u8, from: u64, head: u64) {
        self.script().hashes.truncate(usize::try_from(from).unwrap());
        self.grow(fork, head);
    }

    /// Gives a wallet a bond from this block on.
    pub(crate) fn bond(&self, number: u64, wallet: Address, bond: Bond) {
        let mut script = self.script();
        let hash = script.hashes[usize::try_from(number).unwrap()];
        script.bonds.insert((hash, wallet), bond);
    }

    fn ask<'a, T: Send + 'a>(
        &'a self,
        name: &'static str,
        answer: impl FnOnce(&mut Script) -> Result<T, Error> + Send + 'a,
    ) -> Answer<'a, T> {
        Box::pin(async move {
            let is_stuck = self.script().is_stuck;
            if is_stuck {
                std::future::pending::<()>().await;
            }
            let mut script = self.script();
            script.calls.push(name);
            if script.is_down {
                return Err(Error::Unreachable { reason: "connection refused".to_owned() });
            }
            answer(&mut script)
        })
    }

    fn at<'a, T: Send + 'a>(
        &'a self,
        name: &'static str,
        block: &'a Block,
        answer: impl FnOnce(&mut Script) -> Result<T, Error> + Send + 'a,
    ) -> Answer<'a, T> {
        self.ask(name, move |script| {
            let Block { number, hash, .. } = *block;
            match script.hashes.get(usize::try_from(number).unwrap()) {
                Some(found) if *found == hash => answer(script),
                _ => Err(Error::NoSuchBlock { number, hash }),
            }
        })
    }
}

impl Chain for FakeChain {
    fn chain_id(&self) -> Answer<'_, u64> {
        self.ask("chain_id", |script| Ok(script.chain_id))
    }

    fn head(&self) -> Answer<'_, u64> {
        self.ask("head", |script| Ok(script.hashes.len() as u64 - 1))
    }

    fn block(&self, number: u64) -> Answer<'_, Option<Block>> {
        self.ask("block", move |script| {
            let found = script.hashes.get(usize::try_from(number).unwrap());
            Ok(found.map(|hash| Block { number, hash: *hash, time: 1_700_000_000 + 12 * number }))
        })
    }

    fn bonds<'a>(&'a self, at: &'a Block, wallets: &'a [Address]) -> Answer<'a, Vec<Bond>> {
        self.at("bonds", at, move |script| {
            let last = usize::try_from(at.number).unwrap();
            let bond = |wallet: &Address| {
                let hashes = script.hashes[..=last].iter().rev();
                let mut bonds = hashes.filter_map(|hash| script.bonds.get(&(*hash, *wallet)));
                bonds.next().copied().unwrap_or_default()
            };
            let mut bonds: Vec<_> = wallets.iter().map(bond).collect();
            if script.bonds_are_short {
                bonds.pop();
            }
            if let Some(hashes) = script.reorganises_to.take() {
                let kept = script.hashes.len() - hashes.len();
                script.hashes.truncate(kept);
                script.hashes.extend(hashes);
            }
            Ok(bonds)
        })
    }

    fn quorum<'a>(&'a self, at: &'a Block) -> Answer<'a, Quorum> {
        self.at("quorum", at, |_| {
            let auditors = [7, 8, 9].map(Address::with_last_byte).to_vec();
            Ok(Quorum { auditors, threshold: 2, overturn_threshold: 3 })
        })
    }

    fn last_anchor<'a>(&'a self, at: &'a Block, _oracle: Address) -> Answer<'a, Option<Anchor>> {
        self.at("last_anchor", at, |script| Ok(script.anchor))
    }

    fn dispute<'a>(&'a self, at: &'a Block, dispute: B256) -> Answer<'a, Option<Dispute>> {
        self.at("dispute", at, move |script| Ok(script.disputes.get(&dispute).copied()))
    }

    fn is_signed<'a>(&'a self, at: &'a Block, ruling: &'a Ruling) -> Answer<'a, Signed> {
        self.at("is_signed", at, move |script| {
            let is_theirs = script.signed_ppm == Some(ruling.slash_ppm) && ruling.signatures.len() >= 2;
            Ok(if is_theirs {
                Signed::Yes
            } else {
                Signed::No { reason: "0 auditors signed, and 2 are needed".to_owned() }
            })
        })
    }
}
