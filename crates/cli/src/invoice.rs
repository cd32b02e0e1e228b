//! BOLT11 invoices: made, signed, read and checked. Time, keys and randomness come in as arguments.

use std::{fmt, time::Duration};

use barter_protocol::{PaymentHash, Preimage};
use bitcoin::{
    hashes::{Hash, sha256},
    secp256k1::{Secp256k1, SecretKey},
};
use lightning_invoice::{
    Bolt11Invoice, Bolt11InvoiceDescriptionRef, Currency, InvoiceBuilder, ParseOrSemanticError, PaymentSecret,
};

use crate::text::{cut, printable};

/// Longest text that is looked at. Longer invoices exist nowhere: a QR code ends before.
const MAX_INVOICE_BYTES: usize = 7_089;

/// Blocks the last hop gets to claim the payment in: a day.
const FINAL_CLTV_EXPIRY_DELTA: u64 = 144;

/// Satoshis are told in thousandths by invoices.
const MSATS_PER_SAT: u64 = 1_000;

/// Characters of a description that an error or a line of talk shows.
const SHOWN_CHARS: usize = 24;

/// Why an invoice cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvoiceError {
    /// The text is no invoice.
    #[error("'{input}' is no BOLT11 invoice: {reason}")]
    Malformed {
        /// What was given, cut.
        input: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The signature does not fit what the invoice says.
    #[error("the invoice's signature is not valid for what it says: it was altered, or copied wrongly")]
    InvalidSignature,
    /// It was valid once.
    #[error("the invoice expired at Unix time {expires_at}, and it is {now}")]
    Expired {
        /// Last second at which it could be paid, Unix time.
        expires_at: u64,
        /// The time now, Unix time.
        now: u64,
    },
    /// The payer chooses the amount.
    #[error("the invoice names no amount, expected one in whole satoshis")]
    NoAmount,
    /// The amount is no whole number of satoshis.
    #[error("the invoice asks for {amount_msats} thousandths of a satoshi, expected whole satoshis")]
    FractionOfSat {
        /// Amount in thousandths of a satoshi.
        amount_msats: u64,
    },
    /// The preimage is another invoice's.
    #[error("the preimage hashes to {actual}, expected {expected}, the invoice's payment hash")]
    WrongPreimage {
        /// The invoice's payment hash.
        expected: PaymentHash,
        /// sha256 of the preimage given.
        actual: PaymentHash,
    },
    /// What is to be invoiced does not fit an invoice.
    #[error("no invoice can be made of this: {reason}")]
    NotMade {
        /// Why.
        reason: String,
    },
}

impl InvoiceError {
    /// The kind of error as a stable name.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "invalid_invoice",
            Self::InvalidSignature => "invalid_invoice_signature",
            Self::Expired { .. } => "invoice_expired",
            Self::NoAmount => "invoice_without_amount",
            Self::FractionOfSat { .. } => "invoice_not_whole_sats",
            Self::WrongPreimage { .. } => "preimage_mismatch",
            Self::NotMade { .. } => "invoice_not_made",
        }
    }

    /// What to do next.
    pub(crate) const fn next_step(&self) -> &'static str {
        match self {
            Self::Malformed { .. } | Self::InvalidSignature => "Copy the whole invoice again, from ln to its end.",
            Self::Expired { .. } => "Ask the payee for a new invoice.",
            Self::NoAmount | Self::FractionOfSat { .. } => "Ask the payee for an invoice over whole satoshis.",
            Self::WrongPreimage { .. } => "Give the preimage that belongs to this invoice.",
            Self::NotMade { .. } => "Change the amount or the description.",
        }
    }
}

/// An invoice that was read, and whose signature is its payee's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invoice {
    text: String,
    payment_hash: PaymentHash,
    amount_sats: u64,
    description: Description,
    payee_node: String,
    network: &'static str,
    expires_at: u64,
}

/// What an invoice says it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Description {
    /// In words.
    Text(String),
    /// By the sha256 of words kept elsewhere.
    Hash(String),
}

