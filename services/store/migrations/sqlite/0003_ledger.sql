-- The ledger: what is held of which pool for which referral, and each movement that led there.

-- SQLite cannot change a constraint of a table, but a column may bring one that speaks of the others. It says more than the one
-- of the same name that is there, and leaves a negative total to that one's neighbour, whose turn comes later.
ALTER TABLE capacity_pools ADD COLUMN consumed INTEGER NOT NULL DEFAULT 0
    -- Nothing is promised twice, and what was delivered is not there any more.
    CONSTRAINT capacity_pools_not_overdrawn CHECK (
        consumed >= 0 AND (total IS NULL OR total < 0 OR used_elsewhere + pending + committed + consumed <= total));
ALTER TABLE capacity_pool_periods ADD COLUMN consumed INTEGER NOT NULL DEFAULT 0
    -- Nothing is promised twice, and what was delivered is not there any more.
    CONSTRAINT capacity_pool_periods_not_overdrawn CHECK (
        consumed >= 0 AND (total IS NULL OR total < 0 OR used_elsewhere + pending + committed + consumed <= total));
-- Whether the total is the pool's usual one and changes with it.
ALTER TABLE capacity_pool_periods ADD COLUMN inherits INTEGER NOT NULL DEFAULT 0
    CONSTRAINT capacity_pool_periods_truth_values CHECK (inherits IN (0, 1));
ALTER TABLE need_items ADD COLUMN referred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE need_items ADD COLUMN served INTEGER NOT NULL DEFAULT 0
    -- Claims, offers and rounds together never serve an item beyond what was asked.
    CONSTRAINT need_items_not_overserved CHECK (
        referred >= 0 AND served >= 0 AND referred + served <= quantity * COALESCE(recurrence_occurrences, 1));

CREATE TABLE referrals (
    tenant          TEXT NOT NULL,
    id              BLOB NOT NULL,
    need_id         BLOB NOT NULL,
    item_ordinal    INTEGER NOT NULL,
    resource_id     BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    division_code   TEXT,
    urgency         TEXT NOT NULL,
    origin          TEXT NOT NULL,
    enquiry         INTEGER NOT NULL,
    unit            TEXT NOT NULL,
    quantity        INTEGER NOT NULL,
    occurrences     INTEGER NOT NULL,
    every           TEXT,
    units           INTEGER NOT NULL,
    state           TEXT NOT NULL,
    expires_at      INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,
    last_action     TEXT,
    last_reason     TEXT,
    last_at         INTEGER NOT NULL,
    last_by         TEXT NOT NULL,
    decision        TEXT,
    previous_id     BLOB,
    attempt         INTEGER NOT NULL,
    next_is_due     INTEGER NOT NULL,
    escalated_at    INTEGER,
    rating          INTEGER,
    version         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    CONSTRAINT referrals_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT referrals_need_exists FOREIGN KEY (tenant, need_id) REFERENCES needs (tenant, id),
    CONSTRAINT referrals_resource_exists FOREIGN KEY (tenant, resource_id) REFERENCES resources (tenant, id),
    CONSTRAINT referrals_organization_exists
        FOREIGN KEY (tenant, organization_id) REFERENCES organizations (tenant, id),
    CONSTRAINT referrals_previous_exists FOREIGN KEY (tenant, previous_id) REFERENCES referrals (tenant, id),
    CONSTRAINT referrals_followed_once UNIQUE (tenant, previous_id),
    CONSTRAINT referrals_state_known CHECK (state IN (
        'offered', 'accepted', 'declined', 'expired', 'withdrawn', 'in_progress', 'delivered', 'confirmed', 'disputed',
        'cancelled', 'failed')),
    CONSTRAINT referrals_quantities_positive CHECK (quantity > 0 AND occurrences > 0 AND units > 0 AND attempt > 0),
    CONSTRAINT referrals_rating_known CHECK (rating IS NULL OR rating BETWEEN 1 AND 5),
    CONSTRAINT referrals_truth_values CHECK (enquiry IN (0, 1) AND next_is_due IN (0, 1))
) STRICT;
CREATE INDEX referrals_by_need ON referrals (tenant, need_id, state, id);
CREATE INDEX referrals_by_organization ON referrals (tenant, organization_id, state, id);
CREATE INDEX referrals_by_state ON referrals (tenant, state, id);
CREATE INDEX referrals_by_resource ON referrals (tenant, resource_id, id);
CREATE INDEX referrals_automatic ON referrals (tenant, organization_id, created_at) WHERE origin = 'automatic';
CREATE INDEX referrals_lapsing ON referrals (tenant, expires_at) WHERE state = 'offered';
CREATE INDEX referrals_due ON referrals (tenant, due_at) WHERE state IN ('accepted', 'in_progress');
CREATE INDEX referrals_to_follow ON referrals (tenant, updated_at) WHERE next_is_due;

CREATE TABLE hold_lines (
    tenant            TEXT NOT NULL,
    referral_id       BLOB NOT NULL,
    ordinal           INTEGER NOT NULL,
    capacity_pool_id  BLOB NOT NULL,
    kind              TEXT NOT NULL,
    period_start      TEXT,
    quantity_per_unit INTEGER NOT NULL,
    units             INTEGER NOT NULL,
    state             TEXT NOT NULL,
    CONSTRAINT hold_lines_pkey PRIMARY KEY (tenant, referral_id, ordinal),
    CONSTRAINT hold_lines_referral_exists FOREIGN KEY (tenant, referral_id) REFERENCES referrals (tenant, id),
    CONSTRAINT hold_lines_pool_exists FOREIGN KEY (tenant, capacity_pool_id) REFERENCES capacity_pools (tenant, id),
    CONSTRAINT hold_lines_state_known CHECK (state IN ('pending', 'committed', 'consumed', 'released', 'returned')),
    CONSTRAINT hold_lines_positive CHECK (quantity_per_unit > 0 AND units > 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_lines_held ON hold_lines (tenant, capacity_pool_id, state) WHERE state IN ('pending', 'committed');

-- Each change of a pool's figures by a step of a referral. The sums are the figures.
CREATE TABLE ledger_movements (
    tenant           TEXT NOT NULL,
    referral_id      BLOB NOT NULL,
    version          INTEGER NOT NULL,
    ordinal          INTEGER NOT NULL,
    capacity_pool_id BLOB NOT NULL,
    period_start     TEXT,
    at               INTEGER NOT NULL,
    pending          INTEGER NOT NULL,
    committed        INTEGER NOT NULL,
    consumed         INTEGER NOT NULL,
    CONSTRAINT ledger_movements_pkey PRIMARY KEY (tenant, referral_id, version, ordinal),
    CONSTRAINT ledger_movements_referral_exists FOREIGN KEY (tenant, referral_id) REFERENCES referrals (tenant, id),
    CONSTRAINT ledger_movements_pool_exists
        FOREIGN KEY (tenant, capacity_pool_id) REFERENCES capacity_pools (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_movements_by_pool ON ledger_movements (tenant, capacity_pool_id, period_start);
