-- When an attempt there last failed, and until when the receiver asked to be left alone.
ALTER TABLE webhook_endpoints ADD COLUMN failed_at BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN held_until BIGINT;

-- What a receiver answered, sealed. Answers that were kept before lay in the clear: they go.
ALTER TABLE delivery_attempts DROP COLUMN response;
ALTER TABLE delivery_attempts ADD COLUMN sealed BYTEA;
CREATE INDEX delivery_attempts_with_answer ON delivery_attempts (at) WHERE sealed IS NOT NULL;
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;
