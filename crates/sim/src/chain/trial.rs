//! Transactions that leave nothing behind.

use std::convert::Infallible;

use revm::{
    context::{
        ContextTr as _, JournalTr as _, LocalContextTr as _, TxEnv,
        result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction, ResultGas},
    },
    context_interface::{ContextSetters as _, context::take_error},
    handler::{EvmTr as _, FrameResult, Handler, post_execution},
};

use super::Evm;

type Error = EVMError<Infallible, InvalidTransaction>;

/// Runs a transaction and takes back all it changed.
pub(super) fn run(evm: &mut Evm, transaction: TxEnv) -> Result<ExecutionResult, Error> {
    evm.ctx.set_tx(transaction);
    Trial.run(evm)
}

/// The EVM's usual way with a transaction, but for the last step.
struct Trial;

impl Handler for Trial {
    type Evm = Evm;
    type Error = Error;
    type HaltReason = HaltReason;

    fn execution_result(
        &mut self,
        evm: &mut Evm,
        result: FrameResult,
        gas: ResultGas,
    ) -> Result<ExecutionResult, Error> {
        take_error::<Error, _>(evm.ctx().error())?;
        let result = post_execution::output(evm.ctx(), result, gas);
        evm.ctx().journal_mut().discard_tx();
        evm.ctx().local_mut().clear();
        evm.frame_stack().clear();
        Ok(result)
    }
}
