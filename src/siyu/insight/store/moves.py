"""What all reports of purchases stand on: every movement of money of every customer, and which of them is a purchase.

The definition of a purchase over facts is written here once, in SQL; in words in :mod:`siyu.insight.rules.figures`. Over
orders as they are now the same stands in :mod:`siyu.commerce.store`; tests hold the two together.
"""

from datetime import UTC, date, datetime
from typing import Any, Final

from siyu.insight.rules import MONEY, PURCHASE
from siyu.insight.types import By, Definitions, Period

# Whose a fact is now: where its identifier went after a split, else what its customer became by merges.
CUSTOMER: Final = (
    "dictGetOrDefault('alias_map', 'customer_id', via, "
    "dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id))"
)
# Columns of the facts, filled from the properties by the table itself (timeline, migration 0003).
PLATFORM: Final = "platform"
SHOP: Final = "shop"
ORDER: Final = "order_key"
PERIODS: Final[dict[Period, str]] = {
    "month": "toStartOfMonth(toTimeZone(at, {zone:String}))",
    "week": "toMonday(toTimeZone(at, {zone:String}))",
    "day": "toDate(toTimeZone(at, {zone:String}))",
}
_LABELS: Final[dict[By, str]] = {
    "none": "''",
    "platform": PLATFORM,
    "shop": f"concat({PLATFORM}, '/', {SHOP})",
    "source": "toString(source_id)",
}
_KINDS: Final = ", ".join(f"'{kind}'" for kind in MONEY)
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2149, 6, 5)


def moves_sql(definitions: Definitions, by: By = "none") -> str:
    """(customer, at, purchase, amount) from {since} to {until}, customer 0 included; with ``by`` also label.

    A label is a purchase's; that of other rows means nothing.
    """
    span = (
        f"kind IN ({_KINDS}) AND occurred_at >= {{since:DateTime64(3, 'UTC')}} "
        "AND occurred_at <= {until:DateTime64(3, 'UTC')}"
    )
    label = _LABELS[by]
    if definitions.purchase == "paid":
        shown = f", {label} AS label" if by != "none" else ""
        return f"""
    SELECT {CUSTOMER} AS customer, occurred_at AS at, kind = '{PURCHASE}' AS purchase, amount_fen AS amount{shown}
    FROM facts WHERE {span}"""
    first = f"minIf({label}, kind = '{PURCHASE}')"
    shown, found = (", label", f", {first} AS label") if by != "none" else ("", "")
    return f"""
    SELECT customer, move.1 AS at, move.2 AND kept AS purchase, move.3 AS amount{shown}
    FROM (
        SELECT {CUSTOMER} AS customer, {ORDER} AS order_key,
               sum(amount_fen) > 0 OR NOT countIf(amount_fen <> 0) AS kept,
               groupArray((occurred_at, kind = '{PURCHASE}', amount_fen)) AS moves{found}
        FROM facts WHERE {span}
        GROUP BY customer, order_key
    )
    ARRAY JOIN moves AS move"""


def first_label(by: By, level: int) -> str:
    """A column that finds the label of the first purchase, at the first or second level of grouping; or nothing."""
    if by == "none":
        return ""
    return ", minIf((at, label), purchase) AS first" if level == 1 else ", minIf(first, orders > 0).2 AS label"


def span_of(until: datetime, since: datetime | None = None) -> dict[str, Any]:
    """The parameters of :func:`moves_sql`."""
    return {"until": until, "since": since or BEGINNING}


def ids_sql(people: str, condition: str) -> str:
    """Ids, ascending, after {after} and at most {limit}, of the people of a query for whom ``condition`` holds."""
    return f"""
SELECT customer FROM ({people}
)
WHERE customer > {{after:UInt64}} AND ({condition})
ORDER BY customer LIMIT {{limit:UInt64}}
""".strip()


def count_sql(people: str, condition: str) -> str:
    """How many people of a query there are for whom ``condition`` holds."""
    return f"SELECT count() FROM ({people}\n) WHERE {condition}"
