//! Every view of the contracts beside the ledger's.

use alloy_primitives::{Address, U256};
use barter_bindings::{BTRCredit, BTRTrust, BarterCore, ContractError, IBarterCore};
use barter_protocol::{Ledger, Ruling, Trade, TradeId, TradeStatus, ledger::Wallet};

use crate::chain::Chain;

/// Compares all views of all trades, wallets and pairs at `now`.
pub(crate) fn compare(chain: &mut Chain, ledger: &Ledger, wallets: &[Address], now: u64) {
    for trade in ledger.trades() {
        compare_trade(chain, trade, now);
    }
    for (index, &wallet) in wallets.iter().enumerate() {
        compare_wallet(chain, ledger, wallet);
        compare_lists(chain, ledger, wallet, now);
        compare_token(chain, ledger, wallet);
        for &other in &wallets[index + 1..] {
            compare_pair(chain, ledger, wallet, other);
        }
    }
    let supply = chain.view(chain.addresses.credit, &BTRCredit::totalSupplyCall {});
    assert_eq!(supply, Ok(ledger.credit().total_supply()));
}

/// A trade as `getTrade` gives it.
pub(crate) fn expected(trade: &Trade, now: u64) -> IBarterCore::Trade {
    IBarterCore::Trade {
        tradeId: trade.trade_id(),
        partyA: trade.party_a(),
        partyB: trade.party_b(),
        payer: trade.payer(),
        paymentHash: trade.payment_hash().into(),
        amountSats: U256::from(trade.terms().amount_sats()),
        status: trade.status(now).code(),
        ruling: trade.ruling().code(),
        createdAt: U256::from(trade.created_at()),
        acceptedAt: U256::from(trade.accepted_at().unwrap_or_default()),
        settledAt: U256::from(trade.settled_at().unwrap_or_default()),
        category: trade.terms().category().to_owned(),
        description: trade.terms().description().to_owned(),
    }
}

fn compare_trade(chain: &mut Chain, trade: &Trade, now: u64) {
    let core = chain.addresses.core;
    let expected = expected(trade, now);
    let full = chain.view(core, &BarterCore::getTradeCall { tradeId: trade.trade_id() }).unwrap();
    assert_eq!(full, expected);
    assert_eq!(TradeStatus::try_from(full.status), Ok(trade.status(now)));
    assert_eq!(Ruling::try_from(full.ruling), Ok(trade.ruling()));

    let flat = chain.view(core, &BarterCore::tradesCall { tradeId: trade.trade_id() }).unwrap();
    let expected_flat = BarterCore::tradesReturn {
        id: expected.tradeId,
        partyA: expected.partyA,
        partyB: expected.partyB,
        paymentHash: expected.paymentHash,
        amountSats: expected.amountSats,
        status: expected.status,
        createdAt: expected.createdAt,
        acceptedAt: expected.acceptedAt,
        settledAt: expected.settledAt,
        category: expected.category,
        description: expected.description,
    };
    assert_eq!(flat, expected_flat);
}

fn compare_wallet(chain: &mut Chain, ledger: &Ledger, wallet: Address) {
    let ours = ledger.wallet(wallet);
    let theirs = chain.view(chain.addresses.core, &BarterCore::getWalletCall { wallet }).unwrap();
    assert_eq!(read_wallet(&theirs), ours);

    let trust = chain.addresses.trust;
    assert_eq!(chain.view(trust, &BTRTrust::getScoreCall { wallet }), Ok(U256::from(ours.score)));
    let profile = chain.view(trust, &BTRTrust::getTrustProfileCall { wallet }).unwrap();
    let expected = BTRTrust::getTrustProfileReturn {
        score: U256::from(ours.score),
        uniqueCounterparties: U256::from(ours.unique_counterparties),
        memberSince: U256::from(ours.member_since),
        tradeCount: U256::from(ours.settled),
        lastTradeAt: U256::from(ours.last_trade_at),
    };
    assert_eq!(profile, expected);

    let credit = chain.addresses.credit;
    assert_eq!(chain.view(credit, &BTRCredit::balanceOfCall { wallet }), Ok(ours.credit_balance));
    assert_eq!(chain.view(credit, &BTRCredit::totalEarnedCall { wallet }), Ok(ours.credit_earned));
}

