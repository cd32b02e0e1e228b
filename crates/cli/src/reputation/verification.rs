//! Checking what a service says of a provider against its log and the chain.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alloy_primitives::{Address, B256};
use barter_reputation::{
    chain::{Block, Bond, BondReading, Quorum, View},
    score::{self, Record, Score},
    verify::{Signed, Verifier},
    wire::AttestationEnvelope,
};
use barter_sdk::{Anchor, BarterClient, ChainPoint};
use serde::{Deserialize, Serialize};

use super::{
    Error, Service,
    answer::{BondAnswer, RecordAnswer, ScoreAnswer, WalletAnswer},
    audit::{Audit, Subject},
    chain::read_bond,
    log::{self, Head, LogFile},
};
use crate::{
    progress::Bar,
    text::{counted, grouped, short_hash},
};

/// Most keys of a page of the registry.
const KEYS: u64 = 1_000;
/// Most attestations that a service lists of a provider.
const MAX_ABOUT: usize = 200;
/// Longest list that a sentence has room for.
const NAMED: usize = 3;

/// Whose anchors are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchors {
    /// Those of the wallet that the service names.
    AsTheServiceSays,
    /// Those of this wallet.
    Of(Address),
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verification {
    /// The provider.
    pub(crate) hub: String,
    /// The score that the service tells.
    pub(crate) told: f64,
    /// The score that comes out.
    pub(crate) computed: Option<f64>,
    /// Entries that were gone through.
    pub(crate) entries: u64,
    /// What was checked.
    pub(crate) checks: Vec<Check>,
}

/// One thing that was checked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it came out.
    pub(crate) outcome: Outcome,
    /// What was compared, or what differs.
    pub(crate) detail: String,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It is as the service says.
    Holds,
    /// It is not.
    Fails,
    /// There was nothing to compare with.
    NotChecked,
}

impl Verification {
    /// How many checks failed.
    pub(crate) fn failed(&self) -> u64 {
        self.checks.iter().filter(|check| check.outcome == Outcome::Fails).count() as u64
    }

    /// The first check that failed.
    pub(crate) fn first_failure(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.outcome == Outcome::Fails)
    }

    fn check(&mut self, name: &'static str, holds: bool, detail: impl Into<String>) {
        let outcome = if holds { Outcome::Holds } else { Outcome::Fails };
        self.checks.push(Check { name, outcome, detail: detail.into() });
    }

    fn not_checked(&mut self, name: &'static str, detail: impl Into<String>) {
        self.checks.push(Check { name, outcome: Outcome::NotChecked, detail: detail.into() });
    }
}

/// What is checked with.
pub(crate) struct Verifying<'a> {
    pub(crate) service: &'a Service,
    /// The chain; without one, the service's word is taken for it.
    pub(crate) client: Option<&'a BarterClient>,
    pub(crate) anchors: Anchors,
    pub(crate) bar: &'a Bar,
}

/// What a service tells of a provider's slashes.
#[derive(Deserialize)]
struct About {
    attestations: Vec<Attested>,
}

#[derive(Deserialize)]
struct Attested {
    own: bool,
    tier: String,
    envelope: AttestationEnvelope,
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

impl Verifying<'_> {
    /// Checks everything.
    pub(crate) async fn run(&self, hub: &str, copy: Option<LogFile>) -> Result<Verification, crate::error::Error> {
        let answer: ScoreAnswer = self.service.get(&[hub], &[]).await?;
        let about: About = self.service.get(&["slashes", "by-provider", hub], &[]).await?;
        // Before the head: a log is never behind what was anchored of it.
        let oracle = self.oracle().await?;
        let anchors = self.anchors(oracle).await?;
        let head = log::head(self.service).await?;
        let mut found = Verification {
            hub: hub.to_owned(),
            told: answer.trust_score,
            computed: None,
            entries: 0,
            checks: Vec::new(),
        };
        let audit = self.audit(&answer, hub, &head, &anchors, copy).await?;
        found.entries = audit.size();
        check_log(&audit, &answer, &head, &mut found);
        self.check_registry(&audit, &mut found).await?;
        self.check_anchors(&audit, &head, oracle, &anchors, &mut found);
        let bond = self.check_chain(&answer, &head, hub, &mut found).await?;
        let issuers = check_attestations(&answer, hub, &about, &audit, &mut found);
        check_score(&answer, hub, audit.record(), audit.total(), &bond, issuers, &mut found);
        Ok(found)
    }

