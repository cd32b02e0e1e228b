//! A Lightning network of the test's making: it does what it is told to, pays as often as it is told to, and forgets.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use barter_sdk::{
    PaymentHash, Preimage,
    lightning::{
        BitcoinNetwork, Error, FailureReason, Invoice, InvoiceLock, InvoiceRequest, InvoiceState, Lightning, NodeInfo,
        OwnInvoice, Paid, Payment, PaymentLimits, PaymentStatus,
    },
};
use bitcoin::{
    hashes::{Hash as _, sha256},
    secp256k1::{Secp256k1, SecretKey},
};
use lightning_invoice::{Currency, InvoiceBuilder, PaymentSecret};

/// What becomes of a payment that is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It arrives.
    Arrives,
    /// It arrives, and the answer is lost.
    ArrivesUnheard,
    /// It fails.
    Fails,
    /// It is under way until it is decided.
    Pends,
    /// The node says that it arrived, with another preimage.
    Lies,
}

/// All nodes' invoices and payments.
#[derive(Debug, Default)]
pub(crate) struct Town {
    invoices: BTreeMap<PaymentHash, Own>,
    payments: BTreeMap<(u8, PaymentHash), PaymentStatus>,
    moods: VecDeque<Mood>,
    /// How often a payment left a node, by hash.
    sent: BTreeMap<PaymentHash, u32>,
    /// For how long an invoice can be paid that asks for an hour: clocks do not wait in tests.
    lifetime_seconds: Option<u64>,
}

#[derive(Debug)]
struct Own {
    owner: u8,
    invoice: Invoice,
    preimage: Preimage,
    state: InvoiceState,
}

/// A node.
#[derive(Clone, Debug)]
pub(crate) struct Strict {
    town: Arc<Mutex<Town>>,
    key: u8,
}

impl Strict {
    /// A network's first node.
    pub(crate) fn new() -> Self {
        Self { town: Arc::default(), key: 1 }
    }

    /// Another of its nodes.
    pub(crate) fn neighbour(&self, key: u8) -> Self {
        Self { key, ..self.clone() }
    }

    /// What becomes of the payments that are begun next; all others arrive.
    pub(crate) fn expect(&self, moods: impl IntoIterator<Item = Mood>) {
        self.town().moods.extend(moods);
    }

    /// How often a payment left a node for this hash.
    pub(crate) fn sent(&self, payment_hash: PaymentHash) -> u32 {
        self.town().sent.get(&payment_hash).copied().unwrap_or(0)
    }

    /// Loses all memory of this node's payments.
    pub(crate) fn forget(&self) {
        let key = self.key;
        self.town().payments.retain(|(payer, _), _| *payer != key);
    }

    /// Lets a payment arrive that is under way.
    pub(crate) fn decide(&self, payment_hash: PaymentHash) {
        self.town().arrive(self.key, payment_hash);
    }

    /// Makes invoices run out this soon.
    pub(crate) fn hurry(&self, seconds: u64) {
        self.town().lifetime_seconds = Some(seconds);
    }

    pub(crate) fn state(&self, payment_hash: PaymentHash) -> InvoiceState {
        self.town().invoices[&payment_hash].state
    }

    pub(crate) fn public_key(&self) -> String {
        SecretKey::from_slice(&[self.key; 32]).unwrap().public_key(&Secp256k1::new()).to_string()
    }

    fn town(&self) -> MutexGuard<'_, Town> {
        self.town.lock().unwrap()
    }
}

impl Town {
    fn arrive(&mut self, payer: u8, payment_hash: PaymentHash) -> Paid {
        let own = self.invoices.get_mut(&payment_hash).unwrap();
        own.state = InvoiceState::Paid;
        let paid = Paid::new(own.preimage, 0);
        self.payments.insert((payer, payment_hash), PaymentStatus::Paid(paid));
        paid
    }
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

impl Lightning for Strict {
    async fn node(&self) -> Result<NodeInfo, Error> {
        Ok(NodeInfo::new(self.public_key(), BitcoinNetwork::Regtest, String::new()))
    }

