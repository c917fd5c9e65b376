CREATE TABLE counters (id text PRIMARY KEY, agency text NOT NULL, name text NOT NULL, total integer NOT NULL);
SELECT protect('counters');
