-- One text for SQLite and PostgreSQL, so only type names that both accept.
-- Times are unix milliseconds. JSONB columns hold whole objects and are never queried inside.
-- "sealed" columns are ciphertext under the applicant's data key: everything that may hold personal data.
-- Rows of a tenant have (organization, id) as their key, and references carry the organization along:
-- a row of one tenant cannot point at a row of another.

CREATE TABLE organizations (
    id         UUID   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

-- API keys and OAuth clients. public_id is looked up before the tenant is known, so it is unique over all.
CREATE TABLE credentials (
    id            UUID   NOT NULL,
    organization  UUID   NOT NULL REFERENCES organizations (id),
    kind          TEXT   NOT NULL CHECK (kind IN ('api_key', 'oauth_client')),
    name          TEXT   NOT NULL,
    public_id     TEXT   NOT NULL UNIQUE,
    secret_sha256 BYTEA  NOT NULL,
    scopes        TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT,
    revoked_at    BIGINT,
    PRIMARY KEY (organization, id)
);

CREATE TABLE access_tokens (
    token_sha256 BYTEA  NOT NULL PRIMARY KEY,
    organization UUID   NOT NULL,
    credential   UUID   NOT NULL,
    scopes       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    FOREIGN KEY (organization, credential) REFERENCES credentials (organization, id)
);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

-- One row per version of the key ring that ever wrapped a key here: a known value under that version,
-- so that a wrong or incomplete key ring is noticed at start and not at the first unreadable person.
CREATE TABLE key_ring_proofs (
    key_id     TEXT   NOT NULL PRIMARY KEY,
    proof      BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE applicants (
    id            UUID   NOT NULL,
    organization  UUID   NOT NULL REFERENCES organizations (id),
    sealed        BYTEA  NOT NULL,
    created_at    BIGINT NOT NULL,
    anonymized_at BIGINT,
    PRIMARY KEY (organization, id)
);

-- The data key of one applicant, wrapped by the key ring. Destroying it makes the sealed columns and
-- blobs of that applicant unreadable.
CREATE TABLE subject_keys (
    organization UUID   NOT NULL,
    applicant    UUID   NOT NULL,
    key_id       TEXT   NOT NULL,
    wrapped_key  BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    destroyed_at BIGINT,
    PRIMARY KEY (organization, applicant),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id)
);
CREATE INDEX subject_keys_by_key ON subject_keys (key_id) WHERE destroyed_at IS NULL;

-- Every version of an organization's knobs; the highest version applies. user_id '' is the whole organization.
CREATE TABLE weights (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL REFERENCES organizations (id),
    user_id      TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    knobs        JSONB  NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    UNIQUE (organization, user_id, version)
);

CREATE TABLE requirements (
    organization  UUID   NOT NULL REFERENCES organizations (id),
    user_id       TEXT   NOT NULL,
    document_type TEXT   NOT NULL,
    data_source   TEXT   NOT NULL,
    version       BIGINT NOT NULL,
    switches      JSONB  NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (organization, user_id, document_type, data_source, version)
);

CREATE TABLE verifications (
    id                   UUID    NOT NULL,
    organization         UUID    NOT NULL REFERENCES organizations (id),
    applicant            UUID    NOT NULL,
    credential           UUID,
    dialect              TEXT    NOT NULL,
    status               TEXT    NOT NULL,
    version              BIGINT  NOT NULL,
    consent_given        BOOLEAN,
    consent_at           BIGINT,
    consent_text_version TEXT,
    document_type        TEXT,
    liveness_mode        TEXT    NOT NULL,
    policy               JSONB   NOT NULL,
    weights              UUID,
    sealed               BYTEA   NOT NULL,
    verified             BOOLEAN,
    score                DOUBLE PRECISION,
    history_length       BIGINT  NOT NULL DEFAULT 0,
    created_at           BIGINT  NOT NULL,
    updated_at           BIGINT  NOT NULL,
    completed_at         BIGINT,
    expires_at           BIGINT,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, credential) REFERENCES credentials (organization, id),
    FOREIGN KEY (organization, weights) REFERENCES weights (organization, id)
);
CREATE INDEX verifications_by_time ON verifications (organization, created_at, id);
CREATE INDEX verifications_by_status ON verifications (organization, status, created_at, id);
CREATE INDEX verifications_by_applicant ON verifications (organization, applicant, created_at, id);

