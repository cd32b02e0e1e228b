use alloy_primitives::Address;
use barter_protocol::{Role, TradeId};
use bech32::{Bech32m, Fe32, Fe32IterExt as _, Hrp, primitives::decode::CheckedHrpstring};
use proptest::prelude::*;

use super::made::{AMOUNT, PAYEE, PAYER, invoice, offer, offer_of, sealed};
use crate::deal::{Offer, OfferError, offer::Sealed};

/// Characters that a QR code of version 15, 77 modules wide, holds in its alphanumeric mode at level L.
const QR_VERSION_15_CHARS: usize = 758;

fn groups(text: &str) -> Vec<Fe32> {
    CheckedHrpstring::new::<Bech32m>(text).unwrap().fe32_iter::<std::vec::IntoIter<u8>>().collect()
}

/// A text with a checksum that fits.
fn text_of(prefix: &str, groups: &[Fe32]) -> String {
    groups.iter().copied().with_checksum::<Bech32m>(&Hrp::parse(prefix).unwrap()).chars().collect()
}

#[test]
fn a_typical_offer_fits_a_small_qr_code() {
    for proposer in [Role::Payer, Role::Payee] {
        let text = offer(proposer).to_string();
        assert!(text.starts_with("barter1") && text.len() <= QR_VERSION_15_CHARS * 3 / 4, "{} characters", text.len());
    }
    let longest = offer_of(Sealed { category: &"c".repeat(32), description: &"d".repeat(200), ..sealed(Some(PAYER)) });
    assert_eq!(longest.to_string().parse(), Ok(longest));
}

#[test]
fn it_says_what_the_trade_will_be() {
    let (by_payee, open) = (offer(Role::Payee), offer(Role::Payer));
    assert_eq!((by_payee.proposer(), open.proposer()), (Role::Payee, Role::Payer));
    let other = Address::repeat_byte(0xbb);
    assert_eq!(by_payee.terms(other), Err(OfferError::OtherPayer { payer: PAYER, wallet: other }));
    assert_ne!(by_payee.trade_id(PAYER), open.trade_id(PAYER));
    assert_ne!(open.trade_id(other).unwrap(), TradeId::ZERO);
    assert_eq!(open.terms(PAYEE).unwrap_err().code(), "self_trade");
    assert_eq!(open.terms(PAYER).unwrap().amount_sats(), AMOUNT);
}

#[test]
fn nothing_can_be_altered_under_the_payees_invoice() {
    let offer = offer(Role::Payee);
    let mallory = Address::repeat_byte(0x66);
    let altered = [
        Sealed { payee: mallory, ..sealed(Some(PAYER)) },
        Sealed { payer: None, ..sealed(None) },
        Sealed { chain_id: 1, ..sealed(Some(PAYER)) },
        Sealed { barter_core: mallory, ..sealed(Some(PAYER)) },
        Sealed { category: "digital-good", ..sealed(Some(PAYER)) },
        Sealed { description: "Logo design, two drafts", ..sealed(Some(PAYER)) },
    ];
    for altered in altered {
        assert_eq!(Offer::new(altered, offer.invoice().clone()), Err(OfferError::Altered), "{altered:?}");
    }
    for unsealed in ["", "Logo design, three drafts", "barter:", "x barter:0011223344556677889_-g"] {
        assert_eq!(Offer::new(sealed(None), invoice(unsealed, AMOUNT)), Err(OfferError::Altered), "{unsealed}");
    }
}

#[test]
fn the_seal_is_the_same_everywhere_and_for_ever() {
    let said = sealed(Some(PAYER)).invoice_description();
    assert_eq!(said, "Logo design, three drafts barter:ArDmirkv-hkXfHj0xdmFoA");
}

#[test]
fn says_what_is_wrong_with_a_text() {
    let refused = |text: &str| text.parse::<Offer>().unwrap_err().code();
    let whole = offer(Role::Payee).to_string();
    for text in ["", "barter", "barter1", "barter1qqqqqqqq", "lnbcrt1", "1", "hello\u{1b}[31m", &"q".repeat(5_000)] {
        assert!(["invalid_offer", "invalid_offer_checksum"].contains(&refused(text)), "{text}");
    }
    assert_eq!(refused(&whole[..whole.len() - 1]), "invalid_offer_checksum");
    assert_eq!(refused(&text_of("barters", &groups(&whole))), "invalid_offer");
    assert_eq!(refused(&format!("B{}", &whole[1..])), "invalid_offer");
    // A private key in Bitcoin's form, say: nothing of it is repeated.
    assert_eq!(refused("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"), "invalid_offer");
    // The first byte after the length is the version: 1 becomes 9.
    let mut later = groups(&whole);
    later[2] = Fe32::try_from(later[2].to_u8() ^ 1).unwrap();
    assert_eq!(text_of("barter", &later).parse::<Offer>(), Err(OfferError::UnknownVersion { version: 9, expected: 1 }));
    for length in 0..60 {
        assert!(text_of("barter", &groups(&whole)[..length]).parse::<Offer>().is_err());
    }
}

proptest! {
    #[test]
    fn reads_what_it_writes(
        chain_id: u64,
        payee in 1_u8..,
        payer in proptest::option::of(1_u8..),
        category in "\\PC{0,8}",
        description in "\\PC{0,50}",
    ) {
        let (payee, payer) = (Address::repeat_byte(payee), payer.map(Address::repeat_byte));
        prop_assume!(payer != Some(payee));
        let (category, description) = (&*category, &*description);
        let offer = offer_of(Sealed { chain_id, payee, payer, category, description, ..sealed(None) });
        let text = offer.to_string();
        prop_assert_eq!(&text.parse::<Offer>().unwrap(), &offer);
        prop_assert_eq!(&format!(" {}\n", text.to_uppercase()).parse::<Offer>().unwrap(), &offer);
    }

    #[test]
    fn finds_changed_characters(changes in proptest::collection::vec((7_usize..400, 0_usize..32), 1..=3)) {
        let whole = offer(Role::Payee).to_string();
        let mut text = whole.clone().into_bytes();
        for (position, char) in changes {
            let position = 7 + position % (text.len() - 7);
            text[position] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"[char];
        }
        let text = String::from_utf8(text).unwrap();
        prop_assume!(text != whole);
        prop_assert_eq!(text.parse::<Offer>(), Err(OfferError::WrongChecksum));
    }

    /// With a checksum that fits, what was altered is found by the seal and the invoice's signature. A changed signature can be another
    /// node's, which nothing but the payer's knowledge of the node finds; that node cannot be paid with it.
    #[test]
    fn finds_what_was_altered_with_care(position in 0_usize..600, change in 1_u8..32) {
        let offer = offer(Role::Payee);
        let mut groups = groups(&offer.to_string());
        let position = position % groups.len();
        groups[position] = Fe32::try_from(groups[position].to_u8() ^ change).unwrap();
        if let Ok(read) = text_of("barter", &groups).parse::<Offer>() {
            prop_assert_ne!(read.invoice().payee_node(), offer.invoice().payee_node());
        }
    }
}
