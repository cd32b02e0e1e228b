//! `barter reputation`.

mod consistent_lies;
mod copies;
mod demo;
mod disputes;
mod followed;
mod lies;
mod raw;
mod records;
mod resolving;
mod serving;
mod telling;
