-- What a hold writes, it writes in one transaction that has the need and the pools under its hands: their figures are changed by
-- the same identifiers, and a row that was not touched takes everything back. Nothing that is referred to here is ever deleted.
-- Looking each of them up once more for a foreign key cost more than writing the rows.
ALTER TABLE referrals DROP CONSTRAINT referrals_need_exists;
ALTER TABLE referrals DROP CONSTRAINT referrals_resource_exists;
ALTER TABLE referrals DROP CONSTRAINT referrals_organization_exists;
ALTER TABLE hold_lines DROP CONSTRAINT hold_lines_referral_exists;
ALTER TABLE hold_lines DROP CONSTRAINT hold_lines_pool_exists;
ALTER TABLE ledger_movements DROP CONSTRAINT ledger_movements_referral_exists;
ALTER TABLE ledger_movements DROP CONSTRAINT ledger_movements_pool_exists;

-- Few referrals follow another.
ALTER TABLE referrals DROP CONSTRAINT referrals_followed_once;
CREATE UNIQUE INDEX referrals_followed_once ON referrals (tenant, previous_id) WHERE previous_id IS NOT NULL;

-- Figures change with every hold: with room on its page a row is written anew beside itself, and no index notices.
ALTER TABLE capacity_pools SET (fillfactor = 70);
ALTER TABLE capacity_pool_periods SET (fillfactor = 70);
ALTER TABLE needs SET (fillfactor = 70);
ALTER TABLE need_items SET (fillfactor = 70);
