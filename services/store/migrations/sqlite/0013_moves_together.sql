-- A row of the log may hold what all offers of a transaction moved. There is nothing to change for it here; programs that cannot read such
-- rows refuse these tables for their version.
SELECT 1;
