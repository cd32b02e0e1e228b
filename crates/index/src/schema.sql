CREATE TABLE barter_index (
    schema_version INTEGER NOT NULL,
    chain_id INTEGER NOT NULL,
    barter_core BLOB NOT NULL,
    btr_trust BLOB NOT NULL,
    btr_credit BLOB NOT NULL,
    first_block INTEGER NOT NULL
) STRICT;

CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    timestamp INTEGER NOT NULL
) STRICT;

CREATE TABLE checkpoints (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    timestamp INTEGER NOT NULL
) STRICT;

CREATE TABLE wallets (
    id INTEGER PRIMARY KEY,
    address BLOB NOT NULL UNIQUE,
    first_block INTEGER NOT NULL
) STRICT;

CREATE TABLE proposals (
    id INTEGER PRIMARY KEY,
    block_number INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    transaction_hash BLOB NOT NULL,
    trade_id BLOB NOT NULL UNIQUE,
    party_a INTEGER NOT NULL,
    party_b INTEGER NOT NULL,
    payer INTEGER NOT NULL,
    payment_hash BLOB NOT NULL,
    amount_sats INTEGER NOT NULL,
    category TEXT NOT NULL,
    description TEXT NOT NULL
) STRICT;
CREATE INDEX proposals_by_party_a ON proposals (party_a, id);
CREATE INDEX proposals_by_party_b ON proposals (party_b, id);

