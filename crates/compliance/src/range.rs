//! The range of a setting.

use crate::Error;

/// Refuses a value outside a range, both ends of which are in it.
pub(crate) fn within(name: &'static str, value: u64, minimum: u64, maximum: u64) -> Result<(), Error> {
    let is_within = (minimum..=maximum).contains(&value);
    is_within.then_some(()).ok_or(Error::SettingOutOfRange { name, value, minimum, maximum })
}
