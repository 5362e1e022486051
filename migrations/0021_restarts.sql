-- What was started anew in the place of a verification that was declined or expired: that one is over for good.
CREATE TABLE restarts (
    organization UUID   NOT NULL,
    verification UUID   NOT NULL,
    successor    UUID   NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, verification),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id),
    FOREIGN KEY (organization, successor) REFERENCES verifications (organization, id)
);

-- One row for each of the caller's users that something was started for: whoever starts for the same user waits for it.
CREATE TABLE users (
    organization UUID NOT NULL REFERENCES organizations (id),
    user_id      TEXT NOT NULL,
    PRIMARY KEY (organization, user_id)
);
