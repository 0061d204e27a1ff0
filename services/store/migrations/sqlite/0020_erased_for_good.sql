-- Images of needs that name somebody, found when that is erased: also of needs that name somebody else by now.
CREATE INDEX events_by_beneficiary ON events (tenant, (json_extract(payload, '$.after.beneficiary')), position) WHERE kind = 'need';
