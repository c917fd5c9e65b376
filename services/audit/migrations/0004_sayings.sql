-- What the log is asked to say of itself: erasures decided by two people, and orders of the operator.

CREATE TABLE erasures (
    erasure      text PRIMARY KEY,
    agency       text NOT NULL,
    subject      text NOT NULL,
    basis        text NOT NULL,
    reason       text NOT NULL, -- address of the text
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_by   text,
    decided_at   timestamptz,
    stage        text NOT NULL
);
SELECT protect('erasures');

-- Key rotation and freeze. Done when the ledger holds the entry of stream `id`.
CREATE TABLE ledger_order (
    id         text PRIMARY KEY,
    type       text NOT NULL CHECK (type IN ('log.freeze.v1', 'audit.key.rotate.v1')),
    said       json NOT NULL,
    ordered_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT ON ledger_order TO gongkai_worker;
ALTER TABLE vault_key ADD erased_by bigint; -- the entry that says so
GRANT UPDATE (wrapped, destroyed_at, erased_by) ON vault_key TO gongkai_worker;
CREATE INDEX ledger_event_subject ON ledger_event (subject);
