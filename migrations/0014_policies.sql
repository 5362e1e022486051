-- Every version of an organization's policies. A policy has a name; client '' and user_id '' stand for everybody.
CREATE TABLE policies (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL REFERENCES organizations (id),
    name         TEXT   NOT NULL,
    client       TEXT   NOT NULL,
    user_id      TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    policy       JSONB  NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    UNIQUE (organization, name, client, user_id, version)
);
