-- What an organization has subscribed to, by the operator's word: active, inactive or without_api.
ALTER TABLE organizations ADD COLUMN plan TEXT NOT NULL DEFAULT 'active';
