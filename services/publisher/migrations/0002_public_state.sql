-- A public page shows what its own round released, whatever has been approved since: it keeps that here.
ALTER TABLE portal_items
    ADD COLUMN revision integer NOT NULL DEFAULT 1, ADD COLUMN round integer NOT NULL DEFAULT 1,
    ADD COLUMN manifest_hash text NOT NULL DEFAULT '', ADD COLUMN clearance json NOT NULL DEFAULT '{}',
    ADD COLUMN category_code text NOT NULL DEFAULT '', ADD COLUMN post_rule json;
DROP INDEX portal_items_list;
CREATE INDEX portal_items_column ON portal_items (agency, column_code, sequence);
CREATE INDEX portal_items_category ON portal_items (agency, category_code, sequence);
CREATE INDEX portal_items_latest ON portal_items (published_on DESC, sequence DESC);

-- The item that a handling result answers.
ALTER TABLE publications ADD COLUMN responds_to text;
CREATE INDEX publications_responds_to ON publications (responds_to) WHERE responds_to IS NOT NULL;
-- 索引号 is given once; a handling result stands under its item's number.
CREATE UNIQUE INDEX publications_index_no ON publications (agency, index_no) WHERE responds_to IS NULL;

-- Rows from before this migration. Row-level security binds the owner too, so it rests meanwhile.
ALTER TABLE publications NO FORCE ROW LEVEL SECURITY;
UPDATE publications SET responds_to = clearance->'relations'->0->>'itemId' WHERE kind = 'HANDLING_RESULT';
UPDATE portal_items i SET revision = p.revision, round = p.round, manifest_hash = p.manifest_hash,
    clearance = p.clearance, category_code = p.category, post_rule = p.post_rule
FROM publications p WHERE p.item_id = i.item_id;
ALTER TABLE publications FORCE ROW LEVEL SECURITY;
