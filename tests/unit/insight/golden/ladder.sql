SELECT customer, multiIf(maxIf(then, tie IN {ties4:Array(String)}) > 0, 4, maxIf(then, tie IN {ties3:Array(String)}) > 0, 3, sumIf(then, tie = '') >= {orders2:Int64}, 2, maxIf(then, tie IN {ties1:Array(String)}) > 0, 1, 0) AS layer_then, multiIf(maxIf(now, tie IN {ties4:Array(String)}) > 0, 4, maxIf(now, tie IN {ties3:Array(String)}) > 0, 3, sumIf(now, tie = '') >= {orders2:Int64}, 2, maxIf(now, tie IN {ties1:Array(String)}) > 0, 1, 0) AS layer_now FROM (
    SELECT customer, any(relation) AS tie,
           toInt64(argMaxIf(kind = 'relation.started', place, moment <= {then:Int64})) AS then,
           toInt64(argMax(kind = 'relation.started', place)) AS now
    FROM (
        SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, kind, toUnixTimestamp64Milli(occurred_at) AS moment,
               bitShiftLeft(toInt128(toUnixTimestamp64Milli(occurred_at)), 64) + fact_id AS place, tie AS relation, cityHash64(tie, tie_scope) AS which
        FROM facts WHERE kind IN ('relation.started', 'relation.ended') AND occurred_at <= {until:DateTime64(3, 'UTC')}
    )
    GROUP BY customer, which
    UNION ALL
    SELECT customer, '' AS tie, toInt64(earlier) AS then, toInt64(ever) AS now
    FROM (
    SELECT customer, sum(earlier) AS earlier, sum(ever) AS ever
    FROM (
        SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, order_key AS order_key, sum(amount_fen) > 0 OR NOT countIf(amount_fen <> 0) AS kept, countIf(kind = 'order.paid' AND toUnixTimestamp64Milli(occurred_at) <= {then:Int64}) AS earlier, countIf(kind = 'order.paid') AS ever
        FROM facts WHERE kind IN ('order.paid', 'order.refunded', 'order.amended', 'order.claimed') AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at <= {until:DateTime64(3, 'UTC')}
        GROUP BY customer, order_key HAVING kept AND ever > 0
    )
    GROUP BY customer
    )
)
GROUP BY customer HAVING customer <> 0
