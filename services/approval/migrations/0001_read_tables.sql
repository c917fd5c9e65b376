-- What approval's pages and lists read. All of it can be rebuilt from facts.

CREATE TABLE reviews (
    key            text PRIMARY KEY,           -- ITEM-<itemId>-<revision>
    agency         text NOT NULL,
    item_id        text NOT NULL,
    revision       integer NOT NULL,
    version        integer NOT NULL,           -- of the stream: forms carry it
    opened_version integer NOT NULL,           -- decisions of an earlier round lie before it
    status         text NOT NULL,
    step           integer NOT NULL,           -- index of the waiting step
    steps          json NOT NULL,
    roles          text[] NOT NULL,            -- who may decide the waiting step
    people         text[] NOT NULL,            -- who may not: authors, and who has decided
    submission     json NOT NULL,
    manifest_hash  text NOT NULL,
    due_on         date,
    provisional    boolean NOT NULL,
    opened_at      timestamptz NOT NULL,
    closed_at      timestamptz
);
CREATE INDEX reviews_waiting ON reviews (agency, due_on) WHERE status = 'PENDING';
CREATE INDEX reviews_item ON reviews (item_id, revision);
SELECT protect('reviews');

CREATE TABLE review_decisions (
    key       text NOT NULL,
    version   integer NOT NULL,
    agency    text NOT NULL,
    step      text NOT NULL,
    person    text NOT NULL,
    role      text NOT NULL,
    position  text NOT NULL,
    outcome   text NOT NULL,                   -- PASSED, RETURNED, WITHHELD, DEFERRED
    ground    text,
    text_hash text,
    at        timestamptz NOT NULL,
    PRIMARY KEY (key, version)
);
SELECT protect('review_decisions');

CREATE TABLE withheld_items (
    withheld_id        text PRIMARY KEY,
    agency             text NOT NULL,
    item_id            text NOT NULL,
    revision           integer NOT NULL,
    neutral_title_hash text NOT NULL,
    ground             text NOT NULL,
    mode               text NOT NULL,
    reason_hash        text,
    registered_on      date NOT NULL,
    review_by          date NOT NULL,
    review_due         boolean NOT NULL,
    registered_at      timestamptz NOT NULL
);
CREATE INDEX withheld_agency ON withheld_items (agency, review_by);
SELECT protect('withheld_items');
