-- Read tables (rebuilt from facts): items and their revisions, people, obligations.
CREATE TABLE items (
    item_id text PRIMARY KEY, agency text NOT NULL, revision integer NOT NULL, version integer NOT NULL,
    status text NOT NULL, drafter text NOT NULL, manifest_hash text NOT NULL, affairs_type text NOT NULL,
    category text NOT NULL, attribute text NOT NULL, particulars json NOT NULL,
    publish_by date, publish_rule json, provisional boolean NOT NULL DEFAULT false, missed_on date,
    drafted_at timestamptz NOT NULL, changed_at timestamptz NOT NULL
);
CREATE INDEX items_list ON items (agency, changed_at DESC);
CREATE TABLE item_revisions (
    item_id text NOT NULL, revision integer NOT NULL, agency text NOT NULL, manifest_hash text NOT NULL,
    submitted boolean NOT NULL DEFAULT false, destroyed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (item_id, revision)
);
CREATE INDEX item_revisions_manifest ON item_revisions (manifest_hash);
CREATE TABLE item_history (
    item_id text NOT NULL, version integer NOT NULL, agency text NOT NULL, type text NOT NULL,
    revision integer, actor text NOT NULL, at timestamptz NOT NULL, note json NOT NULL,
    PRIMARY KEY (item_id, version)
);
CREATE TABLE people (person text PRIMARY KEY, agency text NOT NULL, name_address text NOT NULL);
SELECT protect('items'), protect('item_revisions'), protect('item_history'), protect('people');

-- Content (not rebuilt; erasable): manifests, their texts, what an import could not find.
CREATE TABLE manifests (
    hash text PRIMARY KEY, agency text NOT NULL, manifest json, stored_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE parts (
    agency text NOT NULL, sha256 text NOT NULL, body text, PRIMARY KEY (agency, sha256)
);
CREATE TABLE imports (
    item_id text PRIMARY KEY, agency text NOT NULL, file_name text NOT NULL, missing json NOT NULL, notes json NOT NULL
);
SELECT protect('manifests'), protect('parts'), protect('imports');
