//! A deal as documents, cut up so that each bank gets its own.

use super::{Deal, Error};
use crate::document::{Doc, Header, PublicKey, Record, Side, Tx, Ulid};

/// A deal's documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slices {
    /// The hashes of all records, in ascending order: where a record stands tells nothing of whose it is.
    pub tx: Doc<Tx>,
    /// What each bank gets, in ascending order of the banks.
    pub slices: Vec<Slice>,
}

/// What one bank gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The bank.
    pub bank: PublicKey,
    /// All records of the deal that are its own, and no other.
    pub records: Vec<Doc<Record>>,
    /// Who holds the accounts in them, each once: who has to confirm here.
    pub holders: Vec<PublicKey>,
}

impl Slices {
    /// Writes the records of a deal, two for each transfer, and the whole as `proposer`. Every document gets a ULID of its own.
    ///
    /// # Errors
    /// [`Error::Document`], if two ULIDs are the same.
    pub fn new(deal: &Deal, proposer: PublicKey, mut ulid: impl FnMut() -> Ulid) -> Result<Self, Error> {
        let mut slices: Vec<Slice> =
            deal.banks().iter().map(|bank| Slice { bank: *bank, records: Vec::new(), holders: Vec::new() }).collect();
        let mut all = Vec::with_capacity(deal.transfers().len() * 2);
        for transfer in deal.transfers() {
            let halves = [(Side::Debit, transfer.from, transfer.giver), (Side::Credit, transfer.to, transfer.receiver)];
            for (side, account, holder) in halves {
                let header = Header { pubkey: transfer.bank, ulid: ulid() };
                let record = Doc::new(header, &Record { side, amount: transfer.amount.clone(), account })?;
                all.push(record.hash());
                for slice in slices.iter_mut().filter(|slice| slice.bank == transfer.bank) {
                    slice.records.push(record.clone());
                    if !slice.holders.contains(&holder) {
                        slice.holders.push(holder);
                    }
                }
            }
        }
        all.sort_unstable();
        let tx = Doc::new(Header { pubkey: proposer, ulid: ulid() }, &Tx { records: all, order: None })?;
        Ok(Self { tx, slices })
    }
}
