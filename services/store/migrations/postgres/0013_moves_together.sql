-- A row of the log may hold what all offers of a transaction moved.

-- Such a row is long. It is kept as it was written: compressing it costs more than the disk that it would spare.
ALTER TABLE events ALTER COLUMN payload SET STORAGE EXTERNAL;