CREATE TABLE evidence (
    id            UUID   NOT NULL,
    organization  UUID   NOT NULL,
    verification  UUID   NOT NULL,
    applicant     UUID   NOT NULL,
    kind          TEXT   NOT NULL,
    sequence      BIGINT NOT NULL,
    blob_key      TEXT   NOT NULL UNIQUE,
    bytes         BIGINT NOT NULL,
    width         BIGINT NOT NULL,
    height        BIGINT NOT NULL,
    sealed        BYTEA  NOT NULL,
    created_at    BIGINT NOT NULL,
    superseded_at BIGINT,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id)
);
CREATE INDEX evidence_by_verification ON evidence (organization, verification, kind, sequence);

CREATE TABLE findings (
    id            UUID   NOT NULL,
    organization  UUID   NOT NULL,
    verification  UUID   NOT NULL,
    finding       JSONB  NOT NULL,
    created_at    BIGINT NOT NULL,
    superseded_at BIGINT,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX findings_by_verification ON findings (organization, verification);

-- number counts the assessments of one verification from 1.
CREATE TABLE assessments (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL,
    verification UUID   NOT NULL,
    number       BIGINT NOT NULL,
    weights      UUID,
    outcome      TEXT   NOT NULL,
    score        DOUBLE PRECISION,
    detail       JSONB  NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    UNIQUE (organization, verification, number),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id),
    FOREIGN KEY (organization, weights) REFERENCES weights (organization, id)
);

CREATE TABLE liveness_sessions (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL,
    verification UUID   NOT NULL,
    token_sha256 BYTEA  NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX liveness_sessions_by_verification ON liveness_sessions (organization, verification);

-- What happened to one verification, for its reader. No personal data.
CREATE TABLE history (
    organization UUID   NOT NULL,
    verification UUID   NOT NULL,
    seq          BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    event        TEXT   NOT NULL,
    detail       JSONB  NOT NULL,
    PRIMARY KEY (organization, verification, seq),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);

-- Who did what, as a hash chain per organization. detail is TEXT, not JSONB: the hash covers its exact bytes.
CREATE TABLE audit_log (
    organization  UUID   NOT NULL REFERENCES organizations (id),
    seq           BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    actor         TEXT   NOT NULL,
    action        TEXT   NOT NULL,
    object        TEXT   NOT NULL,
    detail        TEXT   NOT NULL,
    previous_hash BYTEA  NOT NULL,
    hash          BYTEA  NOT NULL,
    PRIMARY KEY (organization, seq)
);

-- The end of each chain: the next entry's predecessor, and proof that the last entries were not cut off.
CREATE TABLE audit_heads (
    organization UUID   NOT NULL PRIMARY KEY REFERENCES organizations (id),
    seq          BIGINT NOT NULL,
    hash         BYTEA  NOT NULL
);

-- Outbox: what subscribers are told, written with the state change. No personal data in the payload.
CREATE TABLE events (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL,
    verification UUID   NOT NULL,
    kind         TEXT   NOT NULL,
    payload      JSONB  NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX events_by_verification ON events (organization, verification, at);

-- Work to do, and timers: a timer is a job with a later run_at. lease_until 0 means nobody holds it.
CREATE TABLE jobs (
    id           UUID   NOT NULL PRIMARY KEY,
    organization UUID   NOT NULL REFERENCES organizations (id),
    queue        TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    subject      UUID   NOT NULL,
    payload      JSONB  NOT NULL,
    unique_key   TEXT,
    run_at       BIGINT NOT NULL,
    attempts     BIGINT NOT NULL DEFAULT 0,
    max_attempts BIGINT NOT NULL,
    lease_until  BIGINT NOT NULL DEFAULT 0,
    lease_owner  TEXT,
    created_at   BIGINT NOT NULL,
    done_at      BIGINT,
    failed_at    BIGINT,
    error        TEXT
);
CREATE INDEX jobs_ready ON jobs (queue, run_at) WHERE done_at IS NULL AND failed_at IS NULL;
CREATE INDEX jobs_by_subject ON jobs (organization, subject);
CREATE UNIQUE INDEX jobs_unique_while_open ON jobs (organization, unique_key)
    WHERE done_at IS NULL AND failed_at IS NULL;
