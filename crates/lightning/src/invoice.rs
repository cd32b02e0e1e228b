//! BOLT11 invoices: read, and compared with what was agreed. The time comes in as an argument.

use std::{fmt, str::FromStr};

use barter_protocol::{PaymentHash, limits::MIN_AMOUNT_SATS};
use bitcoin::hashes::Hash;
use lightning_invoice::{Bolt11Invoice, Bolt11InvoiceDescriptionRef, Bolt11SemanticError, ParseOrSemanticError};

use crate::BitcoinNetwork;

/// Longest text that is looked at. Longer invoices exist nowhere: a QR code ends before.
const MAX_INVOICE_BYTES: usize = 7_089;

/// Satoshis are told in thousandths by invoices.
pub(crate) const MSATS_PER_SAT: u64 = 1_000;

/// Characters of a text that an error shows.
const SHOWN_CHARS: usize = 70;

/// Why an invoice cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvoiceError {
    /// The text is no invoice.
    #[error("{input} is no BOLT11 invoice: {reason}")]
    Malformed {
        /// What was given: its beginning if it looks like an invoice, and otherwise its length alone, as it may be a secret.
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
    /// The amount is below the smallest trade.
    #[error("the invoice asks for {amount_sats} sats, expected at least {minimum_sats}")]
    BelowMinimum {
        /// Amount in satoshis.
        amount_sats: u64,
        /// The smallest, in satoshis.
        minimum_sats: u64,
    },
    /// It is for another Bitcoin network.
    #[error("the invoice is for {found}, expected {expected}")]
    WrongNetwork {
        /// What was agreed.
        expected: BitcoinNetwork,
        /// The invoice's.
        found: BitcoinNetwork,
    },
    /// It asks for another amount.
    #[error("the invoice asks for {found_sats} sats, expected {expected_sats}")]
    WrongAmount {
        /// What was agreed, in satoshis.
        expected_sats: u64,
        /// The invoice's, in satoshis.
        found_sats: u64,
    },
    /// It is locked to another payment hash.
    #[error("the invoice has payment hash {found}, expected {expected}")]
    WrongPaymentHash {
        /// What was agreed.
        expected: PaymentHash,
        /// The invoice's.
        found: PaymentHash,
    },
    /// Another node asks for the payment.
    #[error("the invoice pays node {found}, expected {expected}")]
    WrongPayee {
        /// What was agreed: a public key in hexadecimal.
        expected: String,
        /// The invoice's.
        found: String,
    },
    /// It runs out before what is to follow its payment could be done.
    #[error("the invoice expires at Unix time {expires_at}, expected not before {needed_until}")]
    ExpiresTooSoon {
        /// Last second at which it can be paid, Unix time.
        expires_at: u64,
        /// Until when it is needed, Unix time.
        needed_until: u64,
    },
}

impl InvoiceError {
    /// The kind of error as a stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "invalid_invoice",
            Self::InvalidSignature => "invalid_invoice_signature",
            Self::Expired { .. } => "invoice_expired",
            Self::NoAmount => "invoice_without_amount",
            Self::FractionOfSat { .. } => "invoice_not_whole_sats",
            Self::BelowMinimum { .. } => "invoice_below_minimum",
            Self::WrongNetwork { .. } => "wrong_bitcoin_network",
            Self::WrongAmount { .. } => "wrong_invoice_amount",
            Self::WrongPaymentHash { .. } => "wrong_payment_hash",
            Self::WrongPayee { .. } => "wrong_payee_node",
            Self::ExpiresTooSoon { .. } => "invoice_expires_too_soon",
        }
    }

    /// What to do next.
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Malformed { .. } | Self::InvalidSignature => "Copy the whole invoice again, from ln to its end.",
            Self::Expired { .. } | Self::ExpiresTooSoon { .. } => "Ask the payee for a new invoice.",
            Self::NoAmount | Self::FractionOfSat { .. } => "Ask the payee for an invoice over whole satoshis.",
            Self::BelowMinimum { .. } => "Ask the payee for an invoice over 1,000 satoshis or more.",
            Self::WrongNetwork { .. } => "Ask the payee for an invoice on this network.",
            Self::WrongAmount { .. } | Self::WrongPaymentHash { .. } | Self::WrongPayee { .. } => {
                "Do not pay it: it is not what was agreed. Ask the payee."
            }
        }
    }
}

/// An invoice that was read, and whose signature is its payee's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    text: String,
    payment_hash: PaymentHash,
    amount_sats: u64,
    description: InvoiceDescription,
    payee_node: String,
    network: BitcoinNetwork,
    expires_at: u64,
}

/// What an invoice says it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvoiceDescription {
    /// In words.
    Text(String),
    /// By the sha256 of words kept elsewhere.
    Hash(String),
}

