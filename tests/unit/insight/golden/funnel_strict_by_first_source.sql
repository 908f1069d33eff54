SELECT grouping(label) = 0 AS inside, label, [countIf(reached_1), countIf(reached_2)] AS people, [quantileExactLowIf(0.5)(gap_2, reached_2)]
FROM (
    SELECT customer, max(reached_1) AS reached_1, max(reached_2) AS reached_2, max(gap_2) AS gap_2, toString(max(source)) AS label
    FROM (
        SELECT customer, reached_1, reached_2, gap_2, toUInt32(0) AS source FROM (
    SELECT customer, 1 AS reached_1, at_2 > 0 AS reached_2, gap_2, '' AS label
    FROM (
    SELECT *, arrayMap((m, began) -> if(bitTest(m, 1) AND began > 0 AND bitShiftRight(m, 2) <= began + {v0:UInt64}, began, 0),
                       moments, arrayShiftRight(began_1, 1)) AS began_2,
           arrayFirstIndex(began -> began > 0, began_2) AS at_2, if(at_2 > 0, toInt64(bitShiftRight(moments[at_2], 2)) - toInt64(bitShiftRight(moments[arrayLastIndex(began -> began > 0, arraySlice(began_1, 1, at_2 - 1))], 2)), 0) AS gap_2
    FROM (
    SELECT *, arrayMap(m -> if(bitTest(m, 0), bitShiftRight(m, 2), 0), moments) AS began_1
    FROM (
    SELECT customer, arraySort(groupArray(bitShiftLeft(t, 2) + steps)) AS moments
    FROM (
        SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, toUInt64(toUnixTimestamp64Milli(occurred_at) - toUnixTimestamp64Milli({v1:DateTime64(3, 'UTC')}) + 1) AS t,
               (kind = {v2:String} AND name = {v3:String} AND positionCaseInsensitiveUTF8(JSONExtractString(properties, {v4:String}, {v5:String}, {v6:String}), {v7:String}) > 0) AND occurred_at < {v12:DateTime64(3, 'UTC')} AS step_1, (kind = {v8:String} AND toInt64(amount_fen) > {v9:Int64} AND ifNull(if(JSONType(properties, {v10:String}) IN ('String'), JSONExtract(properties, {v10:String}, 'Nullable(String)'), NULL) IN {v11:Array(String)}, 0)) AS step_2, step_1 * 1 + step_2 * 2 AS steps
        FROM facts
        WHERE kind IN {v13:Array(String)} AND occurred_at >= {v1:DateTime64(3, 'UTC')} AND occurred_at < {v14:DateTime64(3, 'UTC')}
          AND steps > 0 AND customer <> 0
    )
    GROUP BY customer HAVING max(step_1)
    )
    )
    )
        )
        UNION ALL
        SELECT dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer, 0, 0, toInt64(0), toUInt32(bitAnd(min(toInt128(toUnixTimestamp64Milli(occurred_at)) * 4294967296 + source_id), 4294967295)) FROM facts GROUP BY customer
    )
    GROUP BY customer HAVING reached_1
)
GROUP BY GROUPING SETS ((), (label))
ORDER BY inside, people[1] DESC, label LIMIT 51
-- v0 = 172800000
-- v1 = datetime.datetime(2026, 3, 17, 0, 0, tzinfo=zoneinfo.ZoneInfo(key='Asia/Shanghai'))
-- v2 = 'page.viewed'
-- v3 = 'Home'
-- v4 = '$context'
-- v5 = 'page'
-- v6 = 'path'
-- v7 = '/new'
-- v8 = 'order.paid'
-- v9 = 100
-- v10 = 'platform'
-- v11 = ['jd']
-- v12 = datetime.datetime(2026, 4, 15, 0, 0, 0, 1000, tzinfo=datetime.timezone.utc)
-- v13 = ['order.paid', 'page.viewed']
-- v14 = datetime.datetime(2026, 4, 15, 0, 0, 0, 1000, tzinfo=datetime.timezone.utc)
