//! Every view of the contracts beside the ledger's.

use std::fmt::Debug;

use alloy_primitives::{Address, B256, FixedBytes, U256};
use alloy_sol_types::SolCall;
use barter_bindings::{Addresses, BTRCredit, BTRTrust, BarterCore, ContractError, IBarterCore};
use barter_protocol::{Error, Ledger, Level, Role, Trade, TradeId};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{
    disagreement::Disagreement,
    permit::{self, Nonces},
    wallet::Wallet,
    witness::{Question, Witness},
};

/// Entries of the pages that every wallet's whole list is read in.
const PAGE: usize = 3;

/// What EIP-5267 says of a domain with name, version, chain and contract.
const DOMAIN_FIELDS: FixedBytes<1> = FixedBytes([0x0f]);

/// The interfaces BTRTrust has: ERC-165, ERC-721 with metadata, ERC-4906, ERC-5192, ERC-6454.
const INTERFACES: [u32; 6] = [0x01ff_c9a7, 0x80ac_58cd, 0x5b5e_139f, 0x4906_4906, 0xb45a_3c0e, 0x91a6_262f];
/// Some it has not: ERC-165's invalid one, ERC-20, ERC-5484.
const NO_INTERFACES: [u32; 3] = [0xffff_ffff, 0x3637_2b07, 0x0489_b56f];

/// How the picture of a token's metadata begins.
const PICTURE: &str = "data:image/svg+xml;base64,";

/// Questions being gathered.
struct Questions<'a> {
    contracts: Addresses,
    ledger: &'a Ledger,
    now: u64,
    all: Vec<Question>,
}

/// Every view of all trades, wallets and pairs at `now`, but for what [`fixed`], [`trade_once`] and [`token_card`] have.
pub(super) fn all(
    contracts: Addresses,
    ledger: &Ledger,
    nonces: &Nonces,
    wallets: &[Wallet],
    cancelled: &[(Address, B256)],
    now: u64,
) -> Result<Vec<Question>, Disagreement> {
    let mut questions = Questions { contracts, ledger, now, all: Vec::new() };
    for trade in ledger.trades() {
        questions.trade(trade);
        let other_terms = tampered(trade.trade_id());
        let missing = Error::TradeNotFound { trade_id: other_terms };
        questions.core(&BarterCore::getTradeCall { tradeId: other_terms }, Err(missing.into()));
    }
    questions.no_trade(TradeId::repeat_byte(0xee));
    let addresses: Vec<_> = wallets.iter().map(Wallet::address).chain([Address::ZERO]).collect();
    for (index, &wallet) in addresses.iter().enumerate() {
        questions.wallet(wallet, nonces);
        questions.lists(wallet)?;
        questions.token(wallet);
        for &other in &addresses[..=index] {
            questions.pair(wallet, other);
        }
    }
    for &(signer, digest) in cancelled {
        // Of every wallet: one's cancelling is nobody else's.
        for &wallet in &addresses {
            let is_cancelled = ledger.is_signature_cancelled(wallet, digest);
            questions.core(&BarterCore::isSignatureCancelledCall { signer: wallet, digest }, Ok(is_cancelled));
        }
        let digest = tampered(digest);
        questions.core(&BarterCore::isSignatureCancelledCall { signer, digest }, Ok(false));
    }
    questions.credit(&BTRCredit::totalSupplyCall {}, Ok(ledger.credit().total_supply()));
    Ok(questions.all)
}

/// Compares one page, or its refusal.
pub(super) fn page(
    witness: &mut Witness,
    ledger: &Ledger,
    wallet: Address,
    before: Option<TradeId>,
    limit: usize,
    now: u64,
) -> Result<Result<(), ContractError>, Disagreement> {
    let mut questions = Questions { contracts: witness.addresses(), ledger, now, all: Vec::new() };
    let ended = questions.page(wallet, before, limit).map(drop);
    witness.check(&questions.all)?;
    Ok(ended)
}

