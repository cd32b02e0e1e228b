//! `barter reputation`.

mod demo;
mod lies;
mod records;
mod serving;
