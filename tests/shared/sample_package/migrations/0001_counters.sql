CREATE TABLE counters (id text PRIMARY KEY, agency text NOT NULL, name text NOT NULL, total integer NOT NULL);
SELECT protect('counters');
-- What the listening side took in, in the order in which it did (not a read table).
CREATE TABLE effects (
    n bigint GENERATED ALWAYS AS IDENTITY, agency text NOT NULL, stream text NOT NULL, version integer NOT NULL,
    PRIMARY KEY (stream, version)
);
SELECT protect('effects');