impl fmt::Display for Description {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Hash(hash) => write!(formatter, "described by sha256 {hash}"),
        }
    }
}

impl Invoice {
    /// Reads an invoice that can be paid at `now`: signature, expiry and a whole number of satoshis are checked.
    pub(crate) fn parse(text: &str, now: u64) -> Result<Self, InvoiceError> {
        let text = text.trim();
        let text = text.strip_prefix("lightning:").or_else(|| text.strip_prefix("LIGHTNING:")).unwrap_or(text);
        let malformed = |reason: String| InvoiceError::Malformed { input: printable(&cut(text, SHOWN_CHARS)), reason };
        if text.len() > MAX_INVOICE_BYTES {
            return Err(malformed(format!("it has {} bytes, expected at most {MAX_INVOICE_BYTES}", text.len())));
        }
        let invoice: Bolt11Invoice = text.parse().map_err(|error| match error {
            ParseOrSemanticError::SemanticError(lightning_invoice::Bolt11SemanticError::InvalidSignature) => {
                InvoiceError::InvalidSignature
            }
            ParseOrSemanticError::SemanticError(error) => malformed(error.to_string()),
            ParseOrSemanticError::ParseError(error) => malformed(error.to_string()),
        })?;
        Self::check(&invoice, now)
    }

    fn check(invoice: &Bolt11Invoice, now: u64) -> Result<Self, InvoiceError> {
        let amount_msats = invoice.amount_milli_satoshis().ok_or(InvoiceError::NoAmount)?;
        if amount_msats % MSATS_PER_SAT != 0 {
            return Err(InvoiceError::FractionOfSat { amount_msats });
        }
        // An expiry beyond what a clock can tell is never reached.
        let expires_at = invoice.expires_at().map_or(u64::MAX, |time| time.as_secs());
        if now > expires_at {
            return Err(InvoiceError::Expired { expires_at, now });
        }
        let description = match invoice.description() {
            Bolt11InvoiceDescriptionRef::Direct(text) => Description::Text(text.as_inner().0.clone()),
            Bolt11InvoiceDescriptionRef::Hash(hash) => Description::Hash(hash.0.to_string()),
        };
        Ok(Self {
            text: invoice.to_string(),
            payment_hash: PaymentHash::new(invoice.payment_hash().to_byte_array()),
            amount_sats: amount_msats / MSATS_PER_SAT,
            description,
            payee_node: invoice.get_payee_pub_key().to_string(),
            network: network_name(&invoice.currency()),
            expires_at,
        })
    }

    /// The invoice as it is handed on.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// sha256 of the preimage that paying it reveals.
    pub(crate) fn payment_hash(&self) -> PaymentHash {
        self.payment_hash
    }

    /// Amount in satoshis.
    pub(crate) fn amount_sats(&self) -> u64 {
        self.amount_sats
    }

    /// What it is for.
    pub(crate) fn description(&self) -> &Description {
        &self.description
    }

    /// Public key of the Lightning node that signed it, in hexadecimal.
    pub(crate) fn payee_node(&self) -> &str {
        &self.payee_node
    }

    /// The Bitcoin network it is for.
    pub(crate) fn network(&self) -> &'static str {
        self.network
    }

    /// Last second at which it can be paid, Unix time.
    pub(crate) fn expires_at(&self) -> u64 {
        self.expires_at
    }
}

fn network_name(currency: &Currency) -> &'static str {
    match currency {
        Currency::Bitcoin => "bitcoin",
        Currency::BitcoinTestnet => "testnet",
        Currency::Regtest => "regtest",
        Currency::Simnet => "simnet",
        Currency::Signet => "signet",
    }
}

/// What a payee asks for.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) amount_sats: u64,
    pub(crate) description: &'a str,
    /// When it is made, Unix time.
    pub(crate) made_at: u64,
    /// For how long it can be paid, in seconds.
    pub(crate) lifetime_seconds: u64,
}

/// The payee's Lightning side: a node key and, for each invoice, a preimage and a payment secret that nobody else knows.
pub(crate) struct Payee {
    node_key: SecretKey,
}