impl fmt::Display for InvoiceDescription {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Hash(hash) => write!(formatter, "described by sha256 {hash}"),
        }
    }
}

/// What an invoice has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The payer's network.
    pub network: BitcoinNetwork,
    /// The trade's amount, in satoshis.
    pub amount_sats: u64,
    /// The trade's payment hash.
    pub payment_hash: PaymentHash,
    /// The payee's node, where it is known: its public key, 33 bytes in hexadecimal.
    pub payee_node: Option<String>,
    /// Until when the invoice must be payable, Unix time.
    pub needed_until: u64,
}

impl FromStr for Invoice {
    type Err = InvoiceError;

    /// Reads an invoice, also with `lightning:` before it and in capitals. Checked are its form, its signature, and that it asks for
    /// whole satoshis, 1,000 or more; not whether it has expired.
    fn from_str(text: &str) -> Result<Self, InvoiceError> {
        let text = text.trim();
        let text = text.strip_prefix("lightning:").or_else(|| text.strip_prefix("LIGHTNING:")).unwrap_or(text);
        let looks_alike = text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("ln"));
        let malformed = |reason: String| InvoiceError::Malformed { input: shown(text, looks_alike), reason };
        if text.len() > MAX_INVOICE_BYTES {
            return Err(malformed(format!("it has {} bytes, expected at most {MAX_INVOICE_BYTES}", text.len())));
        }
        let invoice: Bolt11Invoice = text.parse().map_err(|error| match error {
            ParseOrSemanticError::SemanticError(Bolt11SemanticError::InvalidSignature) => {
                InvoiceError::InvalidSignature
            }
            ParseOrSemanticError::SemanticError(error) => malformed(error.to_string()),
            ParseOrSemanticError::ParseError(error) => malformed(error.to_string()),
        })?;
        Self::try_from(&invoice)
    }
}

impl TryFrom<&Bolt11Invoice> for Invoice {
    type Error = InvoiceError;

    fn try_from(invoice: &Bolt11Invoice) -> Result<Self, InvoiceError> {
        let amount_msats = invoice.amount_milli_satoshis().ok_or(InvoiceError::NoAmount)?;
        if amount_msats % MSATS_PER_SAT != 0 {
            return Err(InvoiceError::FractionOfSat { amount_msats });
        }
        let amount_sats = amount_msats / MSATS_PER_SAT;
        if amount_sats < MIN_AMOUNT_SATS {
            return Err(InvoiceError::BelowMinimum { amount_sats, minimum_sats: MIN_AMOUNT_SATS });
        }
        let description = match invoice.description() {
            Bolt11InvoiceDescriptionRef::Direct(text) => InvoiceDescription::Text(text.as_inner().0.clone()),
            Bolt11InvoiceDescriptionRef::Hash(hash) => InvoiceDescription::Hash(hash.0.to_string()),
        };
        Ok(Self {
            text: invoice.to_string(),
            payment_hash: PaymentHash::new(invoice.payment_hash().to_byte_array()),
            amount_sats,
            description,
            payee_node: invoice.get_payee_pub_key().to_string(),
            network: invoice.currency().into(),
            // An expiry beyond what a clock can tell is never reached.
            expires_at: invoice.expires_at().map_or(u64::MAX, |time| time.as_secs()),
        })
    }
}

impl Invoice {
    /// Refuses an invoice that can no longer be paid at `now`, Unix time.
    ///
    /// # Errors
    /// [`InvoiceError::Expired`].
    pub fn check_open_at(&self, now: u64) -> Result<(), InvoiceError> {
        if !self.is_open_at(now) {
            return Err(InvoiceError::Expired { expires_at: self.expires_at, now });
        }
        Ok(())
    }

    /// Whether it can be paid at `now`, Unix time.
    pub fn is_open_at(&self, now: u64) -> bool {
        now <= self.expires_at
    }

    /// Refuses an invoice that is not what was agreed, or has expired at `now`, Unix time. Its description is not compared.
    ///
    /// # Errors
    /// [`InvoiceError::WrongNetwork`], [`InvoiceError::WrongAmount`], [`InvoiceError::WrongPaymentHash`],
    /// [`InvoiceError::WrongPayee`], [`InvoiceError::Expired`], [`InvoiceError::ExpiresTooSoon`].
    pub fn check(&self, agreed: &Agreed, now: u64) -> Result<(), InvoiceError> {
        if self.network != agreed.network {
            return Err(InvoiceError::WrongNetwork { expected: agreed.network, found: self.network });
        }
        if self.amount_sats != agreed.amount_sats {
            return Err(InvoiceError::WrongAmount { expected_sats: agreed.amount_sats, found_sats: self.amount_sats });
        }
        if self.payment_hash != agreed.payment_hash {
            return Err(InvoiceError::WrongPaymentHash { expected: agreed.payment_hash, found: self.payment_hash });
        }
        if let Some(expected) = agreed.payee_node.as_ref().filter(|node| !node.eq_ignore_ascii_case(&self.payee_node)) {
            let expected = shown(expected, expected.len() == self.payee_node.len());
            return Err(InvoiceError::WrongPayee { expected, found: self.payee_node.clone() });
        }
        self.check_open_at(now)?;
        if self.expires_at < agreed.needed_until {
            return Err(InvoiceError::ExpiresTooSoon {
                expires_at: self.expires_at,
                needed_until: agreed.needed_until,
            });
        }
        Ok(())
    }

