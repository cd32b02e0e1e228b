//! What callers may give where a wallet, a trade id, a payment hash or a preimage is wanted.
//!
//! Every function of the client takes these as typed values or as text, and checks text before it makes any request.

use std::fmt;

use alloy_primitives::{Address, B256, hex};
use barter_protocol::{PaymentHash, Preimage, TradeId};

use crate::Error;

/// Longest input an error repeats, in characters.
const MAX_SHOWN_CHARS: usize = 80;

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressFault {
    /// It does not start with `0x`.
    NoPrefix,
    /// It has another number of digits than 40.
    Length {
        /// How many it has.
        digits: usize,
    },
    /// A character is no hexadecimal digit.
    NotHexadecimal {
        /// Which, counted from 1 after `0x`.
        position: usize,
    },
    /// Its capital letters are not the checksum's (EIP-55): a digit was mistyped, or the letters were changed.
    Checksum,
}

impl fmt::Display for AddressFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrefix => formatter.write_str("expected 0x and 40 hexadecimal digits"),
            Self::Length { digits } => write!(formatter, "it has {digits} digits after 0x, expected 40"),
            Self::NotHexadecimal { position } => {
                write!(formatter, "character {position} after 0x is not a hexadecimal digit")
            }
            Self::Checksum => formatter.write_str(
                "its capital letters do not match its checksum; \
                 check every digit, and write it in small letters if it is right",
            ),
        }
    }
}

/// A wallet: an [`Address`], or its text of `0x` and 40 hexadecimal digits.
///
/// Text is read in any case where a wallet is only looked at. Where something is sent, capital letters must match the
/// checksum of EIP-55, because a mistyped counterparty could not be taken back; all small or all capital letters carry no
/// checksum and are taken.
pub trait WalletInput {
    /// The address, whatever its capital letters.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`].
    fn to_address(&self) -> Result<Address, Error>;

    /// The address, with its checksum checked if it has one.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`].
    fn to_checked_address(&self) -> Result<Address, Error> {
        self.to_address()
    }
}

impl WalletInput for Address {
    fn to_address(&self) -> Result<Address, Error> {
        Ok(*self)
    }
}

impl WalletInput for str {
    fn to_address(&self) -> Result<Address, Error> {
        let invalid = |reason| Error::InvalidAddress { input: shorten(self), reason };
        let digits = self.strip_prefix("0x").ok_or_else(|| invalid(AddressFault::NoPrefix))?;
        if let Some(index) = digits.chars().position(|digit| !digit.is_ascii_hexdigit()) {
            return Err(invalid(AddressFault::NotHexadecimal { position: index + 1 }));
        }
        let mut address = Address::ZERO;
        hex::decode_to_slice(digits, address.as_mut_slice())
            .map_err(|_| invalid(AddressFault::Length { digits: digits.len() }))?;
        Ok(address)
    }

    fn to_checked_address(&self) -> Result<Address, Error> {
        let address = self.to_address()?;
        let has_small = self.bytes().skip(2).any(|digit| digit.is_ascii_lowercase());
        let has_capital = self.bytes().any(|digit| digit.is_ascii_uppercase());
        if has_small && has_capital && address.to_checksum(None) != self {
            return Err(Error::InvalidAddress { input: shorten(self), reason: AddressFault::Checksum });
        }
        Ok(address)
    }
}

impl WalletInput for String {
    fn to_address(&self) -> Result<Address, Error> {
        self.as_str().to_address()
    }

    fn to_checked_address(&self) -> Result<Address, Error> {
        self.as_str().to_checked_address()
    }
}

impl<T: WalletInput + ?Sized> WalletInput for &T {
    fn to_address(&self) -> Result<Address, Error> {
        (**self).to_address()
    }

    fn to_checked_address(&self) -> Result<Address, Error> {
        (**self).to_checked_address()
    }
}

/// A trade's id: a [`TradeId`], or its text of 64 hexadecimal digits with `0x` or without.
pub trait TradeIdInput {
    /// The id.
    ///
    /// # Errors
    /// [`Error::InvalidTradeId`].
    fn to_trade_id(&self) -> Result<TradeId, Error>;
}

impl TradeIdInput for B256 {
    fn to_trade_id(&self) -> Result<TradeId, Error> {
        Ok(*self)
    }
}

impl TradeIdInput for str {
    fn to_trade_id(&self) -> Result<TradeId, Error> {
        self.parse().map_err(|_| Error::InvalidTradeId { input: shorten(self) })
    }
}

impl TradeIdInput for String {
    fn to_trade_id(&self) -> Result<TradeId, Error> {
        self.as_str().to_trade_id()
    }
}

impl<T: TradeIdInput + ?Sized> TradeIdInput for &T {
    fn to_trade_id(&self) -> Result<TradeId, Error> {
        (**self).to_trade_id()
    }
}

/// A payment hash: a [`PaymentHash`], 32 bytes, or its text of 64 hexadecimal digits with `0x` or without.
pub trait PaymentHashInput {
    /// The payment hash.
    ///
    /// # Errors
    /// [`Error::Refused`] with [`NotHexadecimal`](barter_protocol::Error::NotHexadecimal) or
    /// [`WrongLength`](barter_protocol::Error::WrongLength). The text is not repeated: it may be a preimage by mistake.
    fn to_payment_hash(&self) -> Result<PaymentHash, Error>;
}

impl PaymentHashInput for PaymentHash {
    fn to_payment_hash(&self) -> Result<PaymentHash, Error> {
        Ok(*self)
    }
}

