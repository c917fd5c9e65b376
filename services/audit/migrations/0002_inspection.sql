-- What inspectors look at: items, the live board, verifications and saved roots.

CREATE TABLE items (
    item         text PRIMARY KEY,
    agency       text NOT NULL,
    kind         text,
    title        text,
    doc_no       text,
    category     text,
    attribute    text,
    publish_by   date,
    provisional  boolean,
    published_on date,
    missed_on    date,
    status       text,
    status_at    timestamptz NOT NULL
);
CREATE INDEX items_agency ON items (agency, publish_by);
SELECT protect('items');
REVOKE INSERT, UPDATE, DELETE ON items FROM gongkai_app;

-- Counted by the Faust worker, an hour a row; recounted from the ledger every few minutes.
CREATE TABLE board_counts (
    agency text NOT NULL,
    kind   text NOT NULL,
    hour   timestamptz NOT NULL,
    n      bigint NOT NULL,
    PRIMARY KEY (agency, kind, hour)
);
SELECT protect('board_counts');
REVOKE INSERT, UPDATE, DELETE ON board_counts FROM gongkai_app;

-- Up to where the board has counted; the recount sets it to where the ledger is.
CREATE TABLE board_progress (
    topic       text NOT NULL,
    part        integer NOT NULL,
    next_offset bigint NOT NULL,
    moved_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, part)
);
CREATE TABLE board_recounts (
    at      timestamptz PRIMARY KEY DEFAULT now(),
    drift   bigint NOT NULL,
    counted bigint NOT NULL
);

CREATE TABLE verifications (
    id           text PRIMARY KEY,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    with_facts   boolean NOT NULL,
    saved        json NOT NULL,
    started_at   timestamptz,
    finished_at  timestamptz,
    done         bigint NOT NULL DEFAULT 0,
    total        bigint NOT NULL DEFAULT 0,
    report       json
);
CREATE TABLE saved_roots (
    size     bigint PRIMARY KEY,
    root     bytea NOT NULL,
    saved_by text NOT NULL,
    saved_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON board_progress, board_recounts TO gongkai_worker;
GRANT SELECT, INSERT, UPDATE ON verifications TO gongkai_worker;
GRANT SELECT, INSERT ON saved_roots TO gongkai_worker;
GRANT SELECT ON board_recounts, board_progress TO gongkai_app;