    /// The invoice as it is handed on.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// sha256 of the preimage that paying it reveals.
    pub fn payment_hash(&self) -> PaymentHash {
        self.payment_hash
    }

    /// Amount in satoshis.
    pub fn amount_sats(&self) -> u64 {
        self.amount_sats
    }

    /// What it is for.
    pub fn description(&self) -> &InvoiceDescription {
        &self.description
    }

    /// Public key of the Lightning node that signed it and is to be paid, 33 bytes in hexadecimal.
    pub fn payee_node(&self) -> &str {
        &self.payee_node
    }

    /// The Bitcoin network it is for.
    pub fn network(&self) -> BitcoinNetwork {
        self.network
    }

    /// Last second at which it can be paid, Unix time.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }
}

/// A text as an error shows it: the beginning of what looks like what was expected, fit for a terminal. Of others only the length,
/// as a preimage or a macaroon may have been pasted.
fn shown(text: &str, looks_alike: bool) -> String {
    if !looks_alike {
        return format!("a text of {} characters", text.chars().count());
    }
    let printable =
        |char: char| if char.is_ascii_graphic() || char == ' ' { char } else { char::REPLACEMENT_CHARACTER };
    let shown: String = text.chars().take(SHOWN_CHARS).map(printable).collect();
    let rest = if text.chars().nth(SHOWN_CHARS).is_some() { "…" } else { "" };
    format!("'{shown}{rest}'")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use bitcoin::{
        hashes::sha256,
        secp256k1::{Secp256k1, SecretKey},
    };
    use lightning_invoice::{Currency, InvoiceBuilder, PaymentSecret};

    use super::*;

    /// "Please send $30 for coffee beans to the same peer", an example of BOLT 11: 25 m BTC, made at 1496314658.
    const BOLT11_EXAMPLE: &str = "lnbc25m1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5vdhkven9v5sxyetpdeessp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs9q5sqqqqqqqqqqqqqqqqsgq2a25dxl5hrntdtn6zvydt7d66hyzsyhqs4wdynavys42xgl6sgx9c4g7me86a27t07mdtfry458rtjr0v92cnmswpsjscgt2vcse3sgpz3uapa";
    const PAYEE: &str = "03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad";
    const MADE_AT: u64 = 1_496_314_658;

    fn example() -> Invoice {
        BOLT11_EXAMPLE.parse().unwrap()
    }

    fn agreed() -> Agreed {
        Agreed {
            network: BitcoinNetwork::Bitcoin,
            amount_sats: 2_500_000,
            payment_hash: "0001020304050607080900010203040506070809000102030405060708090102".parse().unwrap(),
            payee_node: Some(PAYEE.to_owned()),
            needed_until: MADE_AT + 3_600,
        }
    }

    #[test]
    fn reads_the_standards_own_example() {
        let invoice = example();
        assert_eq!(invoice.amount_sats(), 2_500_000);
        assert_eq!(invoice.description(), &InvoiceDescription::Text("coffee beans".to_owned()));
        assert_eq!(invoice.payment_hash(), agreed().payment_hash);
        assert_eq!(invoice.payee_node(), PAYEE);
        assert_eq!((invoice.network(), invoice.expires_at()), (BitcoinNetwork::Bitcoin, MADE_AT + 3_600));
        assert_eq!(invoice.text(), BOLT11_EXAMPLE);
        assert_eq!(format!(" LIGHTNING:{} ", BOLT11_EXAMPLE.to_uppercase()).parse(), Ok(invoice));
    }

    #[test]
    fn an_invoice_can_be_paid_through_its_last_second() {
        assert_eq!(example().check(&agreed(), MADE_AT + 3_600), Ok(()));
        assert_eq!(
            example().check(&agreed(), MADE_AT + 3_601),
            Err(InvoiceError::Expired { expires_at: MADE_AT + 3_600, now: MADE_AT + 3_601 })
        );
    }

    #[test]
    fn an_invoice_that_is_not_what_was_agreed_is_refused() {
        let refused = |change: fn(&mut Agreed)| {
            let mut agreed = agreed();
            change(&mut agreed);
            example().check(&agreed, MADE_AT).unwrap_err().code()
        };
        assert_eq!(refused(|agreed| agreed.network = BitcoinNetwork::Regtest), "wrong_bitcoin_network");
        assert_eq!(refused(|agreed| agreed.amount_sats += 1), "wrong_invoice_amount");
        assert_eq!(refused(|agreed| agreed.payment_hash = PaymentHash::new([0; 32])), "wrong_payment_hash");
        assert_eq!(refused(|agreed| agreed.payee_node = Some(PAYEE.replace('3', "2"))), "wrong_payee_node");
        assert_eq!(refused(|agreed| agreed.needed_until += 1), "invoice_expires_too_soon");
        let any_node = Agreed { payee_node: None, ..agreed() };
        assert_eq!(example().check(&any_node, MADE_AT), Ok(()));
        let in_capitals = Agreed { payee_node: Some(PAYEE.to_uppercase()), ..agreed() };
        assert_eq!(example().check(&in_capitals, MADE_AT), Ok(()));
    }

    #[test]
    fn one_changed_character_is_found() {
        for position in [3, 10, 60, 200, BOLT11_EXAMPLE.len() - 1] {
            let mut altered = BOLT11_EXAMPLE.as_bytes().to_vec();
            altered[position] = if altered[position] == b'q' { b'p' } else { b'q' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(matches!(altered.parse::<Invoice>(), Err(InvoiceError::Malformed { .. })), "{altered}");
        }
    }

    #[test]
    fn a_signature_that_is_not_the_named_payees_is_found() {
        assert!(made(Some(1_000_000), Some(3), 3).is_ok());
        assert_eq!(made(Some(1_000_000), Some(3), 4), Err(InvoiceError::InvalidSignature));
    }

    #[test]
    fn refuses_fractions_small_and_missing_amounts() {
        let of_msats = |amount_msats: u64| made(Some(amount_msats), None, 3);
        assert_eq!(made(None, None, 3), Err(InvoiceError::NoAmount));
        assert_eq!(of_msats(1_000_001), Err(InvoiceError::FractionOfSat { amount_msats: 1_000_001 }));
        let too_small = InvoiceError::BelowMinimum { amount_sats: 999, minimum_sats: 1_000 };
        assert_eq!(of_msats(999_000), Err(too_small));
        assert_eq!(of_msats(1_000_000).unwrap().amount_sats(), 1_000);
    }

    #[test]
    fn says_what_is_wrong_with_text_that_is_no_invoice() {
        for text in ["", "lnbc", "hello\u{1b}[31m", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", &"q".repeat(8_000)] {
            let error = text.parse::<Invoice>().unwrap_err();
            assert!(matches!(error, InvoiceError::Malformed { .. }), "{error:?}");
            assert!(!error.to_string().contains('\u{1b}'));
            assert!(error.to_string().len() < 300, "{error}");
        }
    }

    /// What is pasted in an invoice's place may be a preimage or a macaroon.
    #[test]
    fn repeats_no_text_that_may_be_a_secret() {
        let preimage = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        for text in [preimage, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "lightning:0201036c6e6402f801030a10"] {
            let error = text.parse::<Invoice>().unwrap_err();
            let bare = text.trim_start_matches("lightning:");
            assert!(!format!("{error} {error:?}").contains(&bare[..8]), "{error:?}");
            assert!(error.to_string().starts_with(&format!("a text of {} characters", bare.len())), "{error}");
        }
        for text in ["lnbc1oops", "LNBC1OOPS", "lightning:lnbc1oops"] {
            let error = text.parse::<Invoice>().unwrap_err().to_string().to_lowercase();
            assert!(error.starts_with("'lnbc1oops' is no"), "{error}");
        }
        let agreed = Agreed { payee_node: Some(preimage.to_owned()), ..agreed() };
        let error = example().check(&agreed, MADE_AT).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(&preimage[..8]), "{error:?}");
    }

    /// An invoice that names a payee, where one is given, and is signed by this key.
    fn made(amount_msats: Option<u64>, named: Option<u8>, signing: u8) -> Result<Invoice, InvoiceError> {
        let mut invoice = InvoiceBuilder::new(Currency::Regtest)
            .description("x".to_owned())
            .payment_hash(sha256::Hash::from_byte_array([1; 32]))
            .payment_secret(PaymentSecret([2; 32]))
            .duration_since_epoch(Duration::from_secs(MADE_AT))
            .min_final_cltv_expiry_delta(18);
        if let Some(amount_msats) = amount_msats {
            invoice = invoice.amount_milli_satoshis(amount_msats);
        }
        let secp = Secp256k1::new();
        let key = |byte: u8| SecretKey::from_slice(&[byte; 32]).unwrap();
        if let Some(named) = named {
            invoice = invoice.payee_pub_key(key(named).public_key(&secp));
        }
        let signed = invoice.build_signed(|message| secp.sign_ecdsa_recoverable(message, &key(signing)));
        signed.unwrap().to_string().parse()
    }
}
