SELECT customer, count() OVER () AS total FROM (
    SELECT customer, sum(amount) AS net, toDate(toTimeZone(minIf(at, purchase), {zone:String})) AS first_day, minIf((at, label), purchase).2 AS first_label
    FROM (
    SELECT customer, move.1 AS at, move.2 AND kept AS purchase, move.3 AS amount, label
    FROM (
        SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, order_key AS order_key,
               sum(amount_fen) > 0 OR NOT countIf(amount_fen <> 0) AS kept,
               groupArray((occurred_at, kind = 'order.paid', amount_fen)) AS moves, minIf(concat(platform, '/', shop), kind = 'order.paid') AS label
        FROM facts WHERE kind IN ('order.paid', 'order.refunded', 'order.amended', 'order.claimed') AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at <= {until:DateTime64(3, 'UTC')}
        GROUP BY customer, order_key
    )
    ARRAY JOIN moves AS move
    )
    GROUP BY customer
    HAVING customer <> 0 AND sum(purchase) > 0
       AND first_day >= {first_from:Date} AND first_day <= {first_to:Date}
)
WHERE customer > {after:UInt64} AND (1 AND net >= {low:Int64} AND net < {high:Int64} AND first_label = {in_group:String})
ORDER BY customer LIMIT {limit:UInt64}
-- until = datetime.datetime(2026, 4, 15, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
-- zone = 'Asia/Shanghai'
-- first_from = datetime.date(1970, 1, 1)
-- first_to = datetime.date(2149, 6, 5)
-- low = 100
-- high = 200
-- in_group = 'jd/a'
