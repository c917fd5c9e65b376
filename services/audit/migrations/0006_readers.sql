-- Two kinds of readers. Everybody: what is published, which holds no personal data. Inspectors: records too.
-- A request takes one of these roles for its transaction; without it gongkai_app reads none of these tables.

GRANT SELECT ON ledger_leaf, ledger_tile, ledger_note, ledger_published TO gongkai_public, gongkai_inspector;
GRANT SELECT ON ledger_head, ledger_payload, ledger_event, ledger_quarantine, ledger_finding, ledger_watermark,
    ledger_checkpoint, ledger_witness, vault_key TO gongkai_inspector;
GRANT SELECT, INSERT ON verifications, saved_roots TO gongkai_inspector;
-- What an inspector may see of the index is decided by agency before (as gongkai_app); here whole streams are read.
CREATE POLICY inspector_streams ON ledger_event TO gongkai_inspector USING (true);

-- The last note with a quorum that was witnessed on a day, as it hangs on the wall.
CREATE TABLE ledger_anchor (
    day     date PRIMARY KEY,
    size    bigint NOT NULL,
    note    bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
GRANT SELECT, INSERT ON ledger_anchor TO gongkai_worker;
GRANT SELECT ON ledger_anchor TO gongkai_public, gongkai_inspector;
