-- Against which lists the person of a verification was last screened, so that everybody is screened once for each change.
-- No personal data: neither names nor hits.
CREATE TABLE screened (
    organization UUID   NOT NULL,
    verification UUID   NOT NULL,
    -- A hash over all lists.
    lists        TEXT   NOT NULL,
    outcome      TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (organization, verification),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
