//! The trade itself, act by act.

use barter_lightning::Invoice;
use barter_protocol::{Error as Rule, TradeStatus, credit, limits::MAX_DESCRIPTION_BYTES, score};
use barter_sdk::{CreditAmount, Proposed, TradeId, TrustProfile};

use super::{
    failed,
    lightning::Lightning,
    report::{Change, DemoReport, Gained, InvoiceReport, PaymentReport, Profiles, RefusalReport, StepReport},
    show,
    stage::Stage,
};
use crate::{
    chain::{CHAIN_ID, Handle},
    error::{Error, ErrorReport},
    output::{Output, print_page},
    page::Page,
    progress::waiting,
    text::cut_bytes,
};

/// The trade's category.
const CATEGORY: &str = "digital";

/// A trade to be shown.
#[derive(Debug)]
pub(super) struct Play {
    chain: Handle,
    lightning: Lightning,
    output: Output,
}

impl Play {
    pub(super) const fn new(chain: Handle, lightning: Lightning, output: Output) -> Self {
        Self { chain, lightning, output }
    }

    /// Trades, tells each act as it happens, and checks that it came out as the rules say.
    pub(super) async fn run(&self) -> Result<DemoReport, Error> {
        let stage = waiting("deploying the contracts", Stage::set(&self.chain)).await?;
        self.tell(&show::beginning(&stage, &self.lightning))?;
        let before = profiles(&stage).await?;

        let invoice = self.lightning.invoice().await?;
        self.tell(&show::invoice(&invoice))?;

        let Proposed { trade_id, receipt: proposed, .. } = propose(&stage, &invoice).await?;
        self.tell(&show::proposed(trade_id, &proposed))?;

        let accepted = waiting("accepting", stage.payee.trade().accept(trade_id)).await?;
        self.tell(&show::accepted(&accepted))?;

        let refusal = self.settle_without_payment(&stage, trade_id).await?;
        self.tell(&show::refused(&refusal))?;

        let agreed = stage.payer.trade().get(trade_id).await?;
        let paid = waiting("paying", self.lightning.pay(&invoice, &agreed)).await?;
        let payment = self.lightning.report(&invoice, paid).await?;
        self.tell(&show::paid(&invoice, paid))?;

        let settled = waiting("settling", stage.payer.trade().settle(trade_id, paid.preimage)).await?;
        self.tell(&show::settled(&settled))?;

        let steps = vec![
            StepReport { step: "proposed", by: stage.payer_wallet, receipt: proposed },
            StepReport { step: "accepted", by: stage.payee_wallet, receipt: accepted },
            StepReport { step: "settled", by: stage.payer_wallet, receipt: settled },
        ];
        report(&stage, trade_id, &invoice, payment, refusal, steps, before).await
    }

    /// The payee made the preimage, and so could claim a payment that never came. It is the contract that refuses: `settle`
    /// would not even ask it, because the client sees who the payer is, so the contract is asked outright.
    async fn settle_without_payment(&self, stage: &Stage, trade_id: TradeId) -> Result<RefusalReport, Error> {
        let trade = stage.payee.trade();
        match waiting("trying", trade.simulate_settle(trade_id, self.lightning.payees_preimage())).await {
            Err(error @ barter_sdk::Error::Refused(Rule::NotPayer { .. })) => {
                let error: ErrorReport = Error::from(error).report();
                Ok(RefusalReport { caller: stage.payee_wallet, trade_id, error })
            }
            Err(error) => Err(error.into()),
            Ok(()) => Err(failed("the contract would let the payee settle a trade that nobody had paid")),
        }
    }

    /// Tells an act to people. Programs get everything in the end.
    fn tell(&self, page: &Page) -> Result<(), Error> {
        if self.output.is_json() { Ok(()) } else { print_page(page) }
    }
}

/// The payer's and the payee's profile.
async fn profiles(stage: &Stage) -> Result<[TrustProfile; 2], Error> {
    let trust = stage.payer.trust();
    Ok([trust.profile(stage.payer_wallet).await?, trust.profile(stage.payee_wallet).await?])
}

async fn propose(stage: &Stage, invoice: &Invoice) -> Result<Proposed, Error> {
    let description = invoice.description().to_string();
    // An invoice may say more than a trade has room for.
    let (description, _) = cut_bytes(&description, MAX_DESCRIPTION_BYTES);
    let trade = stage.payer.trade();
    let proposing =
        trade.propose(stage.payee_wallet, invoice.payment_hash(), invoice.amount_sats(), CATEGORY, description);
    Ok(waiting("proposing", proposing).await?)
}

/// What came of it, after making sure that it is what the rules say.
async fn report(
    stage: &Stage,
    trade_id: TradeId,
    invoice: &Invoice,
    payment: PaymentReport,
    refusal: RefusalReport,
    steps: Vec<StepReport>,
    before: [TrustProfile; 2],
) -> Result<DemoReport, Error> {
    let trade = stage.payer.trade().get(trade_id).await?;
    let ([payer_before, payee_before], [payer, payee]) = (before, profiles(stage).await?);
    let gained =
        Gained { score: score(trade.amount_sats), credit: CreditAmount::from_units(credit(trade.amount_sats)) };
    if trade.status != TradeStatus::Settled {
        return Err(failed(&format!("the trade is {}, expected settled", trade.status)));
    }
    for (profile, before) in [(&payer, &payer_before), (&payee, &payee_before)] {
        let earned = profile.credit_earned.units() - before.credit_earned.units();
        if profile.score != before.score + gained.score || earned != gained.credit.units() {
            return Err(failed(&format!(
                "{} has score {} and credit {}, expected {} and {} more than before",
                profile.address, profile.score, profile.credit_earned, gained.score, gained.credit
            )));
        }
    }
    Ok(DemoReport {
        chain_id: CHAIN_ID,
        contracts: stage.deployment,
        payer: stage.payer_wallet,
        payee: stage.payee_wallet,
        invoice: InvoiceReport::from(invoice),
        payment,
        refusal,
        steps,
        trade,
        gained,
        profiles: Profiles {
            payer: Change { before: payer_before, after: payer },
            payee: Change { before: payee_before, after: payee },
        },
    })
}
