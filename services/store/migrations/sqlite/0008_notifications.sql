-- Who wants to be told of new wishes, and what was told. The same columns as on PostgreSQL; only types differ.

CREATE TABLE subscriptions (
    tenant          TEXT NOT NULL,
    id              BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    categories      TEXT NOT NULL,
    divisions       TEXT NOT NULL,
    daily_budget    INTEGER NOT NULL,
    time_zone       TEXT NOT NULL,
    state           TEXT NOT NULL,
    active_since    INTEGER NOT NULL,
    webhook_url     TEXT,
    secret_number   INTEGER NOT NULL,
    secret_given_at INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    CONSTRAINT subscriptions_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT subscriptions_organization_exists FOREIGN KEY (tenant, organization_id) REFERENCES organizations (tenant, id),
    CONSTRAINT subscriptions_state_known CHECK (state IN ('active', 'paused', 'gone', 'deleted')),
    CONSTRAINT subscriptions_daily_budget CHECK (daily_budget BETWEEN 1 AND 1000),
    CONSTRAINT subscriptions_secret_counted CHECK (secret_number >= 1)
) STRICT;
CREATE INDEX subscriptions_by_organization ON subscriptions (tenant, organization_id);

-- A wish that fits, for each organization once: found first, told when the day's budget allows. Not in the log, because it says
-- nothing that is not there; it holds references alone, so that nothing of a person is in it.
CREATE TABLE notifications (
    tenant          TEXT NOT NULL,
    organization_id BLOB NOT NULL,
    need_id         BLOB NOT NULL,
    subscription_id BLOB NOT NULL,
    item_ordinal    INTEGER NOT NULL,
    resource_id     BLOB NOT NULL,
    rank_tier       INTEGER NOT NULL,
    rank_metres     INTEGER NOT NULL,
    rank_since      INTEGER NOT NULL,
    found_at        INTEGER NOT NULL,
    -- Given when it was told.
    id              BLOB,
    told_at         INTEGER,
    -- Day of the subscription's zone, counted from 1970-01-01.
    told_day        INTEGER,
    seen_at         INTEGER,
    delivery        TEXT NOT NULL,
    attempts        INTEGER NOT NULL,
    status          INTEGER,
    next_attempt_at INTEGER,
    CONSTRAINT notifications_pkey PRIMARY KEY (tenant, organization_id, need_id),
    CONSTRAINT notifications_id_once UNIQUE (tenant, id),
    CONSTRAINT notifications_subscription_exists FOREIGN KEY (tenant, subscription_id) REFERENCES subscriptions (tenant, id),
    CONSTRAINT notifications_need_exists FOREIGN KEY (tenant, need_id) REFERENCES needs (tenant, id),
    CONSTRAINT notifications_told_whole CHECK ((id IS NULL) = (told_at IS NULL) AND (id IS NULL) = (told_day IS NULL)),
    CONSTRAINT notifications_seen_when_told CHECK (seen_at IS NULL OR id IS NOT NULL),
    CONSTRAINT notifications_delivery_known CHECK (delivery IN ('none', 'pending', 'delivered', 'failed', 'withdrawn')),
    CONSTRAINT notifications_next_attempt_when_pending CHECK ((delivery = 'pending') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT notifications_delivered_when_told CHECK (delivery = 'none' OR id IS NOT NULL)
) STRICT;
CREATE INDEX notifications_waiting ON notifications (tenant, subscription_id, rank_tier, rank_metres, rank_since) WHERE id IS NULL;
CREATE INDEX notifications_told ON notifications (tenant, subscription_id, told_day) WHERE id IS NOT NULL;
CREATE INDEX notifications_of_organization ON notifications (tenant, organization_id, id) WHERE id IS NOT NULL;
CREATE INDEX notifications_due ON notifications (tenant, next_attempt_at) WHERE delivery = 'pending';

-- Up to which position of the log wishes were looked at, and who looks.
CREATE TABLE notice_cursors (
    tenant       TEXT NOT NULL,
    position     INTEGER NOT NULL,
    lease_holder BLOB,
    lease_until  INTEGER,
    CONSTRAINT notice_cursors_pkey PRIMARY KEY (tenant),
    CONSTRAINT notice_cursors_lease_whole CHECK ((lease_holder IS NULL) = (lease_until IS NULL))
) STRICT, WITHOUT ROWID;