CREATE TABLE acceptances (
    id INTEGER PRIMARY KEY,
    block_number INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    transaction_hash BLOB NOT NULL,
    trade INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE settlements (
    id INTEGER PRIMARY KEY,
    block_number INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    transaction_hash BLOB NOT NULL,
    trade INTEGER NOT NULL UNIQUE,
    payer INTEGER NOT NULL,
    payee INTEGER NOT NULL,
    amount_sats INTEGER NOT NULL,
    settled_at INTEGER NOT NULL,
    preimage BLOB NOT NULL,
    points INTEGER NOT NULL,
    credit_tokens INTEGER NOT NULL,
    payer_score INTEGER NOT NULL,
    payee_score INTEGER NOT NULL,
    payer_earned_tokens INTEGER NOT NULL,
    payee_earned_tokens INTEGER NOT NULL
) STRICT;
CREATE INDEX settlements_by_payer ON settlements (payer, id, payee, amount_sats, settled_at);
CREATE INDEX settlements_by_payee ON settlements (payee, id, payer, amount_sats, settled_at);
CREATE INDEX settlements_counted ON settlements (payer, payee) WHERE points > 0;

CREATE TABLE disputes (
    id INTEGER PRIMARY KEY,
    block_number INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    transaction_hash BLOB NOT NULL,
    trade INTEGER NOT NULL,
    party_a INTEGER NOT NULL,
    party_b INTEGER NOT NULL,
    kind TEXT NOT NULL,
    wallet INTEGER
) STRICT;
CREATE INDEX disputes_by_trade ON disputes (trade, id);
CREATE INDEX disputes_by_party_a ON disputes (party_a);
CREATE INDEX disputes_by_party_b ON disputes (party_b);

CREATE TABLE credit_transfers (
    id INTEGER PRIMARY KEY,
    block_number INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    transaction_hash BLOB NOT NULL,
    sender INTEGER NOT NULL,
    receiver INTEGER,
    tokens INTEGER NOT NULL,
    units INTEGER NOT NULL,
    sender_net_tokens INTEGER NOT NULL,
    sender_net_units INTEGER NOT NULL,
    receiver_net_tokens INTEGER,
    receiver_net_units INTEGER
) STRICT;
CREATE INDEX credit_transfers_by_sender ON credit_transfers (sender, id);
CREATE INDEX credit_transfers_by_receiver ON credit_transfers (receiver, id);

CREATE TABLE cancelled_signatures (
    id INTEGER PRIMARY KEY,
    block_number INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    transaction_hash BLOB NOT NULL,
    signer INTEGER NOT NULL,
    digest BLOB NOT NULL
) STRICT;
CREATE INDEX cancelled_signatures_by_signer ON cancelled_signatures (signer);

CREATE TABLE open_trades (
    trade INTEGER PRIMARY KEY,
    party_a INTEGER NOT NULL,
    party_b INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX open_trades_by_party_a ON open_trades (party_a);
CREATE INDEX open_trades_by_party_b ON open_trades (party_b);

CREATE VIEW trades AS
SELECT
    p.id AS trade,
    p.trade_id,
    a.address AS party_a,
    b.address AS party_b,
    y.address AS payer,
    p.payment_hash,
    p.amount_sats,
    p.category,
    p.description,
    CASE
        WHEN s.id IS NOT NULL THEN 'settled'
        WHEN (SELECT d.kind FROM disputes d WHERE d.trade = p.id ORDER BY d.id DESC LIMIT 1) IN ('disputed', 'upheld')
            THEN 'disputed'
        WHEN c.id IS NOT NULL THEN 'accepted'
        ELSE 'proposed'
    END AS status,
    proposed.timestamp AS created_at,
    proposed.timestamp + 604800 AS expires_at,
    accepted.timestamp AS accepted_at,
    s.settled_at,
    s.preimage,
    p.block_number,
    p.log_index,
    p.transaction_hash
FROM proposals p
JOIN wallets a ON a.id = p.party_a
JOIN wallets b ON b.id = p.party_b
JOIN wallets y ON y.id = p.payer
JOIN blocks proposed ON proposed.number = p.block_number
LEFT JOIN acceptances c ON c.trade = p.id
LEFT JOIN blocks accepted ON accepted.number = c.block_number
LEFT JOIN settlements s ON s.trade = p.id;

CREATE VIEW settled_trades AS
SELECT
    s.id AS settlement,
    p.trade_id,
    y.address AS payer,
    e.address AS payee,
    s.amount_sats,
    s.settled_at,
    s.preimage,
    s.points,
    s.credit_tokens,
    p.category,
    p.description,
    s.block_number,
    s.log_index,
    s.transaction_hash
FROM settlements s
JOIN proposals p ON p.id = s.trade
JOIN wallets y ON y.id = s.payer
JOIN wallets e ON e.id = s.payee;

CREATE VIEW score_changes AS
SELECT s.id AS settlement, w.address AS wallet, p.trade_id, s.points, s.payer_score AS score, s.settled_at, s.block_number, s.transaction_hash
FROM settlements s
JOIN wallets w ON w.id = s.payer
JOIN proposals p ON p.id = s.trade
WHERE s.points > 0
UNION ALL
SELECT s.id AS settlement, w.address AS wallet, p.trade_id, s.points, s.payee_score AS score, s.settled_at, s.block_number, s.transaction_hash
FROM settlements s
JOIN wallets w ON w.id = s.payee
JOIN proposals p ON p.id = s.trade
WHERE s.points > 0;

CREATE VIEW credit_movements AS
SELECT
    'earned' AS kind,
    CAST(NULL AS BLOB) AS sender,
    w.address AS receiver,
    s.credit_tokens AS tokens,
    0 AS units,
    s.block_number,
    s.log_index,
    s.transaction_hash
FROM settlements s
JOIN wallets w ON w.id = s.payer
WHERE s.points > 0
UNION ALL
SELECT
    'earned' AS kind,
    CAST(NULL AS BLOB) AS sender,
    w.address AS receiver,
    s.credit_tokens AS tokens,
    0 AS units,
    s.block_number,
    s.log_index,
    s.transaction_hash
FROM settlements s
JOIN wallets w ON w.id = s.payee
WHERE s.points > 0
UNION ALL
SELECT
    CASE WHEN t.receiver IS NULL THEN 'burned' ELSE 'transferred' END AS kind,
    f.address AS sender,
    r.address AS receiver,
    t.tokens,
    t.units,
    t.block_number,
    t.log_index,
    t.transaction_hash
FROM credit_transfers t
JOIN wallets f ON f.id = t.sender
LEFT JOIN wallets r ON r.id = t.receiver;

CREATE VIEW wallet_standings AS
SELECT
    w.id AS wallet,
    w.address,
    (SELECT COALESCE(max(x.score), 0) FROM (
        SELECT s.payer_score AS score FROM settlements s WHERE s.payer = w.id
        UNION ALL SELECT s.payee_score AS score FROM settlements s WHERE s.payee = w.id
    ) x) AS score,
    (SELECT count(*) FROM settlements s WHERE s.payer = w.id)
        + (SELECT count(*) FROM settlements s WHERE s.payee = w.id) AS settled,
    (SELECT count(*) FROM open_trades o WHERE o.party_a = w.id)
        + (SELECT count(*) FROM open_trades o WHERE o.party_b = w.id) AS open,
    (SELECT COALESCE(max(x.tokens), 0) FROM (
        SELECT s.payer_earned_tokens AS tokens FROM settlements s WHERE s.payer = w.id
        UNION ALL SELECT s.payee_earned_tokens AS tokens FROM settlements s WHERE s.payee = w.id
    ) x) AS earned_tokens,
    COALESCE((SELECT x.tokens FROM (
        SELECT t.id, t.sender_net_tokens AS tokens FROM credit_transfers t WHERE t.sender = w.id
        UNION ALL SELECT t.id, t.receiver_net_tokens AS tokens FROM credit_transfers t WHERE t.receiver = w.id
    ) x ORDER BY x.id DESC LIMIT 1), 0) AS moved_tokens,
    COALESCE((SELECT x.units FROM (
        SELECT t.id, t.sender_net_units AS units FROM credit_transfers t WHERE t.sender = w.id
        UNION ALL SELECT t.id, t.receiver_net_units AS units FROM credit_transfers t WHERE t.receiver = w.id
    ) x ORDER BY x.id DESC LIMIT 1), 0) AS moved_units,
    w.first_block
FROM wallets w;
