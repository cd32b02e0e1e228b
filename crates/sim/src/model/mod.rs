//! The protocol against the bytecode: whatever is tried, in whatever order, by whichever of a dozen wallets, the committed
//! contracts and the ledger of `barter-protocol` must end it alike, emit what follows from it, and show the same in every
//! view after.
//!
//! Amounts and deadlines are `u64`s, as the ledger has them, a batch is of at most three settlements, and no call carries
//! ether. Of a token's metadata all is compared but the picture, which the ledger knows nothing of: Foundry's tests look at it.
//!
//! [`Sequence`]s come from proptest ([`sequence`]) or from a fuzzer's bytes ([`Sequence::from_bytes`]); both run through
//! [`World::step`], and print, when they fail, as a story of who did what.
//!
//! ```
//! use barter_sim::model::{Sequence, World};
//!
//! // Any bytes are some sequence.
//! let sequence = Sequence::from_bytes(b"forty bytes or so of nothing in particular");
//! let world: World = sequence.run()?;
//! assert!(world.wallets().len() > 12);
//! # Ok::<(), barter_sim::model::Failure>(())
//! ```

pub mod bond;
mod disagreement;
mod logs;
pub mod operation;
mod permit;
mod replay;
mod strategy;
mod views;
mod wallet;
mod witness;
mod world;

pub use disagreement::{Disagreement, Failure};
pub use operation::{Operation, Sequence};
pub use permit::Nonces;
pub use strategy::{draft, operation, sequence};
pub use wallet::{KEYS, Name, TRADERS, Target, WALLETS, Wallet};
pub use witness::{Contract, Witness};
pub use world::{OK, World};
