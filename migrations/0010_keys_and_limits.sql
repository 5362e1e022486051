-- A credential has one secret, and two while one takes the other's place. `hint`: what may be shown of it again.
CREATE TABLE credential_secrets (
    secret_sha256 BYTEA  NOT NULL PRIMARY KEY,
    organization  UUID   NOT NULL,
    credential    UUID   NOT NULL,
    hint          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT,
    FOREIGN KEY (organization, credential) REFERENCES credentials (organization, id)
);
CREATE INDEX credential_secrets_by_credential ON credential_secrets (organization, credential);
INSERT INTO credential_secrets (secret_sha256, organization, credential, hint, created_at)
SELECT secret_sha256, organization, id, '', created_at FROM credentials;
ALTER TABLE credentials DROP COLUMN secret_sha256;

-- `per_minute`: the rate limit, the server's own when absent.
ALTER TABLE credentials ADD COLUMN per_minute BIGINT;
ALTER TABLE credentials ADD COLUMN last_used_at BIGINT;

-- Answers to be given again. `sealed` opens only with a word of the caller's that is not kept here.
CREATE TABLE idempotency_keys (
    organization   UUID   NOT NULL REFERENCES organizations (id),
    key_sha256     BYTEA  NOT NULL,
    request_sha256 BYTEA  NOT NULL,
    status         BIGINT,
    sealed         BYTEA,
    created_at     BIGINT NOT NULL,
    lease_until    BIGINT NOT NULL,
    PRIMARY KEY (organization, key_sha256)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
