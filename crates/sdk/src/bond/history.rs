//! What happened to bonds and disputes, from the event log.

use std::collections::HashSet;

use alloy_primitives::{Address, B256};
use alloy_sol_types::SolEvent;
use barter_bindings::{BarterBond, bond_events};
use barter_protocol::bond::DisputeId;

use super::{At, BondClient, BondEvent, BondEventKind, Dispute, View, event::Source};
use crate::{
    Error, WalletInput,
    node::{LogFilter, Scan},
};

impl BondClient {
    /// Everything that happened, oldest first, up to the block that is read. Slow on a long chain: it reads the event log from the
    /// deployment's block on.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn history(&self) -> Result<Vec<BondEvent>, Error> {
        self.events(vec![bond_events::TOPICS.to_vec()]).await
    }

    /// Everything that happened to a wallet, oldest first: as a provider, a consumer, whoever paid or was paid, or a log's keeper.
    /// Of disputes it has a part in, all of it.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`], and as [`of`](Self::of).
    pub async fn history_of(&self, wallet: impl WalletInput) -> Result<Vec<BondEvent>, Error> {
        let wallet = wallet.to_address()?;
        let mut disputes = HashSet::new();
        let mut events = self.history().await?;
        events.retain(|event| {
            let is_own = event.kind.concerns(wallet);
            let Some(dispute_id) = event.kind.dispute_id() else { return is_own };
            if is_own {
                disputes.insert(dispute_id);
            }
            disputes.contains(&dispute_id)
        });
        Ok(events)
    }

    /// All disputes that a wallet has a part in as provider or consumer, newest first, as they stand; of any wallet if none is
    /// named. Found in the event log, from the deployment's block on.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn disputes(&self, wallet: Option<Address>) -> Result<Vec<Dispute>, Error> {
        let filed = vec![BarterBond::DisputeFiled::SIGNATURE_HASH];
        let events = match wallet.map(|wallet| vec![wallet.into_word()]) {
            None => self.events(vec![filed]).await?,
            Some(wallet) => {
                let mut events = self.events(vec![filed.clone(), vec![], wallet.clone()]).await?;
                // Nobody is both of one dispute.
                events.extend(self.events(vec![filed, vec![], vec![], wallet]).await?);
                events.sort_by_key(|event| (event.block_number, event.log_index));
                events
            }
        };
        let filed: Vec<(DisputeId, B256)> = events
            .iter()
            .rev()
            .filter_map(|event| match &event.kind {
                BondEventKind::DisputeFiled { dispute_id, outcome, .. } => Some((*dispute_id, *outcome)),
                _ => None,
            })
            .collect();
        let terms = self.terms().await?;
        let calls = filed.iter().map(|(dispute_id, _)| BarterBond::getDisputeCall { disputeId: *dispute_id });
        let views: Vec<View> = calls.map(|call| View::new(terms.contract, &call)).collect();
        let mut outputs = self.views("getDispute", &views).await?;
        let mut disputes = Vec::with_capacity(filed.len());
        for (dispute_id, outcome) in filed {
            let dispute = outputs.next::<BarterBond::getDisputeCall>()?;
            let dispute = Dispute::read(self.client.node(), terms, dispute_id, &dispute)?;
            disputes.push(Dispute { outcome: Some(outcome), ..dispute });
        }
        Ok(disputes)
    }

    /// The outcome that a dispute is about, its leaf in the oracle's log, from the event log; none if it was never filed.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub async fn outcome_of(&self, dispute_id: DisputeId) -> Result<Option<B256>, Error> {
        let filed = vec![BarterBond::DisputeFiled::SIGNATURE_HASH];
        let events = self.events(vec![filed, vec![dispute_id]]).await?;
        Ok(events.into_iter().find_map(|event| match event.kind {
            BondEventKind::DisputeFiled { outcome, .. } => Some(outcome),
            _ => None,
        }))
    }

    /// The URL a provider declared as its hub, from the event log.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`], and as [`of`](Self::of).
    pub async fn hub_of(&self, provider: impl WalletInput) -> Result<Option<String>, Error> {
        let provider: B256 = provider.to_address()?.into_word();
        let declared = vec![BarterBond::HubDeclared::SIGNATURE_HASH];
        let events = self.events(vec![declared, vec![provider]]).await?;
        Ok(events.into_iter().find_map(|event| match event.kind {
            BondEventKind::HubDeclared { hub, .. } => Some(hub),
            _ => None,
        }))
    }

    /// The events with these topics up to the block that is read, oldest first.
    async fn events(&self, topics: Vec<Vec<B256>>) -> Result<Vec<BondEvent>, Error> {
        let terms = self.terms().await?;
        let (node, deployment) = (self.client.node(), self.client.deployment());
        let source =
            Source { bond: terms.contract, quorum: terms.quorum, core: deployment.barter_core, token: &terms.token };
        let last = match self.at {
            At::Latest => node.head().await?.number(),
            At::Number(number) => number,
            At::Point(point) => point.block_number,
        };
        let filter = LogFilter { addresses: vec![terms.contract, terms.quorum], topics };
        let (mut scan, mut from, mut events) = (Scan::default(), deployment.block, Vec::new());
        while from <= last {
            let (logs, end) = scan.page(node, &filter, from, last).await?;
            for log in logs {
                events.extend(source.read(node, &log)?);
            }
            from = end.saturating_add(1);
        }
        if let At::Point(point) = self.at {
            let header = node.header(point.block_number).await?;
            if header.is_none_or(|header| header.hash != point.block_hash) {
                return Err(Error::ChainChanged { block_number: point.block_number });
            }
        }
        Ok(events)
    }
}
