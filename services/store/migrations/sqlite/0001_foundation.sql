-- The tables of Wishwell on SQLite. The same tables, columns and constraint names as on PostgreSQL; only types differ.
-- Instants are microseconds since the Unix epoch, dates ISO 8601 text, coordinates units of 1e-7 degree, identifiers
-- 16 bytes, truth values 0 or 1. The tenant comes first in every key and every index.

-- The one place where SQL asks for the time. Tests replace the view.
CREATE VIEW wishwell_now AS SELECT CAST(ROUND(unixepoch('subsec') * 1000) AS INTEGER) * 1000 AS microseconds;

CREATE TABLE categories (
    tenant       TEXT NOT NULL,
    code         TEXT NOT NULL,
    parent_code  TEXT,
    name_zh      TEXT NOT NULL,
    name_en      TEXT NOT NULL,
    default_unit TEXT,
    source       TEXT,
    version      INTEGER NOT NULL,
    CONSTRAINT categories_pkey PRIMARY KEY (tenant, code),
    CONSTRAINT categories_parent_exists FOREIGN KEY (tenant, parent_code) REFERENCES categories (tenant, code),
    CONSTRAINT categories_not_own_parent CHECK (parent_code IS NULL OR parent_code <> code),
    CONSTRAINT categories_named CHECK (name_zh <> '' OR name_en <> '')
) STRICT, WITHOUT ROWID;

