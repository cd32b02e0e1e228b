//! Keys: which are refused when they are registered, and how a private one is kept.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;

use barter_reputation::key::{Error, FileError, FileProblem, PublicKey, SecretKey};
use curve25519_dalek::{
    constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
    edwards::CompressedEdwardsY,
};

fn refused(bytes: [u8; 32]) -> Error {
    PublicKey::from_unchecked(bytes).checked().unwrap_err()
}

#[test]
fn a_key_made_from_a_seed_is_taken() {
    for seed in 0..=255 {
        let key = SecretKey::from_seed(&[seed; 32]).public();
        assert_eq!(key.checked(), Ok(key));
    }
}

/// The published package's list of them, which is libsodium's, with both signs.
#[test]
fn keys_of_small_order_are_refused() {
    let listed = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    for text in listed {
        for sign in [0, 0x80] {
            let mut bytes: [u8; 32] = alloy_primitives::hex::decode(text).unwrap().try_into().unwrap();
            bytes[31] |= sign;
            assert_eq!(refused(bytes).code(), "key_small_order", "{text}");
        }
    }
    for point in EIGHT_TORSION {
        assert_eq!(refused(point.compress().to_bytes()).code(), "key_small_order");
    }
}

#[test]
fn keys_outside_the_prime_order_group_are_refused() {
    for torsion in &EIGHT_TORSION[1..] {
        let bytes = (ED25519_BASEPOINT_POINT + torsion).compress().to_bytes();
        assert_eq!(refused(bytes), Error::Torsion { key: PublicKey::from_unchecked(bytes) });
    }
}

#[test]
fn keys_in_another_encoding_are_refused() {
    // y + p for the small y that are points: 0 and 1 are of small order, the others are not.
    let mut others = 0;
    for y in 2..19_u8 {
        let mut own = [0; 32];
        own[0] = y;
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (0xed + y, 0x7f);
        if CompressedEdwardsY(own).decompress().is_none() {
            assert_eq!(refused(bytes).code(), "key_not_a_point");
            continue;
        }
        others += 1;
        assert_eq!(refused(bytes), Error::NotCanonical { key: PublicKey::from_unchecked(bytes) });
    }
    assert!(others > 0);
}

#[test]
fn a_key_file_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oracle.key");
    let key = SecretKey::generate().unwrap();
    key.write(&path).unwrap();
    assert_eq!(SecretKey::read(&path).unwrap().public(), key.public());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    assert_ne!(SecretKey::generate().unwrap().public(), key.public());
    // As the published package keeps its own: the seed, then the public key.
    let bytes = fs::read(&path).unwrap();
    assert_eq!((bytes.len(), &bytes[32..]), (64, &key.public().as_bytes()[..]));
}

#[test]
fn a_key_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oracle.key");
    let first = SecretKey::generate().unwrap();
    first.write(&path).unwrap();
    let error = SecretKey::generate().unwrap().write(&path).unwrap_err();
    assert!(matches!(error.problem, FileProblem::Exists), "{error}");
    assert_eq!(SecretKey::read(&path).unwrap().public(), first.public());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_key_file_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oracle.key");
    let problem = |bytes: Option<&[u8]>| -> FileProblem {
        let _ = fs::remove_file(&path);
        if let Some(bytes) = bytes {
            SecretKey::from_seed(&[1; 32]).write(&path).unwrap();
            fs::write(&path, bytes).unwrap();
        }
        let FileError { problem, path: named } = SecretKey::read(&path).unwrap_err();
        assert_eq!(named, path);
        problem
    };
    assert!(matches!(problem(None), FileProblem::Io(_)));
    assert!(matches!(problem(Some(&[])), FileProblem::WrongLength { bytes: 0 }));
    assert!(matches!(problem(Some(&[1; 32])), FileProblem::WrongLength { bytes: 32 }));
    assert!(matches!(problem(Some(&[1; 63])), FileProblem::WrongLength { bytes: 63 }));
    assert!(matches!(problem(Some(&[1; 10_000])), FileProblem::WrongLength { bytes: 65 }));
    assert!(matches!(problem(Some(&[1; 64])), FileProblem::Damaged));
    assert!(matches!(SecretKey::read(folder.path()).unwrap_err().problem, FileProblem::NotAFile | FileProblem::Io(_)));
    let nowhere = folder.path().join("no such folder/oracle.key");
    assert!(matches!(SecretKey::from_seed(&[1; 32]).write(&nowhere).unwrap_err().problem, FileProblem::Io(_)));
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oracle.key");
    SecretKey::from_seed(&[1; 32]).write(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o640, 0o604, 0o644, 0o610, 0o602] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = SecretKey::read(&path).unwrap_err();
        assert!(matches!(error.problem, FileProblem::Exposed { mode: found } if found == mode), "{error}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    SecretKey::read(&path).unwrap();
}

/// In every way of writing 32 bytes that somebody would search a log for.
#[test]
fn nothing_shows_a_seed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oracle.key");
    let seed = [0xc5; 32];
    let key = SecretKey::from_seed(&seed);
    key.write(&path).unwrap();
    let mut shown = vec![format!("{key:?}"), format!("{key:#?}"), format!("{:?}", key.write(&path).unwrap_err())];
    fs::write(&path, [seed, seed].concat()).unwrap();
    let error = SecretKey::read(&path).unwrap_err();
    shown.extend([format!("{error}"), format!("{error:?}")]);
    // A seed pasted where a public key belongs, or a signature.
    let text = barter_reputation::wire::base64::encode(&[seed, seed].concat());
    shown.push(format!("{:?}", PublicKey::parse(&text).unwrap_err()));
    for shown in shown {
        for secret in ["c5c5c5", "C5C5C5", "xcXFxc", "197, 197", "c5, c5", "0xc5"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
