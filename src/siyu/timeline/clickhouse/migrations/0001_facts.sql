CREATE TABLE IF NOT EXISTS facts (
    fact_id UInt64, customer_id UInt64, via UInt64, kind LowCardinality(String), name LowCardinality(String),
    occurred_at DateTime64(3, 'UTC'), received_at DateTime64(3, 'UTC'), source_id UInt32, message_id String,
    amount_fen Int64, properties String
) ENGINE = MergeTree PARTITION BY toYear(occurred_at) ORDER BY (customer_id, occurred_at, fact_id)
SETTINGS non_replicated_deduplication_window = 10000;
CREATE TABLE IF NOT EXISTS alias (id UInt64, customer_id UInt64, version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY id
SETTINGS non_replicated_deduplication_window = 10000;
CREATE DICTIONARY IF NOT EXISTS alias_map (id UInt64, customer_id UInt64) PRIMARY KEY id
SOURCE(CLICKHOUSE(QUERY 'SELECT id, argMax(customer_id, version) AS customer_id FROM siyu.alias GROUP BY id')) LAYOUT(HASHED()) LIFETIME(0);
