SELECT customer, count() OVER () AS total FROM (
    SELECT customer, groupArray((period, orders, net)) AS periods, minIf(period, orders > 0) AS cohort,
           sum(orders) AS purchases, max(last) AS last_at, minIf(first, orders > 0).2 AS label
    FROM (
        SELECT customer, toStartOfMonth(toTimeZone(at, {zone:String})) AS period, sum(purchase) AS orders, sum(amount) AS net,
               maxIf(at, purchase) AS last, minIf((at, label), purchase) AS first
        FROM (
    SELECT customer, move.1 AS at, move.2 AND kept AS purchase, move.3 AS amount, label
    FROM (
        SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, order_key AS order_key,
               sum(amount_fen) > 0 OR NOT countIf(amount_fen <> 0) AS kept,
               groupArray((occurred_at, kind = 'order.paid', amount_fen)) AS moves, minIf(platform, kind = 'order.paid') AS label
        FROM facts WHERE kind IN ('order.paid', 'order.refunded', 'order.amended', 'order.claimed') AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at <= {until:DateTime64(3, 'UTC')}
        GROUP BY customer, order_key
    )
    ARRAY JOIN moves AS move
        )
        GROUP BY customer, period HAVING customer <> 0
    )
    GROUP BY customer
    HAVING purchases > 0 AND cohort >= {cohorts_from:Date} AND cohort <= {cohorts_to:Date}
)
WHERE customer > {after:UInt64} AND (cohort = {cohort:Date} AND NOT arrayExists(p -> p.2 > 0 AND dateDiff('month', cohort, p.1) = {offset:Int32}, periods) AND label = {in_group:String})
ORDER BY customer LIMIT {limit:UInt64}
-- until = datetime.datetime(2026, 4, 15, 0, 0, tzinfo=datetime.timezone.utc)
-- since = datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
-- zone = 'Asia/Shanghai'
-- cohorts_from = datetime.date(1970, 1, 1)
-- cohorts_to = datetime.date(2149, 6, 5)
-- cohort = datetime.date(2026, 4, 1)
-- offset = 2
-- in_group = 'jd'
