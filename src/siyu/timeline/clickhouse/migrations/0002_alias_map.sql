-- Runs at every start on a server with a login, so that it has the password of today.
CREATE OR REPLACE DICTIONARY alias_map (id UInt64, customer_id UInt64)
PRIMARY KEY id
SOURCE(CLICKHOUSE(
    $login
    QUERY 'SELECT id, argMax(customer_id, version) AS customer_id FROM $database.alias GROUP BY id'
))
LAYOUT(HASHED_ARRAY())
LIFETIME(0);
