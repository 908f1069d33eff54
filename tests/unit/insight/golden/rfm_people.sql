SELECT customer, count() OVER () AS total FROM (
    SELECT customer, net, toUInt8(5 - arrayCount(b -> days > b, {days:Array(Int64)})) AS r,
           toUInt8(1 + arrayCount(b -> orders > b, {orders:Array(Int64)})) AS f,
           toUInt8(1 + arrayCount(b -> net > b, {net:Array(Int64)})) AS m
    FROM (
    SELECT customer, intDiv(toUnixTimestamp64Milli({until:DateTime64(3, 'UTC')})
               - toUnixTimestamp64Milli(maxIf(at, purchase)), 86400000) AS days,
           sum(purchase) AS orders, sum(amount) AS net
    FROM (
    SELECT customer, move.1 AS at, move.2 AND kept AS purchase, move.3 AS amount
    FROM (
        SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, order_key AS order_key,
               sum(amount_fen) > 0 OR NOT countIf(amount_fen <> 0) AS kept,
               groupArray((occurred_at, kind = 'order.paid', amount_fen)) AS moves
        FROM facts WHERE kind IN ('order.paid', 'order.refunded', 'order.amended', 'order.claimed') AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at <= {until:DateTime64(3, 'UTC')}
        GROUP BY customer, order_key
    )
    ARRAY JOIN moves AS move
    )
    GROUP BY customer
    HAVING customer <> 0 AND orders > 0
    )
)
WHERE customer > {after:UInt64} AND (1 AND r = {score_r:UInt8} AND r >= 4 AND f >= 4 AND m >= 4)
ORDER BY customer LIMIT {limit:UInt64}
-- until = datetime.datetime(2026, 4, 15, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
-- days = [1, 2, 3, 4]
-- orders = [1, 2, 3, 4]
-- net = [1, 2, 3, 4]
-- score_r = 5
