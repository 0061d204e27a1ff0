-- Subscriptions that are told of offers too, or alone, and notifications of offers. The same columns as on PostgreSQL; only types differ.

-- What is refused changes, and what refers to it moves with it.
ALTER TABLE notifications RENAME TO notifications_of_wishes;
DROP INDEX notifications_waiting;
DROP INDEX notifications_told;
DROP INDEX notifications_of_organization;
DROP INDEX notifications_due;
ALTER TABLE subscriptions RENAME TO subscriptions_to_wishes;
DROP INDEX subscriptions_by_organization;

-- What was subscribed before is told of wishes, as it was.
CREATE TABLE subscriptions (
    tenant          TEXT NOT NULL,
    id              BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    categories      TEXT NOT NULL,
    divisions       TEXT NOT NULL,
    daily_budget    INTEGER NOT NULL,
    offers          INTEGER NOT NULL,
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
    CONSTRAINT subscriptions_truth_values CHECK (offers IN (0, 1)),
    CONSTRAINT subscriptions_daily_budget CHECK (daily_budget BETWEEN 0 AND 1000 AND (daily_budget > 0 OR offers)),
    CONSTRAINT subscriptions_secret_counted CHECK (secret_number >= 1)
) STRICT;
INSERT INTO subscriptions
SELECT tenant, id, organization_id, categories, divisions, daily_budget, 0, time_zone, state, active_since, webhook_url, secret_number,
    secret_given_at, version, created_at, updated_at
FROM subscriptions_to_wishes;
CREATE INDEX subscriptions_by_organization ON subscriptions (tenant, organization_id);

-- Of each wish and of each offer an organization is told once.
CREATE TABLE notifications (
    tenant          TEXT NOT NULL,
    organization_id BLOB NOT NULL,
    need_id         BLOB NOT NULL,
    kind            TEXT NOT NULL,
    -- The wish's lot, or the need's identifier of what had none; the referral.
    subject_id      BLOB NOT NULL,
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
    CONSTRAINT notifications_pkey PRIMARY KEY (tenant, organization_id, subject_id),
    CONSTRAINT notifications_id_once UNIQUE (tenant, id),
    CONSTRAINT notifications_subscription_exists FOREIGN KEY (tenant, subscription_id) REFERENCES subscriptions (tenant, id),
    CONSTRAINT notifications_need_exists FOREIGN KEY (tenant, need_id) REFERENCES needs (tenant, id),
    CONSTRAINT notifications_kind_known CHECK (kind IN ('wish', 'offer')),
    CONSTRAINT notifications_told_whole CHECK ((id IS NULL) = (told_at IS NULL) AND (id IS NULL) = (told_day IS NULL)),
    CONSTRAINT notifications_seen_when_told CHECK (seen_at IS NULL OR id IS NOT NULL),
    CONSTRAINT notifications_delivery_known CHECK (delivery IN ('none', 'pending', 'delivered', 'failed', 'withdrawn')),
    CONSTRAINT notifications_next_attempt_when_pending CHECK ((delivery = 'pending') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT notifications_delivered_when_told CHECK (delivery = 'none' OR id IS NOT NULL)
) STRICT;
INSERT INTO notifications
SELECT tenant, organization_id, need_id, 'wish', wish_lot, subscription_id, item_ordinal, resource_id, rank_tier, rank_metres, rank_since,
    found_at, id, told_at, told_day, seen_at, delivery, attempts, status, next_attempt_at
FROM notifications_of_wishes;
DROP TABLE notifications_of_wishes;
DROP TABLE subscriptions_to_wishes;
CREATE INDEX notifications_waiting ON notifications (tenant, kind, subscription_id, rank_tier, rank_metres, rank_since) WHERE id IS NULL;
-- A day's budget counts wishes alone.
CREATE INDEX notifications_told ON notifications (tenant, subscription_id, told_day) WHERE id IS NOT NULL AND kind = 'wish';
CREATE INDEX notifications_of_organization ON notifications (tenant, organization_id, id) WHERE id IS NOT NULL;
CREATE INDEX notifications_due ON notifications (tenant, next_attempt_at) WHERE delivery = 'pending';