impl fmt::Debug for Payee {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Payee(hidden)")
    }
}

impl Payee {
    /// A payee with this node key.
    pub(crate) fn new(node_key: [u8; 32]) -> Result<Self, InvoiceError> {
        let node_key = SecretKey::from_slice(&node_key)
            .map_err(|_| InvoiceError::NotMade { reason: "the random bytes are no secp256k1 key".to_owned() })?;
        Ok(Self { node_key })
    }

    /// Makes and signs an invoice on regtest, whose payment reveals `preimage`.
    pub(crate) fn invoice(
        &self,
        request: &Request<'_>,
        preimage: Preimage,
        payment_secret: [u8; 32],
    ) -> Result<Invoice, InvoiceError> {
        let not_made = |reason: String| InvoiceError::NotMade { reason };
        let amount_msats = request
            .amount_sats
            .checked_mul(MSATS_PER_SAT)
            .ok_or_else(|| not_made(format!("{} sats are more than there will ever be", request.amount_sats)))?;
        let signer = Secp256k1::signing_only();
        let invoice = InvoiceBuilder::new(Currency::Regtest)
            .amount_milli_satoshis(amount_msats)
            .description(request.description.to_owned())
            .payment_hash(sha256::Hash::from_byte_array(*preimage.payment_hash().as_bytes()))
            .payment_secret(PaymentSecret(payment_secret))
            .duration_since_epoch(Duration::from_secs(request.made_at))
            .expiry_time(Duration::from_secs(request.lifetime_seconds))
            .min_final_cltv_expiry_delta(FINAL_CLTV_EXPIRY_DELTA)
            .basic_mpp()
            .build_signed(|message| signer.sign_ecdsa_recoverable(message, &self.node_key))
            .map_err(|error| not_made(error.to_string()))?;
        Invoice::check(&invoice, request.made_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Please send $30 for coffee beans to the same peer", an example of BOLT 11: 25 m BTC, made at 1496314658.
    const BOLT11_EXAMPLE: &str = "lnbc25m1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5vdhkven9v5sxyetpdeessp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs9q5sqqqqqqqqqqqqqqqqsgq2a25dxl5hrntdtn6zvydt7d66hyzsyhqs4wdynavys42xgl6sgx9c4g7me86a27t07mdtfry458rtjr0v92cnmswpsjscgt2vcse3sgpz3uapa";
    const MADE_AT: u64 = 1_496_314_658;

    fn payee() -> Payee {
        Payee::new([0x42; 32]).unwrap()
    }

    fn request(amount_sats: u64, description: &str) -> Request<'_> {
        Request { amount_sats, description, made_at: MADE_AT, lifetime_seconds: 600 }
    }

    #[test]
    fn reads_the_standards_own_example() {
        let invoice = Invoice::parse(BOLT11_EXAMPLE, MADE_AT).unwrap();
        assert_eq!(invoice.amount_sats(), 2_500_000);
        assert_eq!(invoice.description(), &Description::Text("coffee beans".to_owned()));
        assert_eq!(
            invoice.payment_hash().to_string(),
            "0x0001020304050607080900010203040506070809000102030405060708090102"
        );
        assert_eq!(invoice.payee_node(), "03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad");
        assert_eq!((invoice.network(), invoice.expires_at()), ("bitcoin", MADE_AT + 3_600));
    }

    #[test]
    fn an_invoice_can_be_paid_through_its_last_second() {
        assert!(Invoice::parse(BOLT11_EXAMPLE, MADE_AT + 3_600).is_ok());
        assert_eq!(
            Invoice::parse(BOLT11_EXAMPLE, MADE_AT + 3_601),
            Err(InvoiceError::Expired { expires_at: MADE_AT + 3_600, now: MADE_AT + 3_601 })
        );
    }

    #[test]
    fn what_a_payee_makes_reads_back() {
        let preimage = Preimage::new([7; 32]);
        let made = payee().invoice(&request(50_000, "Logo design commission"), preimage, [9; 32]).unwrap();
        let read = Invoice::parse(&format!(" LIGHTNING:{} ", made.text().to_uppercase()), MADE_AT).unwrap();
        assert_eq!(read, made);
        assert_eq!(read.payment_hash(), preimage.payment_hash());
        assert_eq!((read.amount_sats(), read.network()), (50_000, "regtest"));
        let key = SecretKey::from_slice(&[0x42; 32]).unwrap();
        assert_eq!(read.payee_node(), key.public_key(&Secp256k1::new()).to_string());
    }

    #[test]
    fn one_changed_character_is_found() {
        for position in [3, 10, 60, 200, BOLT11_EXAMPLE.len() - 1] {
            let mut altered = BOLT11_EXAMPLE.as_bytes().to_vec();
            altered[position] = if altered[position] == b'q' { b'p' } else { b'q' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(matches!(Invoice::parse(&altered, MADE_AT), Err(InvoiceError::Malformed { .. })), "{altered}");
        }
    }

    #[test]
    fn a_signature_that_is_not_the_named_payees_is_found() {
        let key = |byte| SecretKey::from_slice(&[byte; 32]).unwrap();
        let secp = Secp256k1::new();
        let build = |named: SecretKey, signing: SecretKey| {
            InvoiceBuilder::new(Currency::Regtest)
                .amount_milli_satoshis(1_000_000)
                .description("x".to_owned())
                .payment_hash(sha256::Hash::from_byte_array([1; 32]))
                .payment_secret(PaymentSecret([2; 32]))
                .duration_since_epoch(Duration::from_secs(MADE_AT))
                .min_final_cltv_expiry_delta(18)
                .payee_pub_key(named.public_key(&secp))
                .build_signed(|message| secp.sign_ecdsa_recoverable(message, &signing))
                .unwrap()
                .to_string()
        };
        assert!(Invoice::parse(&build(key(3), key(3)), MADE_AT).is_ok());
        assert_eq!(Invoice::parse(&build(key(3), key(4)), MADE_AT), Err(InvoiceError::InvalidSignature));
    }

    #[test]
    fn refuses_fractions_and_missing_amounts() {
        let base = || {
            InvoiceBuilder::new(Currency::Regtest)
                .description("x".to_owned())
                .payment_hash(sha256::Hash::from_byte_array([1; 32]))
                .payment_secret(PaymentSecret([2; 32]))
                .duration_since_epoch(Duration::from_secs(MADE_AT))
                .min_final_cltv_expiry_delta(18)
        };
        let sign = |message: &bitcoin::secp256k1::Message| {
            Secp256k1::new().sign_ecdsa_recoverable(message, &SecretKey::from_slice(&[3; 32]).unwrap())
        };
        let without = base().build_signed(sign).unwrap().to_string();
        assert_eq!(Invoice::parse(&without, MADE_AT), Err(InvoiceError::NoAmount));
        let fraction = base().amount_milli_satoshis(1_000_001).build_signed(sign).unwrap().to_string();
        assert_eq!(Invoice::parse(&fraction, MADE_AT), Err(InvoiceError::FractionOfSat { amount_msats: 1_000_001 }));
    }

    #[test]
    fn an_amount_or_text_that_fits_no_invoice_is_refused() {
        for (amount_sats, description) in [(u64::MAX, "x".to_owned()), (50_000, "x".repeat(640))] {
            let made = payee().invoice(&request(amount_sats, &description), Preimage::new([7; 32]), [9; 32]);
            assert!(matches!(made, Err(InvoiceError::NotMade { .. })), "{made:?}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_text_that_is_no_invoice() {
        for text in ["", "lnbc", "hello\u{1b}[31m", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", &"q".repeat(8_000)] {
            let error = Invoice::parse(text, MADE_AT).unwrap_err();
            assert!(matches!(error, InvoiceError::Malformed { .. }), "{error:?}");
            assert!(!error.to_string().contains('\u{1b}'));
            assert!(error.to_string().len() < 300, "{error}");
        }
    }
}
