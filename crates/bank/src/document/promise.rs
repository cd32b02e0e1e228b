//! What somebody gives: "1 hour", kept by one bank.

use serde_json::{Map, Value};
use time::{Date, Month};

use super::{Amount, Error, Fields, Kind, PublicKey};

/// A promise. Who signs it away is its issuer; what is held of it is kept by one bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The bank that keeps it.
    pub bank: PublicKey,
    /// What is promised.
    pub name: String,
    /// The day by which it can be asked for, `YYYY-MM-DD`. The bank tells it and enforces nothing.
    pub due: Option<String>,
    /// Most that the issuer may owe of it.
    pub limit: Option<Amount>,
    /// Are only whole numbers of it transferred? Left out is no.
    pub integer: Option<bool>,
}

impl Kind for Promise {
    const NAME: &'static str = "promise";

    fn read(fields: &Fields<'_>) -> Result<Self, Error> {
        let due = fields.optional("due", Fields::text)?;
        if due.is_some_and(|due| !is_date(due)) {
            return Err(fields.wrong("due", "a day that exists, as YYYY-MM-DD"));
        }
        Ok(Self {
            bank: fields.key("bank")?,
            name: fields.words("name")?.to_owned(),
            due: due.map(str::to_owned),
            limit: fields.optional("limit", Fields::amount)?,
            integer: fields.optional("integer", Fields::boolean)?,
        })
    }

    fn write(&self, object: &mut Map<String, Value>) {
        object.insert("bank".to_owned(), Value::String(self.bank.to_string()));
        object.insert("name".to_owned(), Value::String(self.name.clone()));
        let optional = [
            ("due", self.due.clone().map(Value::String)),
            ("limit", self.limit.as_ref().map(Amount::to_json)),
            ("integer", self.integer.map(Value::Bool)),
        ];
        object.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    }
}

fn is_date(text: &str) -> bool {
    let read = || {
        let bytes = text.as_bytes();
        let number = |range: std::ops::Range<usize>| -> Option<u16> {
            let digits = text.get(range)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let month = Month::try_from(u8::try_from(number(5..7)?).ok()?).ok()?;
        Date::from_calendar_date(number(0..4)?.into(), month, u8::try_from(number(8..10)?).ok()?).ok()
    };
    read().is_some()
}
