-- How a need came, and where it went. The same columns as on SQLite; only types differ. Of needs from before neither is known.

-- The request that it came in with: whatever comes under the same one is this need.
ALTER TABLE needs ADD COLUMN request_id UUID;
CREATE UNIQUE INDEX needs_request_key ON needs (tenant, request_id) WHERE request_id IS NOT NULL;
-- The division that it left last, and the first version in which it was there no more.
ALTER TABLE needs ADD COLUMN left_division_code TEXT COLLATE "C";
ALTER TABLE needs ADD COLUMN left_at_version BIGINT
    CONSTRAINT needs_departure_whole CHECK ((left_division_code IS NULL) = (left_at_version IS NULL));
