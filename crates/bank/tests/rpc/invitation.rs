//! Invitations as they are signed and read.

use barter_bank::{
    document::{Hash, SecretKey},
    rpc::{Invitation, InvitationError, Leg},
};

const NOW: u64 = 1_800_000_000;

fn invitation(bank_url: &str) -> Result<Invitation, InvitationError> {
    let leg = |text: &str, amount: &str| Leg { promise: Hash::of(text.as_bytes()), amount: amount.parse().unwrap() };
    let key = SecretKey::from_seed(&[5; 32]);
    Invitation::sign(&key, bank_url, leg("logo", "1"), leg("hour", "0.1"), NOW + 1)
}

#[test]
fn an_invitation_is_read_as_it_was_signed() {
    for url in ["https://bank.example/alice/rpc", "http://127.0.0.1:8430/rpc", "http://[::1]:1/rpc"] {
        let signed = invitation(url).unwrap();
        assert_eq!(Invitation::read(&signed.to_string(), NOW), Ok(signed.clone()));
        // As browsers write it.
        let escaped = signed.to_string().replace(":1&", "%3A1&").replace(":0.1&", "%3A0.1&");
        assert_eq!(Invitation::read(&escaped, NOW), Ok(signed));
    }
}

#[test]
fn an_amount_may_be_written_as_ecmascript_writes_it() {
    let leg = |amount: &str| Leg { promise: Hash::of(b"x"), amount: amount.parse().unwrap() };
    let key = SecretKey::from_seed(&[5; 32]);
    let (large, small) = ("1000000000000000000000", "0.0000001");
    let signed = Invitation::sign(&key, "https://bank.example/rpc", leg(large), leg(small), NOW + 1).unwrap();
    let written = signed.to_string().replace(large, "1e%2B21").replace(small, "1e-7");
    assert_eq!(Invitation::read(&written, NOW), Ok(signed));
    for wrong in ["1e%2B999", "-1e-7", "0e1", "1e", "NaN", "[1]", "10e-8", "0.10000000000000000001"] {
        let wrong = written.replace("1e-7", wrong);
        assert_eq!(Invitation::read(&wrong, NOW), Err(InvitationError::Malformed { part: "get" }), "{wrong}");
    }
}

#[test]
fn what_is_changed_is_noticed() {
    let text = invitation("https://bank.example/rpc").unwrap().to_string();
    let (give, get) = (Hash::of(b"logo").to_string(), Hash::of(b"hour").to_string());
    for (from, to) in [
        ("bank.example", "evil.example"),
        (":1&", ":2&"),
        (":0.1&", ":0.2&"),
        ("exp=1800000001", "exp=1900000001"),
        (give.as_str(), get.as_str()),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        assert!(matches!(Invitation::read(&changed, NOW), Err(InvitationError::NotSigned { .. })), "{changed}");
    }
    let other = SecretKey::from_seed(&[6; 32]).public();
    let changed = text.replacen(&SecretKey::from_seed(&[5; 32]).public().to_string(), &other.to_string(), 1);
    assert_eq!(Invitation::read(&changed, NOW), Err(InvitationError::NotSigned { inviter: other }));
}

#[test]
fn what_is_none_is_refused_with_its_part() {
    let text = invitation("https://bank.example/rpc").unwrap().to_string();
    for (from, to, part) in [
        ("barter://", "https://", "barter://"),
        ("?", "", "the query"),
        ("@", "", "the key"),
        ("bank.example", "", "the bank's address"),
        ("bank.example", "a@bank.example", "the bank's address"),
        ("give=", "gave=", "give"),
        (":1&", "&", "give"),
        (":1&", ":0&", "give"),
        (":1&", ":-1&", "give"),
        ("&get=", "&get=x:1&get=", "get"),
        ("exp=", "exp=-", "exp"),
        ("exp=1800000001", "exp=9007199254740993", "exp"),
        ("sig=", "sig=0", "sig"),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_eq!(Invitation::read(&wrong, NOW), Err(InvitationError::Malformed { part }), "{wrong}");
    }
    let expired = Err(InvitationError::Expired { expires_at: NOW + 1, now: NOW + 1 });
    assert_eq!(Invitation::read(&text, NOW + 1), expired);
    let long = format!("{text}{}", "x".repeat(4_096));
    assert_eq!(Invitation::read(&long, NOW), Err(InvitationError::TooLong { bytes: long.len() }));
}

#[test]
fn a_bank_in_the_clear_elsewhere_is_not_named() {
    for url in ["http://bank.example/rpc", "https://127.0.0.1/rpc", "https://bank.example/?x", "bank.example", ""] {
        assert_eq!(invitation(url), Err(InvitationError::BankUrl { found: url.to_owned() }));
    }
}
