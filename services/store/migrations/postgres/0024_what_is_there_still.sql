-- What had not arrived of a referral and was there still when a dispute was settled as failed. The same columns as on SQLite; only types
-- differ. Of those that were settled before, it was not said: all that was delivered stays used up.
ALTER TABLE referrals ADD COLUMN returned BIGINT NOT NULL DEFAULT 0
    CONSTRAINT referrals_returned_had_not_arrived CHECK (
        returned = 0 OR (returned BETWEEN 1 AND units - arrived AND state = 'failed'));
