//! An offer as text: Bech32m over groups of five bits.
//!
//! ```text
//! barter1 ‖ length of the head, 2 groups ‖ head, bytes ‖ the invoice's groups without its checksum ‖ checksum, 6 groups
//! head = version ‖ chain id, LEB128 ‖ BarterCore, 20 ‖ payee, 20 ‖ length of the category + 128 if there is a payer
//!        ‖ payer, 20 if there is one ‖ category ‖ the invoice's prefix
//! ```
//! The description is not in it: the invoice has it.

use alloy_primitives::Address;
use barter_lightning::{Invoice, InvoiceDescription};
use barter_protocol::limits::MAX_CATEGORY_BYTES;
use bech32::{
    Bech32, Bech32m, ByteIterExt as _, Checksum, Fe32, Fe32IterExt as _, Hrp,
    primitives::decode::{ChecksumError, UncheckedHrpstring},
};

use super::{Offer, OfferError, SEAL_CHARS, SEAL_MARK, Sealed};

/// What an offer's text begins with.
const PREFIX: Hrp = Hrp::parse_unchecked("barter");
const VERSION: u8 = 1;
/// In the byte that tells the category's length.
const HAS_PAYER: u8 = 0x80;
/// Characters a QR code holds at most in its alphanumeric mode.
const MAX_CHARS: usize = 4_296;
/// Groups of five bits that tell the head's length.
const LENGTH_GROUPS: usize = 2;
const BITS_A_GROUP: usize = 5;
const BITS_A_BYTE: usize = 8;

/// Bech32m, of texts as long as a QR code takes. Beyond 1,023 characters it no longer finds every change of up to three
/// characters, but still misses only one in a billion.
enum OfferChecksum {}

impl Checksum for OfferChecksum {
    type MidstateRepr = <Bech32m as Checksum>::MidstateRepr;
    const CODE_LENGTH: usize = MAX_CHARS;
    const CHECKSUM_LENGTH: usize = Bech32m::CHECKSUM_LENGTH;
    const GENERATOR_SH: [Self::MidstateRepr; 5] = Bech32m::GENERATOR_SH;
    const TARGET_RESIDUE: Self::MidstateRepr = Bech32m::TARGET_RESIDUE;
}

// -------------------------------------------------------------------------------------------- writing

pub(super) fn encode(offer: &Offer) -> String {
    let (prefix, invoice) = parts(offer.invoice.text());
    let mut head = vec![VERSION];
    push_leb128(&mut head, offer.chain_id);
    head.extend(offer.barter_core);
    head.extend(offer.payee);
    // An offer is only made of terms within the limits, so that the length fits.
    let category_length = offer.category.len().to_be_bytes();
    let category_length = category_length[category_length.len() - 1];
    head.push(category_length | if offer.payer.is_some() { HAS_PAYER } else { 0 });
    head.extend(offer.payer.iter().flatten());
    head.extend(offer.category.as_bytes());
    head.extend(prefix.as_bytes());

    // At most 10 + 61 + 32 + 90 bytes: eight bits tell the length.
    let length = [group(head.len() >> BITS_A_GROUP), group(head.len())];
    let head = head.into_iter().bytes_to_fes();
    length.into_iter().chain(head).chain(invoice).with_checksum::<Bech32m>(&PREFIX).chars().collect()
}

/// An invoice's prefix and its groups, without the checksum.
fn parts(invoice: &str) -> (String, Vec<Fe32>) {
    // The text is an invoice that was read, and so of this form.
    let Ok(parts) = UncheckedHrpstring::new(invoice) else { return (String::new(), Vec::new()) };
    let parts = parts.remove_checksum::<Bech32>();
    (parts.hrp().to_lowercase(), parts.fe32_iter::<std::vec::IntoIter<u8>>().collect())
}

