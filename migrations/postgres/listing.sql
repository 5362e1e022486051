-- Run at every start: what lists are searched and counted by, as PostgreSQL has it. One process at a time: two at once would
-- collide on the catalogue's rows.
SELECT pg_advisory_xact_lock(6282193);

CREATE TABLE IF NOT EXISTS search_terms (
    organization UUID   NOT NULL,
    term         BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    verification UUID   NOT NULL,
    PRIMARY KEY (organization, term, created_at, verification)
);

-- Of a frequent term whoever has it, by days since 1970: 20 bytes for each, the millisecond of the day and the id.
CREATE TABLE IF NOT EXISTS search_days (
    organization UUID   NOT NULL,
    term         BIGINT NOT NULL,
    day          BIGINT NOT NULL,
    members      BYTEA  NOT NULL,
    PRIMARY KEY (organization, term, day)
);

-- What lists are put in order by, of all verifications of a day in one value, and a mark that is another one for another value;
-- nothing and 0 where it is not written down: see the program's `days.rs`.
CREATE TABLE IF NOT EXISTS listed_days (
    organization UUID   NOT NULL,
    kind         TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    mark         BIGINT NOT NULL,
    members      BYTEA  NOT NULL,
    PRIMARY KEY (organization, kind, day)
);
CREATE INDEX IF NOT EXISTS listed_days_marks ON listed_days (organization, kind, day, mark);
CREATE INDEX IF NOT EXISTS listed_days_empty ON listed_days (organization, kind, day) WHERE mark = 0;
-- At the first start with this table.
INSERT INTO listed_days (organization, kind, day, mark, members)
    SELECT DISTINCT organization, kind, created_at / 86400000, 0, ''::BYTEA FROM verifications
    WHERE deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM listed_days) ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION count_verification(v verifications, change BIGINT) RETURNS void LANGUAGE sql AS
$$
    INSERT INTO verification_counts AS c (organization, kind, unit, slot, purpose, status, n) VALUES
        (v.organization, v.kind, 'all', 0, v.purpose, v.status, change),
        (v.organization, v.kind, 'created_span', v.created_at / 2764800000, v.purpose, v.status, change),
        (v.organization, v.kind, 'created_day', v.created_at / 86400000, v.purpose, v.status, change),
        (v.organization, v.kind, 'updated_span', v.updated_at / 2764800000, v.purpose, v.status, change),
        (v.organization, v.kind, 'updated_day', v.updated_at / 86400000, v.purpose, v.status, change),
        (v.organization, v.kind, 'created_updated', v.created_at / 2764800000 * 100000 + v.updated_at / 2764800000,
            v.purpose, v.status, change)
    ON CONFLICT (organization, kind, unit, slot, purpose, status) DO UPDATE SET n = c.n + change;
$$;

-- Holds the head of the organization's audit log, as whoever writes there does, and makes it where there is none. Whoever
-- changes a state writes there afterwards: two who waited for each other's counts and heads would never end.
CREATE OR REPLACE FUNCTION hold_audit_head(of UUID) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM 1 FROM audit_heads WHERE organization = of FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_heads AS head (organization, seq, hash) VALUES (of, 0, ''::BYTEA)
            ON CONFLICT (organization) DO UPDATE SET seq = head.seq;
    END IF;
END
$$;

-- A change is the old row gone and the new one come, unless both are counted in the same places.
CREATE OR REPLACE FUNCTION count_verifications() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.deleted_at IS NULL) = (NEW.deleted_at IS NULL) AND OLD.organization = NEW.organization
            AND OLD.kind = NEW.kind AND OLD.purpose = NEW.purpose AND OLD.status = NEW.status
            AND OLD.created_at / 86400000 = NEW.created_at / 86400000
            AND OLD.updated_at / 86400000 = NEW.updated_at / 86400000 THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM hold_audit_head(OLD.organization);
        IF OLD.deleted_at IS NULL THEN PERFORM count_verification(OLD, -1); END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM hold_audit_head(NEW.organization);
        IF NEW.deleted_at IS NULL THEN PERFORM count_verification(NEW, 1); END IF;
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER verifications_counted
    AFTER INSERT OR DELETE OR UPDATE OF organization, kind, purpose, status, created_at, updated_at, deleted_at
    ON verifications FOR EACH ROW EXECUTE FUNCTION count_verifications();

-- A day of which anything changes says nothing any more. Whoever holds a day has the head of the audit log before: see above.
CREATE OR REPLACE FUNCTION empty_listed_day(v verifications) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM 1 FROM listed_days d
        WHERE d.organization = v.organization AND d.kind = v.kind AND d.day = v.created_at / 86400000
            AND d.mark = 0;
    IF FOUND THEN RETURN; END IF;
    PERFORM hold_audit_head(v.organization);
    INSERT INTO listed_days AS d (organization, kind, day, mark, members)
        VALUES (v.organization, v.kind, v.created_at / 86400000, 0, ''::BYTEA)
        ON CONFLICT (organization, kind, day) DO UPDATE SET mark = 0, members = ''::BYTEA WHERE d.mark <> 0;
END
$$;
CREATE OR REPLACE FUNCTION empty_listed_days() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM empty_listed_day(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM empty_listed_day(NEW); END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER verifications_listed_by_day
    AFTER INSERT OR DELETE OR UPDATE OF organization, kind, purpose, status, created_at, updated_at, deleted_at
    ON verifications FOR EACH ROW EXECUTE FUNCTION empty_listed_days();
