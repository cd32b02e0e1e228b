//! What a deal that came to nothing leaves on the chain.

use barter_sdk::{BarterClient, Deal, DealStage, TradeStatus};

use crate::text::instant;

/// What is left on the chain of a deal that came to nothing, in a sentence without a full stop; `None` if nothing is, or if the chain
/// does not say. The chain is asked: a journal does not know what the other side did, nor whether a purchase's trade was ever proposed.
pub(super) async fn left_of(client: &BarterClient, deal: &Deal) -> Option<String> {
    let trade_id = deal.trade_id.filter(|_| deal.stage == DealStage::Failed)?;
    let trade = client.trade().get(trade_id).await.ok()?;
    match trade.status {
        TradeStatus::Proposed => Some(format!(
            "Trade {trade_id} stays proposed on the chain until {}, seven days after it was proposed, and comes to nothing \
             unless it is accepted",
            instant(trade.expires_at)
        )),
        TradeStatus::Accepted => Some(format!(
            "Trade {trade_id} stays accepted on the chain and counts as not completed; barter trade dispute {trade_id} ends it"
        )),
        TradeStatus::Expired | TradeStatus::Disputed | TradeStatus::Settled => None,
    }
}
