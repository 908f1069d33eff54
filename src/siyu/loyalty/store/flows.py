"""What became of a unit: how much came, went, ended and is left, by when people first had some of it."""

from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import rows

_OWN: Final = """
    SELECT posting.account_id, posting.amount, head.kind, head.effective_at,
           coalesce(head.effective_at >= :since, true) AND coalesce(head.effective_at < :until, true) AS counts
    FROM loyalty.account JOIN loyalty.posting ON posting.account_id = account.id
    JOIN loyalty.transaction AS head ON head.id = posting.transaction_id
    WHERE account.kind = 'customer' AND account.unit = :unit"""
_SUMS: Final = """
    sum(amount) FILTER (WHERE counts AND (kind = 'posted' AND amount > 0
                                          OR kind IN ('undone', 'reversed') AND amount < 0)) AS issued,
    -sum(amount) FILTER (WHERE counts AND (kind = 'posted' AND amount < 0
                                           OR kind IN ('held', 'confirmed', 'released', 'ran_out')
                                           OR kind IN ('undone', 'reversed') AND amount > 0)) AS spent,
    -sum(amount) FILTER (WHERE counts AND kind = 'expired') AS expired"""


class Flow(NamedTuple):
    """Of the people who first had some in one month; see :class:`siyu.loyalty.types.Cohort`."""

    month: date
    people: int
    issued: int
    spent: int
    expired: int
    left: int
    owed: int


def cohorts(conn: Connection, unit: str, since: datetime | None, until: datetime | None, zone: str) -> list[Flow]:
    """By month of first having some, oldest first; moves by merges and splits count for nobody."""
    found = rows(
        conn,
        f"""
        WITH own AS ({_OWN}), each AS (
            SELECT account_id, min(effective_at) AS first,
                   {_SUMS}
            FROM own GROUP BY account_id
        )
        SELECT CAST(date_trunc('month', each.first AT TIME ZONE :zone) AS date) AS month, count(*),
               CAST(coalesce(sum(issued), 0) AS bigint), CAST(coalesce(sum(spent), 0) AS bigint),
               CAST(coalesce(sum(expired), 0) AS bigint),
               CAST(sum(greatest(account.balance, 0)) AS bigint), CAST(sum(greatest(-account.balance, 0)) AS bigint)
        FROM each JOIN loyalty.account ON account.id = each.account_id GROUP BY month ORDER BY month
        """,
        unit=unit,
        since=since,
        until=until,
        zone=zone,
    )
    return [Flow(*row) for row in found]


def weeks(
    conn: Connection, unit: str, since: datetime | None, until: datetime | None, zone: str
) -> list[tuple[date, int, int, int, int]]:
    """(first day, issued, spent, expired, what all have at its end) of each week of the span in which something happened,
    oldest first.
    """
    found = rows(
        conn,
        f"""
        WITH own AS ({_OWN} AND coalesce(head.effective_at < :until, true)), each AS (
            SELECT CAST(date_trunc('week', effective_at AT TIME ZONE :zone) AS date) AS start, {_SUMS},
                   sum(amount) AS change, bool_or(counts) AS counts
            FROM own GROUP BY start
        ), whole AS (
            SELECT start, issued, spent, expired, counts, sum(change) OVER (ORDER BY start) AS has FROM each
        )
        SELECT start, CAST(coalesce(issued, 0) AS bigint), CAST(coalesce(spent, 0) AS bigint),
               CAST(coalesce(expired, 0) AS bigint), CAST(has AS bigint)
        FROM whole WHERE counts ORDER BY start
        """,
        unit=unit,
        since=since,
        until=until,
        zone=zone,
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in found]


def held(conn: Connection, unit: str) -> int:
    """What is held of everybody."""
    found = rows(
        conn,
        "SELECT CAST(coalesce(sum(balance), 0) AS bigint) FROM loyalty.account WHERE kind = 'held' AND unit = :unit",
        unit=unit,
    )
    return int(found[0][0])
