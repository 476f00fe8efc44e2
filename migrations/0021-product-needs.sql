-- The model of purchases by product: beside that of categories, in the same row of the shopper. Only additions without a
-- default: nothing is written to rows and nothing waits long for a lock. NULL until folded anew, at the next look.

-- Rhythm and own weights, as in `model`; the products bought, and 64 bytes for each of them, in their order:
-- src/insights/replenishment/model/habits.rules.ts says what lies where.
ALTER TABLE shopper_activity ADD COLUMN product_model bytea;
ALTER TABLE shopper_activity ADD COLUMN products text[];
ALTER TABLE shopper_activity ADD COLUMN product_habits bytea;
