-- The tables of Wishwell on PostgreSQL. The same tables, columns and constraint names as on SQLite; only types differ.
-- Instants are microseconds since the Unix epoch, dates ISO 8601 text, coordinates units of 1e-7 degree. The tenant comes
-- first in every key and every index. Texts compare bytewise on every machine (COLLATE "C"), as they do on SQLite.

-- The one place where SQL asks for the time. Tests replace the function.
CREATE FUNCTION wishwell_now() RETURNS BIGINT LANGUAGE sql VOLATILE AS
    $$ SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) $$;

CREATE TABLE categories (
    tenant       TEXT COLLATE "C" NOT NULL,
    code         TEXT COLLATE "C" NOT NULL,
    parent_code  TEXT COLLATE "C",
    name_zh      TEXT COLLATE "C" NOT NULL,
    name_en      TEXT COLLATE "C" NOT NULL,
    default_unit TEXT COLLATE "C",
    source       TEXT COLLATE "C",
    version      BIGINT NOT NULL,
    CONSTRAINT categories_pkey PRIMARY KEY (tenant, code),
    CONSTRAINT categories_parent_exists FOREIGN KEY (tenant, parent_code) REFERENCES categories (tenant, code),
    CONSTRAINT categories_not_own_parent CHECK (parent_code IS NULL OR parent_code <> code),
    CONSTRAINT categories_named CHECK (name_zh <> '' OR name_en <> '')
);

CREATE TABLE category_synonyms (
    tenant        TEXT COLLATE "C" NOT NULL,
    category_code TEXT COLLATE "C" NOT NULL,
    ordinal       BIGINT NOT NULL,
    synonym       TEXT COLLATE "C" NOT NULL,
    CONSTRAINT category_synonyms_pkey PRIMARY KEY (tenant, category_code, ordinal),
    CONSTRAINT category_synonyms_category_exists
        FOREIGN KEY (tenant, category_code) REFERENCES categories (tenant, code)
);

CREATE TABLE divisions (
    tenant              TEXT COLLATE "C" NOT NULL,
    code                TEXT COLLATE "C" NOT NULL,
    edition_year        BIGINT NOT NULL,
    parent_code         TEXT COLLATE "C",
    name_zh             TEXT COLLATE "C" NOT NULL,
    name_en             TEXT COLLATE "C" NOT NULL,
    centre_latitude_e7  BIGINT,
    centre_longitude_e7 BIGINT,
    version             BIGINT NOT NULL,
    CONSTRAINT divisions_pkey PRIMARY KEY (tenant, code),
    CONSTRAINT divisions_parent_exists FOREIGN KEY (tenant, parent_code) REFERENCES divisions (tenant, code),
    CONSTRAINT divisions_not_own_parent CHECK (parent_code IS NULL OR parent_code <> code),
    CONSTRAINT divisions_named CHECK (name_zh <> '' OR name_en <> ''),
    CONSTRAINT divisions_centre_whole CHECK ((centre_latitude_e7 IS NULL) = (centre_longitude_e7 IS NULL))
);

