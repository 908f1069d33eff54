SELECT countIf(b0), countIf(b0 AND NOT first <= {s0:Int64}), countIf(first <= {s0:Int64}), countIf(b0 AND first <= {s0:Int64}), sum(n0), countIf(b1), countIf(b1 AND NOT first <= {s1:Int64}), countIf(first <= {s1:Int64}), countIf(b1 AND first <= {s1:Int64}), sum(n1) FROM (
    SELECT customer, minIf(moment, purchase) AS first_or_0, countIf(purchase) AS purchases,
           if(purchases = 0, toInt64(9007199254740992), first_or_0) AS first, sumIf(amount, moment > {s0:Int64} AND moment <= {e0:Int64}) AS n0, countIf(purchase AND moment > {s0:Int64} AND moment <= {e0:Int64}) > 0 AS b0, sumIf(amount, moment > {s1:Int64} AND moment <= {e1:Int64}) AS n1, countIf(purchase AND moment > {s1:Int64} AND moment <= {e1:Int64}) > 0 AS b1
    FROM (
        SELECT customer, toUnixTimestamp64Milli(at) AS moment, purchase, amount
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
    )
    GROUP BY customer HAVING customer <> 0
)
