-- Images of needs that name somebody, found when that is erased: also of needs that name somebody else by now.
CREATE INDEX events_by_beneficiary ON events (tenant, (((payload::json -> 'after') ->> 'beneficiary')), position) WHERE kind = 'need';

-- A deleted row is on the disk until it is vacuumed. Of these tables rows go, or are written over, with erasures and seldom else, and a few
-- among many are no reason to vacuum by the usual share: each is one here, within the server's autovacuum_naptime.
ALTER TABLE sealing_keys SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE events SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
