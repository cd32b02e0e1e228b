//! The chain, with a record of what was called on it, and many questions in one call.

use std::{
    collections::BTreeSet,
    fmt::{self, Debug},
};

use alloy_primitives::{Address, Bytes, Log, U256, hex};
use alloy_sol_types::{SolCall, SolEventInterface};
use barter_bindings::{
    Addresses, AuditorQuorum::AuditorQuorumEvents, BTRCredit::BTRCreditEvents, BTRTrust::BTRTrustEvents,
    BarterBond::BarterBondEvents, BarterCore::BarterCoreEvents, ContractError, TestDollar::TestDollarEvents,
};

use crate::chain::{Chain, End};

use super::{
    disagreement::Disagreement,
    wallet::{CONTRACT, Wallet, executeCall},
};

/// Questions asked in one call: few enough for the memory of one to stay cheap.
const MAX_QUESTIONS: usize = 64;

/// Where the [`READER`] is.
const READER_ADDRESS: Address = Address::repeat_byte(0xca);

/// Calls one contract after the other without changing anything, and returns all answers: calls of which each is an address,
/// a length and data become answers of which each is whether it went well, a length and data. Lengths and the rest are words.
/// A transaction for each question costs several times as much.
///
/// ```text
/// 5f 5f 5b 36 81 10 600d 57 50 5f f3 00      0x02: while there is a call at i, with p bytes of answers
/// 5b 80 6020 01 35 80 82 6040 01 84 37       its data, copied to p
/// 5f 5f 82 85 85 35 5a fa 83 52              call; whether it went well, to p
/// 01 6040 01 90                              i to the next call
/// 6020 01 3d 81 52 6020 01 3d 5f 82 3e 3d 01 the length and what came back, after p
/// 90 6002 56                                 again
/// ```
const READER: &[u8] = &hex!(
    "5f5f5b368110600d57505ff300"
    "5b806020013580826040018437"
    "5f5f828585355afa8352"
    "0160400190"
    "6020013d81526020013d5f823e3d01"
    "90600256"
);

/// One of the contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contract {
    /// BarterCore.
    Core,
    /// BTRTrust.
    Trust,
    /// BTRCredit.
    Credit,
    /// `AuditorQuorum`.
    Quorum,
    /// `BarterBond`.
    Bond,
    /// `TestDollar`.
    Dollar,
}

/// The chain, and which functions were called on it.
pub struct Witness {
    chain: Chain,
    contracts: Vec<(Address, Contract)>,
    called: BTreeSet<(Contract, [u8; 4])>,
}

/// What came of a call.
pub(super) struct Sent<T> {
    pub(super) value: Result<T, ContractError>,
    pub(super) logs: Vec<Log>,
    pub(super) gas: u64,
}

/// What a view returned, or reverted with.
type Answer = Result<Vec<u8>, ContractError>;

/// A call that changes nothing, and what the ledger says it must give.
pub(super) struct Question {
    to: Address,
    data: Vec<u8>,
    expected: Answer,
    say_call: fn(&[u8]) -> String,
    say_answer: fn(&[u8]) -> String,
}

impl Question {
    pub(super) fn new<C>(to: Address, call: &C, expected: Result<C::Return, ContractError>) -> Self
    where
        C: SolCall + Debug,
        C::Return: Debug,
    {
        let expected = expected.map(|value| C::abi_encode_returns(&value));
        Self { to, data: call.abi_encode(), expected, say_call: say_call::<C>, say_answer: say_answer::<C> }
    }

    fn read(is_ok: bool, answer: &[u8]) -> Answer {
        if is_ok { Ok(answer.to_vec()) } else { Err(ContractError::decode(answer)) }
    }

    fn say(&self, answer: &Answer) -> String {
        match answer {
            Ok(answer) => (self.say_answer)(answer),
            Err(error) => format!("{error:?}"),
        }
    }

    fn check(&self, is_ok: bool, answer: &[u8]) -> Result<(), Disagreement> {
        let theirs = Self::read(is_ok, answer);
        if theirs == self.expected {
            return Ok(());
        }
        let (chain, ledger) = (self.say(&theirs), self.say(&self.expected));
        Err(Disagreement { what: (self.say_call)(&self.data), chain, ledger })
    }
}

fn say_call<C: SolCall + Debug>(data: &[u8]) -> String {
    C::abi_decode(data).map_or_else(|_| hex::encode(data), |call| format!("{call:?}"))
}

fn say_answer<C: SolCall<Return: Debug>>(answer: &[u8]) -> String {
    C::abi_decode_returns(answer).map_or_else(|_| hex::encode(answer), |value| format!("{value:?}"))
}

impl Witness {
    /// A chain with the three contracts, and the code of the wallets that are contracts.
    pub(super) fn new(arbiter: Address, wallets: &[Wallet]) -> Self {
        Self::with(Chain::deploy(Address::repeat_byte(0xde), arbiter), wallets)
    }

    /// The same of a chain that has more than these.
    pub(super) fn with(mut chain: Chain, wallets: &[Wallet]) -> Self {
        chain.install(READER_ADDRESS, Bytes::from_static(READER));
        for wallet in wallets.iter().filter(|wallet| wallet.name().is_contract()) {
            chain.install(wallet.address(), Bytes::from_static(CONTRACT));
        }
        let Addresses { core, trust, credit } = chain.addresses;
        let contracts = vec![(core, Contract::Core), (trust, Contract::Trust), (credit, Contract::Credit)];
        Self { chain, contracts, called: BTreeSet::new() }
    }