    /// Goes through the log.
    async fn audit(
        &self,
        answer: &ScoreAnswer,
        hub: &str,
        head: &Head,
        anchors: &[Anchor],
        copy: Option<LogFile>,
    ) -> Result<Audit, Error> {
        let anchored = anchors.iter().filter_map(|anchor| u64::try_from(anchor.size).ok());
        let sizes: BTreeSet<u64> = anchored.chain([answer.log_size, head.size]).collect();
        // As far as the score and the anchors go, and no further than the log.
        let end = sizes.iter().copied().filter(|size| *size <= head.size).max().unwrap_or_default();
        let subject = Subject {
            hub: hub.to_owned(),
            now: answer.computed_at,
            window_seconds: window_seconds(answer),
            counted: answer.log_size,
            domain: head.domain(),
        };
        let mut audit = Audit::new(subject, sizes);
        let read = |audit: &Audit| self.bar.show(audit.size(), end, "checked");
        if let Some(mut copy) = copy {
            while audit.size() < end
                && let Some(entry) = copy.next()?
            {
                audit.take(entry);
                if audit.size().is_multiple_of(1_000) {
                    read(&audit);
                    // So that a signal is seen while a long file is read.
                    tokio::task::yield_now().await;
                }
            }
        }
        while audit.size() < end {
            for entry in log::page(self.service, audit.size(), end).await? {
                let entry = entry.read();
                let entry =
                    entry.map_err(|error| self.service.invalid("GET /oracle/log/entries", error.to_string()))?;
                audit.take(entry);
            }
            read(&audit);
        }
        audit.end();
        Ok(audit)
    }

    /// The wallet whose anchors are compared.
    async fn oracle(&self) -> Result<Option<Address>, Error> {
        Ok(match self.anchors {
            Anchors::Of(wallet) => Some(wallet),
            Anchors::AsTheServiceSays => log::head(self.service).await?.oracle,
        })
    }

    async fn anchors(&self, oracle: Option<Address>) -> Result<Vec<Anchor>, crate::error::Error> {
        match (self.client, oracle) {
            (Some(client), Some(oracle)) => Ok(client.bond().anchors(oracle).await?),
            _ => Ok(Vec::new()),
        }
    }