CREATE TABLE organizations (
    tenant                       TEXT COLLATE "C" NOT NULL,
    id                           UUID NOT NULL,
    source                       TEXT COLLATE "C",
    external_id                  TEXT COLLATE "C",
    name_zh                      TEXT COLLATE "C" NOT NULL,
    name_en                      TEXT COLLATE "C" NOT NULL,
    kind                         TEXT COLLATE "C" NOT NULL,
    state                        TEXT COLLATE "C" NOT NULL,
    social_credit_code           TEXT COLLATE "C",
    division_code                TEXT COLLATE "C",
    phone                        TEXT COLLATE "C" NOT NULL,
    email                        TEXT COLLATE "C" NOT NULL,
    url                          TEXT COLLATE "C" NOT NULL,
    address                      TEXT COLLATE "C" NOT NULL,
    -- A vetting is there when its note is not null; without a last day it does not end.
    vetted_for_minors_note       TEXT COLLATE "C",
    vetted_for_minors_until      TEXT COLLATE "C",
    vetted_for_home_visits_note  TEXT COLLATE "C",
    vetted_for_home_visits_until TEXT COLLATE "C",
    version                      BIGINT NOT NULL,
    created_at                   BIGINT NOT NULL,
    updated_at                   BIGINT NOT NULL,
    CONSTRAINT organizations_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT organizations_external_key UNIQUE (tenant, source, external_id),
    CONSTRAINT organizations_external_whole CHECK ((source IS NULL) = (external_id IS NULL)),
    CONSTRAINT organizations_division_exists FOREIGN KEY (tenant, division_code) REFERENCES divisions (tenant, code),
    CONSTRAINT organizations_named CHECK (name_zh <> '' OR name_en <> ''),
    CONSTRAINT organizations_state_known CHECK (state IN ('applied', 'verified', 'suspended')),
    CONSTRAINT organizations_vetting_whole CHECK (
        (vetted_for_minors_note IS NOT NULL OR vetted_for_minors_until IS NULL)
        AND (vetted_for_home_visits_note IS NOT NULL OR vetted_for_home_visits_until IS NULL))
);
CREATE INDEX organizations_by_division ON organizations (tenant, division_code, id);

CREATE TABLE capacity_pools (
    tenant          TEXT COLLATE "C" NOT NULL,
    id              UUID NOT NULL,
    source          TEXT COLLATE "C",
    external_id     TEXT COLLATE "C",
    organization_id UUID NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    unit            TEXT COLLATE "C" NOT NULL,
    currency        TEXT COLLATE "C",
    period_length   TEXT COLLATE "C",
    time_zone       TEXT COLLATE "C",
    total           BIGINT,
    used_elsewhere  BIGINT NOT NULL,
    pending         BIGINT NOT NULL,
    committed       BIGINT NOT NULL,
    confirmed_at    BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
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
);
CREATE INDEX capacity_pools_by_organization ON capacity_pools (tenant, organization_id, id);

CREATE TABLE capacity_pool_periods (
    tenant           TEXT COLLATE "C" NOT NULL,
    capacity_pool_id UUID NOT NULL,
    period_start     TEXT COLLATE "C" NOT NULL,
    total            BIGINT,
    used_elsewhere   BIGINT NOT NULL,
    pending          BIGINT NOT NULL,
    committed        BIGINT NOT NULL,
    CONSTRAINT capacity_pool_periods_pkey PRIMARY KEY (tenant, capacity_pool_id, period_start),
    CONSTRAINT capacity_pool_periods_pool_exists
        FOREIGN KEY (tenant, capacity_pool_id) REFERENCES capacity_pools (tenant, id),
    CONSTRAINT capacity_pool_periods_not_negative CHECK (
        (total IS NULL OR total >= 0) AND used_elsewhere >= 0 AND pending >= 0 AND committed >= 0),
    CONSTRAINT capacity_pool_periods_not_overdrawn CHECK (
        total IS NULL OR used_elsewhere + pending + committed <= total)
);

CREATE TABLE resources (
    tenant                 TEXT COLLATE "C" NOT NULL,
    id                     UUID NOT NULL,
    source                 TEXT COLLATE "C",
    external_id            TEXT COLLATE "C",
    organization_id        UUID NOT NULL,
    title_zh               TEXT COLLATE "C" NOT NULL,
    title_en               TEXT COLLATE "C" NOT NULL,
    unit                   TEXT COLLATE "C",
    latitude_e7            BIGINT,
    longitude_e7           BIGINT,
    division_code          TEXT COLLATE "C",
    modes                  JSONB NOT NULL,
    schedule               JSONB,
    eligibility_expression TEXT COLLATE "C",
    eligibility_zh         TEXT COLLATE "C",
    eligibility_en         TEXT COLLATE "C",
    lifecycle              TEXT COLLATE "C" NOT NULL,
    valid_from             TEXT COLLATE "C",
    valid_until            TEXT COLLATE "C",
    version                BIGINT NOT NULL,
    created_at             BIGINT NOT NULL,
    updated_at             BIGINT NOT NULL,
    -- The long texts come last, as on SQLite; ranking never needs them.
    content                TEXT COLLATE "C" NOT NULL,
    responsible_party      TEXT COLLATE "C" NOT NULL,
    service_standard       TEXT COLLATE "C" NOT NULL,
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
);
CREATE INDEX resources_by_organization ON resources (tenant, organization_id, id);
CREATE INDEX resources_by_division ON resources (tenant, division_code, id);

