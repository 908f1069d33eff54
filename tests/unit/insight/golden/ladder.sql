SELECT customer, multiIf(maxIf(then, tie IN {ties4:Array(String)}) > 0, 4, maxIf(then, tie IN {ties3:Array(String)}) > 0, 3, sumIf(then, tie = '') >= {orders2:Int64}, 2, maxIf(then, tie IN {ties1:Array(String)}) > 0, 1, 0) AS layer_then, multiIf(maxIf(now, tie IN {ties4:Array(String)}) > 0, 4, maxIf(now, tie IN {ties3:Array(String)}) > 0, 3, sumIf(now, tie = '') >= {orders2:Int64}, 2, maxIf(now, tie IN {ties1:Array(String)}) > 0, 1, 0) AS layer_now FROM (
    SELECT customer, tie, scope,
           toInt64(argMaxIf(kind = 'relation.started', place, moment <= {then:Int64})) AS then,
           toInt64(argMax(kind = 'relation.started', place)) AS now
    FROM (
        SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, kind, toUnixTimestamp64Milli(occurred_at) AS moment,
               bitShiftLeft(toInt128(toUnixTimestamp64Milli(occurred_at)), 64) + fact_id AS place, tie, tie_scope AS scope
        FROM facts WHERE kind IN ('relation.started', 'relation.ended') AND occurred_at <= {until:DateTime64(3, 'UTC')}
    )
    GROUP BY customer, tie, scope
    UNION ALL
    SELECT customer, '' AS tie, '' AS scope,
           toInt64(countIf(toUnixTimestamp64Milli(at) <= {then:Int64})) AS then, toInt64(count()) AS now
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
    WHERE purchase GROUP BY customer
)
GROUP BY customer HAVING customer <> 0
