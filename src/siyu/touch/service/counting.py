"""How many touches reached people, what a report counts the cost of; and what these offered."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from siyu.touch.service.ruling import rules
from siyu.touch.store import counting as store


def ways_sent(conn: Connection, programme_id: int, until: datetime) -> dict[str, int]:
    """By way, how many touches of a programme had reached people by a moment; a way that sent nothing is absent."""
    return store.ways(conn, programme_id, until)


def kinds_received(conn: Connection, customer_ids: Collection[int], now: datetime) -> dict[int, frozenset[str]]:
    """Kinds of which these people received one so lately that the gate would exclude others; who received none is absent."""
    exclusions = rules(conn).rules.exclusions
    if not exclusions or not customer_ids:
        return {}
    received: dict[int, frozenset[str]] = {}
    for one in exclusions:
        for customer_id, kinds in store.kinds(conn, customer_ids, one.kinds, now - timedelta(days=one.days)).items():
            received[customer_id] = received.get(customer_id, frozenset()) | set(kinds)
    return received
