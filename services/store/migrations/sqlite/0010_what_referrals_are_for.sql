-- The category that an item asked for when it was offered. The same columns as on PostgreSQL; only types differ.
-- Of what was offered before, it is not known.
ALTER TABLE referrals ADD COLUMN category_code TEXT;
