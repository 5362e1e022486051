-- Derived from the verifications: `listing.sql`, which runs after this at every start, makes it anew with the mark of each day.
DROP TABLE IF EXISTS listed_days;
