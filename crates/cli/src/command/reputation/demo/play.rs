//! What happens in the demo, act by act.

use alloy_primitives::B256;
use barter_reputation::{key::SecretKey, score::Settings, wire::AttestationEnvelope};
use barter_sdk::{BondClient, Receipt, RulingKind, SignedRuling, TokenAmount};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    records::{
        self, CONSUMERS, DISPUTED, HUB, OUTCOMES, REASON, REQUESTED_PPM, RULED_PPM, consumer_of, name, outcome,
        travelling, travelling_dispute,
    },
    report::{Anchored, Change, Claimed, DemoReport, Disputed, Executed, Recorded, Ruled, Staked},
    show,
    stage::Stage,
};
use crate::{
    chain::CHAIN_ID,
    error::Error,
    output::print_page,
    page::Page,
    progress::waiting,
    reputation::{
        self,
        answer::ScoreAnswer,
        log,
        verification::{Anchors, Verification, Verifying},
    },
    secret::random_bytes,
};

/// What the provider stakes, and what the consumer has for its deposit, in dollars.
const STAKE: &str = "2000";
const CONSUMERS_MONEY: &str = "100";
/// How long signatures are good for, in seconds.
const SIGNATURE_LIFETIME: u64 = 3_600;
/// Longest that the service may take to see a block, in looks.
const MAX_LOOKS: u32 = 400;
/// How far behind the chain the service may be, in seconds.
const MAX_BLOCK_AGE: u64 = 600;
const LOOK_INTERVAL: std::time::Duration = std::time::Duration::from_millis(25);

/// The demo as it goes along.
pub(super) struct Play<'a> {
    stage: &'a Stage,
    is_json: bool,
}

/// What a service says of a batch.
#[derive(Deserialize)]
struct Batch {
    received: u64,
    results: Vec<Value>,
}

/// What a service says of a dispute on record.
#[derive(Deserialize)]
struct OnRecord {
    outcome_leaf: B256,
    evidence_digest: B256,
}

/// What it says of a dispute that has ended.
#[derive(Deserialize)]
struct Resolved {
    attestation: Option<AttestationEnvelope>,
}

impl<'a> Play<'a> {
    pub(super) const fn new(stage: &'a Stage, is_json: bool) -> Self {
        Self { stage, is_json }
    }

    fn show(&self, page: &Page) -> Result<(), Error> {
        if self.is_json { Ok(()) } else { print_page(page) }
    }

    /// Plays it to its end.
    pub(super) async fn run(&mut self) -> Result<DemoReport, Error> {
        let stage = self.stage;
        self.show(&show::beginning(stage))?;
        let keys: Vec<SecretKey> =
            (0..CONSUMERS).map(|_| Ok(SecretKey::from_seed(&random_bytes()?))).collect::<Result<_, Error>>()?;
        self.register(&keys).await?;

        let staked = self.stake().await?;
        self.show(&show::staked(&staked))?;
        let outcomes = self.record(&keys).await?;
        self.show(&show::recorded(&outcomes))?;
        let refusal = self.forge(&keys).await?;
        self.show(&show::refused(&refusal))?;
        self.seen(staked.funded.receipt.block_number).await?;
        let before: ScoreAnswer = stage.service.get(&[HUB], &[]).await?;

        let dispute = self.dispute(&keys).await?;
        self.show(&show::disputed(&dispute))?;
        let (ruling, signed) = self.rule(&dispute).await?;
        self.show(&show::ruled(&ruling))?;
        stage.pass(ruling.overturn_window + 1).await?;
        self.show(&show::passed(&ruling))?;
        let execution = self.execute(&dispute).await?;
        self.show(&show::executed(&execution))?;
        let claim = self.claim().await?;
        self.show(&show::claimed(&claim, &dispute))?;
        self.seen(claim.receipt.block_number).await?;
        let attestation = self.attest(&dispute, &ruling, &signed).await?;
        self.show(&show::attested(&attestation))?;
        let anchor = self.anchor().await?;
        self.show(&show::anchored(&anchor))?;
        self.seen(anchor.receipt.block_number).await?;

        let after: ScoreAnswer = stage.service.get(&[HUB], &[]).await?;
        let verification = self.verify().await?;
        self.show(&show::verified(&verification))?;
        check(&before, &after, &execution, &verification)?;
        let wallet = |client: &barter_sdk::BarterClient| client.wallet().unwrap_or_default();
        Ok(DemoReport {
            chain_id: CHAIN_ID,
            contracts: stage.deployment,
            service: stage.service_url(),
            hub: HUB,
            provider: wallet(&stage.provider),
            consumer: wallet(&stage.consumer),
            operator: wallet(&stage.operator),
            staked,
            outcomes,
            refusal,
            dispute,
            ruling,
            execution,
            claim,
            attestation,
            anchor,
            scores: Change { before, after },
            verification,
        })
    }