    /// Every key in the log is one that the operator registered for that consumer.
    async fn check_registry(&self, audit: &Audit, found: &mut Verification) -> Result<(), Error> {
        let mut registered: BTreeSet<(String, String)> = BTreeSet::new();
        let mut after = 0;
        loop {
            let query = [("after", after.to_string()), ("limit", KEYS.to_string())];
            let page: Registry = self.service.get(&["oracle", "consumers"], &query).await?;
            registered.extend(page.consumers.into_iter().map(|row| (row.consumer_hub, row.public_key)));
            match page.next {
                Some(next) if next > after => after = next,
                _ => break,
            }
        }
        let held: BTreeMap<_, _> = audit.keys().iter().collect();
        let unknown: Vec<&str> = held
            .iter()
            .filter(|(hub, keys)| keys.iter().any(|key| !registered.contains(&((**hub).clone(), key.to_string()))))
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
    fn check_anchors(
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
            audit.root_at(size).map(B256::from) != Some(anchor.root)
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
                let root = audit.root_at(u64::try_from(anchor.size).unwrap_or(u64::MAX)).map(B256::from);
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

    /// The bond, as the chain has it at the block that the service names. Where there is no chain to ask, as the service says.
    async fn check_chain(
        &self,
        answer: &ScoreAnswer,
        head: &Head,
        hub: &str,
        found: &mut Verification,
    ) -> Result<BondReading, crate::error::Error> {
        let Some(client) = self.client else {
            found.not_checked("block", "without a chain");
            found.not_checked("bonds", "without a chain: the service's word is taken for them");
            return Ok(reading(answer, hub, told_bonds(&answer.wallets)?));
        };
        Self::check_contract(client, head, found);
        let Some(block) = &answer.chain.block else {
            found.not_checked("block", format!("the service read no bond ({}), and counts none", answer.chain.status));
            return Ok(BondReading::default());
        };
        let point = ChainPoint { block_number: block.number, block_hash: block.hash, block_timestamp: block.timestamp };
        let on_chain = client.bond().block(block.number).await?;
        let is_right = on_chain == Some(point);
        let detail = match (&on_chain, is_right) {
            (_, true) => format!("block {} ({}) is on the chain", grouped(block.number), short_hash(block.hash)),
            (Some(other), false) => format!(
                "block {} of {} is {} of {} on the chain, and the service says {}",
                block.number, block.timestamp, other.block_hash, other.block_timestamp, block.hash
            ),
            (None, false) => format!("the chain has no block {}", block.number),
        };
        found.check("block", is_right, detail);
        let Some(point) = on_chain else { return Ok(BondReading::default()) };
        let wallets: Vec<Address> = answer.wallets.iter().map(|wallet| wallet.address).collect();
        let bonds = client.bond().at(point).of_all(&wallets).await?;
        let read: Vec<Bond> = bonds.iter().map(read_bond).collect();
        check_bonds(&answer.wallets, &read, found);
        // A wallet that was registered after the block was read counts from the next on.
        let counted = answer.wallets.iter().zip(read).filter(|(wallet, _)| wallet.bond.is_some());
        Ok(reading(answer, hub, counted.map(|(wallet, bond)| (wallet.address, bond)).collect()))
    }

    fn check_contract(client: &BarterClient, head: &Head, found: &mut Verification) {
        let ours = (Some(client.network().chain_id()), client.deployment().barter_bond);
        let shown = |(chain_id, bond): (Option<u64>, Option<Address>)| match (chain_id, bond) {
            (Some(chain_id), Some(bond)) => format!("{bond} on chain {chain_id}"),
            _ => "none".to_owned(),
        };
        let theirs = (head.chain_id, head.bond);
        let holds = theirs == ours;
        let detail = if holds {
            shown(ours)
        } else {
            format!("the service's is {}, and this network's deployment names {}", shown(theirs), shown(ours))
        };
        found.check("bond contract", holds, detail);
    }
}

/// What can be said of the log alone.
fn check_log(audit: &Audit, answer: &ScoreAnswer, head: &Head, found: &mut Verification) {
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
    if head.size != answer.log_size {
        roots.push(("log since", head.size, head.root));
    }
    for (name, size, told) in roots {
        let computed = audit.root_at(size).map(B256::from);
        let detail = match computed {
            Some(computed) if computed == told => {
                format!("{} have the root {}", entries(size), short_hash(told))
            }
            Some(computed) => format!("{size} entries have the root {computed}, and the service says {told}"),
            None => format!("the score counts {size} entries, and the log has {}", head.size),
        };
        found.check(name, computed == Some(told), detail);
    }
}

/// The bonds that the service tells are those on the chain.
fn check_bonds(wallets: &[WalletAnswer], read: &[Bond], found: &mut Verification) {
    let differs = wallets.iter().zip(read).find_map(|(wallet, bond)| {
        let on_chain = BondAnswer::of(bond);
        let told = wallet.bond.as_ref()?;
        (*told != on_chain).then(|| difference(wallet.address, told, &on_chain))
    });
    let detail = differs.clone().unwrap_or_else(|| match wallets.len() {
        0 => "the provider has no wallet here".to_owned(),
        wallets => format!("those of {} are as the chain has them", counted(wallets as u64, "wallet")),
    });
    found.check("bonds", differs.is_none(), detail);
}

fn difference(wallet: Address, told: &BondAnswer, on_chain: &BondAnswer) -> String {
    let fields = [
        ("active", &told.active, &on_chain.active),
        ("unbonding", &told.unbonding, &on_chain.unbonding),
        ("ever bonded", &told.ever_bonded, &on_chain.ever_bonded),
        ("ever slashed", &told.ever_slashed, &on_chain.ever_slashed),
    ];
    match fields.into_iter().find(|(_, told, on_chain)| told != on_chain) {
        Some((name, told, on_chain)) => {
            format!("{wallet} has {name} {on_chain} on the chain, and the service says {told}")
        }
        None => format!("{wallet} has another first bond, count of disputes or hub on the chain than the service says"),
    }
}

/// The issuers whose word counts, strong and weak, as their attestations show.
fn check_attestations(
    answer: &ScoreAnswer,
    hub: &str,
    about: &About,
    audit: &Audit,
    found: &mut Verification,
) -> (u64, u64) {
    let verifier = Verifier::new();
    let mut wrong = Vec::new();
    let (mut strong, mut all) = (BTreeSet::new(), BTreeSet::new());
    for attested in about.attestations.iter().filter(|attested| !attested.own) {
        let Attested { tier, envelope, .. } = attested;
        if !is_signed(&verifier, envelope) {
            wrong.push(format!("number {} of {}", envelope.seq, envelope.issuer_hub));
            continue;
        }
        all.insert(envelope.issuer_pubkey_b64.clone());
        if is_proven(&verifier, envelope, hub, audit) {
            strong.insert(envelope.issuer_pubkey_b64.clone());
        } else if tier == "strong" {
            wrong.push(format!("the proof in number {} of {}", envelope.seq, envelope.issuer_hub));
        }
    }
    let (strong, all) = (strong.len() as u64, all.len() as u64);
    let told = (answer.record.strong_issuers, answer.record.weak_issuers);
    let name = "attestations";
    if about.attestations.len() >= MAX_ABOUT {
        found.not_checked(name, format!("there are more than the {MAX_ABOUT} that the service lists"));
        return told;
    }
    let issuers = (strong, all - strong);
    if let Some(first) = wrong.first() {
        found.check(name, false, format!("{first} is not signed as it says"));
    } else {
        let shown =
            |(strong, weak): (u64, u64)| format!("{} with proof and {weak} without", counted(strong, "other hub"));
        let holds = issuers == told;
        let detail =
            if holds { shown(told) } else { format!("{}, and the service says {}", shown(issuers), shown(told)) };
        found.check(name, holds, detail);
    }
    issuers
}

fn is_signed(verifier: &Verifier, envelope: &AttestationEnvelope) -> bool {
    envelope.open().is_ok_and(|(attestation, key, signature)| {
        verifier.verify(Signed { key: &key, message: &attestation.signed_bytes(), signature: &signature })
    })
}

/// Whether it carries a dispute of this provider that its consumer signed, about a call that is in the log.
fn is_proven(verifier: &Verifier, envelope: &AttestationEnvelope, hub: &str, audit: &Audit) -> bool {
    let Some(proof) = &envelope.pom else { return false };
    let Ok(claim) = proof.claim(&envelope.dispute_id, &envelope.provider_hub) else { return false };
    let Ok((key, signature)) = proof.key_and_signature() else { return false };
    let normal = barter_reputation::wire::hub::normal;
    normal(&claim.provider_hub) == normal(hub)
        && audit.has_call(&claim.consumer_hub, &claim.invocation_id)
        && verifier.verify(Signed { key: &key, message: &proof.signed_bytes(), signature: &signature })
}

/// The sum, and every term of it.
fn check_score(
    answer: &ScoreAnswer,
    hub: &str,
    counted: Record,
    total: u64,
    bond: &BondReading,
    (strong_issuers, weak_issuers): (u64, u64),
    found: &mut Verification,
) {
    let record = Record {
        first_bonded_at: bond.first_bonded_at,
        bond_units: bond.active,
        ever_bonded_units: bond.ever_bonded,
        ever_slashed_units: bond.ever_slashed,
        upheld_disputes: bond.upheld,
        strong_issuers,
        weak_issuers,
        ..counted
    };
    check_record(answer, &record, total, found);
    let score = Score::of(&record, &settings(answer), answer.computed_at);
    found.computed = Some(score.score);
    let terms = terms(&score, answer);
    let differs: Vec<String> = terms
        .iter()
        .filter(|(_, computed, told)| computed.to_bits() != told.to_bits())
        .map(|(name, computed, told)| format!("{name} is {computed}, and the service says {told}"))
        .collect();
    let is_named = answer.hub_url == hub
        || barter_reputation::wire::hub::normal(&answer.hub_url) == barter_reputation::wire::hub::normal(hub);
    let detail = match differs.first() {
        _ if !is_named => format!("the answer is about {}", answer.hub_url),
        None => "every term and their sum, to the last bit".to_owned(),
        Some(first) if differs.len() == 1 => first.clone(),
        Some(first) => format!("{first}; and {} of other terms", differs.len() - 1),
    };
    found.check("score", differs.is_empty() && is_named, detail);
}

/// The whole numbers that the score is made of.
fn check_record(answer: &ScoreAnswer, record: &Record, total: u64, found: &mut Verification) {
    let (told, ours) = (fields(&answer.record), fields(&RecordAnswer::of(record)));
    let differs = told.iter().zip(&ours).find(|(told, ours)| told != ours);
    let counts = &record.counts;
    let detail = match differs {
        Some(((name, told), (_, ours))) => format!("{name}: {ours}, and the service says {told}"),
        None if total != answer.details.total_outcomes => {
            let told = answer.details.total_outcomes;
            format!("the provider has {total} outcomes on record, and the service says {told}")
        }
        None => format!(
            "{} success, {} failure, {} timeout, {} disputed in the window; {} ever",
            counts.success, counts.failure, counts.timeout, counts.disputed, total
        ),
    };
    found.check("outcomes", differs.is_none() && total == answer.details.total_outcomes, detail);
}

/// Names and values, to find the first that differs.
fn fields(record: &RecordAnswer) -> [(&'static str, String); 15] {
    let time = |time: Option<u64>| time.map_or_else(|| "never".to_owned(), |time| time.to_string());
    let counts = &record.outcomes;
    [
        ("successes in the window", counts.success.to_string()),
        ("failures in the window", counts.failure.to_string()),
        ("timeouts in the window", counts.timeout.to_string()),
        ("disputed outcomes in the window", counts.disputed.to_string()),
        ("prices together, in base units", record.volume_units.clone()),
        ("qualities together, in millionths", record.quality_ppm_sum.to_string()),
        ("outcomes with a quality", record.quality_count.to_string()),
        ("time of the first outcome", time(record.first_outcome_at)),
        ("time of the first bond", time(record.first_bonded_at)),
        ("the bond, in base units", record.bond_units.clone()),
        ("all ever bonded, in base units", record.ever_bonded_units.clone()),
        ("all ever slashed, in base units", record.ever_slashed_units.clone()),
        ("upheld disputes", record.upheld_disputes.to_string()),
        ("other hubs with proof", record.strong_issuers.to_string()),
        ("other hubs without", record.weak_issuers.to_string()),
    ]
}

/// A number of entries, in words.
fn entries(number: u64) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{} entries", grouped(number)) }
}

/// Each term as it comes out, and as the service tells it.
fn terms(score: &Score, answer: &ScoreAnswer) -> Vec<(&'static str, f64, f64)> {
    let details = &answer.details;
    vec![
        ("the score", score.score, answer.trust_score),
        ("the score in its details", score.score, details.score),
        ("the age", score.age_days, details.age_days),
        ("the age's factor", score.age_factor, details.age_factor),
        ("the bond", score.bond_usd, details.bond_usd),
        ("the bond's factor", score.bond_factor, details.bond_factor),
        ("the success rate", score.success_rate, details.success_rate_30d),
        ("the volume", score.volume_usd, details.volume_usd),
        ("the volume's factor", score.volume_factor, details.volume_factor),
        ("the slash ratio", score.slash_ratio, details.slash_ratio),
        ("the slashes' penalty", score.slash_penalty, details.slash_penalty),
        #[allow(clippy::cast_precision_loss, reason = "far under 2^53")]
        ("the number of disputes", score.disputes as f64, details.dispute_count as f64),
        ("the disputes' penalty", score.dispute_penalty, details.dispute_penalty),
        ("the other hubs' penalty", score.federated_penalty, details.federated_penalty),
        ("the other hubs' deduction", score.federated_deduction, details.federated_deduction),
        ("the average quality", score.average_quality, details.avg_quality_score_30d),
    ]
}

fn settings(answer: &ScoreAnswer) -> score::Settings {
    let told = &answer.settings;
    score::Settings {
        min_bond_usd: told.min_bond_usd,
        mainnet_min_bond_usd: told.mainnet_min_bond_usd,
        window_days: told.window_days,
        weights: score::Weights {
            age: told.weights.age,
            bond: told.weights.bond,
            success_rate: told.weights.success_rate,
            volume: told.weights.volume,
        },
        decimals: told.decimals,
    }
}

fn window_seconds(answer: &ScoreAnswer) -> u64 {
    settings(answer).window_seconds()
}

/// What these wallets' bonds come to.
fn reading(answer: &ScoreAnswer, hub: &str, bonds: HashMap<Address, Bond>) -> BondReading {
    let wallets: Vec<Address> = answer.wallets.iter().map(|wallet| wallet.address).collect();
    let block = answer.chain.block.as_ref();
    let view = View {
        block: Block {
            number: block.map_or(0, |block| block.number),
            hash: block.map_or(B256::ZERO, |block| block.hash),
            time: block.map_or(0, |block| block.timestamp),
        },
        quorum: Quorum { auditors: Vec::new(), threshold: 0, overturn_threshold: 0 },
        anchor: None,
        bonds,
    };
    view.bond_of(hub, &wallets)
}

/// The bonds as the service tells them.
fn told_bonds(wallets: &[WalletAnswer]) -> Result<HashMap<Address, Bond>, Error> {
    let number = |text: &str| {
        text.parse().map_err(|_| Error::InvalidNumber {
            argument: "a bond of the service's answer",
            found: text.to_owned(),
            expected: "base units, a whole number",
        })
    };
    let told = wallets.iter().filter_map(|wallet| Some((wallet.address, wallet.bond.as_ref()?)));
    told.map(|(address, told)| {
        let bond = Bond {
            active: number(&told.active)?,
            unbonding: number(&told.unbonding)?,
            ever_bonded: number(&told.ever_bonded)?,
            ever_slashed: number(&told.ever_slashed)?,
            first_bonded_at: told.first_bonded_at,
            upheld: told.upheld,
            hub: told.hub,
        };
        Ok((address, bond))
    })
    .collect()
}

/// The first of these, and how many more.
fn named(names: &[&str]) -> String {
    let first: Vec<String> = names.iter().take(NAMED).map(|name| crate::text::cut(name, 40)).collect();
    match names.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
