SELECT '' AS in_group, count() AS customers, sum(net),
       quantilesExact(0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)(net), sumForEach(arrayMap(edge -> toUInt64(net < edge), {edges:Array(Int64)}))
FROM (
    SELECT customer, sum(amount) AS net, toDate(toTimeZone(minIf(at, purchase), {zone:String})) AS first_day
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
    HAVING customer <> 0 AND sum(purchase) > 0
       AND first_day >= {first_from:Date} AND first_day <= {first_to:Date}
)
GROUP BY in_group ORDER BY customers DESC, in_group
