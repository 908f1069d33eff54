SELECT count(), quantilesExact(0.2, 0.4, 0.6, 0.8)(days), quantilesExact(0.2, 0.4, 0.6, 0.8)(orders), quantilesExact(0.2, 0.4, 0.6, 0.8)(net)
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
