-- Needs that name no beneficiary are erased one by one. The same columns as on PostgreSQL; only types differ.

-- When its own key was destroyed; none for needs that were not erased by themselves.
ALTER TABLE needs ADD COLUMN erased_at INTEGER;