fn read_wallet(wallet: &IBarterCore::Wallet) -> Wallet {
    Wallet {
        score: wallet.score.to(),
        unique_counterparties: wallet.uniqueCounterparties.to(),
        member_since: wallet.memberSince.to(),
        last_trade_at: wallet.lastTradeAt.to(),
        proposed: wallet.proposed.to(),
        initiated: wallet.initiated.to(),
        accepted: wallet.accepted.to(),
        settled: wallet.settled.to(),
        disputed: wallet.disputed.to(),
        faults: wallet.faults.to(),
        credit_balance: wallet.creditBalance,
        credit_earned: wallet.creditEarned,
    }
}

fn compare_lists(chain: &mut Chain, ledger: &Ledger, wallet: Address, now: u64) {
    let list = chain.view(chain.addresses.core, &BarterCore::getTradesByAddressCall { wallet }).unwrap();
    assert_eq!(list, ledger.trades_of(wallet));
    // Pages of three, to the end.
    let mut before = None;
    loop {
        let next = compare_page(chain, ledger, wallet, before, 3, now).unwrap();
        if next.is_none() {
            return;
        }
        before = next;
    }
}

/// Compares one page, or its refusal, and returns what comes next.
pub(crate) fn compare_page(
    chain: &mut Chain,
    ledger: &Ledger,
    wallet: Address,
    before: Option<TradeId>,
    limit: usize,
    now: u64,
) -> Result<Option<TradeId>, ContractError> {
    let call = BarterCore::getTradesPagedCall { wallet, before: before.unwrap_or_default(), limit: U256::from(limit) };
    let theirs = chain.view(chain.addresses.core, &call).map(|page| (page.page, page.next));
    let ours = ledger.page(wallet, before, limit).map_err(ContractError::Refused).map(|(page, next)| {
        let page: Vec<_> = page.into_iter().map(|trade| expected(trade, now)).collect();
        (page, next.unwrap_or_default())
    });
    assert_eq!(theirs, ours);
    ours.map(|(_, next)| Some(next).filter(|id| !id.is_zero()))
}

fn compare_token(chain: &mut Chain, ledger: &Ledger, wallet: Address) {
    let trust = chain.addresses.trust;
    let token_id = U256::from_be_slice(wallet.as_slice());
    let has_token = ledger.trust().has_token(wallet);
    let balance = chain.view(trust, &BTRTrust::balanceOfCall { wallet });
    assert_eq!(balance, Ok(U256::from(has_token)));
    let (owner, locked) = if has_token {
        (Ok(wallet), Ok(true))
    } else {
        let missing = ContractError::TokenNotFound { token_id };
        (Err(missing.clone()), Err(missing))
    };
    assert_eq!(chain.view(trust, &BTRTrust::ownerOfCall { tokenId: token_id }), owner);
    assert_eq!(chain.view(trust, &BTRTrust::lockedCall { tokenId: token_id }), locked);
}

fn compare_pair(chain: &mut Chain, ledger: &Ledger, one: Address, other: Address) {
    let (trust, credit) = (chain.addresses.trust, chain.addresses.credit);
    let count = U256::from(ledger.trust().pair_count(one, other));
    for (wallet, counterparty) in [(one, other), (other, one)] {
        let call = BTRTrust::pairCountCall { walletA: wallet, walletB: counterparty };
        assert_eq!(chain.view(trust, &call), Ok(count));
        let call = BTRCredit::allowanceCall { owner: wallet, spender: counterparty };
        assert_eq!(chain.view(credit, &call), Ok(ledger.credit().allowance(wallet, counterparty)));
    }
}
