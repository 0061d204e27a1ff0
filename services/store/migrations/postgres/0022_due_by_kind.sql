-- Messages that are due are asked for by kind: offers do not walk past wishes that wait, nor these past offers. The same on SQLite.
DROP INDEX notifications_due;
CREATE INDEX notifications_due ON notifications (tenant, kind, next_attempt_at) WHERE delivery = 'pending';
