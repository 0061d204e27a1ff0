-- A wish's name is of its publication, not of its need. The same columns as on SQLite; only types differ. What is listed now keeps its
-- name: the lot that it has, or, where it has none, the one that follows from its need.

-- The name that the publication had which ended last.
ALTER TABLE needs ADD COLUMN last_wish_lot UUID;
-- The place that was shown first, and keyed digests of those who shared it.
ALTER TABLE needs ADD COLUMN wish_sharing TEXT;
-- The version after which the next one changed nothing that is shown.
ALTER TABLE needs ADD COLUMN untold_after_version BIGINT;

-- What the pool showed of the need when it was offered. Of what was offered before, it is not known.
ALTER TABLE referrals ADD COLUMN seen_as TEXT;

-- Of each publication an organization is told once. The wish's lot; the need's identifier of what had none.
ALTER TABLE notifications ADD COLUMN wish_lot UUID;
UPDATE notifications SET wish_lot = COALESCE(
    (SELECT needs.wish_lot FROM needs WHERE needs.tenant = notifications.tenant AND needs.id = notifications.need_id),
    need_id
);
ALTER TABLE notifications ALTER COLUMN wish_lot SET NOT NULL;
ALTER TABLE notifications DROP CONSTRAINT notifications_pkey;
ALTER TABLE notifications ADD CONSTRAINT notifications_pkey PRIMARY KEY (tenant, organization_id, wish_lot);
