-- Who is exposed in a programme, beside the facts so that a report can join them. A copy: what a load holds never changes,
-- a report that finds people otherwise makes another load, and old ones are dropped. cell says group, arm and share.
CREATE TABLE IF NOT EXISTS exposed (
    load UInt64,
    loaded_at DateTime('UTC'),
    customer_id UInt64,
    cell UInt32,
    since DateTime64(3, 'UTC'),
    expected Float64,
    predicted Float64
)
ENGINE = MergeTree
PARTITION BY load
ORDER BY customer_id
SETTINGS non_replicated_deduplication_window = 1000;
