-- What a verification is about: 'identity_verification' reads a document; 'face_authentication' asks whether a
-- known person is back. identity is who the person turned out to be (a verification, once approved) or who they
-- say they are (an authentication). user_id is the caller's own word for their user; no personal data.
ALTER TABLE verifications ADD COLUMN kind TEXT NOT NULL DEFAULT 'identity_verification';
ALTER TABLE verifications ADD COLUMN identity UUID;
ALTER TABLE verifications ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
-- Deleted verifications are nobody's: their personal data is erased, and no query finds them.
ALTER TABLE verifications ADD COLUMN deleted_at BIGINT;
CREATE INDEX verifications_by_identity ON verifications (organization, identity, created_at, id);

-- When a person was first verified: only who was, is an identity.
ALTER TABLE applicants ADD COLUMN identity_since BIGINT;
CREATE INDEX applicants_by_identity ON applicants (organization, identity_since, id);

-- Settings for one client of an organization; '' is for all.
ALTER TABLE weights ADD COLUMN client TEXT NOT NULL DEFAULT '';
ALTER TABLE requirements ADD COLUMN client TEXT NOT NULL DEFAULT '';

-- Where events are sent. client '' is for all clients of the organization.
CREATE TABLE webhook_endpoints (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL REFERENCES organizations (id),
    dialect      TEXT   NOT NULL,
    client       TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    url          TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    deleted_at   BIGINT,
    PRIMARY KEY (organization, id)
);
CREATE INDEX webhook_endpoints_by_time ON webhook_endpoints (organization, created_at, id);