CREATE TABLE resource_categories (
    tenant        TEXT COLLATE "C" NOT NULL,
    resource_id   UUID NOT NULL,
    ordinal       BIGINT NOT NULL,
    category_code TEXT COLLATE "C" NOT NULL,
    CONSTRAINT resource_categories_pkey PRIMARY KEY (tenant, resource_id, ordinal),
    CONSTRAINT resource_categories_once UNIQUE (tenant, category_code, resource_id),
    CONSTRAINT resource_categories_resource_exists
        FOREIGN KEY (tenant, resource_id) REFERENCES resources (tenant, id),
    CONSTRAINT resource_categories_category_exists
        FOREIGN KEY (tenant, category_code) REFERENCES categories (tenant, code)
);

CREATE TABLE resource_areas (
    tenant        TEXT COLLATE "C" NOT NULL,
    resource_id   UUID NOT NULL,
    ordinal       BIGINT NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    division_code TEXT COLLATE "C",
    radius_metres BIGINT,
    polygon       JSONB,
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
);

CREATE TABLE resource_draws (
    tenant            TEXT COLLATE "C" NOT NULL,
    resource_id       UUID NOT NULL,
    ordinal           BIGINT NOT NULL,
    capacity_pool_id  UUID NOT NULL,
    quantity_per_unit BIGINT NOT NULL,
    CONSTRAINT resource_draws_pkey PRIMARY KEY (tenant, resource_id, ordinal),
    CONSTRAINT resource_draws_once UNIQUE (tenant, capacity_pool_id, resource_id),
    CONSTRAINT resource_draws_resource_exists
        FOREIGN KEY (tenant, resource_id) REFERENCES resources (tenant, id),
    CONSTRAINT resource_draws_pool_exists
        FOREIGN KEY (tenant, capacity_pool_id) REFERENCES capacity_pools (tenant, id),
    CONSTRAINT resource_draws_quantity_positive CHECK (quantity_per_unit > 0)
);

CREATE TABLE households (
    tenant                     TEXT COLLATE "C" NOT NULL,
    id                         UUID NOT NULL,
    source                     TEXT COLLATE "C",
    external_id                TEXT COLLATE "C",
    residence_division_code    TEXT COLLATE "C",
    -- No foreign key: people are registered all over the country, not only where this installation works.
    registration_division_code TEXT COLLATE "C",
    version                    BIGINT NOT NULL,
    created_at                 BIGINT NOT NULL,
    updated_at                 BIGINT NOT NULL,
    CONSTRAINT households_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT households_external_key UNIQUE (tenant, source, external_id),
    CONSTRAINT households_external_whole CHECK ((source IS NULL) = (external_id IS NULL)),
    CONSTRAINT households_residence_division_exists
        FOREIGN KEY (tenant, residence_division_code) REFERENCES divisions (tenant, code)
);

CREATE TABLE household_group_tags (
    tenant       TEXT COLLATE "C" NOT NULL,
    household_id UUID NOT NULL,
    ordinal      BIGINT NOT NULL,
    group_tag    TEXT COLLATE "C" NOT NULL,
    CONSTRAINT household_group_tags_pkey PRIMARY KEY (tenant, household_id, ordinal),
    CONSTRAINT household_group_tags_household_exists
        FOREIGN KEY (tenant, household_id) REFERENCES households (tenant, id)
);

