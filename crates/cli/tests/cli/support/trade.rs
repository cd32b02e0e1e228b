//! Trades between wallets of a chain, made by the program.

use std::sync::atomic::{AtomicU64, Ordering};

use barter_protocol::Preimage;
use serde_json::Value;

use super::{Barter, Devnet, Wallet};

/// What tests trade, in satoshis.
pub(crate) const AMOUNT_SATS: u64 = 50_000;

/// A preimage that no other trade of this process has.
pub(crate) fn new_preimage() -> Preimage {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [0x5a; 32];
    bytes[..8].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Preimage::new(bytes)
}

/// Two wallets with a trade between them.
#[derive(Debug)]
pub(crate) struct Deal {
    pub(crate) devnet: &'static Devnet,
    pub(crate) payer: Wallet,
    pub(crate) payee: Wallet,
    pub(crate) preimage: Preimage,
    pub(crate) trade_id: String,
}

impl Deal {
    /// A trade that was proposed by its payer.
    pub(crate) fn proposed() -> Self {
        let devnet = Devnet::shared();
        Self::proposed_between(devnet.wallet(), devnet.wallet())
    }

    /// Another trade between two wallets.
    pub(crate) fn proposed_between(payer: Wallet, payee: Wallet) -> Self {
        let devnet = Devnet::shared();
        let preimage = new_preimage();
        let proposed = propose(&payee.address, preimage).on(devnet).signed_by(&payer).json();
        let trade_id = proposed["trade_id"].as_str().unwrap().to_owned();
        Self { devnet, payer, payee, preimage, trade_id }
    }

    /// A trade that was accepted, too.
    pub(crate) fn accepted() -> Self {
        let deal = Self::proposed();
        deal.accept();
        deal
    }

    pub(crate) fn accept(&self) -> Value {
        self.as_payee("trade accept --unchecked").arg(&self.trade_id).json()
    }

    /// Settles it.
    pub(crate) fn settle(&self) -> Value {
        self.settling(self.preimage).json()
    }

    /// The payer's call that settles it with a preimage.
    pub(crate) fn settling(&self, preimage: Preimage) -> Barter {
        let call = self.as_payer("trade settle").arg(&self.trade_id).args(["--preimage-file", "-"]);
        call.input(format!("{preimage}\n"))
    }

    /// A call by the payer.
    pub(crate) fn as_payer(&self, line: &str) -> Barter {
        Barter::words(line).on(self.devnet).signed_by(&self.payer)
    }

    /// A call by the payee.
    pub(crate) fn as_payee(&self, line: &str) -> Barter {
        Barter::words(line).on(self.devnet).signed_by(&self.payee)
    }

    /// A call by anybody else.
    pub(crate) fn as_stranger(&self, line: &str) -> Barter {
        Barter::words(line).on(self.devnet).signed_by(&self.devnet.wallet())
    }

    /// A call that only reads.
    pub(crate) fn reading(&self, line: &str) -> Barter {
        Barter::words(line).on(self.devnet)
    }

    /// How the trade stands.
    pub(crate) fn now(&self) -> Value {
        self.reading("trade get").arg(&self.trade_id).json()
    }

    /// How the trade stands, in a word.
    pub(crate) fn status(&self) -> String {
        self.now()["status"].as_str().unwrap().to_owned()
    }
}

/// The call that proposes a trade.
pub(crate) fn propose(counterparty: &str, preimage: Preimage) -> Barter {
    propose_amount(counterparty, preimage, &AMOUNT_SATS.to_string())
}

/// The call that proposes a trade of an amount.
pub(crate) fn propose_amount(counterparty: &str, preimage: Preimage, amount_sats: &str) -> Barter {
    let payment_hash = preimage.payment_hash().to_string();
    Barter::words("trade propose --category digital --description Logo").args([
        "--counterparty",
        counterparty,
        "--payment-hash",
        &payment_hash,
        "--amount-sats",
        amount_sats,
    ])
}

/// Has two wallets of a chain agree on a trade; gives its preimage and id.
pub(crate) fn agree(devnet: &Devnet, payer: &Wallet, payee: &Wallet, amount_sats: u64) -> (Preimage, String) {
    let preimage = new_preimage();
    let proposing = propose_amount(&payee.address, preimage, &amount_sats.to_string());
    let proposed = proposing.on(devnet).signed_by(payer).json();
    let trade_id = proposed["trade_id"].as_str().unwrap().to_owned();
    Barter::words("trade accept --unchecked").arg(&trade_id).on(devnet).signed_by(payee).json();
    (preimage, trade_id)
}

/// A whole trade between two wallets of a chain; gives its id.
pub(crate) fn settle_between(devnet: &Devnet, payer: &Wallet, payee: &Wallet, amount_sats: u64) -> String {
    let (preimage, trade_id) = agree(devnet, payer, payee, amount_sats);
    let settling = Barter::words("trade settle --preimage-file -").arg(&trade_id).input(preimage.to_string());
    settling.on(devnet).signed_by(payer).json();
    trade_id
}
