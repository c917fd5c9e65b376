-- Read tables (rebuilt from facts).
CREATE TABLE publications (
    item_id text PRIMARY KEY, agency text NOT NULL, revision integer NOT NULL, round integer NOT NULL,
    version integer NOT NULL, kind text NOT NULL, status text NOT NULL, title text NOT NULL, doc_no text,
    index_no text, manifest_hash text NOT NULL, category text NOT NULL, affairs_type text NOT NULL,
    clearance json NOT NULL, opened_at timestamptz NOT NULL, released_on date, released_by text,
    post_until date, post_open boolean NOT NULL DEFAULT false, post_rule json, ended_on date, due_on date
);
CREATE INDEX publications_list ON publications (agency, status, opened_at DESC);
CREATE TABLE published_rings (
    item_id text NOT NULL, round integer NOT NULL, ring integer NOT NULL, agency text NOT NULL,
    revision integer NOT NULL, kind text NOT NULL, scope text NOT NULL, audience text[] NOT NULL,
    title text NOT NULL, doc_no text, index_no text NOT NULL, manifest_hash text NOT NULL,
    category text NOT NULL, affairs_type text NOT NULL, disclosing_body text NOT NULL,
    responds_to text, occurred_on date NOT NULL, recorded_at timestamptz NOT NULL, post_until date,
    PRIMARY KEY (item_id, round, ring)
);
CREATE INDEX published_rings_agency ON published_rings (agency, occurred_on DESC);
CREATE INDEX published_rings_responds ON published_rings (responds_to);
CREATE TABLE deliveries (
    key text PRIMARY KEY, item_id text NOT NULL, agency text NOT NULL, revision integer NOT NULL,
    round integer NOT NULL, ring integer NOT NULL, scope text NOT NULL, channel text NOT NULL,
    manifest_hash text NOT NULL, state text NOT NULL, attempts integer NOT NULL DEFAULT 0, code text,
    ref text, next_try timestamptz NOT NULL, occurred_on date, evidence json, planned_at timestamptz NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (next_try) WHERE state <> 'CONFIRMED';
CREATE INDEX deliveries_item ON deliveries (item_id);
CREATE TABLE readings (item_id text NOT NULL, person text NOT NULL, agency text NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (item_id, person));
-- The last serial given per agency and year; taken under its row's lock, so that numbers have no gaps.
CREATE TABLE index_counters (agency text NOT NULL, year integer NOT NULL, last integer NOT NULL,
    PRIMARY KEY (agency, year));
SELECT protect('publications'), protect('published_rings'), protect('deliveries'), protect('readings'),
       protect('index_counters');

-- Content (not rebuilt): verified copies of what was approved, and what citizens may find.
CREATE TABLE contents (
    manifest_hash text PRIMARY KEY, agency text NOT NULL, manifest json NOT NULL, body text NOT NULL
);
SELECT protect('contents');
-- PUBLIC rows only: search and portal read nothing else.
CREATE TABLE portal_items (
    item_id text PRIMARY KEY, agency text NOT NULL, agency_name text NOT NULL, title text NOT NULL,
    doc_no text, index_no text NOT NULL, category text NOT NULL, column_code text NOT NULL,
    affairs_type text NOT NULL, published_on date NOT NULL, first_on date NOT NULL, post_until date,
    ended_on date, url text NOT NULL, body text NOT NULL, folded text NOT NULL, words tsvector NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX portal_items_words ON portal_items USING gin (words);
CREATE INDEX portal_items_list ON portal_items (agency, column_code, published_on DESC, sequence DESC);
SELECT share('portal_items');
