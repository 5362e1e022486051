-- What these columns hold is called an event type everywhere else.
ALTER TABLE deliveries RENAME COLUMN word TO event_type;
ALTER TABLE webhook_endpoints RENAME COLUMN words TO event_types;
