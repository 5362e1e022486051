-- What an organization wants told where, as one API has it. A workflow's actions are endpoints, whose events follow from its
-- conditions: a list of what each says.
CREATE TABLE workflows (
    id           UUID    NOT NULL,
    organization UUID    NOT NULL REFERENCES organizations (id),
    name         TEXT    NOT NULL,
    active       BOOLEAN NOT NULL,
    conditions   JSONB   NOT NULL,
    created_at   BIGINT  NOT NULL,
    PRIMARY KEY (organization, id)
);
ALTER TABLE webhook_endpoints ADD COLUMN workflow UUID;
CREATE INDEX webhook_endpoints_by_workflow ON webhook_endpoints (organization, workflow) WHERE workflow IS NOT NULL;

-- What messages are signed with where a receiver has the public half. sealed: the private one, under the organization's own
-- key.
CREATE TABLE signing_keys (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL REFERENCES organizations (id),
    sealed       BYTEA  NOT NULL,
    public_key   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    UNIQUE (organization)
);
