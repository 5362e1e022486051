-- Run at every start: what lists are searched and counted by, as SQLite has it.

-- A table that is its own index: each row stands once.
CREATE TABLE IF NOT EXISTS search_terms (
    organization UUID   NOT NULL,
    term         BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    verification UUID   NOT NULL,
    PRIMARY KEY (organization, term, created_at, verification)
) WITHOUT ROWID;

-- Of a frequent term whoever has it, by days since 1970: 20 bytes for each, the millisecond of the day and the id.
CREATE TABLE IF NOT EXISTS search_days (
    organization UUID   NOT NULL,
    term         BIGINT NOT NULL,
    day          BIGINT NOT NULL,
    members      BYTEA  NOT NULL,
    PRIMARY KEY (organization, term, day)
) WITHOUT ROWID;

-- What lists are put in order by, of all verifications of a day in one value, and a mark that is another one for another value;
-- nothing and 0 where it is not written down: see the program's `days.rs`.
CREATE TABLE IF NOT EXISTS listed_days (
    organization UUID   NOT NULL,
    kind         TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    mark         BIGINT NOT NULL,
    members      BYTEA  NOT NULL,
    PRIMARY KEY (organization, kind, day)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS listed_days_marks ON listed_days (organization, kind, day, mark);
CREATE INDEX IF NOT EXISTS listed_days_empty ON listed_days (organization, kind, day) WHERE mark = 0;
-- At the first start with this table.
INSERT INTO listed_days (organization, kind, day, mark, members)
    SELECT DISTINCT organization, kind, created_at / 86400000, 0, x'' FROM verifications
    WHERE deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM listed_days);

