SELECT r, f, m, count() AS customers, sum(net) AS money
FROM (
    SELECT customer, net, toUInt8(5 - arrayCount(b -> days > b, {days:Array(Int64)})) AS r,
           toUInt8(1 + arrayCount(b -> orders > b, {orders:Array(Int64)})) AS f,
           toUInt8(1 + arrayCount(b -> net > b, {net:Array(Int64)})) AS m
    FROM (
    SELECT customer, intDiv(toUnixTimestamp64Milli({until:DateTime64(3, 'UTC')})
               - toUnixTimestamp64Milli(maxIf(at, purchase)), 86400000) AS days,
           sum(purchase) AS orders, sum(amount) AS net
    FROM (
    SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, occurred_at AS at, kind = 'order.paid' AS purchase, amount_fen AS amount
    FROM facts WHERE kind IN ('order.paid', 'order.refunded', 'order.amended', 'order.claimed') AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at <= {until:DateTime64(3, 'UTC')}
    )
    GROUP BY customer
    HAVING customer <> 0 AND orders > 0
    )
)
GROUP BY r, f, m ORDER BY r DESC, f DESC, m DESC
