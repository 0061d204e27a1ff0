-- A wish's name is of its publication, not of its need. The same columns as on PostgreSQL; only types differ. What is listed now keeps its
-- name: the lot that it has, or, where it has none, the one that follows from its need.

-- The name that the publication had which ended last.
ALTER TABLE needs ADD COLUMN last_wish_lot BLOB;
-- The place that was shown first, and keyed digests of those who shared it.
ALTER TABLE needs ADD COLUMN wish_sharing TEXT;
-- The version after which the next one changed nothing that is shown.
ALTER TABLE needs ADD COLUMN untold_after_version INTEGER;

-- What the pool showed of the need when it was offered. Of what was offered before, it is not known.
ALTER TABLE referrals ADD COLUMN seen_as TEXT;

-- Of each publication an organization is told once.
ALTER TABLE notifications RENAME TO notifications_of_needs;
DROP INDEX notifications_waiting;
DROP INDEX notifications_told;
DROP INDEX notifications_of_organization;
DROP INDEX notifications_due;
CREATE TABLE notifications (
    tenant          TEXT NOT NULL,
    organization_id BLOB NOT NULL,
    need_id         BLOB NOT NULL,
    -- The wish's lot; the need's identifier of what had none.
    wish_lot        BLOB NOT NULL,
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
    CONSTRAINT notifications_pkey PRIMARY KEY (tenant, organization_id, wish_lot),
    CONSTRAINT notifications_id_once UNIQUE (tenant, id),
    CONSTRAINT notifications_subscription_exists FOREIGN KEY (tenant, subscription_id) REFERENCES subscriptions (tenant, id),
    CONSTRAINT notifications_need_exists FOREIGN KEY (tenant, need_id) REFERENCES needs (tenant, id),
    CONSTRAINT notifications_told_whole CHECK ((id IS NULL) = (told_at IS NULL) AND (id IS NULL) = (told_day IS NULL)),
    CONSTRAINT notifications_seen_when_told CHECK (seen_at IS NULL OR id IS NOT NULL),
    CONSTRAINT notifications_delivery_known CHECK (delivery IN ('none', 'pending', 'delivered', 'failed', 'withdrawn')),
    CONSTRAINT notifications_next_attempt_when_pending CHECK ((delivery = 'pending') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT notifications_delivered_when_told CHECK (delivery = 'none' OR id IS NOT NULL)
) STRICT;
INSERT INTO notifications
SELECT known.tenant, known.organization_id, known.need_id, COALESCE(needs.wish_lot, known.need_id), known.subscription_id,
    known.item_ordinal, known.resource_id, known.rank_tier, known.rank_metres, known.rank_since, known.found_at, known.id, known.told_at,
    known.told_day, known.seen_at, known.delivery, known.attempts, known.status, known.next_attempt_at
FROM notifications_of_needs AS known
JOIN needs ON needs.tenant = known.tenant AND needs.id = known.need_id;
DROP TABLE notifications_of_needs;
CREATE INDEX notifications_waiting ON notifications (tenant, subscription_id, rank_tier, rank_metres, rank_since) WHERE id IS NULL;
CREATE INDEX notifications_told ON notifications (tenant, subscription_id, told_day) WHERE id IS NOT NULL;
CREATE INDEX notifications_of_organization ON notifications (tenant, organization_id, id) WHERE id IS NOT NULL;
CREATE INDEX notifications_due ON notifications (tenant, next_attempt_at) WHERE delivery = 'pending';
