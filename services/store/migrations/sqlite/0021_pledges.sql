-- Pools that were pledged with a wish, and of which nothing is there for anybody else. The same columns as on PostgreSQL; only types differ.
-- Pledges of before are pools like any other, as the log has them.
ALTER TABLE capacity_pools ADD COLUMN pledged INTEGER NOT NULL DEFAULT 0
    CONSTRAINT capacity_pools_pledged_truth CHECK (pledged IN (0, 1));
