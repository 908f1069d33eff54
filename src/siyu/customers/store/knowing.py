"""Single things of many customers at once, for those who plan for them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

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


def days_of(conn: Connection, trait: str, days: Sequence[str], after: int, most: int) -> list[int]:
    found = rows(
        conn,
        r"""SELECT customer_id FROM customers.profile
            WHERE customer_id > :after
                AND substring(traits ->> :trait FROM '(?:^|^\d{4}[-/.])(\d{2}[-/.]\d{2})(?:$|[T ])') IS NOT NULL
                AND translate(substring(traits ->> :trait FROM '(?:^|^\d{4}[-/.])(\d{2}[-/.]\d{2})(?:$|[T ])'), '/.', '--')
                    = ANY(CAST(:days AS text[]))
            ORDER BY customer_id LIMIT :most""",
        trait=trait,
        days=list(days),
        after=after,
        most=most,
    )
    return [row.customer_id for row in found]


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
