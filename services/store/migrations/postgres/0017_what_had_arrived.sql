-- What had arrived of a referral when it was called off or failed. The same columns as on SQLite; only types differ.
-- Of those that ended before, it was not said.
ALTER TABLE referrals ADD COLUMN arrived BIGINT NOT NULL DEFAULT 0
    CONSTRAINT referrals_arrived_in_part CHECK (
        arrived = 0 OR (arrived BETWEEN 1 AND units - 1 AND state IN ('cancelled', 'failed')));
