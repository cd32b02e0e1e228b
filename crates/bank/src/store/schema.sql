-- Whose bank this is. One row. `forgotten_ms` is how far the calls of the past are forgotten, see replay.rs.
CREATE TABLE barter_bank (
    id INTEGER PRIMARY KEY,
    schema_version INTEGER NOT NULL,
    public_key BLOB NOT NULL,
    forgotten_ms INTEGER NOT NULL
) STRICT;

-- Calls that were made, each once. ULIDs are in the order of time: what is new is put at the end, and what is old is at the start.
CREATE TABLE calls (ulid TEXT NOT NULL, caller BLOB NOT NULL, PRIMARY KEY (ulid, caller)) STRICT, WITHOUT ROWID;

-- Documents as they were received, in canonical form.
CREATE TABLE documents (hash BLOB PRIMARY KEY, text TEXT NOT NULL) STRICT;

-- Accounts. `state` is all there is to know but what is in it, which changes.
CREATE TABLE accounts (hash BLOB PRIMARY KEY, holder BLOB NOT NULL, balance TEXT NOT NULL, state TEXT NOT NULL) STRICT;
CREATE INDEX accounts_by_holder ON accounts (holder);

-- What was made when a promise was minted.
CREATE TABLE minted (promise BLOB PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What holds an account: one deal at most.
CREATE TABLE holds (account BLOB PRIMARY KEY, tx BLOB NOT NULL, state TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- This bank's legs. `until_ms` is when a hold ends by itself; NULL where there is none, or none any more.
CREATE TABLE legs (tx BLOB PRIMARY KEY, until_ms INTEGER, state TEXT NOT NULL) STRICT;
CREATE INDEX legs_by_end ON legs (until_ms);

-- Which deal a record is in: one.
CREATE TABLE records (record BLOB PRIMARY KEY, tx BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- Legs that are not final, by whose accounts are in them: what waits for somebody.
CREATE TABLE waiting (holder BLOB NOT NULL, tx BLOB NOT NULL, PRIMARY KEY (holder, tx)) STRICT, WITHOUT ROWID;
