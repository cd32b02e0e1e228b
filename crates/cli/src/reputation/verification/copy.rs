//! What the verifier kept of the log, against what the service has of it now.

use super::{
    super::{
        Error,
        audit::Audit,
        log::{self, Head, LogFile},
    },
    Verification, Verifying, entries, root_at,
};
use crate::text::{cut, printable};

/// Most of a name or key out of a file that is repeated, in characters.
const MAX_SHOWN_CHARS: usize = 100;

impl Verifying<'_> {
    /// The service's log begins with the copy, which was read to its end and is whole. One of another service's log says nothing of
    /// this one, and is an error.
    pub(super) async fn check_copy(
        &self,
        copy: &LogFile,
        audit: &Audit,
        after: &Head,
        found: &mut Verification,
    ) -> Result<(), Error> {
        let copied = copy.head();
        if (copied.chain_id, copied.bond) != (after.chain_id, after.bond) {
            return Err(self.other(copy, contract(copied), contract(after)));
        }
        // The audit went through the copy, and then through what the service has beyond it.
        let root = root_at(audit, after.size);
        let detail = if copied.size > after.size {
            let copied = entries(copied.size);
            Some(format!("your copy has {copied}, and the service's log has {}: some are gone", after.size))
        } else if root != Some(after.root) {
            let since = after.size - copied.size;
            let newer = if since == 0 { String::new() } else { format!(" and the {since} after them") };
            let root = root.map_or_else(|| "none".to_owned(), |root| root.to_string());
            let copied = entries(copied.size);
            Some(format!("the root of your copy's {copied}{newer} is {root}, and the service says {}", after.root))
        } else {
            None
        };
        if let (Some(_), Some(keeper)) = (&detail, copy.keeper()) {
            let now = log::keeper(self.service).await?;
            if now.public_key != keeper.public_key {
                let shown = |keeper: &log::Keeper| format!("of the key {}, {}", keeper.public_key, keeper.hub_url);
                return Err(self.other(copy, shown(keeper), shown(&now)));
            }
        }
        let holds = detail.is_none();
        let begins = || format!("the service's log begins with your copy's {}", entries(copied.size));
        found.check("copy", holds, detail.unwrap_or_else(begins));
        Ok(())
    }

    fn other(&self, copy: &LogFile, copied: String, found: String) -> Error {
        let [copied, found] = [copied, found].map(|text| cut(&printable(&text), MAX_SHOWN_CHARS));
        Error::OtherLog { path: copy.path().to_owned(), copied, service: self.service.shown().to_owned(), found }
    }
}

/// The contract that outcomes are bound to, in words.
fn contract(head: &Head) -> String {
    match (head.chain_id, head.bond) {
        (Some(chain_id), Some(bond)) => format!("bound to {bond} on chain {chain_id}"),
        _ => "bound to no chain".to_owned(),
    }
}
