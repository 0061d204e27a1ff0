-- Which calendar periods of what recurs are referred. The same columns as on SQLite; only types differ.

-- Units that live and delivered referrals take of each period, by its first day.
ALTER TABLE need_items ADD COLUMN taken JSONB;

-- First days of the periods that a referral is for. Referrals made before name none, and count in no period.
ALTER TABLE referrals ADD COLUMN periods JSONB;