/// What is fixed at deployment.
pub(super) fn fixed(witness: &mut Witness, ledger: &Ledger) -> Result<(), Disagreement> {
    let contracts = witness.addresses();
    let Addresses { core, trust, credit } = contracts;
    let mut questions = Questions { contracts, ledger, now: 0, all: Vec::new() };
    questions.core(&BarterCore::TRUSTCall {}, Ok(trust));
    questions.core(&BarterCore::CREDITCall {}, Ok(credit));
    questions.core(&BarterCore::ARBITERCall {}, Ok(ledger.arbiter()));
    questions.trust(&BTRTrust::CORECall {}, Ok(core));
    questions.trust(&BTRTrust::nameCall {}, Ok("BTR-Trust".to_owned()));
    questions.trust(&BTRTrust::symbolCall {}, Ok("BTR-T".to_owned()));
    let interfaces = INTERFACES.map(|id| (id, true)).into_iter().chain(NO_INTERFACES.map(|id| (id, false)));
    for (interface, has_it) in interfaces {
        questions.trust(&BTRTrust::supportsInterfaceCall { interfaceId: interface.into() }, Ok(has_it));
    }
    questions.credit(&BTRCredit::CORECall {}, Ok(core));
    questions.credit(&BTRCredit::nameCall {}, Ok("BTR-Credit".to_owned()));
    questions.credit(&BTRCredit::symbolCall {}, Ok("BTR-C".to_owned()));
    questions.credit(&BTRCredit::decimalsCall {}, Ok(18));

    let chain_id = ledger.domain().chain_id();
    let domain = permit::domain(chain_id, credit);
    questions.credit(&BTRCredit::DOMAIN_SEPARATORCall {}, Ok(domain.separator()));
    let (fields, salt, extensions) = (DOMAIN_FIELDS, B256::ZERO, Vec::new());
    questions.credit(
        &BTRCredit::eip712DomainCall {},
        Ok(BTRCredit::eip712DomainReturn {
            fields,
            name: "BTR-Credit".to_owned(),
            version: "1".to_owned(),
            chainId: U256::from(chain_id),
            verifyingContract: credit,
            salt,
            extensions: extensions.clone(),
        }),
    );
    questions.core(
        &BarterCore::eip712DomainCall {},
        Ok(BarterCore::eip712DomainReturn {
            fields,
            name: "Barter".to_owned(),
            version: "1".to_owned(),
            chainId: U256::from(chain_id),
            verifyingContract: core,
            salt,
            extensions,
        }),
    );
    witness.check(&questions.all)
}

/// What of a trade no call can change, because its id and the domain are all it comes of: asked when it is new.
pub(super) fn trade_once(witness: &mut Witness, ledger: &Ledger, trade: &Trade) -> Result<(), Disagreement> {
    let mut questions = Questions { contracts: witness.addresses(), ledger, now: 0, all: Vec::new() };
    let (domain, terms) = (ledger.domain(), trade.terms());
    for role in [Role::Payer, Role::Payee] {
        let proposer = terms.wallet(role);
        let trade_id = terms.trade_id(role);
        questions.core(&BarterCore::tradeIdOfCall { proposer, terms: terms.into() }, Ok(trade_id));
        for deadline in [trade.created_at(), u64::MAX] {
            let (call_deadline, preimage) = (U256::from(deadline), B256::from(terms.payment_hash()));
            let call = BarterCore::openTradeDigestCall { proposer, terms: terms.into(), deadline: call_deadline };
            questions.core(&call, Ok(domain.open_trade_digest(terms, role, deadline)));
            // Any 32 bytes do for a preimage here.
            let call = BarterCore::settleTradeDigestCall { tradeId: trade_id, preimage, deadline: call_deadline };
            questions.core(&call, Ok(domain.settle_trade_digest(trade_id, preimage.into(), deadline)));
        }
    }
    let stranger = Address::repeat_byte(0x57);
    let refused = Error::NotParty { trade_id: TradeId::ZERO, wallet: stranger };
    questions.core(&BarterCore::tradeIdOfCall { proposer: stranger, terms: terms.into() }, Err(refused.into()));
    witness.check(&questions.all)
}

/// The token's metadata of wallets whose profile is another than when it was last asked for: it is made of the profile alone,
/// and costs more than all other views together.
pub(super) fn token_card(witness: &mut Witness, ledger: &Ledger, wallet: Address) -> Result<(), Disagreement> {
    let trust = witness.addresses().trust;
    let profile = ledger.trust().profile(wallet);
    let call = BTRTrust::tokenURICall { tokenId: token_id(wallet) };
    let card = witness.view(trust, &call).ok();
    let mut card = card.as_deref().and_then(read_data_uri).unwrap_or_default();
    // What is drawn, Foundry's tests look at: the ledger knows nothing of it. Here there must be a picture.
    if card["image"].as_str().is_some_and(|image| image.starts_with(PICTURE)) {
        card["image"] = json!(PICTURE);
    }
    let date = |name, value: u64| json!({ "display_type": "date", "trait_type": name, "value": value });
    let expected = json!({
        "name": format!("BTR-Trust {wallet}"),
        "description": "Soulbound reputation, earned by trades that were proposed, accepted and paid over Lightning.",
        "image": PICTURE,
        "attributes": [
            { "trait_type": "Level", "value": Level::of(profile.score).to_string() },
            { "trait_type": "Score", "value": profile.score },
            { "trait_type": "Trades", "value": profile.trade_count },
            { "trait_type": "Counterparties", "value": profile.unique_counterparties },
            date("Member since", profile.member_since),
            date("Last trade", profile.last_trade_at),
        ],
    });
    Disagreement::unless_same(|| format!("{call:?}"), &card, &expected)
}

