-- What a submission is recognised by when it comes again: keyed hashes (under the organization's own key) of document
-- numbers, holders, users, addresses and devices. person is another keyed hash: who it was, to count people and not
-- sessions. Hashes of numbers and holders stay as long as the person; the others go after their time.
CREATE TABLE marks (
    organization UUID   NOT NULL,
    kind         TEXT   NOT NULL,
    hash         BYTEA  NOT NULL,
    verification UUID   NOT NULL,
    applicant    UUID   NOT NULL,
    person       BYTEA  NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (organization, kind, hash, verification),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX marks_by_applicant ON marks (organization, applicant);
CREATE INDEX marks_by_time ON marks (kind, at);

-- Whom an organization does not want to see again. hash tells one entry from another, and finds a number; sealed is the
-- name and the reason, under the organization's own key. Entries with an applicant go with them. A face's template is a
-- row of features under the entry's id.
CREATE TABLE block_list (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL REFERENCES organizations (id),
    kind         TEXT   NOT NULL,
    hash         BYTEA,
    applicant    UUID,
    sealed       BYTEA,
    actor        TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id)
);
CREATE UNIQUE INDEX block_list_by_hash ON block_list (organization, kind, hash);
CREATE INDEX block_list_by_time ON block_list (organization, created_at, id);
CREATE INDEX block_list_by_applicant ON block_list (organization, applicant);

-- Faces that were blocked before there was a list of them.
INSERT INTO block_list (id, organization, kind, applicant, actor, created_at)
    SELECT id, organization, 'face', applicant, 'unknown', created_at FROM features WHERE kind = 'blocked_face';
