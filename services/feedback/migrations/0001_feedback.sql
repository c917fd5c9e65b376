-- Read tables of feedback (made again from facts by `rebuild`), and two working tables that are not.

-- Items opinions may be about.
CREATE TABLE subjects (
    item_id      text PRIMARY KEY,
    agency       text NOT NULL,
    title        text NOT NULL,
    index_no     text,
    published_on date NOT NULL,
    closed_on    date
);
SELECT protect('subjects');

-- The circles an item is public in: one per ring.
CREATE TABLE circles (
    item_id         text NOT NULL,
    ring            integer NOT NULL,
    round           integer NOT NULL,
    agency          text NOT NULL,
    scope           text NOT NULL,
    audience        text[] NOT NULL,
    disclosing_body text NOT NULL,
    PRIMARY KEY (item_id, ring)
);
SELECT protect('circles');

-- Whose a PUBLIC item is: anybody may know, so that a citizen's form can be opened without signing in.
CREATE TABLE public_subjects (item_id text PRIMARY KEY, agency text NOT NULL);
SELECT share('public_subjects');

CREATE TABLE feedbacks (
    feedback_id     text PRIMARY KEY,
    agency          text NOT NULL,
    version         integer NOT NULL,
    stage           text NOT NULL,
    item_id         text NOT NULL,
    kind            text NOT NULL,
    channel         text NOT NULL,
    scope           text NOT NULL,
    received_on     date NOT NULL,
    recorded_at     timestamptz NOT NULL,
    recorded_by     text NOT NULL,
    receipt_no      text NOT NULL UNIQUE,
    person_ref      text NOT NULL,
    text_address    text NOT NULL,
    contact_address text,
    reject_reason   text,
    reason_address  text,
    handler         text,
    organ           text,
    due_on          date,
    provisional     boolean NOT NULL DEFAULT false,
    due_rule        json,
    answered_by     text,
    answer_address  text,
    return_address  text,
    adopted         boolean,
    released_on     date,
    released_by     text,
    result_hash     text,
    erased          boolean NOT NULL DEFAULT false,
    changed_at      timestamptz NOT NULL
);
CREATE INDEX feedbacks_inbox ON feedbacks (agency, stage, due_on);
CREATE INDEX feedbacks_item ON feedbacks (item_id);
CREATE INDEX feedbacks_person ON feedbacks (agency, person_ref);
CREATE INDEX feedbacks_result ON feedbacks (result_hash);
SELECT protect('feedbacks');

-- The last serial given out per agency and day.
CREATE TABLE receipt_serials (
    agency text NOT NULL, day date NOT NULL, last integer NOT NULL, PRIMARY KEY (agency, day)
);
SELECT protect('receipt_serials');

-- Token buckets of the rate limit, by hash of the client's address and by item.
CREATE TABLE buckets (key text PRIMARY KEY, tokens double precision NOT NULL, at timestamptz NOT NULL);
CREATE INDEX buckets_at ON buckets (at);
SELECT share('buckets');