    /// Names another contract.
    pub(super) fn introduce(&mut self, address: Address, contract: Contract) {
        self.contracts.push((address, contract));
    }

    /// The chain itself.
    pub(super) const fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    /// Where the contracts are.
    pub fn addresses(&self) -> Addresses {
        self.chain.addresses
    }

    /// Selectors of the functions that were called.
    pub const fn called(&self) -> &BTreeSet<(Contract, [u8; 4])> {
        &self.called
    }

    pub(super) fn set_time(&mut self, now: u64) {
        self.chain.set_time(now);
    }

    /// Sends a wallet's call, and keeps what it changed. Returns what it gave or reverted with, its events, and its gas.
    pub(super) fn send<C: SolCall>(&mut self, caller: &Wallet, to: Address, call: &C) -> Sent<C::Return> {
        self.note(to, C::SELECTOR);
        let Sent { value, logs, gas } = self.send_data(caller, to, call.abi_encode().into());
        let value =
            value.and_then(|data| C::abi_decode_returns_validate(&data).map_err(|_| ContractError::Unknown { data }));
        Sent { value, logs, gas }
    }

    /// The same of any data, and what came back as it is.
    pub(super) fn send_data(&mut self, caller: &Wallet, to: Address, data: Bytes) -> Sent<Bytes> {
        let is_contract = caller.name().is_contract();
        let execution = if is_contract {
            let execute = executeCall { to, data };
            self.chain.execute(caller.sender(), caller.address(), execute.abi_encode().into())
        } else {
            self.chain.execute(caller.address(), to, data)
        };
        let (output, gas) = (execution.output, execution.gas);
        if execution.end != End::Success {
            return Sent { value: Err(ContractError::decode(&output)), logs: Vec::new(), gas };
        }
        let answer = if is_contract { executeCall::abi_decode_returns(&output).unwrap_or_default() } else { output };
        Sent { value: Ok(answer), logs: execution.logs, gas }
    }

    /// Asks one thing.
    ///
    /// # Errors
    /// What the contract reverted with.
    pub fn view<C: SolCall>(&mut self, to: Address, call: &C) -> Result<C::Return, ContractError> {
        self.note(to, C::SELECTOR);
        self.chain.view(to, call)
    }

    /// Asks all of it, and holds the answers against what they must be.
    pub(super) fn check(&mut self, questions: &[Question]) -> Result<(), Disagreement> {
        self.ask(questions, Question::check)
    }

    /// Asks all of it, and gives the answers as text.
    pub(super) fn tell(&mut self, questions: &[Question]) -> Result<Vec<String>, Disagreement> {
        let mut told = Vec::with_capacity(questions.len());
        self.ask(questions, |question, is_ok, answer| {
            told.push(format!(
                "{} = {}",
                (question.say_call)(&question.data),
                question.say(&Question::read(is_ok, answer))
            ));
            Ok(())
        })?;
        Ok(told)
    }

    fn ask(
        &mut self,
        questions: &[Question],
        mut hear: impl FnMut(&Question, bool, &[u8]) -> Result<(), Disagreement>,
    ) -> Result<(), Disagreement> {
        for some in questions.chunks(MAX_QUESTIONS) {
            let mut data = Vec::new();
            for question in some {
                self.note(question.to, [question.data[0], question.data[1], question.data[2], question.data[3]]);
                data.extend(question.to.into_word());
                data.extend(U256::from(question.data.len()).to_be_bytes::<32>());
                data.extend(&question.data);
            }
            let answers = self.chain.send_data(Address::ZERO, READER_ADDRESS, data.into());
            let mut rest = answers.as_ref();
            for question in some {
                let (is_ok, length) = (word(rest), word(&rest[32..]));
                let (answer, further) = rest[64..].split_at(length);
                hear(question, is_ok != 0, answer)?;
                rest = further;
            }
        }
        Ok(())
    }

    fn note(&mut self, to: Address, selector: [u8; 4]) {
        if let Some(contract) = self.contract(to) {
            self.called.insert((contract, selector));
        }
    }

    /// Which contract is at an address.
    pub fn contract(&self, address: Address) -> Option<Contract> {
        self.contracts.iter().find_map(|(at, contract)| (*at == address).then_some(*contract))
    }

    /// An event as text.
    pub(super) fn say(&self, log: &Log) -> String {
        let said = match self.contract(log.address) {
            Some(Contract::Core) => BarterCoreEvents::decode_log(log).map(|event| format!("{:?}", event.data)),
            Some(Contract::Trust) => BTRTrustEvents::decode_log(log).map(|event| format!("{:?}", event.data)),
            Some(Contract::Credit) => BTRCreditEvents::decode_log(log).map(|event| format!("{:?}", event.data)),
            Some(Contract::Quorum) => AuditorQuorumEvents::decode_log(log).map(|event| format!("{:?}", event.data)),
            Some(Contract::Bond) => BarterBondEvents::decode_log(log).map(|event| format!("{:?}", event.data)),
            Some(Contract::Dollar) => TestDollarEvents::decode_log(log).map(|event| format!("{:?}", event.data)),
            None => return format!("{log:?}"),
        };
        said.unwrap_or_else(|_| format!("{log:?}"))
    }
}

impl Debug for Witness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Witness").field("addresses", &self.addresses()).finish_non_exhaustive()
    }
}

/// The end of a word, as a number: lengths in memory are no larger.
fn word(bytes: &[u8]) -> usize {
    bytes[24..32].iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}
