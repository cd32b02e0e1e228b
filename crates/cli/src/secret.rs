//! Where secrets come from: files, standard input, a prompt. Never from the command line, and never into a message.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    path::{Path, PathBuf},
};

use alloy_signer_local::PrivateKeySigner;
use barter_protocol::Preimage;
use serde::de::DeserializeOwned;
use serde_json::{Value, error::Category};

use crate::{error::Error, text::without_keys};

/// Longest secret, in bytes. A preimage has 67, a password is up to its owner.
const MAX_SECRET_BYTES: u64 = 4_096;

/// Longest document, in bytes: a hundred signed settlements have a third of it.
const MAX_DOCUMENT_BYTES: u64 = 256 << 10;

/// Bytes of a keystore's derived key: half decrypts, half authenticates.
const KEYSTORE_KEY_BYTES: u64 = 32;

/// Hexadecimal digits of a keystore's initialisation vector.
const KEYSTORE_VECTOR_DIGITS: usize = 32;

/// Most memory that deriving a keystore's key may take. Wallets choose a quarter of it.
const MAX_KEYSTORE_MEMORY_BYTES: u64 = 1 << 30;

/// Stands for standard input where a file is asked for.
const STANDARD_INPUT: &str = "-";

/// Environment variable with a keystore's password.
pub(crate) const PASSWORD_VARIABLE: &str = "BARTER_KEYSTORE_PASSWORD";

/// Reads a whole file, or standard input for `-`, of at most `limit` bytes of UTF-8.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, Error> {
    let unreadable = |reason: String| Error::Unreadable { path: path.to_owned(), reason };
    let mut text = String::new();
    let read = if path.as_os_str() == STANDARD_INPUT {
        io::stdin().lock().take(limit + 1).read_to_string(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(limit + 1).read_to_string(&mut text))
    };
    let length = read.map_err(|error| unreadable(error.to_string()))?;
    // A length that outgrows 64 bits is beyond any limit.
    if u64::try_from(length).unwrap_or(u64::MAX) > limit {
        return Err(unreadable(format!("it has more than {limit} bytes")));
    }
    Ok(text)
}

/// Reads a preimage from a file, or from standard input for `-`, where it is asked for without being shown.
pub(crate) fn read_preimage(path: &Path) -> Result<Preimage, Error> {
    let text = if path.as_os_str() == STANDARD_INPUT && io::stdin().is_terminal() {
        prompt("preimage (64 hexadecimal digits, not shown): ")?
    } else {
        read_text(path, MAX_SECRET_BYTES)?
    };
    Ok(text.trim().parse()?)
}

/// Reads a JSON document from a file, or from standard input for `-`. The error says where it is wrong, and never what stands
/// there: it may be a preimage.
pub(crate) fn read_document<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, Error> {
    let text = read_text(path, MAX_DOCUMENT_BYTES)?;
    serde_json::from_str(&text).map_err(|error| {
        let from =
            if path.as_os_str() == STANDARD_INPUT { "standard input".to_owned() } else { path.display().to_string() };
        Error::Malformed { what: format!("{what} in {from}"), reason: fault(&error) }
    })
}

/// What is wrong with JSON. Of `serde_json`'s texts only the one that names a missing field, and none of the content, is
/// repeated.
fn fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("missing field") {
        return text;
    }
    let kind = match error.classify() {
        Category::Io => "it cannot be read to its end",
        Category::Syntax => "it is no JSON",
        Category::Eof => "it ends too early",
        Category::Data => "a value is not of its form",
    };
    format!("{kind}, at line {} column {}", error.line(), error.column())
}

/// An encrypted key in a file, and where its password is.
#[derive(Clone, Debug)]
pub(crate) struct Keystore {
    pub(crate) path: PathBuf,
    pub(crate) password_file: Option<PathBuf>,
}

impl Keystore {
    /// Decrypts the key. The password is that of the password file, else of the environment, else it is asked for.
    pub(crate) fn open(&self) -> Result<PrivateKeySigner, Error> {
        let failed = |reason: String| Error::Keystore { path: self.path.clone(), reason };
        if !self.path.is_file() {
            return Err(failed("there is no such file".to_owned()));
        }
        let text = read_text(&self.path, MAX_DOCUMENT_BYTES)?;
        check_keystore(&text).map_err(|reason| failed(reason.to_owned()))?;
        let password = self.password()?;
        PrivateKeySigner::decrypt_keystore(&self.path, password).map_err(|_| failed("the password is wrong".to_owned()))
    }

    fn password(&self) -> Result<String, Error> {
        if let Some(path) = &self.password_file {
            // An editor's line end is not part of the password; any other white space may be.
            return Ok(read_text(path, MAX_SECRET_BYTES)?.trim_end_matches(['\r', '\n']).to_owned());
        }
        if let Ok(password) = std::env::var(PASSWORD_VARIABLE) {
            return Ok(password);
        }
        if io::stdin().is_terminal() {
            return prompt(&format!("password of {} (not shown): ", without_keys(&self.path.display().to_string())));
        }
        let reason = format!("there is no password: no --password-file, no {PASSWORD_VARIABLE}, no terminal to ask at");
        Err(Error::Keystore { path: self.path.clone(), reason })
    }
}

/// Checks what decrypting relies on and does not check itself: it would panic over a key or a vector that is too short, or
/// ask for more memory than there is.
fn check_keystore(text: &str) -> Result<(), &'static str> {
    let keystore: Value = serde_json::from_str(text).map_err(|_| "it is no keystore: it is no JSON")?;
    let number = |pointer: &str| keystore.pointer(pointer).and_then(Value::as_u64);
    let key_bytes = number("/crypto/kdfparams/dklen").ok_or("it is no keystore: it has no crypto.kdfparams.dklen")?;
    let vector = keystore.pointer("/crypto/cipherparams/iv").and_then(Value::as_str);
    let vector = vector.ok_or("it is no keystore: it has no crypto.cipherparams.iv")?;
    if key_bytes < KEYSTORE_KEY_BYTES || vector.len() < KEYSTORE_VECTOR_DIGITS {
        return Err("it is damaged: its derived key or its vector is too short");
    }
    if let (Some(cost), Some(block)) = (number("/crypto/kdfparams/n"), number("/crypto/kdfparams/r")) {
        let memory = cost.saturating_mul(block).saturating_mul(128);
        if memory > MAX_KEYSTORE_MEMORY_BYTES {
            return Err("its key derivation would take more than 1 GiB of memory");
        }
    }
    Ok(())
}

fn prompt(question: &str) -> Result<String, Error> {
    rpassword::prompt_password(question)
        .map_err(|error| Error::System { what: "asking at the terminal", reason: error.to_string() })
}

/// 32 bytes from the operating system that nobody can guess.
pub(crate) fn random_bytes() -> Result<[u8; 32], Error> {
    alloy_primitives::B256::try_random()
        .map(|bytes| bytes.0)
        .map_err(|error| Error::NoRandomness { reason: error.to_string() })
}
