"""How many touches reached people."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import rows


def ways(conn: Connection, programme_id: int, until: datetime) -> dict[str, int]:
    """By way, those of a programme that had reached people by then."""
    found = rows(
        conn,
        """SELECT way, count(*) AS touches FROM touch.touch
           WHERE programme_id = :id AND state = 'sent' AND received_at <= :until
           GROUP BY way ORDER BY way""",
        id=programme_id,
        until=until,
    )
    return {row.way: row.touches for row in found}


def kinds(
    conn: Connection, customer_ids: Collection[int], wanted: Collection[str], since: datetime
) -> dict[int, list[str]]:
    """Which of these kinds these people received after then, or are on their way to them."""
    found = rows(
        conn,
        """SELECT customer_id, array_agg(DISTINCT kind) AS kinds
           FROM touch.touch CROSS JOIN LATERAL unnest(kinds) AS kind
           WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND received_at > :since
             AND kind = ANY(CAST(:kinds AS text[]))
           GROUP BY customer_id""",
        ids=sorted(customer_ids),
        since=since,
        kinds=sorted(wanted),
    )
    return {row.customer_id: row.kinds for row in found}