    /// The operator says whose keys and whose wallet they are.
    async fn register(&self, keys: &[SecretKey]) -> Result<(), Error> {
        let operator = &self.stage.as_operator;
        for (number, key) in keys.iter().enumerate() {
            let body = json!({ "consumer_hub": name(number), "public_key": key.public().to_string() });
            let _: Value = operator.send(Method::PUT, &["consumers"], &body).await?;
        }
        let wallet = self.stage.provider.wallet().unwrap_or_default().to_checksum(None);
        let _: Value =
            operator.send(Method::PUT, &["providers"], &json!({ "provider_hub": HUB, "wallet": wallet })).await?;
        Ok(())
    }

    async fn stake(&self) -> Result<Staked, Error> {
        let bond = self.stage.provider.bond();
        let amount = bond.amount(STAKE).await?;
        bond.mint_test_dollars(amount).await?;
        Ok(Staked { amount, funded: waiting("staking", bond.stake(HUB, amount)).await? })
    }

    /// Consumers sign, each with its own key, and the service checks and keeps it.
    async fn record(&self, keys: &[SecretKey]) -> Result<Recorded, Error> {
        let stage = self.stage;
        let now = stage.now();
        let signed = (0..OUTCOMES).map(|call| outcome(call, &keys[consumer_of(call)], stage.domain, now));
        let signed = signed.collect::<Result<Vec<_>, _>>()?;
        let body = json!({ "outcomes": travelling(&signed) });
        let batch: Batch = stage.service.send(Method::POST, &["outcomes"], &body).await?;
        if batch.received != u64::from(OUTCOMES) {
            return Err(failed(format!("the service took {} of {OUTCOMES} outcomes", batch.received)));
        }
        let head = log::head(&stage.service).await?;
        Ok(Recorded { received: batch.received, log_size: head.size, log_root: head.root })
    }

    /// The provider praises itself in a consumer's name.
    async fn forge(&self, keys: &[SecretKey]) -> Result<crate::error::ErrorReport, Error> {
        let stage = self.stage;
        let own = SecretKey::from_seed(&random_bytes()?);
        let forged = outcome(OUTCOMES, &own, stage.domain, stage.now())?;
        debug_assert!(keys.iter().all(|key| key.public() != own.public()));
        let body = json!({ "outcomes": travelling([&forged]) });
        let batch: Batch = stage.service.send(Method::POST, &["outcomes"], &body).await?;
        let said = |name: &str| batch.results.first().and_then(|result| result[name].as_str()).unwrap_or_default();
        if batch.received != 0 || said("error") != "wrong_signature" {
            return Err(failed("the service took an outcome that its consumer never signed".to_owned()));
        }
        let refusal = reputation::Error::Refused {
            service: stage.service_url(),
            status: 200,
            code: said("error").to_owned(),
            message: said("message").to_owned(),
        };
        Ok(Error::from(refusal).report())
    }

    /// The consumer signs its dispute twice: for the service, with the key it signs outcomes with, and for the contract, with its
    /// wallet.
    async fn dispute(&self, keys: &[SecretKey]) -> Result<Disputed, Error> {
        let stage = self.stage;
        let wallet = stage.consumer.wallet().unwrap_or_default();
        let signed = records::dispute(&keys[consumer_of(DISPUTED)], stage.domain, wallet, stage.now())?;
        let id = signed.dispute.fields().dispute_id.clone();
        let _: Value = stage.service.send(Method::POST, &["disputes"], &travelling_dispute(&signed)).await?;
        let on_record: OnRecord = stage.service.get(&["disputes", &id], &[]).await?;
        let bond = stage.consumer.bond();
        bond.mint_test_dollars(bond.amount(CONSUMERS_MONEY).await?).await?;
        let provider = stage.provider.wallet().unwrap_or_default();
        let deadline = self.chain_now(&bond).await? + SIGNATURE_LIFETIME;
        let complaint =
            bond.sign_complaint(provider, on_record.outcome_leaf, on_record.evidence_digest, deadline).await?;
        let on_chain = waiting("filing", bond.file(&complaint, None)).await?;
        Ok(Disputed {
            by: name(consumer_of(DISPUTED)),
            reason: REASON,
            requested_ppm: REQUESTED_PPM,
            outcome_leaf: on_record.outcome_leaf,
            evidence_digest: on_record.evidence_digest,
            on_chain,
        })
    }

    /// As many auditors sign as it takes; anybody can bring it to the chain.
    async fn rule(&self, dispute: &Disputed) -> Result<(Ruled, Vec<SignedRuling>), Error> {
        let stage = self.stage;
        let bond = stage.operator.bond();
        let quorum = bond.quorum().await?;
        let deadline = self.chain_now(&bond).await? + SIGNATURE_LIFETIME;
        let needed = usize::try_from(quorum.threshold).unwrap_or(usize::MAX);
        let mut signed = Vec::new();
        for auditor in stage.auditors.iter().take(needed) {
            let id = dispute.on_chain.dispute_id;
            signed.push(auditor.bond().sign_ruling(RulingKind::Ruling, id, RULED_PPM, deadline).await?);
        }
        let receipt = waiting("ruling", bond.rule(&signed)).await?;
        let auditors = signed.iter().map(|signed| signed.auditor).collect();
        let (of, overturn_window) = (quorum.auditors.len(), quorum.overturn_window);
        Ok((Ruled { slash_ppm: RULED_PPM, auditors, of, overturn_window, receipt }, signed))
    }

