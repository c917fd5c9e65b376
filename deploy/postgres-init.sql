-- Roles of Gongkai, for any PostgreSQL 18 on which a superuser may run this; running it again changes passwords only.
-- `gongkai.passwords` is a JSON object {"catalog_owner": "…", …} set by whoever runs this file:
--   SELECT set_config('gongkai.passwords', '{…}', false);
-- The databases themselves cannot be made inside a transaction: see deploy/embedded/databases.py.
DO $$
DECLARE
    passwords jsonb := current_setting('gongkai.passwords')::jsonb;
    service text;
    kind text;
    role text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('gongkai roles'));
    -- What a request may do (under row-level security), and what background work may do (all agencies).
    -- Of the ledger: what everybody may read, and what inspectors may (audit takes these roles for one request).
    FOREACH role IN ARRAY ARRAY['gongkai_app', 'gongkai_worker', 'gongkai_public', 'gongkai_inspector'] LOOP
        IF to_regrole(role) IS NULL THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        END IF;
    END LOOP;
    FOREACH service IN ARRAY ARRAY['catalog', 'approval', 'publisher', 'feedback', 'audit'] LOOP
        FOREACH kind IN ARRAY ARRAY['owner', 'app', 'worker'] LOOP
            role := service || '_' || kind;
            IF to_regrole(role) IS NULL THEN
                EXECUTE format('CREATE ROLE %I', role);
            END IF;
            EXECUTE format(
                'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD %L',
                role, passwords ->> role
            );
        END LOOP;
        EXECUTE format('GRANT gongkai_app TO %I', service || '_app');
        EXECUTE format('GRANT gongkai_worker TO %I', service || '_worker');
    END LOOP;
    GRANT gongkai_public, gongkai_inspector TO audit_app WITH INHERIT FALSE, SET TRUE;
END
$$;
