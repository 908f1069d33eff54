SELECT first_label AS in_group, count() AS customers, sum(net),
       quantilesExact(0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)(net), sumForEach(arrayMap(edge -> toUInt64(net < edge), {edges:Array(Int64)}))
FROM (
    SELECT customer, sum(amount) AS net, toDate(toTimeZone(minIf(at, purchase), {zone:String})) AS first_day, minIf((at, label), purchase).2 AS first_label
    FROM (
    SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, occurred_at AS at, kind = 'order.paid' AS purchase, amount_fen AS amount, toString(source_id) AS label
    FROM facts WHERE kind IN ('order.paid', 'order.refunded', 'order.amended', 'order.claimed') AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at <= {until:DateTime64(3, 'UTC')}
    )
    GROUP BY customer
    HAVING customer <> 0 AND sum(purchase) > 0
       AND first_day >= {first_from:Date} AND first_day <= {first_to:Date}
)
GROUP BY in_group ORDER BY customers DESC, in_group