CREATE TABLE category_synonyms (
    tenant        TEXT NOT NULL,
    category_code TEXT NOT NULL,
    ordinal       INTEGER NOT NULL,
    synonym       TEXT NOT NULL,
    CONSTRAINT category_synonyms_pkey PRIMARY KEY (tenant, category_code, ordinal),
    CONSTRAINT category_synonyms_category_exists
        FOREIGN KEY (tenant, category_code) REFERENCES categories (tenant, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE divisions (
    tenant              TEXT NOT NULL,
    code                TEXT NOT NULL,
    edition_year        INTEGER NOT NULL,
    parent_code         TEXT,
    name_zh             TEXT NOT NULL,
    name_en             TEXT NOT NULL,
    centre_latitude_e7  INTEGER,
    centre_longitude_e7 INTEGER,
    version             INTEGER NOT NULL,
    CONSTRAINT divisions_pkey PRIMARY KEY (tenant, code),
    CONSTRAINT divisions_parent_exists FOREIGN KEY (tenant, parent_code) REFERENCES divisions (tenant, code),
    CONSTRAINT divisions_not_own_parent CHECK (parent_code IS NULL OR parent_code <> code),
    CONSTRAINT divisions_named CHECK (name_zh <> '' OR name_en <> ''),
    CONSTRAINT divisions_centre_whole CHECK ((centre_latitude_e7 IS NULL) = (centre_longitude_e7 IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE organizations (
    tenant                       TEXT NOT NULL,
    id                           BLOB NOT NULL,
    source                       TEXT,
    external_id                  TEXT,
    name_zh                      TEXT NOT NULL,
    name_en                      TEXT NOT NULL,
    kind                         TEXT NOT NULL,
    state                        TEXT NOT NULL,
    social_credit_code           TEXT,
    division_code                TEXT,
    phone                        TEXT NOT NULL,
    email                        TEXT NOT NULL,
    url                          TEXT NOT NULL,
    address                      TEXT NOT NULL,
    -- A vetting is there when its note is not null; without a last day it does not end.
    vetted_for_minors_note       TEXT,
    vetted_for_minors_until      TEXT,
    vetted_for_home_visits_note  TEXT,
    vetted_for_home_visits_until TEXT,
    version                      INTEGER NOT NULL,
    created_at                   INTEGER NOT NULL,
    updated_at                   INTEGER NOT NULL,
    CONSTRAINT organizations_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT organizations_external_key UNIQUE (tenant, source, external_id),
    CONSTRAINT organizations_external_whole CHECK ((source IS NULL) = (external_id IS NULL)),
    CONSTRAINT organizations_division_exists FOREIGN KEY (tenant, division_code) REFERENCES divisions (tenant, code),
    CONSTRAINT organizations_named CHECK (name_zh <> '' OR name_en <> ''),
    CONSTRAINT organizations_state_known CHECK (state IN ('applied', 'verified', 'suspended')),
    CONSTRAINT organizations_vetting_whole CHECK (
        (vetted_for_minors_note IS NOT NULL OR vetted_for_minors_until IS NULL)
        AND (vetted_for_home_visits_note IS NOT NULL OR vetted_for_home_visits_until IS NULL))
) STRICT;
CREATE INDEX organizations_by_division ON organizations (tenant, division_code, id);

CREATE TABLE capacity_pools (
    tenant          TEXT NOT NULL,
    id              BLOB NOT NULL,
    source          TEXT,
    external_id     TEXT,
    organization_id BLOB NOT NULL,
    name            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    unit            TEXT NOT NULL,
    currency        TEXT,
    period_length   TEXT,
    time_zone       TEXT,
    total           INTEGER,
    used_elsewhere  INTEGER NOT NULL,
    pending         INTEGER NOT NULL,
    committed       INTEGER NOT NULL,
    confirmed_at    INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    CONSTRAINT capacity_pools_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT capacity_pools_external_key UNIQUE (tenant, source, external_id),
    CONSTRAINT capacity_pools_external_whole CHECK ((source IS NULL) = (external_id IS NULL)),
    CONSTRAINT capacity_pools_organization_exists
        FOREIGN KEY (tenant, organization_id) REFERENCES organizations (tenant, id),
    CONSTRAINT capacity_pools_kind_known CHECK (kind IN ('stock', 'slots', 'caseload', 'budget', 'unbounded')),
    CONSTRAINT capacity_pools_period_of_slots CHECK (
        (kind = 'slots') = (period_length IS NOT NULL) AND (period_length IS NULL) = (time_zone IS NULL)
        AND (period_length IS NULL OR period_length IN ('day', 'week', 'month'))),
    CONSTRAINT capacity_pools_currency_of_budget CHECK (currency IS NULL OR kind = 'budget'),
    CONSTRAINT capacity_pools_unbounded_has_no_total CHECK (kind <> 'unbounded' OR total IS NULL),
    CONSTRAINT capacity_pools_not_negative CHECK (
        (total IS NULL OR total >= 0) AND used_elsewhere >= 0 AND pending >= 0 AND committed >= 0),
    -- Nothing is promised twice.
    CONSTRAINT capacity_pools_not_overdrawn CHECK (total IS NULL OR used_elsewhere + pending + committed <= total)
) STRICT;
CREATE INDEX capacity_pools_by_organization ON capacity_pools (tenant, organization_id, id);

CREATE TABLE capacity_pool_periods (
    tenant           TEXT NOT NULL,
    capacity_pool_id BLOB NOT NULL,
    period_start     TEXT NOT NULL,
    total            INTEGER,
    used_elsewhere   INTEGER NOT NULL,
    pending          INTEGER NOT NULL,
    committed        INTEGER NOT NULL,
    CONSTRAINT capacity_pool_periods_pkey PRIMARY KEY (tenant, capacity_pool_id, period_start),
    CONSTRAINT capacity_pool_periods_pool_exists
        FOREIGN KEY (tenant, capacity_pool_id) REFERENCES capacity_pools (tenant, id),
    CONSTRAINT capacity_pool_periods_not_negative CHECK (
        (total IS NULL OR total >= 0) AND used_elsewhere >= 0 AND pending >= 0 AND committed >= 0),
    CONSTRAINT capacity_pool_periods_not_overdrawn CHECK (
        total IS NULL OR used_elsewhere + pending + committed <= total)
) STRICT, WITHOUT ROWID;

CREATE TABLE resources (
    tenant                 TEXT NOT NULL,
    id                     BLOB NOT NULL,
    source                 TEXT,
    external_id            TEXT,
    organization_id        BLOB NOT NULL,
    title_zh               TEXT NOT NULL,
    title_en               TEXT NOT NULL,
    unit                   TEXT,
    latitude_e7            INTEGER,
    longitude_e7           INTEGER,
    division_code          TEXT,
    modes                  TEXT NOT NULL,
    schedule               TEXT,
    eligibility_expression TEXT,
    eligibility_zh         TEXT,
    eligibility_en         TEXT,
    lifecycle              TEXT NOT NULL,
    valid_from             TEXT,
    valid_until            TEXT,
    version                INTEGER NOT NULL,
    created_at             INTEGER NOT NULL,
    updated_at             INTEGER NOT NULL,
    -- The long texts come last: SQLite reads a row from the front, and ranking never needs them.
    content                TEXT NOT NULL,
    responsible_party      TEXT NOT NULL,
    service_standard       TEXT NOT NULL,
    CONSTRAINT resources_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT resources_external_key UNIQUE (tenant, source, external_id),
    CONSTRAINT resources_external_whole CHECK ((source IS NULL) = (external_id IS NULL)),
    CONSTRAINT resources_organization_exists
        FOREIGN KEY (tenant, organization_id) REFERENCES organizations (tenant, id),
    CONSTRAINT resources_division_exists FOREIGN KEY (tenant, division_code) REFERENCES divisions (tenant, code),
    CONSTRAINT resources_titled CHECK (title_zh <> '' OR title_en <> ''),
    CONSTRAINT resources_place_whole CHECK ((latitude_e7 IS NULL) = (longitude_e7 IS NULL)),
    CONSTRAINT resources_eligibility_whole CHECK (
        (eligibility_expression IS NULL) = (eligibility_zh IS NULL)
        AND (eligibility_expression IS NULL) = (eligibility_en IS NULL)),
    CONSTRAINT resources_lifecycle_known CHECK (lifecycle IN ('active', 'paused')),
    CONSTRAINT resources_validity_ordered CHECK (
        valid_from IS NULL OR valid_until IS NULL OR valid_from <= valid_until)
) STRICT;
CREATE INDEX resources_by_organization ON resources (tenant, organization_id, id);
CREATE INDEX resources_by_division ON resources (tenant, division_code, id);

CREATE TABLE resource_categories (
    tenant        TEXT NOT NULL,
    resource_id   BLOB NOT NULL,
    ordinal       INTEGER NOT NULL,
    category_code TEXT NOT NULL,
    CONSTRAINT resource_categories_pkey PRIMARY KEY (tenant, resource_id, ordinal),
    CONSTRAINT resource_categories_once UNIQUE (tenant, category_code, resource_id),
    CONSTRAINT resource_categories_resource_exists
        FOREIGN KEY (tenant, resource_id) REFERENCES resources (tenant, id),
    CONSTRAINT resource_categories_category_exists
        FOREIGN KEY (tenant, category_code) REFERENCES categories (tenant, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE resource_areas (
    tenant        TEXT NOT NULL,
    resource_id   BLOB NOT NULL,
    ordinal       INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    division_code TEXT,
    radius_metres INTEGER,
    polygon       TEXT,
    CONSTRAINT resource_areas_pkey PRIMARY KEY (tenant, resource_id, ordinal),
    CONSTRAINT resource_areas_resource_exists
        FOREIGN KEY (tenant, resource_id) REFERENCES resources (tenant, id),
    CONSTRAINT resource_areas_division_exists
        FOREIGN KEY (tenant, division_code) REFERENCES divisions (tenant, code),
    CONSTRAINT resource_areas_of_one_kind CHECK (
        kind IN ('division', 'radius', 'polygon', 'everywhere')
        AND (kind = 'division') = (division_code IS NOT NULL)
        AND (kind = 'radius') = (radius_metres IS NOT NULL)
        AND (kind = 'polygon') = (polygon IS NOT NULL)),
    CONSTRAINT resource_areas_radius_positive CHECK (radius_metres IS NULL OR radius_metres > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE resource_draws (
    tenant            TEXT NOT NULL,
    resource_id       BLOB NOT NULL,
    ordinal           INTEGER NOT NULL,
    capacity_pool_id  BLOB NOT NULL,
    quantity_per_unit INTEGER NOT NULL,
    CONSTRAINT resource_draws_pkey PRIMARY KEY (tenant, resource_id, ordinal),
    CONSTRAINT resource_draws_once UNIQUE (tenant, capacity_pool_id, resource_id),
    CONSTRAINT resource_draws_resource_exists
        FOREIGN KEY (tenant, resource_id) REFERENCES resources (tenant, id),
    CONSTRAINT resource_draws_pool_exists
        FOREIGN KEY (tenant, capacity_pool_id) REFERENCES capacity_pools (tenant, id),
    CONSTRAINT resource_draws_quantity_positive CHECK (quantity_per_unit > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE households (
    tenant                     TEXT NOT NULL,
    id                         BLOB NOT NULL,
    source                     TEXT,
    external_id                TEXT,
    residence_division_code    TEXT,
    -- No foreign key: people are registered all over the country, not only where this installation works.
    registration_division_code TEXT,
    version                    INTEGER NOT NULL,
    created_at                 INTEGER NOT NULL,
    updated_at                 INTEGER NOT NULL,
    CONSTRAINT households_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT households_external_key UNIQUE (tenant, source, external_id),
    CONSTRAINT households_external_whole CHECK ((source IS NULL) = (external_id IS NULL)),
    CONSTRAINT households_residence_division_exists
        FOREIGN KEY (tenant, residence_division_code) REFERENCES divisions (tenant, code)
) STRICT;

CREATE TABLE household_group_tags (
    tenant       TEXT NOT NULL,
    household_id BLOB NOT NULL,
    ordinal      INTEGER NOT NULL,
    group_tag    TEXT NOT NULL,
    CONSTRAINT household_group_tags_pkey PRIMARY KEY (tenant, household_id, ordinal),
    CONSTRAINT household_group_tags_household_exists
        FOREIGN KEY (tenant, household_id) REFERENCES households (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE beneficiaries (
    tenant                     TEXT NOT NULL,
    id                         BLOB NOT NULL,
    source                     TEXT,
    external_id                TEXT,
    -- Ciphertext; the key is in sealing_keys, wrapped by a key that the database never sees.
    personal                   BLOB,
    identity_digest            TEXT,
    residence_division_code    TEXT,
    registration_division_code TEXT,
    household_id               BLOB,
    erased_at                  INTEGER,
    version                    INTEGER NOT NULL,
    created_at                 INTEGER NOT NULL,
    updated_at                 INTEGER NOT NULL,
    CONSTRAINT beneficiaries_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT beneficiaries_external_key UNIQUE (tenant, source, external_id),
    CONSTRAINT beneficiaries_external_whole CHECK ((source IS NULL) = (external_id IS NULL)),
    CONSTRAINT beneficiaries_household_exists
        FOREIGN KEY (tenant, household_id) REFERENCES households (tenant, id),
    CONSTRAINT beneficiaries_residence_division_exists
        FOREIGN KEY (tenant, residence_division_code) REFERENCES divisions (tenant, code),
    CONSTRAINT beneficiaries_erased_is_erased CHECK (
        erased_at IS NULL OR (personal IS NULL AND identity_digest IS NULL))
) STRICT;
CREATE INDEX beneficiaries_by_household ON beneficiaries (tenant, household_id, id);
CREATE INDEX beneficiaries_by_identity_digest ON beneficiaries (tenant, identity_digest, id);
CREATE INDEX beneficiaries_by_residence_division ON beneficiaries (tenant, residence_division_code, id);

CREATE TABLE beneficiary_group_tags (
    tenant         TEXT NOT NULL,
    beneficiary_id BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    group_tag      TEXT NOT NULL,
    CONSTRAINT beneficiary_group_tags_pkey PRIMARY KEY (tenant, beneficiary_id, ordinal),
    CONSTRAINT beneficiary_group_tags_beneficiary_exists
        FOREIGN KEY (tenant, beneficiary_id) REFERENCES beneficiaries (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE beneficiary_consents (
    tenant         TEXT NOT NULL,
    beneficiary_id BLOB NOT NULL,
    ordinal        INTEGER NOT NULL,
    purpose        TEXT NOT NULL,
    given_at       INTEGER NOT NULL,
    given_by       TEXT NOT NULL,
    withdrawn_at   INTEGER,
    CONSTRAINT beneficiary_consents_pkey PRIMARY KEY (tenant, beneficiary_id, ordinal),
    CONSTRAINT beneficiary_consents_beneficiary_exists
        FOREIGN KEY (tenant, beneficiary_id) REFERENCES beneficiaries (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE needs (
    tenant                TEXT NOT NULL,
    id                    BLOB NOT NULL,
    source                TEXT,
    external_id           TEXT,
    beneficiary_id        BLOB,
    household_id          BLOB,
    urgency               TEXT NOT NULL,
    deadline_at           INTEGER,
    window_start_at       INTEGER,
    window_end_at         INTEGER,
    latitude_e7           INTEGER,
    longitude_e7          INTEGER,
    division_code         TEXT,
    max_travel_metres     INTEGER,
    home_visit            INTEGER NOT NULL,
    delivery              INTEGER NOT NULL,
    remote                INTEGER NOT NULL,
    involves_minors       INTEGER NOT NULL,
    channel               TEXT NOT NULL,
    wish_title            TEXT,
    wish_consented_at     INTEGER,
    wish_consent_given_by TEXT,
    wish_published_at     INTEGER,
    state                 TEXT NOT NULL,
    version               INTEGER NOT NULL,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL,
    -- Ciphertext, last because matching never reads it.
    personal              BLOB,
    CONSTRAINT needs_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT needs_external_key UNIQUE (tenant, source, external_id),
    CONSTRAINT needs_external_whole CHECK ((source IS NULL) = (external_id IS NULL)),
    CONSTRAINT needs_beneficiary_exists
        FOREIGN KEY (tenant, beneficiary_id) REFERENCES beneficiaries (tenant, id),
    CONSTRAINT needs_household_exists FOREIGN KEY (tenant, household_id) REFERENCES households (tenant, id),
    CONSTRAINT needs_division_exists FOREIGN KEY (tenant, division_code) REFERENCES divisions (tenant, code),
    CONSTRAINT needs_urgency_known CHECK (urgency IN ('emergency', 'urgent', 'normal', 'low')),
    CONSTRAINT needs_state_known CHECK (state IN ('open', 'partly_served', 'served', 'withdrawn', 'closed')),
    CONSTRAINT needs_timing_whole CHECK (
        (window_start_at IS NULL) = (window_end_at IS NULL)
        AND (deadline_at IS NULL OR window_start_at IS NULL)
        AND (window_start_at IS NULL OR window_start_at < window_end_at)),
    CONSTRAINT needs_place_whole CHECK ((latitude_e7 IS NULL) = (longitude_e7 IS NULL)),
    CONSTRAINT needs_wish_consented CHECK (
        (wish_title IS NULL) = (wish_consented_at IS NULL)
        AND (wish_title IS NULL) = (wish_consent_given_by IS NULL)
        AND (wish_title IS NULL) = (wish_published_at IS NULL)),
    CONSTRAINT needs_truth_values CHECK (
        home_visit IN (0, 1) AND delivery IN (0, 1) AND remote IN (0, 1) AND involves_minors IN (0, 1))
) STRICT;
CREATE INDEX needs_by_state ON needs (tenant, state, id);
CREATE INDEX needs_by_beneficiary ON needs (tenant, beneficiary_id, id);
CREATE INDEX needs_by_household ON needs (tenant, household_id, id);
CREATE INDEX needs_by_division ON needs (tenant, division_code, created_at);
CREATE INDEX needs_by_place ON needs (tenant, latitude_e7, longitude_e7);

CREATE TABLE need_items (
    tenant                 TEXT NOT NULL,
    need_id                BLOB NOT NULL,
    ordinal                INTEGER NOT NULL,
    category_code          TEXT NOT NULL,
    quantity               INTEGER NOT NULL,
    unit                   TEXT NOT NULL,
    recurrence_every       TEXT,
    recurrence_occurrences INTEGER,
    splittable             INTEGER NOT NULL,
    CONSTRAINT need_items_pkey PRIMARY KEY (tenant, need_id, ordinal),
    CONSTRAINT need_items_need_exists FOREIGN KEY (tenant, need_id) REFERENCES needs (tenant, id),
    CONSTRAINT need_items_category_exists
        FOREIGN KEY (tenant, category_code) REFERENCES categories (tenant, code),
    CONSTRAINT need_items_quantity_positive CHECK (quantity > 0),
    CONSTRAINT need_items_recurrence_whole CHECK (
        (recurrence_every IS NULL) = (recurrence_occurrences IS NULL)
        AND (recurrence_every IS NULL OR recurrence_every IN ('day', 'week', 'month'))
        AND (recurrence_occurrences IS NULL OR recurrence_occurrences > 0)),
    CONSTRAINT need_items_truth_values CHECK (splittable IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX need_items_by_category ON need_items (tenant, category_code, need_id);

CREATE TABLE need_group_tags (
    tenant    TEXT NOT NULL,
    need_id   BLOB NOT NULL,
    ordinal   INTEGER NOT NULL,
    group_tag TEXT NOT NULL,
    CONSTRAINT need_group_tags_pkey PRIMARY KEY (tenant, need_id, ordinal),
    CONSTRAINT need_group_tags_need_exists FOREIGN KEY (tenant, need_id) REFERENCES needs (tenant, id)
) STRICT, WITHOUT ROWID;

-- Wrapped data keys. Deleting a row makes what was sealed with it unreadable everywhere, backups of other tables included.
CREATE TABLE sealing_keys (
    tenant  TEXT NOT NULL,
    subject TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    CONSTRAINT sealing_keys_pkey PRIMARY KEY (tenant, subject)
) STRICT, WITHOUT ROWID;

-- The last position of each tenant's log. Its row lock, taken at the end of a write and held until its commit, makes the order
-- of positions the order of commits.
CREATE TABLE log_heads (
    tenant   TEXT NOT NULL,
    position INTEGER NOT NULL,
    CONSTRAINT log_heads_pkey PRIMARY KEY (tenant)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    tenant    TEXT NOT NULL,
    position  INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    principal TEXT NOT NULL,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    payload   TEXT NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (tenant, position)
) STRICT;
CREATE INDEX events_by_subject ON events (tenant, subject, position);

-- Answers to writes that carried a request id. `outcomes` names the effects and the log positions of the after-images, so
-- that an erasure has one place to clean.
CREATE TABLE request_outcomes (
    tenant      TEXT NOT NULL,
    principal   TEXT NOT NULL,
    method      TEXT NOT NULL,
    request_id  BLOB NOT NULL,
    body_digest BLOB NOT NULL,
    answered_at INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    outcomes    TEXT NOT NULL,
    CONSTRAINT request_outcomes_pkey PRIMARY KEY (tenant, principal, method, request_id)
) STRICT;
CREATE INDEX request_outcomes_by_age ON request_outcomes (tenant, answered_at);