    async fn execute(&self, dispute: &Disputed) -> Result<Executed, Error> {
        let bond = self.stage.operator.bond();
        let receipt = waiting("executing", bond.execute(dispute.on_chain.dispute_id)).await?;
        let ended = bond.dispute(dispute.on_chain.dispute_id).await?;
        let left = bond.of(self.stage.provider.wallet().unwrap_or_default()).await?;
        Ok(Executed { slashed: ended.slashed, bond_left: left.active, receipt })
    }

    async fn claim(&self) -> Result<Claimed, Error> {
        let bond = self.stage.consumer.bond();
        let wallet = self.stage.consumer.wallet().unwrap_or_default();
        let before = bond.balance(wallet).await?;
        let receipt = waiting("claiming", bond.claim(wallet)).await?;
        let after = bond.balance(wallet).await?;
        let amount = TokenAmount::from_units(after.units().saturating_sub(before.units()), after.decimals());
        Ok(Claimed { amount, receipt })
    }

    /// The service sees on the chain what was taken, and tells other hubs.
    async fn attest(
        &self,
        dispute: &Disputed,
        ruling: &Ruled,
        signed: &[SignedRuling],
    ) -> Result<AttestationEnvelope, Error> {
        let mut signed: Vec<&SignedRuling> = signed.iter().collect();
        signed.sort_by_key(|signed| signed.auditor);
        let signatures: Vec<Value> = signed
            .iter()
            .map(|signed| json!({ "auditor": signed.auditor.to_checksum(None), "signature": signed.signature }))
            .collect();
        let body = json!({
            "on_chain_id": dispute.on_chain.dispute_id,
            "slash_ppm": ruling.slash_ppm,
            "deadline": signed.first().map(|signed| signed.deadline),
            "signatures": signatures,
        });
        let id = format!("dispute-inv_{DISPUTED}");
        let path = ["disputes", id.as_str(), "resolve"];
        let resolved: Resolved = self.stage.as_operator.send(Method::POST, &path, &body).await?;
        resolved.attestation.ok_or_else(|| failed("the service attested no slash".to_owned()))
    }

    async fn anchor(&self) -> Result<Anchored, Error> {
        let head = log::head(&self.stage.service).await?;
        let bond = self.stage.operator.bond();
        let receipt: Receipt = waiting("anchoring", bond.anchor(head.root, head.size)).await?;
        Ok(Anchored { size: head.size, root: head.root, receipt })
    }

    async fn verify(&self) -> Result<Verification, Error> {
        let stage = self.stage;
        // The operator's wallet is known from elsewhere, not from the service.
        let anchors = Anchors::Of(stage.operator.wallet().unwrap_or_default());
        let verifying = Verifying {
            service: &stage.service,
            client: Some(&stage.consumer),
            anchors,
            settings: Settings::default(),
            max_block_age: MAX_BLOCK_AGE,
            clock: &|| stage.now(),
            bar: &crate::progress::Bar::hidden(),
        };
        verifying.run(HUB, None).await
    }

    /// Waits until the service has seen a block.
    async fn seen(&self, block_number: u64) -> Result<(), Error> {
        for _ in 0..MAX_LOOKS {
            let answer: ScoreAnswer = self.stage.service.get(&[HUB], &[]).await?;
            if answer.chain.block.is_some_and(|block| block.number >= block_number) {
                return Ok(());
            }
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
        Err(failed(format!("the service did not see block {block_number}")))
    }

    async fn chain_now(&self, bond: &BondClient) -> Result<u64, Error> {
        Ok(bond.confirmed(0).await?.head.block_timestamp)
    }
}

/// The numbers that must come out.
fn check(
    before: &ScoreAnswer,
    after: &ScoreAnswer,
    execution: &Executed,
    verification: &Verification,
) -> Result<(), Error> {
    if let Some(check) = verification.first_failure() {
        return Err(failed(format!("what the service says does not hold: {}", check.detail)));
    }
    if execution.slashed.units() * 1_000_000 != 2_000_000_000 * u128::from(RULED_PPM) {
        return Err(failed(format!("{} was slashed, expected 5% of $2,000", execution.slashed)));
    }
    if before.details.dispute_count != 0 || after.details.dispute_count != 1 {
        return Err(failed("the dispute does not count in the score".to_owned()));
    }
    if before.trust_score <= after.trust_score {
        let (before, after) = (before.trust_score, after.trust_score);
        return Err(failed(format!("the score was {before} before the slash and is {after} after it")));
    }
    Ok(())
}

fn failed(what: String) -> Error {
    Error::DemoFailed { what }
}
