-- Which version of the organization's policies a verification was made with; none: nothing was set, the product's own applied.
-- The policy itself, with what this verification asks beyond it, is in the column policy.
ALTER TABLE verifications ADD COLUMN policy_version UUID;
