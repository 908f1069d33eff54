SELECT cell, countIf(visits > 0), sumIf(x, visits > 0), countIf(orders > 0), sumIf(x, orders > 0),
       sum(money), sum(money * money), sum(money * x)
FROM (
    SELECT customer, any(cell) AS cell, any(x) AS x, countIf(visit) AS visits, countIf(purchase) AS orders,
           toFloat64(sum(amount)) AS money
    FROM (
        SELECT customer, at, purchase, amount, false AS visit FROM (
    SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, occurred_at AS at, kind = 'order.paid' AS purchase, amount_fen AS amount
    FROM facts WHERE kind IN ('order.paid', 'order.refunded', 'order.amended', 'order.claimed') AND occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at <= {until:DateTime64(3, 'UTC')}
        )
        UNION ALL
        SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, occurred_at AS at, false AS purchase, 0 AS amount, true AS visit FROM facts
        WHERE kind IN ('event.tracked', 'page.viewed', 'screen.viewed') AND occurred_at >= {since:DateTime64(3, 'UTC')}
          AND occurred_at <= {until:DateTime64(3, 'UTC')}
    ) AS happened
    INNER JOIN (SELECT customer_id AS customer, cell, since, expected AS x FROM exposed WHERE load = {load:UInt64}) AS who USING (customer)
    WHERE at >= who.since AND at < who.since + toIntervalDay({days:UInt16})
    GROUP BY customer
)
GROUP BY cell ORDER BY cell
