-- Movements are added up all at once, never those of one pool.
DROP INDEX ledger_movements_by_pool;
