-- The ledger: what is held of which pool for which referral, and each movement that led there.

ALTER TABLE capacity_pools ADD COLUMN consumed BIGINT NOT NULL DEFAULT 0;
-- Nothing is promised twice, and what was delivered is not there any more.
ALTER TABLE capacity_pools DROP CONSTRAINT capacity_pools_not_overdrawn;
ALTER TABLE capacity_pools ADD CONSTRAINT capacity_pools_not_overdrawn CHECK (
    consumed >= 0 AND (total IS NULL OR used_elsewhere + pending + committed + consumed <= total));
ALTER TABLE capacity_pool_periods ADD COLUMN consumed BIGINT NOT NULL DEFAULT 0;
-- Nothing is promised twice, and what was delivered is not there any more.
ALTER TABLE capacity_pool_periods DROP CONSTRAINT capacity_pool_periods_not_overdrawn;
ALTER TABLE capacity_pool_periods ADD CONSTRAINT capacity_pool_periods_not_overdrawn CHECK (
    consumed >= 0 AND (total IS NULL OR used_elsewhere + pending + committed + consumed <= total));
-- Whether the total is the pool's usual one and changes with it.
ALTER TABLE capacity_pool_periods ADD COLUMN inherits BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE need_items ADD COLUMN referred BIGINT NOT NULL DEFAULT 0;
ALTER TABLE need_items ADD COLUMN served BIGINT NOT NULL DEFAULT 0;
-- Claims, offers and rounds together never serve an item beyond what was asked.
ALTER TABLE need_items ADD CONSTRAINT need_items_not_overserved CHECK (
    referred >= 0 AND served >= 0 AND referred + served <= quantity * COALESCE(recurrence_occurrences, 1));

CREATE TABLE referrals (
    tenant          TEXT COLLATE "C" NOT NULL,
    id              UUID NOT NULL,
    need_id         UUID NOT NULL,
    item_ordinal    BIGINT NOT NULL,
    resource_id     UUID NOT NULL,
    organization_id UUID NOT NULL,
    division_code   TEXT COLLATE "C",
    urgency         TEXT COLLATE "C" NOT NULL,
    origin          TEXT COLLATE "C" NOT NULL,
    enquiry         BOOLEAN NOT NULL,
    unit            TEXT COLLATE "C" NOT NULL,
    quantity        BIGINT NOT NULL,
    occurrences     BIGINT NOT NULL,
    every           TEXT COLLATE "C",
    units           BIGINT NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    expires_at      BIGINT NOT NULL,
    due_at          BIGINT NOT NULL,
    last_action     TEXT COLLATE "C",
    last_reason     TEXT COLLATE "C",
    last_at         BIGINT NOT NULL,
    last_by         TEXT COLLATE "C" NOT NULL,
    decision        JSONB,
    previous_id     UUID,
    attempt         BIGINT NOT NULL,
    next_is_due     BOOLEAN NOT NULL,
    escalated_at    BIGINT,
    rating          BIGINT,
    version         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
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
    CONSTRAINT referrals_rating_known CHECK (rating IS NULL OR rating BETWEEN 1 AND 5)
);
CREATE INDEX referrals_by_need ON referrals (tenant, need_id, state, id);
CREATE INDEX referrals_by_organization ON referrals (tenant, organization_id, state, id);
CREATE INDEX referrals_by_state ON referrals (tenant, state, id);
CREATE INDEX referrals_by_resource ON referrals (tenant, resource_id, id);
CREATE INDEX referrals_automatic ON referrals (tenant, organization_id, created_at) WHERE origin = 'automatic';
CREATE INDEX referrals_lapsing ON referrals (tenant, expires_at) WHERE state = 'offered';
CREATE INDEX referrals_due ON referrals (tenant, due_at) WHERE state IN ('accepted', 'in_progress');
CREATE INDEX referrals_to_follow ON referrals (tenant, updated_at) WHERE next_is_due;

CREATE TABLE hold_lines (
    tenant            TEXT COLLATE "C" NOT NULL,
    referral_id       UUID NOT NULL,
    ordinal           BIGINT NOT NULL,
    capacity_pool_id  UUID NOT NULL,
    kind              TEXT COLLATE "C" NOT NULL,
    period_start      TEXT COLLATE "C",
    quantity_per_unit BIGINT NOT NULL,
    units             BIGINT NOT NULL,
    state             TEXT COLLATE "C" NOT NULL,
    CONSTRAINT hold_lines_pkey PRIMARY KEY (tenant, referral_id, ordinal),
    CONSTRAINT hold_lines_referral_exists FOREIGN KEY (tenant, referral_id) REFERENCES referrals (tenant, id),
    CONSTRAINT hold_lines_pool_exists FOREIGN KEY (tenant, capacity_pool_id) REFERENCES capacity_pools (tenant, id),
    CONSTRAINT hold_lines_state_known CHECK (state IN ('pending', 'committed', 'consumed', 'released', 'returned')),
    CONSTRAINT hold_lines_positive CHECK (quantity_per_unit > 0 AND units > 0)
);
CREATE INDEX hold_lines_held ON hold_lines (tenant, capacity_pool_id, state) WHERE state IN ('pending', 'committed');

-- Each change of a pool's figures by a step of a referral. The sums are the figures.
CREATE TABLE ledger_movements (
    tenant           TEXT COLLATE "C" NOT NULL,
    referral_id      UUID NOT NULL,
    version          BIGINT NOT NULL,
    ordinal          BIGINT NOT NULL,
    capacity_pool_id UUID NOT NULL,
    period_start     TEXT COLLATE "C",
    at               BIGINT NOT NULL,
    pending          BIGINT NOT NULL,
    committed        BIGINT NOT NULL,
    consumed         BIGINT NOT NULL,
    CONSTRAINT ledger_movements_pkey PRIMARY KEY (tenant, referral_id, version, ordinal),
    CONSTRAINT ledger_movements_referral_exists FOREIGN KEY (tenant, referral_id) REFERENCES referrals (tenant, id),
    CONSTRAINT ledger_movements_pool_exists
        FOREIGN KEY (tenant, capacity_pool_id) REFERENCES capacity_pools (tenant, id)
);
CREATE INDEX ledger_movements_by_pool ON ledger_movements (tenant, capacity_pool_id, period_start);
