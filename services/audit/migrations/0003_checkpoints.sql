-- Heads noted for signing; findings that become entries; search by person and by time.

-- A head as it was committed, at most one a second; written in the transaction that made that head.
CREATE TABLE ledger_checkpoint (
    size bigint PRIMARY KEY CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    at   timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
GRANT SELECT, INSERT ON ledger_checkpoint TO gongkai_worker;

-- `told` is the entry by which the log itself names the finding.
ALTER TABLE ledger_finding ADD told bigint;
ALTER TABLE ledger_finding DROP CONSTRAINT ledger_finding_kind_check;
ALTER TABLE ledger_finding ADD CONSTRAINT ledger_finding_kind_check CHECK (kind IN
    ('gap', 'omission', 'surplus', 'conflict', 'quarantine', 'lost', 'fork', 'behind', 'frozen'));
CREATE INDEX ledger_finding_untold ON ledger_finding (found_at) WHERE told IS NULL;

CREATE INDEX ledger_event_actor ON ledger_event (actor, idx);
CREATE INDEX ledger_event_time ON ledger_event USING brin (occurred_at) WITH (pages_per_range = 16);
