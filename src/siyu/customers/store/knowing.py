"""Single things of many customers at once, for those who plan for them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from siyu.customers.types import DayWanted
from siyu.engines.postgres import rows


def traits(conn: Connection, ids: Sequence[int], names: Sequence[str]) -> dict[int, dict[str, Any]]:
    found = rows(
        conn,
        """SELECT customer_id, name, traits -> name AS value
           FROM customers.profile, unnest(CAST(:names AS text[])) AS wanted (name)
           WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND traits ? name""",
        ids=list(ids),
        names=list(names),
    )
    known: dict[int, dict[str, Any]] = {}
    for customer_id, name, value in found:
        known.setdefault(customer_id, {})[name] = value
    return known


_PARTS: Final = r"'(?:^|^(\d{4})[-/.])(\d{2})[-/.](\d{2})(?:$|[T ])'"  # of a trait that is a date
_OF_TRAIT: Final = {
    "year": "part[2] || '-' || part[3] = ANY(CAST(:days AS text[]))",
    "month": "CAST(part[3] AS integer) = ANY(CAST(:month_days AS integer[])) "
    "AND (part[1] IS NULL OR part[1] || '-' || part[2] < to_char(CAST(:day AS date), 'YYYY-MM'))",
    "once": "concat_ws('-', part[1], part[2], part[3]) = to_char(CAST(:day AS date), 'YYYY-MM-DD')",
}
_OF_TIE: Final = {
    "year": "to_char(began, 'MM-DD') = ANY(CAST(:days AS text[])) AND began < date_trunc('month', CAST(:day AS date))",
    "month": "CAST(extract(day FROM began) AS integer) = ANY(CAST(:month_days AS integer[])) "
    "AND began < date_trunc('month', CAST(:day AS date))",
    "once": "began = CAST(:day AS date)",
}


def of_day(conn: Connection, trait: str, wanted: DayWanted, after: int, most: int) -> list[int]:
    found = rows(
        conn,
        f"""SELECT customer_id
            FROM (SELECT customer_id, regexp_match(traits ->> :trait, {_PARTS}) AS part FROM customers.profile
                  WHERE customer_id > :after AND jsonb_exists(traits, :trait)) AS read
            WHERE part IS NOT NULL AND {_OF_TRAIT[wanted.every]}
            ORDER BY customer_id LIMIT :most""",
        trait=trait,
        after=after,
        most=most,
        **_given(wanted),
    )
    return [row.customer_id for row in found]


def tied_on(conn: Connection, kind: str, wanted: DayWanted, zone: str, after: int, most: int) -> list[int]:
    found = rows(
        conn,
        f"""SELECT customer_id
            FROM (SELECT customer_id, CAST(min(since) AT TIME ZONE :zone AS date) AS began FROM customers.relation
                  WHERE kind = :kind AND ended_at IS NULL AND customer_id > :after
                  GROUP BY customer_id) AS tie
            WHERE {_OF_TIE[wanted.every]}
            ORDER BY customer_id LIMIT :most""",
        kind=kind,
        zone=zone,
        after=after,
        most=most,
        **_given(wanted),
    )
    return [row.customer_id for row in found]


def _given(wanted: DayWanted) -> dict[str, Any]:
    return {"day": wanted.day, "days": list(wanted.year_days), "month_days": list(wanted.month_days)}


def standing_scopes(conn: Connection, ids: Sequence[int], kind: str) -> list[tuple[int, str]]:
    found = rows(
        conn,
        """SELECT customer_id, scope FROM customers.relation
           WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND kind = :kind AND ended_at IS NULL
           ORDER BY customer_id, since DESC, scope""",
        ids=list(ids),
        kind=kind,
    )
    return [(row.customer_id, row.scope) for row in found]
