SELECT cohort, '' AS in_group, greatest(dateDiff('month', cohort, period.1), 0) AS age,
       countIf(period.2 > 0), sum(period.2), sum(period.3), countIf(period.1 = cohort),
       countIf(period.1 = cohort AND last_at >= {active_from:DateTime64(3, 'UTC')}),
       countIf(period.1 = cohort AND purchases >= {repeat:UInt32})
FROM (
    SELECT customer, groupArray((period, orders, net)) AS periods, minIf(period, orders > 0) AS cohort,
           sum(orders) AS purchases, max(last) AS last_at
    FROM (
        SELECT customer, toStartOfMonth(toTimeZone(at, {zone:String})) AS period, sum(purchase) AS orders, sum(amount) AS net,
               maxIf(at, purchase) AS last
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
        GROUP BY customer, period HAVING customer <> 0
    )
    GROUP BY customer
    HAVING purchases > 0 AND cohort >= {cohorts_from:Date} AND cohort <= {cohorts_to:Date}
)
ARRAY JOIN periods AS period
GROUP BY cohort, in_group, age ORDER BY cohort, in_group, age
