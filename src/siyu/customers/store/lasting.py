"""Standing ties by when they began."""

from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import rows


def began_between(
    conn: Connection, kind: str, since: datetime, until: datetime, limit: int
) -> list[tuple[int, str, datetime]]:
    """(customer, scope, when it began) of standing ties of a kind that began after ``since`` and not after ``until``."""
    found = rows(
        conn,
        """SELECT customer_id, scope, since FROM customers.relation
           WHERE kind = :kind AND ended_at IS NULL AND since > :since AND since <= :until
           ORDER BY since, customer_id, scope LIMIT :limit""",
        kind=kind,
        since=since,
        until=until,
        limit=limit,
    )
    return [(row[0], row[1], row[2]) for row in found]
