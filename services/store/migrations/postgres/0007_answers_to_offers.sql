-- When a provider said yes or no to an offer. The same columns as on SQLite; only types differ.
-- Of what was answered before, it is not known.
ALTER TABLE referrals ADD COLUMN answered_at BIGINT;
CREATE INDEX referrals_answered ON referrals (tenant, division_code) WHERE answered_at IS NOT NULL;
