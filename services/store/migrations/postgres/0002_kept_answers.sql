-- Reasons and answers that were given and not kept. The same columns and constraint names as on SQLite; only types differ.

-- Why an organization is suspended. Empty for those suspended before.
ALTER TABLE organizations ADD COLUMN suspension_reason TEXT COLLATE "C" NOT NULL DEFAULT ''
    CONSTRAINT organizations_reason_of_suspended CHECK (suspension_reason = '' OR state = 'suspended');

-- What else a request was answered, beside what it did.
ALTER TABLE request_outcomes ADD COLUMN answer JSONB;
