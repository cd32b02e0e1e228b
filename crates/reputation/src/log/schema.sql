-- What this database is. One row. `registry` counts registrations: whoever remembers keys looks whether it has changed.
CREATE TABLE barter_log (
    id INTEGER PRIMARY KEY,
    schema_version INTEGER NOT NULL,
    chain_id INTEGER,
    bond BLOB,
    registry INTEGER NOT NULL
) STRICT;

-- Texts that come again and again: capabilities, products, names of hubs in their signers' spelling.
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX texts_by_text ON texts (text);

-- `hub` is the name as compared. `revision` counts its batches of outcomes, `attested` changes of what its slashes elsewhere come to.
CREATE TABLE providers (
    id INTEGER PRIMARY KEY,
    hub TEXT NOT NULL,
    revision INTEGER NOT NULL,
    outcomes INTEGER NOT NULL,
    first_outcome_at INTEGER,
    attested INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX providers_by_hub ON providers (hub);

CREATE TABLE wallets (id INTEGER PRIMARY KEY, provider INTEGER NOT NULL, address BLOB NOT NULL, since INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX wallets_by_provider ON wallets (provider, address);

CREATE TABLE consumers (id INTEGER PRIMARY KEY, hub TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX consumers_by_hub ON consumers (hub);

-- A consumer's newest key is the one that counts; the others are what its older outcomes were checked with.
CREATE TABLE consumer_keys (
    id INTEGER PRIMARY KEY,
    consumer INTEGER NOT NULL,
    public_key BLOB NOT NULL,
    since INTEGER NOT NULL
) STRICT;
CREATE INDEX consumer_keys_by_consumer ON consumer_keys (consumer, id);
CREATE INDEX consumer_keys_by_key ON consumer_keys (public_key);

-- The log. `id` is the index of the leaf, without gaps. `form` is form, status and how numbers were written, see outcome.rs;
-- `quality` is millionths, or less than zero the bits of another double; a spelling is NULL where it is the name as compared.
CREATE TABLE outcomes (
    id INTEGER PRIMARY KEY,
    provider INTEGER NOT NULL,
    consumer_key INTEGER NOT NULL,
    capability INTEGER NOT NULL,
    product INTEGER NOT NULL,
    provider_spelling INTEGER,
    consumer_spelling INTEGER,
    form INTEGER NOT NULL,
    happened_at INTEGER NOT NULL,
    price_units INTEGER NOT NULL,
    latency_ms INTEGER NOT NULL,
    quality INTEGER,
    invocation TEXT NOT NULL,
    signature BLOB NOT NULL,
    leaf BLOB NOT NULL
) STRICT;
CREATE INDEX outcomes_by_provider ON outcomes (provider, id);

-- Where the outcome of a call is: `id` is a hash of consumer and call, see outcome.rs.
CREATE TABLE calls (id INTEGER PRIMARY KEY, outcome INTEGER NOT NULL) STRICT;

-- The roots of the tree's full subtrees of 256 leaves, of 65,536, and so on: `id` is height and index, see tree.rs.
CREATE TABLE subtrees (id INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;

-- What a provider's outcomes of one hour come to: `id` is provider and hour, see tally.rs. `price_over` counts in 2^62.
-- `revision` is the provider's after the last change.
CREATE TABLE hours (
    id INTEGER PRIMARY KEY,
    success INTEGER NOT NULL,
    failure INTEGER NOT NULL,
    timeout INTEGER NOT NULL,
    disputed INTEGER NOT NULL,
    price_units INTEGER NOT NULL,
    price_over INTEGER NOT NULL,
    rated INTEGER NOT NULL,
    quality_ppm INTEGER NOT NULL,
    first_outcome INTEGER NOT NULL,
    last_outcome INTEGER NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

-- At most one dispute of an outcome in our form, and one that is in the published form alone. `wallet` is NULL in the published form; `published` is the same dispute in that form, as proof
-- for others, where its consumer signed both. What is after it is NULL until the dispute is resolved.
CREATE TABLE disputes (
    id INTEGER PRIMARY KEY,
    dispute_id TEXT NOT NULL,
    outcome INTEGER NOT NULL,
    wallet BLOB,
    provider_hub TEXT NOT NULL,
    consumer_hub TEXT NOT NULL,
    invocation TEXT NOT NULL,
    reason TEXT NOT NULL,
    requested_slash INTEGER NOT NULL,
    happened_at INTEGER NOT NULL,
    evidence TEXT NOT NULL,
    public_key BLOB NOT NULL,
    signature BLOB NOT NULL,
    filed_at INTEGER NOT NULL,
    published TEXT,
    on_chain BLOB,
    slash_ppm INTEGER,
    slashed_units BLOB,
    ending INTEGER,
    resolved_at INTEGER,
    attestation INTEGER
) STRICT;
CREATE UNIQUE INDEX disputes_by_id ON disputes (dispute_id);
CREATE INDEX disputes_by_outcome ON disputes (outcome);

-- Slash attestations as they travel: our own, whose `issuer` is empty, and what peers were believed. Hubs are the names as compared.
-- `outcome` is what the consumer's proof in it is about; NULL where it has none.
CREATE TABLE attestations (
    id INTEGER PRIMARY KEY,
    issuer BLOB NOT NULL,
    seq INTEGER NOT NULL,
    outcome INTEGER,
    provider_hub TEXT NOT NULL,
    issuer_hub TEXT NOT NULL,
    envelope TEXT NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX attestations_by_issuer ON attestations (issuer, seq);
CREATE INDEX attestations_by_provider ON attestations (provider_hub, id);
CREATE INDEX attestations_by_outcome ON attestations (outcome);

-- The keys of the peers whose word counts now.
CREATE TABLE peers (id INTEGER PRIMARY KEY, public_key BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX peers_by_key ON peers (public_key)
