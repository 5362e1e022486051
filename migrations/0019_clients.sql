-- What an organization keeps a record of: people and businesses. id is that of a row of applicants too, which gives each a
-- data key of its own. sealed is their names, addresses and the like, under that key; metadata is the organization's own
-- data about them. Both are emptied when the record is deleted.
CREATE TABLE clients (
    id            UUID    NOT NULL,
    organization  UUID    NOT NULL,
    member_type   TEXT    NOT NULL,
    active        BOOLEAN NOT NULL,
    request_count BIGINT  NOT NULL,
    sealed        BYTEA   NOT NULL,
    metadata      BYTEA,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL,
    deleted_at    BIGINT,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, id) REFERENCES applicants (organization, id)
);
CREATE INDEX clients_by_time ON clients (organization, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX clients_by_requests ON clients (organization, request_count, id) WHERE deleted_at IS NULL;
