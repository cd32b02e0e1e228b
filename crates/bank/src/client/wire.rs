//! What carries a call to a bank, and what a call is whatever carries it.

use std::time::Duration;

use serde_json::Value;

use super::{Error, Pin};
use crate::{
    document::{SecretKey, Ulid, canonical},
    rpc::{Call, code},
};

/// A way to one bank, which is who and where it was pinned as. [`Connection`](super::Connection) is the one over HTTP.
pub trait Wire {
    /// Whom it reaches, and where.
    fn pin(&self) -> &Pin;

    /// An id for a call that is made now.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    fn id(&self) -> Result<Ulid, Error>;

    /// Carries the body of a call there, and that of its answer back. Whether a call that fails was carried there is not known.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    fn carry(&self, body: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, Error>>;

    /// Lets time go by before the bank is asked again.
    fn pause(&self, time: Duration) -> impl Future<Output = ()>;
}

/// Makes a call, once, under this id.
pub(super) async fn call(
    wire: &impl Wire,
    id: Ulid,
    caller: &SecretKey,
    method: &'static str,
    params: &Value,
) -> Result<Value, Error> {
    let bank = wire.pin().key;
    let answer = wire.carry(Call::write(id, method, params, &bank, caller)).await?;
    let wrong = |reason: String| Error::Answer { bank, method, reason };
    let mut answer = canonical::read(&answer).map_err(|error| wrong(error.to_string()))?;
    if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
        let code = error["code"].as_i64().and_then(|code| i32::try_from(code).ok()).unwrap_or(code::INTERNAL);
        let message = shortened(error["message"].as_str().unwrap_or("it does not say why"));
        return Err(Error::Refused { bank, method, code, message });
    }
    if answer["id"].as_str() != Some(id.as_str()) {
        return Err(wrong("it is the answer to another call".to_owned()));
    }
    Ok(answer["result"].take())
}

/// What a stranger says, short enough for one line.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 300;
    text.chars().filter(|character| !character.is_control()).take(MOST).collect()
}
