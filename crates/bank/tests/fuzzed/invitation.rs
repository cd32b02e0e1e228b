//! Any bytes as an invitation, and as what somebody puts into one.

use barter_bank::{
    document::Hash,
    rpc::{Invitation, InvitationError, Leg},
};

use super::{changed, check_error, key};

/// Until when invitations stand, unless the bytes say otherwise.
const UNTIL: u64 = 1_800_000_000;

/// A line is an invitation, or an address, two amounts and a time to make one of.
pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    judge(Invitation::read(&text, 0));
    let words: Vec<&str> = text.split(' ').collect();
    let [url, give, get, until, ..] = words[..] else { return };
    let leg = |amount: &str| Some(Leg { promise: Hash::of(amount.as_bytes()), amount: amount.parse().ok()? });
    let (Some(give), Some(get)) = (leg(give), leg(get)) else { return };
    match Invitation::sign(&key(1), url, give, get, until.parse().unwrap_or(UNTIL)) {
        Ok(signed) => {
            assert_eq!(Invitation::read(&signed.to_string(), 0).as_ref(), Ok(&signed), "what is signed is read");
            judge(Ok(signed));
        }
        Err(error) => check_error(&error),
    }
}

fn judge(read: Result<Invitation, InvitationError>) {
    let invitation = match read {
        Ok(invitation) => invitation,
        Err(error) => return check_error(&error),
    };
    let text = invitation.to_string();
    assert_eq!(Invitation::read(&text, 0).as_ref(), Ok(&invitation), "what is read as it was written is the same");
    assert!(Invitation::read(&text, invitation.expires_at - 1).is_ok());
    assert!(Invitation::read(&text, invitation.expires_at).is_err(), "it ends");
    for changed in changed(&text) {
        assert!(Invitation::read(&changed, 0).is_err(), "signed nevertheless: {changed}");
    }
}