CREATE TABLE beneficiaries (
    tenant                     TEXT COLLATE "C" NOT NULL,
    id                         UUID NOT NULL,
    source                     TEXT COLLATE "C",
    external_id                TEXT COLLATE "C",
    -- Ciphertext; the key is in sealing_keys, wrapped by a key that the database never sees.
    personal                   BYTEA,
    identity_digest            TEXT COLLATE "C",
    residence_division_code    TEXT COLLATE "C",
    registration_division_code TEXT COLLATE "C",
    household_id               UUID,
    erased_at                  BIGINT,
    version                    BIGINT NOT NULL,
    created_at                 BIGINT NOT NULL,
    updated_at                 BIGINT NOT NULL,
    CONSTRAINT beneficiaries_pkey PRIMARY KEY (tenant, id),
    CONSTRAINT beneficiaries_external_key UNIQUE (tenant, source, external_id),
    CONSTRAINT beneficiaries_external_whole CHECK ((source IS NULL) = (external_id IS NULL)),
    CONSTRAINT beneficiaries_household_exists
        FOREIGN KEY (tenant, household_id) REFERENCES households (tenant, id),
    CONSTRAINT beneficiaries_residence_division_exists
        FOREIGN KEY (tenant, residence_division_code) REFERENCES divisions (tenant, code),
    CONSTRAINT beneficiaries_erased_is_erased CHECK (
        erased_at IS NULL OR (personal IS NULL AND identity_digest IS NULL))
);
CREATE INDEX beneficiaries_by_household ON beneficiaries (tenant, household_id, id);
CREATE INDEX beneficiaries_by_identity_digest ON beneficiaries (tenant, identity_digest, id);
CREATE INDEX beneficiaries_by_residence_division ON beneficiaries (tenant, residence_division_code, id);

CREATE TABLE beneficiary_group_tags (
    tenant         TEXT COLLATE "C" NOT NULL,
    beneficiary_id UUID NOT NULL,
    ordinal        BIGINT NOT NULL,
    group_tag      TEXT COLLATE "C" NOT NULL,
    CONSTRAINT beneficiary_group_tags_pkey PRIMARY KEY (tenant, beneficiary_id, ordinal),
    CONSTRAINT beneficiary_group_tags_beneficiary_exists
        FOREIGN KEY (tenant, beneficiary_id) REFERENCES beneficiaries (tenant, id)
);

CREATE TABLE beneficiary_consents (
    tenant         TEXT COLLATE "C" NOT NULL,
    beneficiary_id UUID NOT NULL,
    ordinal        BIGINT NOT NULL,
    purpose        TEXT COLLATE "C" NOT NULL,
    given_at       BIGINT NOT NULL,
    given_by       TEXT COLLATE "C" NOT NULL,
    withdrawn_at   BIGINT,
    CONSTRAINT beneficiary_consents_pkey PRIMARY KEY (tenant, beneficiary_id, ordinal),
    CONSTRAINT beneficiary_consents_beneficiary_exists
        FOREIGN KEY (tenant, beneficiary_id) REFERENCES beneficiaries (tenant, id)
);

CREATE TABLE needs (
    tenant                TEXT COLLATE "C" NOT NULL,
    id                    UUID NOT NULL,
    source                TEXT COLLATE "C",
    external_id           TEXT COLLATE "C",
    beneficiary_id        UUID,
    household_id          UUID,
    urgency               TEXT COLLATE "C" NOT NULL,
    deadline_at           BIGINT,
    window_start_at       BIGINT,
    window_end_at         BIGINT,
    latitude_e7           BIGINT,
    longitude_e7          BIGINT,
    division_code         TEXT COLLATE "C",
    max_travel_metres     BIGINT,
    home_visit            BOOLEAN NOT NULL,
    delivery              BOOLEAN NOT NULL,
    remote                BOOLEAN NOT NULL,
    involves_minors       BOOLEAN NOT NULL,
    channel               TEXT COLLATE "C" NOT NULL,
    wish_title            TEXT COLLATE "C",
    wish_consented_at     BIGINT,
    wish_consent_given_by TEXT COLLATE "C",
    wish_published_at     BIGINT,
    state                 TEXT COLLATE "C" NOT NULL,
    version               BIGINT NOT NULL,
    created_at            BIGINT NOT NULL,
    updated_at            BIGINT NOT NULL,
    -- Ciphertext, last because matching never reads it.
    personal              BYTEA,
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
        AND (wish_title IS NULL) = (wish_published_at IS NULL))
);
CREATE INDEX needs_by_state ON needs (tenant, state, id);
CREATE INDEX needs_by_beneficiary ON needs (tenant, beneficiary_id, id);
CREATE INDEX needs_by_household ON needs (tenant, household_id, id);
CREATE INDEX needs_by_division ON needs (tenant, division_code, created_at);
CREATE INDEX needs_by_place ON needs (tenant, latitude_e7, longitude_e7);

