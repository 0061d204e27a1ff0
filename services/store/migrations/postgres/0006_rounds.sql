-- Rounds: what was asked for, and what was decided for each item. The same columns as on SQLite; only types differ.

CREATE TABLE rounds (
    tenant       TEXT COLLATE "C" NOT NULL,
    id           UUID NOT NULL,
    rules        JSONB NOT NULL,
    dry_run      BOOLEAN NOT NULL,
    requested_by TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    failure      TEXT COLLATE "C",
    attempts     BIGINT NOT NULL,
    passes       BIGINT NOT NULL,
    items        BIGINT NOT NULL,
    planned      BIGINT NOT NULL,
    offered      BIGINT NOT NULL,
    refused      BIGINT NOT NULL,
    replanned    BIGINT NOT NULL,
    reached      JSONB,
    started_at   BIGINT,
    solved_at    BIGINT,
    finished_at  BIGINT,
    version      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    -- Who works on it, and until when nobody else does. Not in the log: it says nothing of the round.
    lease_holder UUID,
    lease_until  BIGINT,
    CONSTRAINT rounds_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT rounds_state_known CHECK (
        state IN ('pending', 'running', 'solved', 'committing', 'committed', 'cancelled', 'failed')),
    CONSTRAINT rounds_failure_said CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT rounds_reached_when_solved CHECK (state NOT IN ('solved', 'committing', 'committed') OR reached IS NOT NULL),
    CONSTRAINT rounds_dry_run_offers_nothing CHECK (NOT dry_run OR (state NOT IN ('committing', 'committed') AND offered = 0)),
    CONSTRAINT rounds_counts CHECK (
        attempts >= 0 AND passes >= 0 AND items >= 0 AND planned >= 0 AND offered >= 0 AND refused >= 0 AND replanned >= 0),
    CONSTRAINT rounds_lease_whole CHECK ((lease_holder IS NULL) = (lease_until IS NULL))
);
CREATE INDEX rounds_unfinished ON rounds (tenant, id) WHERE finished_at IS NULL;

-- What a round decided for each item, and what became of it. Not in the log: it follows from what the round was decided upon.
CREATE TABLE round_outcomes (
    tenant       TEXT COLLATE "C" NOT NULL,
    round_id     UUID NOT NULL,
    ordinal      BIGINT NOT NULL,
    need_id      UUID NOT NULL,
    item_ordinal BIGINT NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    outcome      JSONB NOT NULL,
    CONSTRAINT round_outcomes_pkey PRIMARY KEY (tenant, round_id, ordinal),
    CONSTRAINT round_outcomes_once UNIQUE (tenant, round_id, need_id, item_ordinal),
    CONSTRAINT round_outcomes_round_exists FOREIGN KEY (tenant, round_id) REFERENCES rounds (tenant, id),
    CONSTRAINT round_outcomes_state_known CHECK (state IN ('served', 'partly_served', 'unserved'))
);

-- Where capacity is missing, and how fair the round is.
CREATE TABLE round_reports (
    tenant   TEXT COLLATE "C" NOT NULL,
    round_id UUID NOT NULL,
    report   JSONB NOT NULL,
    CONSTRAINT round_reports_pkey PRIMARY KEY (tenant, round_id),
    CONSTRAINT round_reports_round_exists FOREIGN KEY (tenant, round_id) REFERENCES rounds (tenant, id)
);
