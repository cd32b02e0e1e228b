use barter_lightning::{
    Error as NodeError, Invoice, InvoiceRequest, Lightning, NodeInfo, OwnInvoice, Paid, Payment, PaymentLimits,
};
use barter_protocol::{PaymentHash, Preimage};

use super::made::{CHAIN, CORE, MADE_AT, offer_of, owner, sealed};
use crate::{
    BarterClient, Deployment, Environment,
    deal::{DealStage, Journal, Purchase, offer::Sealed, record::Record},
};

/// A node that nobody has any reason to ask.
struct Nobody;

impl Lightning for Nobody {
    async fn node(&self) -> Result<NodeInfo, NodeError> {
        unreachable!()
    }
    async fn make_invoice(&self, _: &InvoiceRequest) -> Result<Invoice, NodeError> {
        unreachable!()
    }
    async fn invoice(&self, _: PaymentHash) -> Result<Option<OwnInvoice>, NodeError> {
        unreachable!()
    }
    async fn settle(&self, _: Preimage) -> Result<(), NodeError> {
        unreachable!()
    }
    async fn cancel(&self, _: PaymentHash) -> Result<(), NodeError> {
        unreachable!()
    }
    async fn pay(&self, _: &Invoice, _: &PaymentLimits) -> Result<Paid, NodeError> {
        unreachable!()
    }
    async fn payment(&self, _: PaymentHash) -> Result<Option<Payment>, NodeError> {
        unreachable!()
    }
}

/// A payee can make two invoices with one preimage, and an offer of each.
#[tokio::test]
async fn a_second_offer_with_the_hash_of_a_first_one_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path().join("deals")).unwrap();
    let client = BarterClient::builder()
        .environment(Environment::empty())
        .chain_id(CHAIN)
        .rpc_url("http://127.0.0.1:1")
        .deployment(Deployment {
            barter_core: CORE,
            btr_trust: CORE,
            btr_credit: CORE,
            auditor_quorum: None,
            barter_bond: None,
            bond_token: None,
            block: 0,
        })
        .private_key("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
        .build()
        .unwrap();
    let (first, purchase) = (offer_of(sealed(None)), Purchase::for_amount(50_000));
    let mut begun = Record::of_purchase(owner(client.wallet().unwrap()), first, purchase.clone(), MADE_AT).unwrap();
    begun.stage = DealStage::Proposed;
    journal.write(&begun).unwrap();
    let second = offer_of(Sealed { description: "Another logo", ..sealed(None) });
    let refused = client.deals(Nobody, journal.clone()).buy(&second, &purchase).await.unwrap_err();
    assert_eq!(refused.code(), "deal_differs");
    assert_eq!(journal.read(&begun.id).unwrap(), Some(begun));
}