CREATE TABLE need_items (
    tenant                 TEXT COLLATE "C" NOT NULL,
    need_id                UUID NOT NULL,
    ordinal                BIGINT NOT NULL,
    category_code          TEXT COLLATE "C" NOT NULL,
    quantity               BIGINT NOT NULL,
    unit                   TEXT COLLATE "C" NOT NULL,
    recurrence_every       TEXT COLLATE "C",
    recurrence_occurrences BIGINT,
    splittable             BOOLEAN NOT NULL,
    CONSTRAINT need_items_pkey PRIMARY KEY (tenant, need_id, ordinal),
    CONSTRAINT need_items_need_exists FOREIGN KEY (tenant, need_id) REFERENCES needs (tenant, id),
    CONSTRAINT need_items_category_exists
        FOREIGN KEY (tenant, category_code) REFERENCES categories (tenant, code),
    CONSTRAINT need_items_quantity_positive CHECK (quantity > 0),
    CONSTRAINT need_items_recurrence_whole CHECK (
        (recurrence_every IS NULL) = (recurrence_occurrences IS NULL)
        AND (recurrence_every IS NULL OR recurrence_every IN ('day', 'week', 'month'))
        AND (recurrence_occurrences IS NULL OR recurrence_occurrences > 0))
);
CREATE INDEX need_items_by_category ON need_items (tenant, category_code, need_id);

CREATE TABLE need_group_tags (
    tenant    TEXT COLLATE "C" NOT NULL,
    need_id   UUID NOT NULL,
    ordinal   BIGINT NOT NULL,
    group_tag TEXT COLLATE "C" NOT NULL,
    CONSTRAINT need_group_tags_pkey PRIMARY KEY (tenant, need_id, ordinal),
    CONSTRAINT need_group_tags_need_exists FOREIGN KEY (tenant, need_id) REFERENCES needs (tenant, id)
);

-- Wrapped data keys. Deleting a row makes what was sealed with it unreadable everywhere, backups of other tables included.
CREATE TABLE sealing_keys (
    tenant  TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    wrapped BYTEA NOT NULL,
    CONSTRAINT sealing_keys_pkey PRIMARY KEY (tenant, subject)
);

-- The last position of each tenant's log. Its row lock, taken at the end of a write and held until its commit, makes the order
-- of positions the order of commits.
CREATE TABLE log_heads (
    tenant   TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT log_heads_pkey PRIMARY KEY (tenant)
);

CREATE TABLE events (
    tenant    TEXT COLLATE "C" NOT NULL,
    position  BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    principal TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    payload   JSONB NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (tenant, position)
);
CREATE INDEX events_by_subject ON events (tenant, subject, position);

-- Answers to writes that carried a request id. `outcomes` names the effects and the log positions of the after-images, so
-- that an erasure has one place to clean.
CREATE TABLE request_outcomes (
    tenant      TEXT COLLATE "C" NOT NULL,
    principal   TEXT COLLATE "C" NOT NULL,
    method      TEXT COLLATE "C" NOT NULL,
    request_id  UUID NOT NULL,
    body_digest BYTEA NOT NULL,
    answered_at BIGINT NOT NULL,
    position    BIGINT NOT NULL,
    outcomes    JSONB NOT NULL,
    CONSTRAINT request_outcomes_pkey PRIMARY KEY (tenant, principal, method, request_id)
);
CREATE INDEX request_outcomes_by_age ON request_outcomes (tenant, answered_at);
