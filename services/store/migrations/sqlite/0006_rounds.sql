-- Rounds: what was asked for, and what was decided for each item. The same columns as on PostgreSQL; only types differ.

CREATE TABLE rounds (
    tenant       TEXT NOT NULL,
    id           BLOB NOT NULL,
    rules        TEXT NOT NULL,
    dry_run      INTEGER NOT NULL,
    requested_by TEXT NOT NULL,
    state        TEXT NOT NULL,
    failure      TEXT,
    attempts     INTEGER NOT NULL,
    passes       INTEGER NOT NULL,
    items        INTEGER NOT NULL,
    planned      INTEGER NOT NULL,
    offered      INTEGER NOT NULL,
    refused      INTEGER NOT NULL,
    replanned    INTEGER NOT NULL,
    reached      TEXT,
    started_at   INTEGER,
    solved_at    INTEGER,
    finished_at  INTEGER,
    version      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    -- Who works on it, and until when nobody else does. Not in the log: it says nothing of the round.
    lease_holder BLOB,
    lease_until  INTEGER,
    CONSTRAINT rounds_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT rounds_state_known CHECK (
        state IN ('pending', 'running', 'solved', 'committing', 'committed', 'cancelled', 'failed')),
    CONSTRAINT rounds_failure_said CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT rounds_reached_when_solved CHECK (state NOT IN ('solved', 'committing', 'committed') OR reached IS NOT NULL),
    CONSTRAINT rounds_dry_run_offers_nothing CHECK (dry_run = 0 OR (state NOT IN ('committing', 'committed') AND offered = 0)),
    CONSTRAINT rounds_counts CHECK (
        attempts >= 0 AND passes >= 0 AND items >= 0 AND planned >= 0 AND offered >= 0 AND refused >= 0 AND replanned >= 0),
    CONSTRAINT rounds_lease_whole CHECK ((lease_holder IS NULL) = (lease_until IS NULL)),
    CONSTRAINT rounds_truth_values CHECK (dry_run IN (0, 1))
) STRICT;
CREATE INDEX rounds_unfinished ON rounds (tenant, id) WHERE finished_at IS NULL;

-- What a round decided for each item, and what became of it. Not in the log: it follows from what the round was decided upon.
CREATE TABLE round_outcomes (
    tenant       TEXT NOT NULL,
    round_id     BLOB NOT NULL,
    ordinal      INTEGER NOT NULL,
    need_id      BLOB NOT NULL,
    item_ordinal INTEGER NOT NULL,
    state        TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    CONSTRAINT round_outcomes_pkey PRIMARY KEY (tenant, round_id, ordinal),
    CONSTRAINT round_outcomes_once UNIQUE (tenant, round_id, need_id, item_ordinal),
    CONSTRAINT round_outcomes_round_exists FOREIGN KEY (tenant, round_id) REFERENCES rounds (tenant, id),
    CONSTRAINT round_outcomes_state_known CHECK (state IN ('served', 'partly_served', 'unserved'))
) STRICT, WITHOUT ROWID;

-- Where capacity is missing, and how fair the round is.
CREATE TABLE round_reports (
    tenant   TEXT NOT NULL,
    round_id BLOB NOT NULL,
    report   TEXT NOT NULL,
    CONSTRAINT round_reports_pkey PRIMARY KEY (tenant, round_id),
    CONSTRAINT round_reports_round_exists FOREIGN KEY (tenant, round_id) REFERENCES rounds (tenant, id)
) STRICT, WITHOUT ROWID;
