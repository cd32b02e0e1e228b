//! What the verifier kept of the log, against what the service has of it now.

use super::{
    super::{
        audit::Audit,
        log::{self, Head, Keeper, LogFile},
    },
    Verification, Verifying, entries, root_at,
};
use crate::text::cut;

/// Most of a name or key that a file or a service gives itself, in characters.
const MAX_SHOWN_CHARS: usize = 100;

impl Verifying<'_> {
    /// The service's log begins with the copy, which was read to its end and is whole.
    ///
    /// Under which key and for which contract it keeps its log, the service says itself: whoever rewrites one can name others. So that
    /// these differ is told, and excuses nothing.
    pub(super) async fn check_copy(&self, copy: &LogFile, audit: &Audit, after: &Head, found: &mut Verification) {
        let copied = copy.head();
        let mut wrong = Vec::new();
        // The audit went through the copy, and then through what the service has beyond it.
        let root = root_at(audit, after.size);
        if copied.size > after.size {
            let copied = entries(copied.size);
            wrong.push(format!("your copy has {copied}, and the service's log has {}: some are gone", after.size));
        } else if root != Some(after.root) {
            let since = after.size - copied.size;
            let newer = if since == 0 { String::new() } else { format!(" and the {since} after them") };
            let root = root.map_or_else(|| "none".to_owned(), |root| root.to_string());
            let copied = entries(copied.size);
            wrong.push(format!(
                "the root of your copy's {copied}{newer} is {root}, and the service says {}",
                after.root
            ));
        }
        if (copied.chain_id, copied.bond) != (after.chain_id, after.bond) {
            wrong.push(format!("your copy is {}, and the service's log {}", contract(copied), contract(after)));
        }
        if let (false, Some(keeper)) = (wrong.is_empty(), copy.keeper()) {
            wrong.extend(self.other_keeper(keeper).await);
        }
        let holds = wrong.is_empty();
        let begins = || format!("the service's log begins with your copy's {}", entries(copied.size));
        found.check("copy", holds, if holds { begins() } else { wrong.join("; ") });
    }

    /// Whose log the copy is and whose the service's, if that is not the same.
    async fn other_keeper(&self, keeper: &Keeper) -> Option<String> {
        let shown = |keeper: &Keeper| {
            format!(
                "of the key {}, {}",
                cut(&keeper.public_key, MAX_SHOWN_CHARS),
                cut(&keeper.hub_url, MAX_SHOWN_CHARS)
            )
        };
        match log::keeper(self.service).await {
            Ok(now) if now.public_key == keeper.public_key => None,
            Ok(now) => Some(format!(
                "your copy is {}, and the service's log {}: it is another service's, or this one has another key now",
                shown(keeper),
                shown(&now)
            )),
            Err(error) => {
                Some(format!("your copy is {}, and the service's log of no known key: {error}", shown(keeper)))
            }
        }
    }
}

/// The contract that outcomes are bound to, in words.
fn contract(head: &Head) -> String {
    match (head.chain_id, head.bond) {
        (Some(chain_id), Some(bond)) => format!("bound to {bond} on chain {chain_id}"),
        _ => "bound to no chain".to_owned(),
    }
}
