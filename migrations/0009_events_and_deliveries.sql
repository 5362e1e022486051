-- Events of any object: `position` counts those of an organization, `sequence` those of one subject.
ALTER TABLE events RENAME TO events_before;
DROP INDEX events_by_verification;
CREATE TABLE events (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL REFERENCES organizations (id),
    position     BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    subject      UUID   NOT NULL,
    sequence     BIGINT NOT NULL,
    snapshot     JSONB  NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    UNIQUE (organization, position),
    UNIQUE (organization, subject, sequence)
);
INSERT INTO events (id, organization, position, kind, subject, sequence, snapshot, at)
SELECT id, organization, ROW_NUMBER() OVER (PARTITION BY organization ORDER BY at, id), kind, verification,
    ROW_NUMBER() OVER (PARTITION BY organization, verification ORDER BY at, id), payload, at
FROM events_before;
DROP TABLE events_before;

CREATE TABLE event_heads (
    organization UUID   NOT NULL PRIMARY KEY REFERENCES organizations (id),
    position     BIGINT NOT NULL
);
INSERT INTO event_heads SELECT organization, MAX(position) FROM events GROUP BY organization;

-- `words`: space-separated, all when empty. `sealed`: headers that the subscriber wants, which may hold secrets.
ALTER TABLE webhook_endpoints ADD COLUMN words TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_endpoints ADD COLUMN origin TEXT NOT NULL DEFAULT 'registered';
ALTER TABLE webhook_endpoints ADD COLUMN active BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE webhook_endpoints ADD COLUMN chaos TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_endpoints ADD COLUMN sealed BYTEA;
ALTER TABLE webhook_endpoints ADD COLUMN failing_since BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN disabled_at BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN disabled_reason TEXT;

CREATE TABLE webhook_secrets (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL,
    endpoint     UUID   NOT NULL,
    sealed       BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, endpoint) REFERENCES webhook_endpoints (organization, id)
);
CREATE INDEX webhook_secrets_by_endpoint ON webhook_secrets (organization, endpoint, created_at, id);

-- `tries` counts all attempts, `tries_before` those that the schedule does not count: before the message was sent again by
-- hand, and cut short.
CREATE TABLE deliveries (
    organization UUID   NOT NULL,
    endpoint     UUID   NOT NULL,
    event        UUID   NOT NULL,
    word         TEXT   NOT NULL,
    status       TEXT   NOT NULL CHECK (status IN ('pending', 'delivered', 'dead')),
    tries        BIGINT NOT NULL DEFAULT 0,
    tries_before BIGINT NOT NULL DEFAULT 0,
    run_at       BIGINT NOT NULL,
    lease_until  BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    finished_at  BIGINT,
    PRIMARY KEY (organization, endpoint, event),
    FOREIGN KEY (organization, endpoint) REFERENCES webhook_endpoints (organization, id),
    FOREIGN KEY (organization, event) REFERENCES events (organization, id)
);
CREATE INDEX deliveries_due ON deliveries (endpoint, run_at) WHERE status = 'pending';
CREATE INDEX deliveries_by_event ON deliveries (organization, event);

CREATE TABLE delivery_attempts (
    organization UUID   NOT NULL,
    endpoint     UUID   NOT NULL,
    event        UUID   NOT NULL,
    number       BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    ms           BIGINT NOT NULL,
    http_status  BIGINT,
    failure      TEXT,
    response     BYTEA  NOT NULL,
    PRIMARY KEY (organization, endpoint, event, number),
    FOREIGN KEY (organization, endpoint, event) REFERENCES deliveries (organization, endpoint, event)
);
CREATE INDEX delivery_attempts_by_time ON delivery_attempts (organization, endpoint, at);
