-- One endpoint stands for the addresses of a host. Where two were made at once, the later one is told apart: what it is
-- named for is shown and no more.
UPDATE webhook_endpoints SET url = webhook_endpoints.url || '#' || twins.nth
FROM (
    SELECT organization, id, ROW_NUMBER() OVER (PARTITION BY organization, dialect, url ORDER BY created_at, id) AS nth
    FROM webhook_endpoints WHERE origin = 'per_verification' AND deleted_at IS NULL
) AS twins
WHERE twins.organization = webhook_endpoints.organization AND twins.id = webhook_endpoints.id AND twins.nth > 1;
CREATE UNIQUE INDEX webhook_endpoints_of_host ON webhook_endpoints (organization, dialect, url)
WHERE origin = 'per_verification' AND deleted_at IS NULL;
