"""How many touches reached people: what a report counts the cost of."""

from datetime import datetime

from sqlalchemy import Connection

from siyu.touch.store import counting as store


def ways_sent(conn: Connection, programme_id: int, until: datetime) -> dict[str, int]:
    """By way, how many touches of a programme had reached people by a moment; a way that sent nothing is absent."""
    return store.ways(conn, programme_id, until)
