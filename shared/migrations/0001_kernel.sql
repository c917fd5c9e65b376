-- Facts, the messages stored beside them, and what moves them in and out. Architecture 2.

-- What row-level security lets this transaction see: set by the application from the token.
CREATE FUNCTION visible_agencies() RETURNS text[] LANGUAGE sql STABLE AS
$$ SELECT string_to_array(current_setting('gongkai.agencies', true), ',') $$;

-- A table whose rows belong to agencies: requests see the token's agencies, workers see all.
CREATE FUNCTION protect(t text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY app_agencies ON %I TO gongkai_app'
                   ' USING (agency = ANY ((SELECT visible_agencies())::text[]))', t);
    EXECUTE format('CREATE POLICY worker_all ON %I TO gongkai_worker USING (true)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO gongkai_app', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON %I TO gongkai_worker', t);
END $$;

-- A table without agencies: reference data every request may read.
CREATE FUNCTION share(t text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO gongkai_app', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON %I TO gongkai_worker', t);
END $$;

-- The only source of truth. `message` is the value sent to Kafka, kept so that it can be sent again for ever.
CREATE TABLE events (
    position    bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    stream      text NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    type        text NOT NULL,
    data        json NOT NULL,
    agency      text NOT NULL,
    actor       text NOT NULL,
    recorded_at timestamptz NOT NULL,
    correlation text NOT NULL,
    causation   text,
    message     bytea NOT NULL,
    PRIMARY KEY (stream, version)
);
SELECT protect('events');
REVOKE UPDATE, DELETE, TRUNCATE ON events FROM gongkai_app, gongkai_worker;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'facts are append-only: % refused', TG_OP; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Facts not yet acknowledged by Kafka. Drained in order, never read by a cursor.
CREATE TABLE outbox (position bigint PRIMARY KEY);
SELECT share('outbox');
REVOKE SELECT, UPDATE, DELETE ON outbox FROM gongkai_app;

-- How far each foreign stream has been taken in.
CREATE TABLE inbox (
    consumer text NOT NULL,
    stream   text NOT NULL,
    version  integer NOT NULL,
    PRIMARY KEY (consumer, stream)
);

-- Messages that could not be taken in yet; they hold their own stream only.
CREATE TABLE parked (
    consumer    text NOT NULL,
    stream      text NOT NULL,
    version     integer NOT NULL,
    type        text NOT NULL,
    topic       text NOT NULL,
    headers     json NOT NULL,
    value       bytea NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('behind', 'waiting', 'refused', 'unreadable', 'failed')),
    reason      text NOT NULL,
    attempts    integer NOT NULL DEFAULT 0,
    parked_at   timestamptz NOT NULL DEFAULT now(),
    next_try_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, stream, version)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox, parked TO gongkai_worker;

-- Durable deadlines, fired by the service itself.
CREATE TABLE timers (
    id       text PRIMARY KEY,
    due      timestamptz NOT NULL,
    kind     text NOT NULL,
    stream   text NOT NULL,
    agency   text NOT NULL,
    data     json NOT NULL,
    attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX timers_due ON timers (due);
SELECT protect('timers');

-- What people typed: keyed content addresses, erasable. Facts hold the address.
CREATE TABLE texts (
    address   text PRIMARY KEY,
    agency    text NOT NULL,
    body      text,
    stored_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz,
    CHECK ((body IS NULL) = (erased_at IS NOT NULL))
);
SELECT protect('texts');

-- Copies of catalog's reference data: agencies, organs, who holds which role.
CREATE TABLE directory_agencies (
    agency text PRIMARY KEY, name text NOT NULL, parent text, code text NOT NULL, kind text NOT NULL
);
CREATE TABLE directory_organs (
    organ text PRIMARY KEY, agency text NOT NULL, name text NOT NULL, kind text NOT NULL, parent text
);
CREATE TABLE directory_grants (
    person text NOT NULL, agency text NOT NULL, organ text NOT NULL, position text NOT NULL,
    role text NOT NULL, since date NOT NULL, until date,
    PRIMARY KEY (person, organ, position, role)
);
CREATE INDEX directory_grants_role ON directory_grants (agency, role);
CREATE TABLE reference (
    kind text NOT NULL, agency text NOT NULL, version text NOT NULL, effective_from date NOT NULL,
    data json NOT NULL, PRIMARY KEY (kind, agency, version)
);
SELECT share('directory_agencies'), share('directory_organs'), share('directory_grants'), share('reference');
