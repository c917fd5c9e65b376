-- What follows from other services' decisions, and who may name which stored file.
ALTER TABLE items ADD COLUMN fulfilled boolean NOT NULL DEFAULT false;

-- Every manifest ever saved for an item, so that all of them can be destroyed.
ALTER TABLE manifests ADD COLUMN item_id text NOT NULL DEFAULT '';
CREATE INDEX manifests_item ON manifests (item_id);

-- Files an agency has uploaded: knowing a hash is no permission to name it in a manifest.
CREATE TABLE uploads (
    agency text NOT NULL, sha256 text NOT NULL, length bigint NOT NULL, media_type text NOT NULL,
    PRIMARY KEY (agency, sha256)
);
-- Files to be destroyed after the transaction that decided it; done again after a crash.
CREATE TABLE erasures (agency text NOT NULL, sha256 text NOT NULL, PRIMARY KEY (agency, sha256));
SELECT protect('uploads'), protect('erasures');