fn push_leb128(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        // Masked: it is the low seven bits that are meant.
        let low = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// The low five bits.
fn group(number: usize) -> Fe32 {
    Fe32::try_from(number.to_le_bytes()[0] & 0x1f).unwrap_or(Fe32::Q)
}

// -------------------------------------------------------------------------------------------- reading

pub(super) fn decode(text: &str) -> Result<Offer, OfferError> {
    if text.len() > MAX_CHARS {
        return Err(malformed(format!("it has {} bytes, the most are {MAX_CHARS}", text.len())));
    }
    let parts = UncheckedHrpstring::new(text);
    let parts = parts.map_err(|_| malformed("its characters or its form are not an offer's"))?;
    // Before the checksum: of a text of another kind, that does not fit either.
    if parts.hrp() != PREFIX {
        return Err(malformed("it begins otherwise"));
    }
    parts.validate_checksum::<OfferChecksum>().map_err(|error| match error {
        ChecksumError::InvalidResidue => OfferError::WrongChecksum,
        _ => malformed("it is too short or too long"),
    })?;
    let checked = parts.remove_checksum::<OfferChecksum>();
    let groups: Vec<Fe32> = checked.fe32_iter::<std::vec::IntoIter<u8>>().collect();
    let (length, rest) = groups.split_at_checked(LENGTH_GROUPS).ok_or_else(truncated)?;
    let head_length = length.iter().fold(0, |length, group| length << BITS_A_GROUP | usize::from(group.to_u8()));
    let head_groups = (head_length * BITS_A_BYTE).div_ceil(BITS_A_GROUP);
    let (head, invoice) = rest.split_at_checked(head_groups).ok_or_else(truncated)?;
    let head: Vec<u8> = head.iter().copied().fes_to_bytes().collect();

    let mut head = Reader(&head);
    let version = head.byte()?;
    if version != VERSION {
        return Err(OfferError::UnknownVersion { version, expected: VERSION });
    }
    let chain_id = head.leb128()?;
    let (barter_core, payee) = (head.address()?, head.address()?);
    let flags = head.byte()?;
    let payer = if flags & HAS_PAYER == 0 { None } else { Some(head.address()?) };
    let category_length = usize::from(flags & !HAS_PAYER);
    if category_length > MAX_CATEGORY_BYTES {
        return Err(malformed(format!("its category has {category_length} bytes, the most are {MAX_CATEGORY_BYTES}")));
    }
    let category = head.text(category_length)?;
    let prefix = Hrp::parse(head.text(head.0.len())?).map_err(|_| malformed("its invoice has no prefix"))?;
    let invoice: String = invoice.iter().copied().with_checksum::<Bech32>(&prefix).chars().collect();
    let invoice: Invoice = invoice.parse()?;

    let said = match invoice.description() {
        InvoiceDescription::Text(text) => text.clone(),
        InvoiceDescription::Hash(_) => return Err(OfferError::Altered),
    };
    let description = unsealed(&said).ok_or(OfferError::Altered)?;
    let offer = Offer::new(Sealed { chain_id, barter_core, payee, payer, category, description }, invoice)?;
    // One offer has one text: bits that mean nothing are zero, numbers are as short as they can be.
    if !encode(&offer).eq_ignore_ascii_case(text) {
        return Err(malformed("it is not written as it would be"));
    }
    Ok(offer)
}

/// An invoice's description without the seal; what the seal says is for [`Offer::new`] to check.
fn unsealed(said: &str) -> Option<&str> {
    let start = said.len().checked_sub(SEAL_MARK.len() + SEAL_CHARS)?;
    let (description, seal) = said.split_at_checked(start)?;
    seal.strip_prefix(SEAL_MARK)?;
    if description.is_empty() { Some(description) } else { description.strip_suffix(' ') }
}

fn malformed(reason: impl Into<String>) -> OfferError {
    OfferError::Malformed { reason: reason.into() }
}

fn truncated() -> OfferError {
    malformed("it ends too soon")
}

/// Bytes that are read from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], OfferError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, OfferError> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn address(&mut self) -> Result<Address, OfferError> {
        self.take(Address::len_bytes()).map(Address::from_slice)
    }

    fn text(&mut self, length: usize) -> Result<&'a str, OfferError> {
        std::str::from_utf8(self.take(length)?).map_err(|_| malformed("a text in it is not UTF-8"))
    }

    fn leb128(&mut self) -> Result<u64, OfferError> {
        let mut number = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            if low.checked_shl(shift).is_none_or(|shifted| shifted >> shift != low) {
                break;
            }
            number |= low << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(malformed("its chain id is too large"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_constants_fit() {
        OfferChecksum::sanity_check();
    }
}