DROP TRIGGER IF EXISTS verifications_count_new;
CREATE TRIGGER verifications_count_new AFTER INSERT ON verifications WHEN NEW.deleted_at IS NULL
BEGIN
    INSERT INTO verification_counts (organization, kind, unit, slot, purpose, status, n) VALUES
        (NEW.organization, NEW.kind, 'all', 0, NEW.purpose, NEW.status, 1),
        (NEW.organization, NEW.kind, 'created_span', NEW.created_at / 2764800000, NEW.purpose, NEW.status, 1),
        (NEW.organization, NEW.kind, 'created_day', NEW.created_at / 86400000, NEW.purpose, NEW.status, 1),
        (NEW.organization, NEW.kind, 'updated_span', NEW.updated_at / 2764800000, NEW.purpose, NEW.status, 1),
        (NEW.organization, NEW.kind, 'updated_day', NEW.updated_at / 86400000, NEW.purpose, NEW.status, 1),
        (NEW.organization, NEW.kind, 'created_updated', NEW.created_at / 2764800000 * 100000 + NEW.updated_at / 2764800000,
            NEW.purpose, NEW.status, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

DROP TRIGGER IF EXISTS verifications_count_gone;
CREATE TRIGGER verifications_count_gone AFTER DELETE ON verifications WHEN OLD.deleted_at IS NULL
BEGIN
    INSERT INTO verification_counts (organization, kind, unit, slot, purpose, status, n) VALUES
        (OLD.organization, OLD.kind, 'all', 0, OLD.purpose, OLD.status, -1),
        (OLD.organization, OLD.kind, 'created_span', OLD.created_at / 2764800000, OLD.purpose, OLD.status, -1),
        (OLD.organization, OLD.kind, 'created_day', OLD.created_at / 86400000, OLD.purpose, OLD.status, -1),
        (OLD.organization, OLD.kind, 'updated_span', OLD.updated_at / 2764800000, OLD.purpose, OLD.status, -1),
        (OLD.organization, OLD.kind, 'updated_day', OLD.updated_at / 86400000, OLD.purpose, OLD.status, -1),
        (OLD.organization, OLD.kind, 'created_updated', OLD.created_at / 2764800000 * 100000 + OLD.updated_at / 2764800000,
            OLD.purpose, OLD.status, -1)
    ON CONFLICT DO UPDATE SET n = n - 1;
END;

-- A change is the old row gone and the new one come, unless both are counted in the same places.
DROP TRIGGER IF EXISTS verifications_count_old;
CREATE TRIGGER verifications_count_old
AFTER UPDATE OF organization, kind, purpose, status, created_at, updated_at, deleted_at ON verifications
WHEN OLD.deleted_at IS NULL AND NOT (
    NEW.deleted_at IS NULL AND OLD.organization = NEW.organization AND OLD.kind = NEW.kind
    AND OLD.purpose = NEW.purpose AND OLD.status = NEW.status
    AND OLD.created_at / 86400000 = NEW.created_at / 86400000
    AND OLD.updated_at / 86400000 = NEW.updated_at / 86400000)
BEGIN
    INSERT INTO verification_counts (organization, kind, unit, slot, purpose, status, n) VALUES
        (OLD.organization, OLD.kind, 'all', 0, OLD.purpose, OLD.status, -1),
        (OLD.organization, OLD.kind, 'created_span', OLD.created_at / 2764800000, OLD.purpose, OLD.status, -1),
        (OLD.organization, OLD.kind, 'created_day', OLD.created_at / 86400000, OLD.purpose, OLD.status, -1),
        (OLD.organization, OLD.kind, 'updated_span', OLD.updated_at / 2764800000, OLD.purpose, OLD.status, -1),
        (OLD.organization, OLD.kind, 'updated_day', OLD.updated_at / 86400000, OLD.purpose, OLD.status, -1),
        (OLD.organization, OLD.kind, 'created_updated', OLD.created_at / 2764800000 * 100000 + OLD.updated_at / 2764800000,
            OLD.purpose, OLD.status, -1)
    ON CONFLICT DO UPDATE SET n = n - 1;
END;

DROP TRIGGER IF EXISTS verifications_count_changed;
CREATE TRIGGER verifications_count_changed
AFTER UPDATE OF organization, kind, purpose, status, created_at, updated_at, deleted_at ON verifications
WHEN NEW.deleted_at IS NULL AND NOT (
    OLD.deleted_at IS NULL AND OLD.organization = NEW.organization AND OLD.kind = NEW.kind
    AND OLD.purpose = NEW.purpose AND OLD.status = NEW.status
    AND OLD.created_at / 86400000 = NEW.created_at / 86400000
    AND OLD.updated_at / 86400000 = NEW.updated_at / 86400000)
BEGIN
    INSERT INTO verification_counts (organization, kind, unit, slot, purpose, status, n) VALUES
        (NEW.organization, NEW.kind, 'all', 0, NEW.purpose, NEW.status, 1),
        (NEW.organization, NEW.kind, 'created_span', NEW.created_at / 2764800000, NEW.purpose, NEW.status, 1),
        (NEW.organization, NEW.kind, 'created_day', NEW.created_at / 86400000, NEW.purpose, NEW.status, 1),
        (NEW.organization, NEW.kind, 'updated_span', NEW.updated_at / 2764800000, NEW.purpose, NEW.status, 1),
        (NEW.organization, NEW.kind, 'updated_day', NEW.updated_at / 86400000, NEW.purpose, NEW.status, 1),
        (NEW.organization, NEW.kind, 'created_updated', NEW.created_at / 2764800000 * 100000 + NEW.updated_at / 2764800000,
            NEW.purpose, NEW.status, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

-- A day of which anything changes says nothing any more.
DROP TRIGGER IF EXISTS verifications_day_new;
CREATE TRIGGER verifications_day_new AFTER INSERT ON verifications
BEGIN
    INSERT INTO listed_days (organization, kind, day, mark, members)
    VALUES (NEW.organization, NEW.kind, NEW.created_at / 86400000, 0, x'')
    ON CONFLICT DO UPDATE SET mark = 0, members = x'' WHERE mark <> 0;
END;

DROP TRIGGER IF EXISTS verifications_day_gone;
CREATE TRIGGER verifications_day_gone AFTER DELETE ON verifications
BEGIN
    UPDATE listed_days SET mark = 0, members = x''
    WHERE organization = OLD.organization AND kind = OLD.kind AND day = OLD.created_at / 86400000 AND mark <> 0;
END;

DROP TRIGGER IF EXISTS verifications_day_changed;
CREATE TRIGGER verifications_day_changed
AFTER UPDATE OF organization, kind, purpose, status, created_at, updated_at, deleted_at ON verifications
BEGIN
    UPDATE listed_days SET mark = 0, members = x''
    WHERE organization = OLD.organization AND kind = OLD.kind AND day = OLD.created_at / 86400000 AND mark <> 0;
    INSERT INTO listed_days (organization, kind, day, mark, members)
    VALUES (NEW.organization, NEW.kind, NEW.created_at / 86400000, 0, x'')
    ON CONFLICT DO UPDATE SET mark = 0, members = x'' WHERE mark <> 0;
END;
