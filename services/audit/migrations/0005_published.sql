-- What the world has been shown of the ledger, and what the witnesses answered.

-- Every note released: signed by the log, with the cosignatures it had by then.
CREATE TABLE ledger_note (
    size   bigint NOT NULL,
    at     timestamptz NOT NULL,
    note   bytea NOT NULL,
    quorum boolean NOT NULL,
    seen_from  timestamptz, -- by the witnesses' clocks: no larger tree was seen before, with a quorum
    seen_until timestamptz, -- and this one was seen by then
    PRIMARY KEY (size, at)
);
CREATE INDEX ledger_note_quorum ON ledger_note (size) WHERE quorum;
CREATE INDEX ledger_note_seen ON ledger_note (seen_until) WHERE quorum;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_note
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- The newest of them, moved by compare-and-set.
CREATE TABLE ledger_published (
    log               smallint PRIMARY KEY CHECK (log = 1),
    size              bigint NOT NULL DEFAULT 0,
    note              bytea NOT NULL DEFAULT '',
    at                timestamptz,
    asked_at          timestamptz, -- when witnesses were last asked
    quorum            boolean NOT NULL DEFAULT false,
    unwitnessed_since timestamptz, -- since when the newest note has no quorum
    trouble           text NOT NULL DEFAULT '' -- why nothing is signed; empty when all is well
);
INSERT INTO ledger_published (log) VALUES (1);

CREATE TABLE ledger_witness (
    name     text PRIMARY KEY,
    size     bigint NOT NULL DEFAULT 0,
    seen_at  timestamptz, -- of its last cosignature, by our clock
    fault    text NOT NULL DEFAULT '',
    fault_at timestamptz
);
GRANT SELECT, INSERT ON ledger_note, ledger_witness TO gongkai_worker;
GRANT SELECT, UPDATE ON ledger_published, ledger_witness TO gongkai_worker;
