-- A client compared with the lists, once or for as long as it is monitored. hits are those that count; none where nobody can
-- say. lists is the version that was searched last, empty before; stale says that it was too old to clear anybody. sealed is
-- what was found and what humans said of it, under the client's key, and is emptied with the client's personal data.
CREATE TABLE aml_verifications (
    id            UUID    NOT NULL,
    organization  UUID    NOT NULL,
    client        UUID    NOT NULL,
    credential    UUID,
    user_id       TEXT    NOT NULL,
    configuration TEXT    NOT NULL,
    monitored     BOOLEAN NOT NULL,
    status        TEXT    NOT NULL,
    hits          BIGINT,
    lists         TEXT    NOT NULL,
    stale         BOOLEAN NOT NULL,
    screened_at   BIGINT,
    decided_at    BIGINT,
    sealed        BYTEA   NOT NULL,
    version       BIGINT  NOT NULL,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL,
    anonymized_at BIGINT,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, client) REFERENCES clients (organization, id)
);
CREATE INDEX aml_by_client ON aml_verifications (organization, client);
CREATE INDEX aml_by_time ON aml_verifications (organization, created_at, id);
