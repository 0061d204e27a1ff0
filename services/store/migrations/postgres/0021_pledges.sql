-- Pools that were pledged with a wish, and of which nothing is there for anybody else. The same columns as on SQLite; only types differ.
-- Pledges of before are pools like any other, as the log has them.
ALTER TABLE capacity_pools ADD COLUMN pledged BOOLEAN NOT NULL DEFAULT FALSE;