fn read_data_uri(uri: &str) -> Option<Value> {
    let json = BASE64_STANDARD.decode(uri.strip_prefix("data:application/json;base64,")?).ok()?;
    serde_json::from_slice(&json).ok()
}

/// A wallet's token.
pub(super) fn token_id(wallet: Address) -> U256 {
    U256::from_be_slice(wallet.as_slice())
}

/// The id of a trade of the same pair with the same payment hash, and other terms.
pub(super) fn tampered(mut trade_id: B256) -> B256 {
    trade_id[31] ^= 1;
    trade_id
}

impl Questions<'_> {
    fn core<C: SolCall<Return: Debug> + Debug>(&mut self, call: &C, expected: Result<C::Return, ContractError>) {
        self.all.push(Question::new(self.contracts.core, call, expected));
    }

    fn trust<C: SolCall<Return: Debug> + Debug>(&mut self, call: &C, expected: Result<C::Return, ContractError>) {
        self.all.push(Question::new(self.contracts.trust, call, expected));
    }

    fn credit<C: SolCall<Return: Debug> + Debug>(&mut self, call: &C, expected: Result<C::Return, ContractError>) {
        self.all.push(Question::new(self.contracts.credit, call, expected));
    }

    fn trade(&mut self, trade: &Trade) {
        let full = expected(trade, self.now);
        let flat = BarterCore::tradesReturn {
            id: full.tradeId,
            partyA: full.partyA,
            partyB: full.partyB,
            paymentHash: full.paymentHash,
            amountSats: full.amountSats,
            status: full.status,
            createdAt: full.createdAt,
            acceptedAt: full.acceptedAt,
            settledAt: full.settledAt,
            category: full.category.clone(),
            description: full.description.clone(),
        };
        let trade_id = trade.trade_id();
        self.core(&BarterCore::getTradeCall { tradeId: trade_id }, Ok(full));
        self.core(&BarterCore::tradesCall { tradeId: trade_id }, Ok(flat));
    }

    fn no_trade(&mut self, trade_id: TradeId) {
        let zeros = BarterCore::tradesReturn {
            id: TradeId::ZERO,
            partyA: Address::ZERO,
            partyB: Address::ZERO,
            paymentHash: B256::ZERO,
            amountSats: U256::ZERO,
            status: 0,
            createdAt: U256::ZERO,
            acceptedAt: U256::ZERO,
            settledAt: U256::ZERO,
            category: String::new(),
            description: String::new(),
        };
        self.core(&BarterCore::tradesCall { tradeId: trade_id }, Ok(zeros));
        self.core(&BarterCore::getTradeCall { tradeId: trade_id }, Err(Error::TradeNotFound { trade_id }.into()));
    }

    fn wallet(&mut self, wallet: Address, nonces: &Nonces) {
        let ours = self.ledger.wallet(wallet);
        let number = U256::from::<u64>;
        let summary = IBarterCore::Wallet {
            score: number(ours.score),
            uniqueCounterparties: number(ours.unique_counterparties),
            memberSince: number(ours.member_since),
            lastTradeAt: number(ours.last_trade_at),
            proposed: number(ours.proposed),
            initiated: number(ours.initiated),
            accepted: number(ours.accepted),
            settled: number(ours.settled),
            disputed: number(ours.disputed),
            faults: number(ours.faults),
            creditBalance: ours.credit_balance,
            creditEarned: ours.credit_earned,
        };
        let profile = BTRTrust::getTrustProfileReturn {
            score: summary.score,
            uniqueCounterparties: summary.uniqueCounterparties,
            memberSince: summary.memberSince,
            tradeCount: summary.settled,
            lastTradeAt: summary.lastTradeAt,
        };
        self.core(&BarterCore::getWalletCall { wallet }, Ok(summary));
        self.trust(&BTRTrust::getScoreCall { wallet }, Ok(number(ours.score)));
        self.trust(&BTRTrust::getTrustProfileCall { wallet }, Ok(profile));
        self.credit(&BTRCredit::balanceOfCall { wallet }, Ok(ours.credit_balance));
        self.credit(&BTRCredit::totalEarnedCall { wallet }, Ok(ours.credit_earned));
        self.credit(&BTRCredit::noncesCall { owner: wallet }, Ok(number(nonces.next(wallet))));
    }

    fn lists(&mut self, wallet: Address) -> Result<(), Disagreement> {
        let list = self.ledger.trades_of(wallet).to_vec();
        let all_but_one = list.len().saturating_sub(1);
        self.core(&BarterCore::getTradesByAddressCall { wallet }, Ok(list));
        // A page of any length whose next has one trade. Of none, and of more than a page may have: refused.
        let _ = self.page(wallet, None, all_but_one);
        // Pages to the end; each says where the next one begins.
        let mut before = None;
        loop {
            before = self.page(wallet, before, PAGE).map_err(|error| Disagreement {
                what: format!("a page of {PAGE} of the trades of {wallet}"),
                chain: "not asked".to_owned(),
                ledger: format!("{error:?}"),
            })?;
            if before.is_none() {
                return Ok(());
            }
        }
    }

    /// A page, or its refusal; gives what comes next.
    fn page(
        &mut self,
        wallet: Address,
        before: Option<TradeId>,
        limit: usize,
    ) -> Result<Option<TradeId>, ContractError> {
        let call =
            BarterCore::getTradesPagedCall { wallet, before: before.unwrap_or_default(), limit: U256::from(limit) };
        match self.ledger.page(wallet, before, limit) {
            Ok((trades, next)) => {
                let page = trades.into_iter().map(|trade| expected(trade, self.now)).collect();
                self.core(&call, Ok(BarterCore::getTradesPagedReturn { page, next: next.unwrap_or_default() }));
                Ok(next)
            }
            Err(refused) => {
                self.core(&call, Err(refused.clone().into()));
                Err(refused.into())
            }
        }
    }

    fn token(&mut self, wallet: Address) {
        let has_token = self.ledger.trust().has_token(wallet);
        let token_id = token_id(wallet);
        let missing = ContractError::TokenNotFound { token_id };
        self.trust(&BTRTrust::isApprovedForAllCall { _0: wallet, _1: Address::repeat_byte(1) }, Ok(false));
        let balance = if wallet.is_zero() { Err(ContractError::ZeroAddress) } else { Ok(U256::from(has_token)) };
        self.trust(&BTRTrust::balanceOfCall { wallet }, balance);
        let of_token = |value| if has_token { Ok(value) } else { Err(missing.clone()) };
        self.trust(&BTRTrust::ownerOfCall { tokenId: token_id }, of_token(wallet));
        self.trust(&BTRTrust::getApprovedCall { tokenId: token_id }, of_token(Address::ZERO));
        let of_token = |value| if has_token { Ok(value) } else { Err(missing.clone()) };
        self.trust(&BTRTrust::lockedCall { tokenId: token_id }, of_token(true));
        if !has_token {
            self.trust(&BTRTrust::tokenURICall { tokenId: token_id }, Err(missing.clone()));
        }
        // From one wallet to another: never. From nobody: whether it can still be minted.
        let call = BTRTrust::isTransferableCall { tokenId: token_id, from: wallet, to: Address::repeat_byte(1) };
        if !wallet.is_zero() {
            self.trust(&call, of_token(false));
            let call = BTRTrust::isTransferableCall { tokenId: token_id, from: Address::ZERO, to: wallet };
            self.trust(&call, Ok(!has_token));
        }
    }

    fn pair(&mut self, one: Address, other: Address) {
        let count = U256::from(self.ledger.trust().pair_count(one, other));
        for (wallet, counterparty) in [(one, other), (other, one)] {
            self.trust(&BTRTrust::pairCountCall { walletA: wallet, walletB: counterparty }, Ok(count));
            let allowance = self.ledger.credit().allowance(wallet, counterparty);
            self.credit(&BTRCredit::allowanceCall { owner: wallet, spender: counterparty }, Ok(allowance));
        }
    }
}

/// A trade as `getTrade` gives it.
pub(super) fn expected(trade: &Trade, now: u64) -> IBarterCore::Trade {
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
