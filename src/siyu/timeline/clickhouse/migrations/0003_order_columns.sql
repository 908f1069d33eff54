-- Reports of purchases ask of which order a fact is, and where it was bought. Properties are
-- not in the projection, so they had to be read for it; see docs/decisions/0008-timeline-table.md. Filled by themselves.
-- Cheaper than a whole parse, and safe: orders write these three first, and a quotation mark within a text is escaped.
ALTER TABLE facts
    ADD COLUMN IF NOT EXISTS platform LowCardinality(String) MATERIALIZED simpleJSONExtractString(properties, 'platform'),
    ADD COLUMN IF NOT EXISTS shop LowCardinality(String) MATERIALIZED simpleJSONExtractString(properties, 'shop'),
    ADD COLUMN IF NOT EXISTS order_key UInt64
        MATERIALIZED cityHash64(
            simpleJSONExtractString(properties, 'platform'),
            simpleJSONExtractString(properties, 'shop'),
            simpleJSONExtractString(properties, 'order_no')
        )
        CODEC(ZSTD(1)),
    -- What the ladder asks of; looked for in facts of relations only.
    ADD COLUMN IF NOT EXISTS tie LowCardinality(String)
        MATERIALIZED if(startsWith(kind, 'relation.'), simpleJSONExtractString(properties, 'relation'), ''),
    ADD COLUMN IF NOT EXISTS tie_scope LowCardinality(String)
        MATERIALIZED if(startsWith(kind, 'relation.'), simpleJSONExtractString(properties, 'scope'), '');

-- One projection, wider than the one before it: a second would cost every insert.
ALTER TABLE facts ADD PROJECTION IF NOT EXISTS of_kind (
    SELECT kind, occurred_at, customer_id, via, amount_fen, name, source_id, platform, shop, order_key,
        tie, tie_scope, fact_id
    ORDER BY kind, occurred_at
);
ALTER TABLE facts DROP PROJECTION IF EXISTS by_kind;

-- In the background; until a part is done, its columns are worked out when they are read.
ALTER TABLE facts MATERIALIZE COLUMN platform;
ALTER TABLE facts MATERIALIZE COLUMN shop;
ALTER TABLE facts MATERIALIZE COLUMN order_key;
ALTER TABLE facts MATERIALIZE COLUMN tie;
ALTER TABLE facts MATERIALIZE COLUMN tie_scope;
ALTER TABLE facts MATERIALIZE PROJECTION of_kind;
