-- PostgreSQL's tables of the ledger lose foreign keys here that SQLite checks for next to nothing. Its unique index of referrals
-- that follow another is lightened there as well; here a unique constraint cannot be dropped without copying the table.
SELECT 1;
