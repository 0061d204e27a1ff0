-- Offers of a round that were made of less than was planned. The same columns as on PostgreSQL; only types differ.
-- Of rounds from before, it was not said.
ALTER TABLE rounds ADD COLUMN short INTEGER NOT NULL DEFAULT 0
    CONSTRAINT rounds_short_among_made CHECK (short BETWEEN 0 AND offered);
-- The round that made an offer. Those of before are told as chosen, like those that somebody made, and stay so: the log has them thus.
ALTER TABLE referrals ADD COLUMN round_id BLOB
    CONSTRAINT referrals_round_said CHECK ((origin = 'round') = (round_id IS NOT NULL));
