//! A trade and its Lightning payment as one thing.
