-- Reports read purchases by time, of all shoppers at once.
-- On a large table in use, make these by hand beforehand with CONCURRENTLY.

CREATE INDEX IF NOT EXISTS purchases_time ON purchases (purchased_at);
CREATE INDEX IF NOT EXISTS purchases_store_time ON purchases (store_id, purchased_at) WHERE store_id IS NOT NULL;
-- Lines that came back are few; with these, what is only a return is told from a purchase without reading all lines.
CREATE INDEX IF NOT EXISTS purchase_lines_returned ON purchase_lines (purchase_id) WHERE quantity <= 0;
