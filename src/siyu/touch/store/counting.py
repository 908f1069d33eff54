"""How many touches reached people."""

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
