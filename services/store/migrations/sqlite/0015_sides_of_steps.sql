-- On whose side the last step of a referral was taken. The same columns as on PostgreSQL; only types differ.
-- Of steps that were taken before, it is not known.
ALTER TABLE referrals ADD COLUMN last_side TEXT;
