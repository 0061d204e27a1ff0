-- Whether a provider left a note with its delivery, which is sealed with the need. The same columns as on PostgreSQL; only types differ.
-- Of what was delivered before, it is not known.
ALTER TABLE referrals ADD COLUMN noted INTEGER NOT NULL DEFAULT 0
    CONSTRAINT referrals_noted_truth_value CHECK (noted IN (0, 1));
