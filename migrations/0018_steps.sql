-- What a verification is for, whom an organization's own records say it is about, and the case it belongs to.
ALTER TABLE verifications ADD COLUMN purpose TEXT NOT NULL DEFAULT 'idv';
ALTER TABLE verifications ADD COLUMN client UUID;
ALTER TABLE verifications ADD COLUMN matter UUID;

-- What a person is asked for beyond, or in another order than, document and face: one row a step, in the order of ordinal.
-- sealed is what they said, under their own key. A verification without rows asks for document and face.
CREATE TABLE steps (
    organization UUID   NOT NULL,
    verification UUID   NOT NULL,
    applicant    UUID   NOT NULL,
    ordinal      BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    sealed       BYTEA  NOT NULL,
    updated_at   BIGINT,
    submitted_at BIGINT,
    PRIMARY KEY (organization, verification, kind),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);

-- What lets a person's device into one verification: a link, good for one exchange, or the token it was exchanged for.
CREATE TABLE capture_tokens (
    token_sha256 BYTEA   NOT NULL PRIMARY KEY,
    organization UUID    NOT NULL,
    verification UUID    NOT NULL,
    link         BOOLEAN NOT NULL,
    created_at   BIGINT  NOT NULL,
    ended_at     BIGINT,
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX steps_by_applicant ON steps (organization, applicant);
CREATE INDEX capture_tokens_by_verification ON capture_tokens (organization, verification);
