-- Why it looks like this, with figures: docs/decisions/0008-timeline-table.md

CREATE TABLE IF NOT EXISTS facts (
    fact_id UInt64 CODEC(Delta, ZSTD(1)),
    -- As OneID knew it when the fact was written, until a squash brings it up to date.
    customer_id UInt64 CODEC(ZSTD(1)),
    via UInt64 CODEC(ZSTD(1)),
    kind LowCardinality(String),
    name LowCardinality(String),
    occurred_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source_id UInt32 CODEC(ZSTD(1)),
    message_id String CODEC(ZSTD(1)),
    amount_fen Int64 CODEC(ZSTD(1)),
    properties String CODEC(ZSTD(1)),
    -- What customer_id was at first. It sorts the table, so it can never change; filled by itself.
    recorded_for UInt64 DEFAULT customer_id CODEC(DoubleDelta, ZSTD(1)),
    -- A split moves single identifiers: their facts are found without reading everything.
    INDEX by_via via TYPE bloom_filter(0.01) GRANULARITY 4,
    PROJECTION by_kind (SELECT kind, occurred_at, customer_id, via, amount_fen, name ORDER BY kind, occurred_at)
)
ENGINE = MergeTree
ORDER BY (recorded_for, occurred_at, fact_id)
SETTINGS index_granularity = 2048, non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS alias (id UInt64, customer_id UInt64, version UInt64)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 10000;