impl PaymentHashInput for [u8; 32] {
    fn to_payment_hash(&self) -> Result<PaymentHash, Error> {
        Ok(PaymentHash::new(*self))
    }
}

impl PaymentHashInput for B256 {
    fn to_payment_hash(&self) -> Result<PaymentHash, Error> {
        Ok((*self).into())
    }
}

impl PaymentHashInput for str {
    fn to_payment_hash(&self) -> Result<PaymentHash, Error> {
        Ok(self.parse()?)
    }
}

impl PaymentHashInput for String {
    fn to_payment_hash(&self) -> Result<PaymentHash, Error> {
        self.as_str().to_payment_hash()
    }
}

impl<T: PaymentHashInput + ?Sized> PaymentHashInput for &T {
    fn to_payment_hash(&self) -> Result<PaymentHash, Error> {
        (**self).to_payment_hash()
    }
}

/// A preimage: a [`Preimage`], 32 bytes, or its text of 64 hexadecimal digits with `0x` or without.
pub trait PreimageInput {
    /// The preimage.
    ///
    /// # Errors
    /// [`Error::Refused`] with [`NotHexadecimal`](barter_protocol::Error::NotHexadecimal) or
    /// [`WrongLength`](barter_protocol::Error::WrongLength). The text is not repeated: it may be a secret.
    fn to_preimage(&self) -> Result<Preimage, Error>;
}

impl PreimageInput for Preimage {
    fn to_preimage(&self) -> Result<Preimage, Error> {
        Ok(*self)
    }
}

impl PreimageInput for [u8; 32] {
    fn to_preimage(&self) -> Result<Preimage, Error> {
        Ok(Preimage::new(*self))
    }
}

impl PreimageInput for B256 {
    fn to_preimage(&self) -> Result<Preimage, Error> {
        Ok((*self).into())
    }
}

impl PreimageInput for str {
    fn to_preimage(&self) -> Result<Preimage, Error> {
        Ok(self.parse()?)
    }
}

impl PreimageInput for String {
    fn to_preimage(&self) -> Result<Preimage, Error> {
        self.as_str().to_preimage()
    }
}

impl<T: PreimageInput + ?Sized> PreimageInput for &T {
    fn to_preimage(&self) -> Result<Preimage, Error> {
        (**self).to_preimage()
    }
}

/// An input as an error repeats it: cut, and without control characters.
pub(crate) fn shorten(text: &str) -> String {
    let mut chars = text.chars().map(|char| if char.is_control() { ' ' } else { char });
    let mut shown: String = chars.by_ref().take(MAX_SHOWN_CHARS).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKSUMMED: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    fn fault(input: &str) -> AddressFault {
        match input.to_checked_address().unwrap_err() {
            Error::InvalidAddress { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_what_is_wrong_with_an_address() {
        assert_eq!(fault("not-a-valid-address"), AddressFault::NoPrefix);
        assert_eq!(fault(""), AddressFault::NoPrefix);
        assert_eq!(fault("0x"), AddressFault::Length { digits: 0 });
        assert_eq!(fault(&CHECKSUMMED[..41]), AddressFault::Length { digits: 39 });
        assert_eq!(fault(&format!("{CHECKSUMMED}0")), AddressFault::Length { digits: 41 });
        assert_eq!(fault("0x70997970C51812dc3A010C7d01b50e0d17dc79Cg"), AddressFault::NotHexadecimal { position: 40 });
        assert_eq!(fault("0xé"), AddressFault::NotHexadecimal { position: 1 });
        assert_eq!(fault("0x70997970C51812dc3A010C7d01b50e0d17dc79c8"), AddressFault::Checksum);
    }

    #[test]
    fn reads_any_case_where_nothing_is_sent() {
        let address: Address = CHECKSUMMED.parse().unwrap();
        let odd = "0x70997970c51812DC3a010c7D01B50E0D17DC79c8";
        for text in [CHECKSUMMED, &CHECKSUMMED.to_lowercase(), odd] {
            assert_eq!(text.to_address().unwrap(), address);
        }
        let capitals = format!("0x{}", CHECKSUMMED[2..].to_uppercase());
        for text in [CHECKSUMMED, &CHECKSUMMED.to_lowercase(), &capitals] {
            assert_eq!(text.to_checked_address().unwrap(), address);
        }
        assert!(odd.to_checked_address().is_err());
    }

    #[test]
    fn a_long_input_is_cut_and_cannot_steer_a_terminal() {
        let error = format!("\u{1b}[2J{}", "x".repeat(10_000)).to_address().unwrap_err().to_string();
        assert!(error.len() < 300 && !error.contains('\u{1b}'), "{error}");
    }

    #[test]
    fn a_secret_is_not_repeated() {
        let text = "zz11223344556677889900112233445566778899001122334455667788990011";
        let preimage = text.to_preimage().unwrap_err();
        let hash = text.to_payment_hash().unwrap_err();
        assert!(!format!("{preimage} {preimage:?} {hash} {hash:?}").contains("1122334455"), "{preimage:?}");
        assert_eq!(preimage.code(), "not_hexadecimal");
        assert_eq!("0xabc".to_preimage().unwrap_err().code(), "wrong_length");
    }

    #[test]
    fn a_trade_id_is_read_with_and_without_its_prefix() {
        let id = B256::repeat_byte(0xab);
        assert_eq!(id.to_string().to_trade_id().unwrap(), id);
        assert_eq!(id.to_string()[2..].to_trade_id().unwrap(), id);
        assert_eq!("0x12".to_trade_id().unwrap_err().code(), "invalid_trade_id");
    }
}
