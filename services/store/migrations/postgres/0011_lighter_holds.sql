-- What a hold writes, it writes in one statement that is a transaction of its own.

-- Refuses what others have changed since it was decided upon: the statement that asks comes to nothing, as after a failed serialization.
CREATE FUNCTION wishwell_demand(met BOOLEAN) RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF met THEN
        RETURN TRUE;
    END IF;
    RAISE EXCEPTION 'another transaction was in the way' USING ERRCODE = 'serialization_failure';
END
$$;

-- No SQL looks into JSON: taken apart, it costs three times what keeping its text costs, and it is put together again to be read.
ALTER TABLE resources ALTER COLUMN modes TYPE TEXT, ALTER COLUMN schedule TYPE TEXT;
ALTER TABLE resource_areas ALTER COLUMN polygon TYPE TEXT;
ALTER TABLE events ALTER COLUMN payload TYPE TEXT;
ALTER TABLE request_outcomes ALTER COLUMN outcomes TYPE TEXT, ALTER COLUMN answer TYPE TEXT;
ALTER TABLE need_items ALTER COLUMN taken TYPE TEXT;
ALTER TABLE referrals ALTER COLUMN decision TYPE TEXT, ALTER COLUMN periods TYPE TEXT;
ALTER TABLE rounds ALTER COLUMN rules TYPE TEXT, ALTER COLUMN reached TYPE TEXT;
ALTER TABLE round_outcomes ALTER COLUMN outcome TYPE TEXT;
ALTER TABLE round_reports ALTER COLUMN report TYPE TEXT;
ALTER TABLE subscriptions ALTER COLUMN categories TYPE TEXT, ALTER COLUMN divisions TYPE TEXT;

-- Movements are added up all at once, never those of one pool.
DROP INDEX ledger_movements_by_pool;
-- The log is searched for what stayed as it was when it was put again, and for what is to be erased. A referral is neither.
DROP INDEX events_by_subject;
CREATE INDEX events_by_subject ON events (tenant, subject, position) WHERE kind <> 'referral';

-- An index is for rows that have what it is about, and is asked for it: then nothing but the primary key can find a row by its
-- identifier. As long as nobody has counted a table's rows, every index that begins with the tenant looks as good as the primary key, and
-- one by which all of a tenant's rows are read was chosen as often. Rows that lack what an index is about are not in it.
DROP INDEX capacity_pools_by_organization;
CREATE INDEX capacity_pools_by_organization ON capacity_pools (tenant, organization_id, id) WHERE organization_id IS NOT NULL;
ALTER TABLE capacity_pools DROP CONSTRAINT capacity_pools_external_key;
CREATE UNIQUE INDEX capacity_pools_external_key ON capacity_pools (tenant, source, external_id) WHERE source IS NOT NULL;

DROP INDEX resources_by_organization;
CREATE INDEX resources_by_organization ON resources (tenant, organization_id, id) WHERE organization_id IS NOT NULL;
DROP INDEX resources_by_division;
CREATE INDEX resources_by_division ON resources (tenant, division_code, id) WHERE division_code IS NOT NULL;
ALTER TABLE resources DROP CONSTRAINT resources_external_key;
CREATE UNIQUE INDEX resources_external_key ON resources (tenant, source, external_id) WHERE source IS NOT NULL;

DROP INDEX needs_by_state;
CREATE INDEX needs_by_state ON needs (tenant, state, id) WHERE state IS NOT NULL;
DROP INDEX needs_by_beneficiary;
CREATE INDEX needs_by_beneficiary ON needs (tenant, beneficiary_id, id) WHERE beneficiary_id IS NOT NULL;
DROP INDEX needs_by_household;
CREATE INDEX needs_by_household ON needs (tenant, household_id, id) WHERE household_id IS NOT NULL;
DROP INDEX needs_by_division;
CREATE INDEX needs_by_division ON needs (tenant, division_code, created_at) WHERE division_code IS NOT NULL;
CREATE INDEX needs_nowhere ON needs (tenant, id) WHERE division_code IS NULL;
DROP INDEX needs_by_place;
CREATE INDEX needs_by_place ON needs (tenant, latitude_e7, longitude_e7) WHERE latitude_e7 IS NOT NULL;
ALTER TABLE needs DROP CONSTRAINT needs_external_key;
CREATE UNIQUE INDEX needs_external_key ON needs (tenant, source, external_id) WHERE source IS NOT NULL;
DROP INDEX need_items_by_category;
CREATE INDEX need_items_by_category ON need_items (tenant, category_code, need_id) WHERE category_code IS NOT NULL;

DROP INDEX referrals_by_need;
CREATE INDEX referrals_by_need ON referrals (tenant, need_id, state, id) WHERE need_id IS NOT NULL;
DROP INDEX referrals_by_organization;
CREATE INDEX referrals_by_organization ON referrals (tenant, organization_id, state, id) WHERE organization_id IS NOT NULL;
DROP INDEX referrals_by_state;
CREATE INDEX referrals_by_state ON referrals (tenant, state, id) WHERE state IS NOT NULL;
DROP INDEX referrals_by_resource;
CREATE INDEX referrals_by_resource ON referrals (tenant, resource_id, id) WHERE resource_id IS NOT NULL;
