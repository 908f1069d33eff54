"""The SQL of plans, word for word: a change of a query is seen, and meant."""

from datetime import UTC, datetime

from siyu.insight import store
from siyu.insight.types import LtvPlan, RetentionPlan

UNTIL = datetime(2026, 4, 15, tzinfo=UTC)


def words(sql: str) -> str:
    return " ".join(sql.split())


class TestGoldenSql:
    def test_retention_by_month(self) -> None:
        assert words(store.retention_sql(RetentionPlan(UNTIL))) == words("""
            SELECT cohort, count() AS customers, sumMap(arrayMap(p -> dateDiff('month', cohort, p), periods) AS
            ages, arrayMap(a -> 1, ages)) AS active FROM ( SELECT dictGetOrDefault('alias_map', 'customer_id',
            via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer,
            groupUniqArray(toStartOfMonth(toTimeZone(occurred_at, {zone:String}))) AS periods, arrayMin(periods)
            AS cohort FROM facts WHERE kind = 'order.paid' AND occurred_at <= {until:DateTime64(3, 'UTC')} GROUP
            BY customer HAVING customer <> 0 AND cohort >= {cohorts_from:Date} ) GROUP BY cohort ORDER BY cohort
        """)

    def test_retention_by_week(self) -> None:
        assert words(store.retention_sql(RetentionPlan(UNTIL, "week"))) == words("""
            SELECT cohort, count() AS customers, sumMap(arrayMap(p -> dateDiff('week', cohort, p), periods) AS
            ages, arrayMap(a -> 1, ages)) AS active FROM ( SELECT dictGetOrDefault('alias_map', 'customer_id',
            via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer,
            groupUniqArray(toMonday(toTimeZone(occurred_at, {zone:String}))) AS periods, arrayMin(periods) AS
            cohort FROM facts WHERE kind = 'order.paid' AND occurred_at <= {until:DateTime64(3, 'UTC')} GROUP BY
            customer HAVING customer <> 0 AND cohort >= {cohorts_from:Date} ) GROUP BY cohort ORDER BY cohort
        """)

    def test_ltv(self) -> None:
        assert words(store.ltv_sql(LtvPlan(UNTIL))) == words("""
            SELECT cohort, count() AS customers, sumMap(arrayMap(p -> greatest(dateDiff('month', cohort, p), 0),
            by_period.1), by_period.2) AS net FROM ( SELECT customer, minIf(period, purchases > 0) AS cohort,
            sum(purchases) AS orders, sumMap([period], [amount]) AS by_period FROM ( SELECT
            dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map', 'customer_id',
            customer_id, customer_id)) AS customer, toStartOfMonth(toTimeZone(occurred_at, {zone:String})) AS
            period, sum(amount_fen) AS amount, countIf(kind = 'order.paid') AS purchases FROM facts WHERE kind
            IN ('order.paid', 'order.refunded', 'order.amended', 'order.claimed') AND occurred_at <=
            {until:DateTime64(3, 'UTC')} GROUP BY customer, period ) GROUP BY customer HAVING customer <> 0 AND
            orders > 0 AND cohort >= {cohorts_from:Date} ) GROUP BY cohort ORDER BY cohort
        """)

    def test_rfm(self) -> None:
        assert words(store.rfm_sql()) == words("""
            SELECT toUInt8(5 - arrayCount(b -> days > b, {days:Array(Int64)})) AS r, toUInt8(1 + arrayCount(b ->
            orders > b, {orders:Array(Int64)})) AS f, toUInt8(1 + arrayCount(b -> net > b, {net:Array(Int64)}))
            AS m, count() AS customers, sum(net) AS money FROM ( SELECT dictGetOrDefault('alias_map',
            'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS
            customer, intDiv(dateDiff('second', maxIf(occurred_at, kind = 'order.paid'), {as_of:DateTime64(3,
            'UTC')}), 86400) AS days, countIf(kind = 'order.paid') AS orders, sum(amount_fen) AS net FROM facts
            WHERE kind IN ('order.paid', 'order.refunded', 'order.amended', 'order.claimed') AND occurred_at >=
            {since:DateTime64(3, 'UTC')} AND occurred_at <= {as_of:DateTime64(3, 'UTC')} GROUP BY customer
            HAVING customer <> 0 AND orders > 0 ) GROUP BY r, f, m ORDER BY r DESC, f DESC, m DESC
        """)

    def test_rfm_bounds(self) -> None:
        assert words(store.rfm_bounds_sql()) == words("""
            SELECT count(), quantilesExact(0.2, 0.4, 0.6, 0.8)(days), quantilesExact(0.2, 0.4, 0.6,
            0.8)(orders), quantilesExact(0.2, 0.4, 0.6, 0.8)(net) FROM ( SELECT dictGetOrDefault('alias_map',
            'customer_id', via, dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS
            customer, intDiv(dateDiff('second', maxIf(occurred_at, kind = 'order.paid'), {as_of:DateTime64(3,
            'UTC')}), 86400) AS days, countIf(kind = 'order.paid') AS orders, sum(amount_fen) AS net FROM facts
            WHERE kind IN ('order.paid', 'order.refunded', 'order.amended', 'order.claimed') AND occurred_at >=
            {since:DateTime64(3, 'UTC')} AND occurred_at <= {as_of:DateTime64(3, 'UTC')} GROUP BY customer
            HAVING customer <> 0 AND orders > 0 )
        """)

    def test_buyers(self) -> None:
        assert words(store.buyers_sql()) == words("""
            SELECT uniqExactIf(dictGetOrDefault('alias_map', 'customer_id', via, dictGetOrDefault('alias_map',
            'customer_id', customer_id, customer_id)) AS customer, customer <> 0) FROM facts WHERE kind =
            'order.paid'
        """)
