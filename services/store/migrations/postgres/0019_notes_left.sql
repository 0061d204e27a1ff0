-- Whether a provider left a note with its delivery, which is sealed with the need. The same columns as on SQLite; only types differ.
-- Of what was delivered before, it is not known.
ALTER TABLE referrals ADD COLUMN noted BOOLEAN NOT NULL DEFAULT FALSE;
