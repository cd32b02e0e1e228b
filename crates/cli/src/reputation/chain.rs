//! The chain as the reputation service reads it, through the client.

use alloy_primitives::{Address, B256};
use barter_protocol::bond::DisputeStatus as Status;
use barter_reputation::chain::{
    Anchor, Answer, Block, Bond, Chain, Dispute, DisputeStatus, Error, Quorum, Ruling, Signed,
};
use barter_sdk::{BarterClient, BondClient, ChainPoint, Error as ClientError, RulingKind};

use crate::text::printable;

/// A node that a client reads from.
#[derive(Clone, Debug)]
pub(crate) struct ClientChain(BarterClient);

impl ClientChain {
    /// What this client reads.
    pub(crate) const fn new(client: BarterClient) -> Self {
        Self(client)
    }

    fn at(&self, block: &Block) -> BondClient {
        self.0.bond().at(point(block))
    }
}

/// A block as the client names it.
const fn point(block: &Block) -> ChainPoint {
    ChainPoint { block_number: block.number, block_hash: block.hash, block_timestamp: block.time }
}

/// A block as the service names it.
pub(crate) const fn block(point: &ChainPoint) -> Block {
    Block { number: point.block_number, hash: point.block_hash, time: point.block_timestamp }
}

/// What the client says, which shows no address with a key in it.
#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: ClientError) -> Error {
    let reason = printable(&error.to_string());
    match error {
        ClientError::WrongChain { expected, actual } => Error::WrongChain { expected, found: actual },
        ClientError::Network { .. } | ClientError::HttpStatus { .. } | ClientError::RequestTimedOut { .. } => {
            Error::Unreachable { reason }
        }
        _ => Error::Unreadable { reason },
    }
}

/// The same of a read at a block.
fn failed_at(at: &Block) -> impl Fn(ClientError) -> Error {
    let Block { number, hash, .. } = *at;
    move |error| match error {
        ClientError::ChainChanged { .. } => Error::NoSuchBlock { number, hash },
        other => failed(other),
    }
}

impl Chain for ClientChain {
    fn chain_id(&self) -> Answer<'_, u64> {
        Box::pin(async {
            // Every read of the client requires the chain that it was made for.
            self.0.bond().confirmed(0).await.map_err(failed)?;
            Ok(self.0.network().chain_id())
        })
    }

    fn head(&self) -> Answer<'_, u64> {
        Box::pin(async { Ok(self.0.bond().confirmed(0).await.map_err(failed)?.head.block_number) })
    }

    fn block(&self, number: u64) -> Answer<'_, Option<Block>> {
        Box::pin(async move { Ok(self.0.bond().block(number).await.map_err(failed)?.as_ref().map(block)) })
    }

    fn bonds<'a>(&'a self, at: &'a Block, wallets: &'a [Address]) -> Answer<'a, Vec<Bond>> {
        Box::pin(async move {
            let bonds = self.at(at).of_all(wallets).await.map_err(failed_at(at))?;
            Ok(bonds.iter().map(read_bond).collect())
        })
    }

    fn quorum<'a>(&'a self, at: &'a Block) -> Answer<'a, Quorum> {
        Box::pin(async move {
            let quorum = self.at(at).quorum().await.map_err(failed_at(at))?;
            let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
            Ok(Quorum {
                auditors: quorum.auditors,
                threshold: small(quorum.threshold),
                overturn_threshold: small(quorum.overturn_threshold),
            })
        })
    }

    fn last_anchor<'a>(&'a self, at: &'a Block, oracle: Address) -> Answer<'a, Option<Anchor>> {
        Box::pin(async move {
            let last = self.at(at).last_anchor(oracle).await.map_err(failed_at(at))?;
            Ok(last.map(|anchor| Anchor {
                index: anchor.index,
                root: anchor.root,
                size: anchor.size,
                anchored_at: anchor.anchored_at,
            }))
        })
    }

    fn dispute<'a>(&'a self, at: &'a Block, dispute: B256) -> Answer<'a, Option<Dispute>> {
        Box::pin(async move {
            match self.at(at).dispute(dispute).await {
                Ok(dispute) => Ok(read_dispute(&dispute)),
                Err(ClientError::DisputeNotFound { .. }) => Ok(None),
                Err(error) => Err(failed_at(at)(error)),
            }
        })
    }

    fn is_signed<'a>(&'a self, at: &'a Block, ruling: &'a Ruling) -> Answer<'a, Signed> {
        Box::pin(async move {
            let kind = if ruling.overturns { RulingKind::Overturn } else { RulingKind::Ruling };
            let Ruling { dispute, slash_ppm, deadline, ref signatures, .. } = *ruling;
            match self.at(at).check_ruling_signatures(kind, dispute, slash_ppm, deadline, signatures).await {
                Ok(()) => Ok(Signed::Yes),
                Err(ClientError::BondRefused(refusal)) => Ok(Signed::No { reason: printable(&refusal.to_string()) }),
                Err(error) => Err(failed_at(at)(error)),
            }
        })
    }
}

/// A bond as the service counts it.
pub(crate) fn read_bond(bond: &barter_sdk::Bond) -> Bond {
    Bond {
        active: bond.active.units(),
        unbonding: bond.unbonding.units(),
        ever_bonded: bond.ever_bonded.units(),
        ever_slashed: bond.ever_slashed.units(),
        first_bonded_at: bond.first_bonded_at.unwrap_or_default(),
        upheld: bond.upheld,
        hub: bond.hub_hash.unwrap_or_default(),
    }
}

fn read_dispute(dispute: &barter_sdk::Dispute) -> Option<Dispute> {
    let status = match dispute.status {
        Status::None => return None,
        Status::Filed => DisputeStatus::Filed,
        Status::Ruled => DisputeStatus::Ruled,
        Status::Overturned => DisputeStatus::Overturned,
        Status::Upheld => DisputeStatus::Upheld,
        Status::Dismissed => DisputeStatus::Dismissed,
        Status::Void => DisputeStatus::Void,
    };
    Some(Dispute {
        provider: dispute.provider,
        consumer: dispute.consumer,
        status,
        slash_ppm: dispute.slash_ppm.unwrap_or_default(),
        slashed: dispute.slashed.units(),
        evidence: dispute.evidence,
    })
}
