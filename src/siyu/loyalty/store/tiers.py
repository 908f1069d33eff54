"""In which tiers customers are, and who has to be looked at."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.postgres import call, one, rows, run
from siyu.loyalty.rules.tiers import Held, Measured

_MOVING_LOCK: Final = 0x5159_5530_0026
_MARKS_A_ROW: Final = 500
_FIELDS: Final = "customer_id, tier, place, since, until, why, figure, version, next_at"


def hold_moving(conn: Connection) -> bool:
    """Whether this transaction is the only one that moves customers between tiers, until its end."""
    found = one(conn, "SELECT pg_try_advisory_xact_lock(:key)", key=_MOVING_LOCK)
    return bool(found and found[0])


def mark(conn: Connection, ids: Iterable[int], channel: str) -> None:
    """Have these customers looked at, and say so on the channel at commit."""
    wanted = sorted(ids)
    if not wanted:
        return
    for start in range(0, len(wanted), _MARKS_A_ROW):
        run(
            conn,
            "INSERT INTO loyalty.tier_due (customer_ids) VALUES (CAST(:ids AS bigint[]))",
            ids=wanted[start : start + _MARKS_A_ROW],
        )
    call(conn, channel)


def take_due(conn: Connection, now: datetime, limit: int) -> set[int]:
    """Who is marked, about the longest first, taken out of the queue; and whose time to be looked at again has come."""
    marked = rows(
        conn,
        """
        DELETE FROM loyalty.tier_due WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM (
                SELECT ctid, sum(cardinality(customer_ids)) OVER (ORDER BY ctid) AS many
                FROM (SELECT ctid, customer_ids FROM loyalty.tier_due LIMIT :limit FOR UPDATE SKIP LOCKED) AS waits
            ) AS first WHERE many <= :limit + 500))
        RETURNING customer_ids
        """,
        limit=limit,
    )
    found = {customer_id for row in marked for customer_id in row[0]}
    if len(found) < limit:
        again = rows(
            conn,
            "SELECT customer_id FROM loyalty.tier_standing WHERE next_at <= :now ORDER BY next_at LIMIT :limit",
            now=now,
            limit=limit - len(found),
        )
        found |= {row[0] for row in again}
    return found


def begin_round(conn: Connection) -> None:
    run(conn, "INSERT INTO loyalty.tier_round (after) VALUES (0) ON CONFLICT (alone) DO UPDATE SET after = 0")


def round_after(conn: Connection) -> int | None:
    """Behind whom a round goes on; ``None``: there is none."""
    found = one(conn, "SELECT after FROM loyalty.tier_round FOR UPDATE")
    return None if found is None else int(found[0])


def go_on(conn: Connection, after: int | None) -> None:
    """Have the round go on behind this customer; ``None``: it is over."""
    if after is None:
        run(conn, "DELETE FROM loyalty.tier_round")
    else:
        run(conn, "UPDATE loyalty.tier_round SET after = :after", after=after)


def held(conn: Connection, ids: Sequence[int]) -> dict[int, Held]:
    """By customer; who never left the lowest tier is absent."""
    found = rows(
        conn,
        f"SELECT {_FIELDS} FROM loyalty.tier_standing WHERE customer_id = ANY(CAST(:ids AS bigint[]))",
        ids=list(ids),
    )
    return {row[0]: Held(*row[1:]) for row in found}


def keep(conn: Connection, standings: Mapping[int, Held]) -> None:
    """Write in which tiers customers are."""
    ids = sorted(standings)
    own = [standings[one] for one in ids]
    run(
        conn,
        f"""
        INSERT INTO loyalty.tier_standing ({_FIELDS})
        SELECT * FROM unnest(
            CAST(:ids AS bigint[]), CAST(:tiers AS text[]), CAST(:places AS integer[]), CAST(:sinces AS timestamptz[]),
            CAST(:untils AS timestamptz[]), CAST(:whys AS text[]), CAST(:figures AS bigint[]),
            CAST(:versions AS bigint[]), CAST(:nexts AS timestamptz[]))
        ON CONFLICT (customer_id) DO UPDATE
        SET tier = excluded.tier, place = excluded.place, since = excluded.since, until = excluded.until,
            why = excluded.why, figure = excluded.figure, version = excluded.version, next_at = excluded.next_at
        """,
        ids=ids,
        tiers=[one.tier for one in own],
        places=[one.place for one in own],
        sinces=[one.since for one in own],
        untils=[one.until for one in own],
        whys=[one.why for one in own],
        figures=[one.figure for one in own],
        versions=[one.version for one in own],
        nexts=[one.next_at for one in own],
    )


def drop(conn: Connection, ids: Sequence[int]) -> None:
    run(conn, "DELETE FROM loyalty.tier_standing WHERE customer_id = ANY(CAST(:ids AS bigint[]))", ids=list(ids))


def growth(conn: Connection, ids: Sequence[int], since: datetime | None) -> dict[int, Measured]:
    """What is left of the growth that customers got after ``since``; of those who have any.

    It is what is in their lots: those keep when they were earned through merges and splits, and what is taken back of a
    transaction leaves the lot that it made.
    """
    found = rows(
        conn,
        """
        SELECT account.owner, CAST(sum(lot.remaining) AS bigint), min(head.effective_at)
        FROM loyalty.account
        JOIN loyalty.lot ON lot.account_id = account.id AND lot.open
        JOIN loyalty.transaction AS head ON head.id = lot.earned_by
        WHERE account.kind = 'customer' AND account.unit = 'growth' AND account.owner = ANY(CAST(:ids AS bigint[]))
          AND (CAST(:since AS timestamptz) IS NULL OR head.effective_at > :since)
        GROUP BY account.owner
        """,
        ids=list(ids),
        since=since,
    )
    return {row[0]: Measured(row[1], row[2]) for row in found}
