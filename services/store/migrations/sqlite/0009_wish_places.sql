-- What a wish shows of where, found when it is published. The same columns as on PostgreSQL; only types differ.

-- The division that enough households share. Wishes published before show none.
ALTER TABLE needs ADD COLUMN wish_division_code TEXT;
-- Where it stands among others in a list, so that the order tells nothing of when it was submitted.
ALTER TABLE needs ADD COLUMN wish_lot BLOB;
-- When it was published for the first time, and the last version that was, once it is no wish any more.
ALTER TABLE needs ADD COLUMN first_published_at INTEGER;
ALTER TABLE needs ADD COLUMN last_published_version INTEGER;

CREATE INDEX needs_by_wish_lot ON needs (tenant, COALESCE(wish_lot, id)) WHERE wish_title IS NOT NULL;
