-- By what an identity is found: keyed hashes (under the organization's own key) of the beginnings of its names and document
-- numbers, and of the pairs of its metadata, as verifications have them in search_terms. They go with the person.
CREATE TABLE identity_terms (
    organization UUID   NOT NULL,
    term         BIGINT NOT NULL,
    since        BIGINT NOT NULL,
    identity     UUID   NOT NULL,
    PRIMARY KEY (organization, term, since, identity),
    FOREIGN KEY (organization, identity) REFERENCES applicants (organization, id)
);
CREATE INDEX identity_terms_by_identity ON identity_terms (organization, identity);

-- By which rules they were made out; what was by older ones is done again.
ALTER TABLE applicants ADD COLUMN found_by BIGINT NOT NULL DEFAULT 0;
CREATE INDEX applicants_by_rules ON applicants (organization, found_by, id)
    WHERE identity_since IS NOT NULL AND anonymized_at IS NULL;
