-- Subscriptions that are told of offers too, or alone, and notifications of offers. The same columns as on SQLite; only types differ.

-- What was subscribed before is told of wishes, as it was.
ALTER TABLE subscriptions ADD COLUMN offers BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE subscriptions ALTER COLUMN offers DROP DEFAULT;
ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_daily_budget;
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_daily_budget
    CHECK (daily_budget BETWEEN 0 AND 1000 AND (daily_budget > 0 OR offers));

-- Of each wish and of each offer an organization is told once. The wish's lot, or the need's identifier of what had none; the referral.
ALTER TABLE notifications RENAME COLUMN wish_lot TO subject_id;
ALTER TABLE notifications ADD COLUMN kind TEXT COLLATE "C" NOT NULL DEFAULT 'wish';
ALTER TABLE notifications ALTER COLUMN kind DROP DEFAULT;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_known CHECK (kind IN ('wish', 'offer'));
DROP INDEX notifications_waiting;
CREATE INDEX notifications_waiting ON notifications (tenant, kind, subscription_id, rank_tier, rank_metres, rank_since) WHERE id IS NULL;
-- A day's budget counts wishes alone.
DROP INDEX notifications_told;
CREATE INDEX notifications_told ON notifications (tenant, subscription_id, told_day) WHERE id IS NOT NULL AND kind = 'wish';
