//! `barter reputation`.

mod consistent_lies;
mod copies;
mod demo;
mod followed;
mod lies;
mod records;
mod resolving;
mod serving;
