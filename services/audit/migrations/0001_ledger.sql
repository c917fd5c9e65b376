-- The ledger: leaves, tiles, sealed records, the index to look things up, and how far each topic was read.

-- Stops accidents only: a superuser passes it and is found out by the tree.
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only: % refused on %', TG_OP, TG_TABLE_NAME; END $$;

CREATE TABLE ledger_head (
    log   smallint PRIMARY KEY CHECK (log = 1),
    size  bigint NOT NULL,
    root  bytea NOT NULL CHECK (octet_length(root) = 32),
    epoch bigint NOT NULL
);
INSERT INTO ledger_head VALUES (1, 0, sha256(''), 0);

CREATE TABLE ledger_leaf (
    idx  bigint PRIMARY KEY CHECK (idx >= 0),
    leaf bytea NOT NULL CHECK (octet_length(leaf) <= 4096)
);

-- C2SP tlog-tiles, height 8: one row a tile, the right-most of each level still growing.
CREATE TABLE ledger_tile (
    level smallint NOT NULL,
    n     bigint NOT NULL,
    width smallint NOT NULL CHECK (width BETWEEN 1 AND 256),
    data  bytea NOT NULL CHECK (octet_length(data) = 32 * width),
    PRIMARY KEY (level, n)
);
ALTER TABLE ledger_tile ALTER data SET STORAGE EXTERNAL;
CREATE FUNCTION refuse_tile_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'UPDATE' AND substr(NEW.data, 1, octet_length(OLD.data)) = OLD.data
        AND (NEW.level, NEW.n) = (OLD.level, OLD.n) THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a tile only grows: % refused', TG_OP;
END $$;
CREATE TRIGGER grows_only BEFORE UPDATE OR DELETE ON ledger_tile
    FOR EACH ROW EXECUTE FUNCTION refuse_tile_change();

-- nonce || AES-256-GCM(framed record); `subject` names the key.
CREATE TABLE ledger_payload (
    idx     bigint PRIMARY KEY,
    subject text NOT NULL,
    sealed  bytea NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_payload
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- Derived from leaf and record; verification derives it again.
CREATE TABLE ledger_event (
    idx         bigint PRIMARY KEY,
    id          text NOT NULL UNIQUE,
    type        text NOT NULL,
    service     text NOT NULL,
    stream      text NOT NULL,
    subject     text NOT NULL,
    version     integer NOT NULL,
    position    bigint,
    agency      text NOT NULL,
    actor       text NOT NULL,
    correlation text NOT NULL,
    occurred_at timestamptz NOT NULL,
    kafka_at    timestamptz NOT NULL,
    item        text
);
CREATE INDEX ledger_event_stream ON ledger_event (stream, version);
CREATE INDEX ledger_event_position ON ledger_event (service, position);
CREATE INDEX ledger_event_item ON ledger_event (item);
CREATE INDEX ledger_event_agency ON ledger_event (agency, idx);
CREATE INDEX ledger_event_type ON ledger_event (type, occurred_at);
SELECT protect('ledger_event');
REVOKE INSERT, UPDATE, DELETE ON ledger_event FROM gongkai_app;
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_event FROM gongkai_worker;

-- How far each partition was read. A new generation begins when the topic is no longer the one we knew.
CREATE TABLE ledger_source (
    topic       text NOT NULL,
    part        integer NOT NULL,
    generation  integer NOT NULL,
    next_offset bigint NOT NULL,
    anchor      bytea NOT NULL,
    PRIMARY KEY (topic, part, generation)
);

-- Records that are no messages of ours. Each has a leaf and its bytes, sealed.
CREATE TABLE ledger_quarantine (
    idx        bigint PRIMARY KEY,
    topic      text NOT NULL,
    part       integer NOT NULL,
    "offset"   bigint NOT NULL,
    generation integer NOT NULL,
    reason     text NOT NULL
);

-- What does not fit: closed when it fits again, never deleted.
CREATE TABLE ledger_finding (
    id        text PRIMARY KEY,
    kind      text NOT NULL CHECK (kind IN ('gap', 'omission', 'surplus', 'conflict', 'quarantine', 'lost')),
    service   text NOT NULL,
    subject   text NOT NULL,
    first     bigint NOT NULL,
    last      bigint NOT NULL,
    idx       bigint,
    found_at  timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz
);
CREATE INDEX ledger_finding_open ON ledger_finding (service, subject) WHERE closed_at IS NULL;

-- How many facts each service says it holds up to which position.
CREATE TABLE ledger_watermark (
    service    text NOT NULL,
    position   bigint NOT NULL,
    count      bigint NOT NULL,
    heard_at   timestamptz NOT NULL DEFAULT now(),
    met        boolean NOT NULL DEFAULT false,
    PRIMARY KEY (service, position)
);

-- Keys of the subjects, wrapped. Destroying one makes its records unreadable; their leaves still prove.
CREATE TABLE vault_key (
    subject      text PRIMARY KEY,
    wrapped      bytea,
    made_at      timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

GRANT SELECT ON ledger_head, ledger_leaf, ledger_tile, ledger_payload, ledger_source, ledger_quarantine,
    ledger_finding, ledger_watermark, vault_key TO gongkai_worker;
GRANT INSERT ON ledger_leaf, ledger_tile, ledger_payload, ledger_source, ledger_quarantine,
    ledger_finding, ledger_watermark, vault_key TO gongkai_worker;
GRANT UPDATE ON ledger_head, ledger_tile, ledger_source, ledger_finding, ledger_watermark TO gongkai_worker;
GRANT DELETE ON ledger_watermark TO gongkai_worker;
