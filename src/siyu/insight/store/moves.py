"""What all reports of purchases stand on: every movement of money of every customer, and which of them is a purchase.

The definition of a purchase over facts is written here once, in SQL; in words in :mod:`siyu.insight.rules.figures`. Over
orders as they are now the same stands in :mod:`siyu.commerce.store`; tests hold the two together.
"""

from collections.abc import Sequence
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
_SPAN: Final = "occurred_at >= {since:DateTime64(3, 'UTC')} AND occurred_at <= {until:DateTime64(3, 'UTC')}"
# Something of the order is left, or it cost nothing.
_KEPT: Final = "sum(amount_fen) > 0 OR NOT countIf(amount_fen <> 0)"
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2149, 6, 5)


def moves_sql(definitions: Definitions, by: By = "none") -> str:
    """(customer, at, purchase, amount) from {since} to {until}, customer 0 included; with ``by`` also label.

    A label is a purchase's; that of other rows means nothing.
    """
    span = f"kind IN ({_KINDS}) AND {_SPAN}"
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
               {_KEPT} AS kept,
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
    """(id, how many there are), ascending, after {after} and at most {limit}, of the people for whom ``condition`` holds.

    Both in one, because the query over all people is what takes the time. They are counted from {after} on.
    """
    return f"""
SELECT customer, count() OVER () AS total FROM ({people}
)
WHERE customer > {{after:UInt64}} AND ({condition})
ORDER BY customer LIMIT {{limit:UInt64}}
""".strip()


def all_ids_sql(people: str, condition: str) -> str:
    """The ids of all of them, ascending."""
    return f"SELECT customer FROM ({people}\n)\nWHERE customer > 0 AND ({condition})\nORDER BY customer"


def counted(found: Sequence[Sequence[Any]]) -> tuple[list[int], int]:
    """The ids of such rows, and how many there are of whom they are the first."""
    return [int(row[0]) for row in found], int(found[0][1]) if found else 0


def purchases_sql(definitions: Definitions, moment: str) -> str:
    """(customer, earlier, ever): how many purchases each buyer made until ``moment``, and until {until}.

    As :func:`moves_sql` counts them, without their movements one by one: customer 0 included, who bought nothing left out.
    """
    columns = f"countIf(kind = '{PURCHASE}' AND toUnixTimestamp64Milli(occurred_at) <= {moment}) AS earlier, countIf(kind = '{PURCHASE}') AS ever"
    if definitions.purchase == "paid":
        return f"""
    SELECT {CUSTOMER} AS customer, {columns}
    FROM facts WHERE kind = '{PURCHASE}' AND {_SPAN}
    GROUP BY customer"""
    return f"""
    SELECT customer, sum(earlier) AS earlier, sum(ever) AS ever
    FROM (
        SELECT {CUSTOMER} AS customer, {ORDER} AS order_key, {_KEPT} AS kept, {columns}
        FROM facts WHERE kind IN ({_KINDS}) AND {_SPAN}
        GROUP BY customer, order_key HAVING kept AND ever > 0
    )
    GROUP BY customer"""