    async fn make_invoice(&self, request: &InvoiceRequest) -> Result<Invoice, Error> {
        let InvoiceLock::Preimage(preimage) = request.lock else { panic!("no sale holds payments") };
        let payment_hash = preimage.payment_hash();
        let mut town = self.town();
        if let Some(own) = town.invoices.get(&payment_hash) {
            return Ok(own.invoice.clone());
        }
        let key = SecretKey::from_slice(&[self.key; 32]).unwrap();
        let lifetime = town.lifetime_seconds.unwrap_or(request.lifetime_seconds.into());
        let signed = InvoiceBuilder::new(Currency::Regtest)
            .description(request.description.clone())
            .payment_hash(sha256::Hash::from_byte_array(*payment_hash.as_bytes()))
            .payment_secret(PaymentSecret([2; 32]))
            .duration_since_epoch(Duration::from_secs(unix_now()))
            .expiry_time(Duration::from_secs(lifetime))
            .min_final_cltv_expiry_delta(18)
            .amount_milli_satoshis(request.amount_sats * 1_000)
            .build_signed(|message| Secp256k1::new().sign_ecdsa_recoverable(message, &key));
        let invoice: Invoice = signed.unwrap().to_string().parse().unwrap();
        let own = Own { owner: self.key, invoice: invoice.clone(), preimage, state: InvoiceState::Open };
        town.invoices.insert(payment_hash, own);
        Ok(invoice)
    }

    async fn invoice(&self, payment_hash: PaymentHash) -> Result<Option<OwnInvoice>, Error> {
        let town = self.town();
        let own = town.invoices.get(&payment_hash).filter(|own| own.owner == self.key);
        Ok(own.map(|own| OwnInvoice::new(own.invoice.clone(), own.state)))
    }

    async fn settle(&self, preimage: Preimage) -> Result<(), Error> {
        Err(Error::NotHeld { payment_hash: preimage.payment_hash() })
    }

    async fn cancel(&self, payment_hash: PaymentHash) -> Result<(), Error> {
        let mut town = self.town();
        let own = town.invoices.get_mut(&payment_hash).ok_or(Error::UnknownInvoice { payment_hash })?;
        if own.state == InvoiceState::Paid {
            return Err(Error::AlreadyPaid { payment_hash });
        }
        own.state = InvoiceState::Cancelled;
        Ok(())
    }

    /// As often as it is told to: that nothing is paid twice is the caller's doing alone.
    async fn pay(&self, invoice: &Invoice, limits: &PaymentLimits) -> Result<Paid, Error> {
        let payment_hash = invoice.payment_hash();
        let mut town = self.town();
        let mood = town.moods.pop_front().unwrap_or(Mood::Arrives);
        *town.sent.entry(payment_hash).or_default() += 1;
        let place = (self.key, payment_hash);
        match mood {
            Mood::Arrives => Ok(town.arrive(self.key, payment_hash)),
            Mood::ArrivesUnheard => {
                town.arrive(self.key, payment_hash);
                Err(Error::Unreachable { endpoint: "test".to_owned(), reason: "the answer was lost".to_owned() })
            }
            Mood::Fails => {
                *town.sent.entry(payment_hash).or_default() -= 1;
                let reason = FailureReason::NoRoute;
                town.payments.insert(place, PaymentStatus::Failed(reason));
                Err(Error::PaymentFailed { payment_hash, reason })
            }
            Mood::Pends => {
                town.payments.insert(place, PaymentStatus::Pending);
                Err(Error::PaymentPending { payment_hash, waited: limits.timeout })
            }
            Mood::Lies => {
                let paid = Paid::new(Preimage::new([0x99; 32]), 0);
                town.payments.insert(place, PaymentStatus::Paid(paid));
                Ok(paid)
            }
        }
    }

    async fn payment(&self, payment_hash: PaymentHash) -> Result<Option<Payment>, Error> {
        let status = self.town().payments.get(&(self.key, payment_hash)).cloned();
        Ok(status.map(|status| Payment::new(payment_hash, status)))
    }
}
