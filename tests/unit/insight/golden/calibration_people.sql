SELECT customer, count() OVER () AS total FROM (
    SELECT toUInt64(id) AS customer, least(purchases_before - 1, 7) AS repeats
    FROM (SELECT toInt64(customer) AS id, toInt64(toInt32(minIf(day, bought))) AS first,
       toInt64(toInt32(maxIf(day, bought))) AS last, toInt64(countIf(bought)) AS purchases, toInt64(sum(net)) AS net_fen,
       toInt64(countIf(bought AND toInt32(day) <= {cut:Int32})) AS purchases_before,
       toInt64(toInt32(maxIf(day, bought AND toInt32(day) <= {cut:Int32}))) AS last_before
FROM (
    SELECT customer, toDate(toTimeZone(at, {zone:String})) AS day, max(purchase) > 0 AS bought, sum(amount) AS net
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
    GROUP BY customer, day HAVING customer <> 0
)
GROUP BY customer HAVING purchases > 0 ORDER BY id
    )
    WHERE purchases_before > 0
)
WHERE customer > {after:UInt64} AND (repeats = {repeats:Int64})
ORDER BY customer LIMIT {limit:UInt64}
-- until = datetime.datetime(2026, 4, 15, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
-- zone = 'UTC'
-- cut = 20558
-- repeats = 2
