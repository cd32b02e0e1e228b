//! What a score was counted from: a whole log, of entries that are signed, by keys that are registered, under roots that are anchored.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;
use barter_reputation::key::PublicKey;
use barter_sdk::Anchor;
use serde::Deserialize;

use super::{
    super::{Error, answer::ScoreAnswer, audit::Audit, log::Head},
    Verification, Verifying, entries, named, root_at,
};
use crate::text::{counted, short_hash};

/// Most keys of a page of the registry.
const KEYS: u64 = 1_000;

/// What a log cannot be shorter than, since it only grows: all of this was known before the score was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Floor<'a> {
    /// What stands on the chain.
    pub(super) anchors: &'a [Anchor],
    /// What the service said it had.
    pub(super) before: u64,
    /// What is in the verifier's copy.
    pub(super) copied: u64,
}

/// A page of the registry.
#[derive(Deserialize)]
struct Registry {
    consumers: Vec<Registered>,
    next: Option<u64>,
}

#[derive(Deserialize)]
struct Registered {
    consumer_hub: String,
    public_key: String,
}

/// The score counts all that was there: one over the log as it was before a failure has a root that is right, too.
pub(super) fn check_size(answer: &ScoreAnswer, after: &Head, floor: Floor<'_>, found: &mut Verification) {
    let anchored = floor.anchors.iter().map(|anchor| anchor.size).max().unwrap_or_default();
    let floors = [
        (anchored, "on the chain an anchor says that it had"),
        (floor.before.into(), "before that the service said that it had"),
        (floor.copied.into(), "your copy of it has"),
    ];
    let sizes = [("the score counts", answer.log_size), ("the service's log has", after.size)];
    let short = sizes.iter().find_map(|(what, size)| {
        let (least, says) = floors.iter().find(|(least, _)| *least > u128::from(*size))?;
        Some(format!("{what} {}, and {says} {least}", entries(*size)))
    });
    let detail = short.clone().unwrap_or_else(|| {
        let newer = after.size.saturating_sub(answer.log_size);
        let since = if newer == 0 { String::new() } else { format!("; {} came since", entries(newer)) };
        format!("the score counts all that there was, {}{since}", entries(answer.log_size))
    });
    found.check("log size", short.is_none(), detail);
}

/// What can be said of the log alone.
pub(super) fn check_log(audit: &Audit, answer: &ScoreAnswer, before: &Head, after: &Head, found: &mut Verification) {
    let all = entries(audit.size());
    let faults = [
        ("order", &audit.misplaced, format!("{all}, each in its place"), "not in the place that they name"),
        ("signatures", &audit.unsigned, format!("{all}, each signed by the key it names"), "not signed by that key"),
        ("one per call", &audit.repeated, "no consumer reported a call twice".to_owned(), "said before"),
        ("one contract", &audit.foreign, "none is bound to another contract".to_owned(), "bound to another contract"),
    ];
    for (name, faults, right, wrong) in faults {
        let detail = if faults.count() == 0 { right } else { format!("{}: {wrong}", faults.named()) };
        found.check(name, faults.count() == 0, detail);
    }
    let mut roots = vec![("log", answer.log_size, answer.log_root)];
    for (name, head) in [("log before", before), ("log since", after)] {
        if head.size != answer.log_size {
            roots.push((name, head.size, head.root));
        }
    }
    for (name, size, told) in roots {
        let computed = root_at(audit, size);
        let detail = match computed {
            Some(computed) if computed == told => {
                format!("the root of {} is {}", entries(size), short_hash(told))
            }
            Some(computed) => format!("{size} entries have the root {computed}, and the service says {told}"),
            None => format!("the score counts {size} entries, and the log has {}", after.size),
        };
        found.check(name, computed == Some(told), detail);
    }
}

impl Verifying<'_> {
    /// Every key in the log is one that the operator registered for that consumer.
    pub(super) async fn check_registry(&self, audit: &Audit, found: &mut Verification) -> Result<(), Error> {
        let mut registered: BTreeSet<(String, PublicKey)> = BTreeSet::new();
        let mut after = 0;
        loop {
            let query = [("after", after.to_string()), ("limit", KEYS.to_string())];
            let page: Registry = self.service.get(&["oracle", "consumers"], &query).await?;
            for Registered { consumer_hub, public_key } in page.consumers {
                let key = PublicKey::parse(&public_key)
                    .map_err(|error| self.service.invalid("GET /oracle/consumers", error.to_string()))?;
                registered.insert((consumer_hub, key));
            }
            match page.next {
                Some(next) if next > after => after = next,
                _ => break,
            }
        }
        let held: BTreeMap<_, _> = audit.keys().iter().collect();
        let unknown: Vec<&str> = held
            .iter()
            .filter(|(hub, keys)| keys.iter().any(|key| !registered.contains(&((**hub).clone(), *key))))
            .map(|(hub, _)| hub.as_str())
            .collect();
        let detail = if unknown.is_empty() {
            format!("the keys of {} are those that the operator registered", counted(held.len() as u64, "consumer"))
        } else {
            format!("{} signed with a key that is not registered for them", named(&unknown))
        };
        found.check("registered keys", unknown.is_empty(), detail);
        Ok(())
    }

    /// What stands on the chain of the log is its root at that size.
    pub(super) fn check_anchors(
        &self,
        audit: &Audit,
        head: &Head,
        oracle: Option<Address>,
        anchors: &[Anchor],
        found: &mut Verification,
    ) {
        let name = "anchors";
        let (Some(_), Some(oracle)) = (self.client, oracle) else {
            let why =
                if self.client.is_some() { "the service names no wallet that anchors" } else { "without a chain" };
            return found.not_checked(name, why);
        };
        let Some(last) = anchors.last() else {
            return found.not_checked(name, format!("{oracle} has anchored nothing yet"));
        };
        let wrong = anchors.iter().find(|anchor| {
            let size = u64::try_from(anchor.size).unwrap_or(u64::MAX);
            root_at(audit, size) != Some(anchor.root)
        });
        match wrong {
            None => {
                let newest = format!("the newest at {}", entries(u64::try_from(last.size).unwrap_or(u64::MAX)));
                found.check(name, true, format!("{} of {oracle}, {newest}", counted(anchors.len() as u64, "anchor")));
            }
            Some(anchor) if anchor.size > u128::from(head.size) => {
                let detail = format!(
                    "{oracle} anchored a log of {} entries, and the service's has {}: some are gone",
                    anchor.size, head.size
                );
                found.check(name, false, detail);
            }
            Some(anchor) => {
                let root = root_at(audit, u64::try_from(anchor.size).unwrap_or(u64::MAX));
                let detail = format!(
                    "anchor {} says that {} entries had the root {}, and they have {}: the log was rewritten",
                    anchor.index,
                    anchor.size,
                    anchor.root,
                    root.map_or_else(|| "none".to_owned(), |root| root.to_string()),
                );
                found.check(name, false, detail);
            }
        }
    }
}
