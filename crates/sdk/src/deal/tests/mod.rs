//! The parts of a deal that need no chain and no node.

mod disk;
mod guard;
mod journal;
mod made;
mod offer;
mod payee;
mod payer;
mod purchase;
