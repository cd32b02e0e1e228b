//! Reading a log. It may be anybody's file: whatever is wrong with it is an error, and nothing is believed about how much
//! there is to come.

use std::{borrow::Cow, io};

use alloy_primitives::{Address, B256};
use barter_protocol::Role;
use sha2::{Digest, Sha256};

use super::{
    CHUNK, Header, MAGIC, MAX_SCENARIO_BYTES, VERSION,
    encode::{
        ACCEPT, ACCEPTED, BLOCK, CREDIT, DISMISS, DISMISSED, DISPUTE, DISPUTED, END, GUESS, HALTED, KNOWN, OF, OPEN,
        PAYMENT, PROPOSE, PROPOSED, REVERTED, SCORE, SETTLE, SETTLE_AS_PAYEE, SETTLE_BATCH, SETTLE_FORGED, SETTLED,
        SUCCEEDED, UPHELD, UPHOLD, WALLET,
    },
};
use crate::{
    AgentId, CrowdId, TradeRef, WalletId,
    record::{Call, Event, Record, Refusal, Shown},
};

/// What is wrong with a log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// It cannot be read.
    #[error("the event log cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("this is no event log of the simulator: it begins with {found:?}, expected \"bartrlog\"")]
    Foreign {
        /// Its first bytes, as far as they are text.
        found: String,
    },
    /// It is written in a form that this version does not know.
    #[error("the event log has format {version}, and this version reads {VERSION} only")]
    Version {
        /// Its version.
        version: u8,
    },
    /// It ends too early.
    #[error("the event log ends at byte {at}, in the middle")]
    Truncated {
        /// How long it is.
        at: u64,
    },
    /// Something in it makes no sense.
    #[error("the event log is damaged at byte {at}: expected {expected}")]
    Damaged {
        /// Where.
        at: u64,
        /// What should be there.
        expected: &'static str,
    },
    /// It does not have the hash it ends with.
    #[error("the event log is damaged: it says its hash is {said}, and it is {actual}")]
    Hash {
        /// The hash it ends with.
        said: B256,
        /// The hash of what is there.
        actual: B256,
    },
}

/// A log's records, in order. After an error, and after the end, there are no more.
pub struct Reader<R> {
    input: R,
    buffer: Vec<u8>,
    /// What of the buffer has been read.
    position: usize,
    /// Bytes of the log before the buffer.
    before: u64,
    hasher: Sha256,
    header: Header,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reading,
    Failed,
    Ended(B256),
}

impl<R: io::Read> Reader<R> {
    /// Begins to read a log.
    ///
    /// # Errors
    /// [`LogError`] where it is no log of a version that is known, or its header is damaged.
    pub fn new(input: R) -> Result<Self, LogError> {
        let header = Header { world: 0, seed: 0, code_digest: B256::ZERO, scenario: String::new() };
        let mut reader = Self {
            input,
            buffer: Vec::new(),
            position: 0,
            before: 0,
            hasher: Sha256::new(),
            header,
            state: State::Reading,
        };
        let magic: [u8; MAGIC.len()] = reader.bytes()?;
        if magic != MAGIC {
            return Err(LogError::Foreign { found: String::from_utf8_lossy(&magic).into_owned() });
        }
        let version = reader.byte()?;
        if version != VERSION {
            return Err(LogError::Version { version });
        }
        reader.header.world = reader.number()?;
        reader.header.seed = u64::from_be_bytes(reader.bytes()?);
        reader.header.code_digest = reader.bytes()?.into();
        reader.header.scenario = reader.text()?;
        Ok(reader)
    }

    /// What the log begins with.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The log's hash, once all of it is read and found to be whole.
    pub const fn hash(&self) -> Option<B256> {
        match self.state {
            State::Ended(hash) => Some(hash),
            State::Reading | State::Failed => None,
        }
    }

    // -------------------------------------------------------------------------------------------- records

    fn record(&mut self) -> Result<Option<Record<'static>>, LogError> {
        let at = self.at();
        let tag = self.byte()?;
        Ok(Some(match tag {
            WALLET => {
                let address = Address::from(self.bytes()?);
                Record::Wallet { address, agent: AgentId(self.short()?), crowd: CrowdId(self.short()?) }
            }
            BLOCK => Record::Block { number: self.number()?, time: self.number()?, wei_per_gas: self.number()? },
            PAYMENT => Record::Payment(self.trade()?),
            PROPOSE..=UPHOLD => self.transaction(tag)?,
            END => return self.end().map(|()| None),
            _ => return Err(LogError::Damaged { at, expected: "a record" }),
        }))
    }

    fn transaction(&mut self, tag: u8) -> Result<Record<'static>, LogError> {
        let call = Cow::Owned(self.call(tag)?);
        let (tip_wei, gas) = (self.number()?, self.number()?);
        let result = match self.number()? {
            REVERTED => Err(Refusal::Reverted(self.bytes()?)),
            HALTED => Err(Refusal::Halted),
            events => {
                // Grows with what is there, whatever is said to be there.
                let mut list = Vec::new();
                for _ in SUCCEEDED..events {
                    list.push(self.event()?);
                }
                Ok(Cow::Owned(list))
            }
        };
        Ok(Record::Transaction { call, tip_wei, gas, result })
    }

    fn call(&mut self, tag: u8) -> Result<Call, LogError> {
        Ok(match tag {
            PROPOSE | OPEN => {
                let (wallet, counterparty) = (self.wallet()?, self.wallet()?);
                let role = if self.flag()? { Role::Payee } else { Role::Payer };
                let (amount_sats, texts) = (self.number()?, self.flag()?);
                if tag == PROPOSE {
                    Call::Propose { wallet, counterparty, role, amount_sats, texts }
                } else {
                    Call::Open { wallet, counterparty, role, amount_sats, texts }
                }
            }
            ACCEPT => Call::Accept(self.trade()?),
            SETTLE => {
                let trade = self.trade()?;
                Call::Settle { trade, shown: self.shown()? }
            }
            SETTLE_BATCH => {
                let mut trades = Vec::new();
                for _ in 0..self.number()? {
                    trades.push(self.trade()?);
                }
                Call::SettleBatch(trades.into())
            }
            SETTLE_AS_PAYEE => Call::SettleAsPayee(self.trade()?),
            SETTLE_FORGED => Call::SettleForged(self.trade()?),
            DISPUTE => Call::Dispute { trade: self.trade()?, by: self.wallet()?, deserved: self.flag()? },
            DISMISS => Call::Dismiss(self.trade()?),
            _ => Call::Uphold { trade: self.trade()?, at_fault: self.wallet()? },
        })
    }

    fn shown(&mut self) -> Result<Shown, LogError> {
        let at = self.at();
        Ok(match self.byte()? {
            KNOWN => Shown::Known,
            GUESS => Shown::Guess,
            OF => Shown::Of(self.trade()?),
            _ => return Err(LogError::Damaged { at, expected: "0, 1 or 2" }),
        })
    }

    fn event(&mut self) -> Result<Event, LogError> {
        let at = self.at();
        Ok(match self.byte()? {
            PROPOSED => Event::Proposed(self.trade()?),
            ACCEPTED => Event::Accepted(self.trade()?),
            SETTLED => Event::Settled(self.trade()?),
            DISPUTED => Event::Disputed(self.trade()?),
            DISMISSED => Event::Dismissed(self.trade()?),
            UPHELD => Event::Upheld(self.trade()?),
            SCORE => Event::Score { wallet: self.wallet()?, score: self.number()? },
            CREDIT => Event::Credit { wallet: self.wallet()?, tokens: self.number()? },
            _ => return Err(LogError::Damaged { at, expected: "an event" }),
        })
    }

    fn end(&mut self) -> Result<(), LogError> {
        self.hasher.update(&self.buffer[..self.position]);
        let actual = B256::from_slice(&std::mem::take(&mut self.hasher).finalize());
        self.before += self.position as u64;
        self.buffer.drain(..self.position);
        self.position = 0;
        let said = B256::from(self.bytes()?);
        if said != actual {
            return Err(LogError::Hash { said, actual });
        }
        if self.position < self.buffer.len() || self.fill()? {
            return Err(LogError::Damaged { at: self.at(), expected: "nothing more" });
        }
        self.state = State::Ended(actual);
        Ok(())
    }

    // -------------------------------------------------------------------------------------------- fields

    fn trade(&mut self) -> Result<TradeRef, LogError> {
        self.number().map(TradeRef)
    }

    fn wallet(&mut self) -> Result<WalletId, LogError> {
        self.short().map(WalletId)
    }

    fn flag(&mut self) -> Result<bool, LogError> {
        let at = self.at();
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(LogError::Damaged { at, expected: "0 or 1" }),
        }
    }

    fn text(&mut self) -> Result<String, LogError> {
        let at = self.at();
        let length = self.number()?;
        if length > MAX_SCENARIO_BYTES {
            return Err(LogError::Damaged { at, expected: "a scenario of at most 1 MiB" });
        }
        let mut text = Vec::new();
        for _ in 0..length {
            text.push(self.byte()?);
        }
        String::from_utf8(text).map_err(|_| LogError::Damaged { at, expected: "a scenario in UTF-8" })
    }

    /// A number of few bits.
    fn short<T: TryFrom<u64>>(&mut self) -> Result<T, LogError> {
        let at = self.at();
        self.number()?.try_into().map_err(|_| LogError::Damaged { at, expected: "a smaller number" })
    }

    fn number(&mut self) -> Result<u64, LogError> {
        const BITS: u32 = 7;
        let at = self.at();
        let mut value = 0_u64;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let is_shortest = byte != 0 || shift == 0;
            if shift >= u64::BITS || bits << shift >> shift != bits || !is_shortest {
                return Err(LogError::Damaged { at, expected: "a number of 64 bits in its shortest form" });
            }
            value |= bits << shift;
            shift += BITS;
            if byte < 0x80 {
                return Ok(value);
            }
        }
    }

    // -------------------------------------------------------------------------------------------- bytes

    fn at(&self) -> u64 {
        self.before + self.position as u64
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], LogError> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8, LogError> {
        if self.position == self.buffer.len() && !self.fill()? {
            return Err(LogError::Truncated { at: self.at() });
        }
        let byte = self.buffer[self.position];
        self.position += 1;
        Ok(byte)
    }

    /// Reads on, once all that was read before is used. False at the end.
    fn fill(&mut self) -> Result<bool, LogError> {
        self.hasher.update(&self.buffer);
        self.before += self.buffer.len() as u64;
        self.position = 0;
        self.buffer.resize(CHUNK, 0);
        let read = loop {
            match self.input.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(*read.as_ref().unwrap_or(&0));
        Ok(read? > 0)
    }
}

impl<R: io::Read> Iterator for Reader<R> {
    type Item = Result<Record<'static>, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state != State::Reading {
            return None;
        }
        let record = self.record();
        if record.is_err() {
            self.state = State::Failed;
        }
        record.transpose()
    }
}

impl<R> std::fmt::Debug for Reader<R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Reader").field("header", &self.header).field("at", &self.before).finish_non_exhaustive()
    }
}
