"""Redemptions, how much each person has had, and what was not told yet."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run
from siyu.rewards.store.offers import offer_of
from siyu.rewards.types import Offer, Redemption, RedemptionState

IN_ALL: Final = date(1, 1, 1)
_FIELDS: Final = (
    "id, key, offer_id, customer_id, pieces, points, cash_fen, state, until, placed_at, changed_at, asked_by"
)
_OF_OFFER: Final = "offer.id, CAST(offer.terms AS text), offer.state, offer.version, offer.created_at, offer.changed_at"


class Kept(NamedTuple):
    """A redemption as it is stored; ``asked_by`` is the customer as the request named them."""

    redemption: Redemption
    asked_by: int


class Untold(NamedTuple):
    """Something that became of a redemption."""

    state: RedemptionState
    at: datetime
    redemption: Redemption
    name: str


def look_up(conn: Connection, offer_id: int, key: str) -> tuple[Offer | None, Kept | None]:
    """An offer, and what was redeemed under a key before, in one go."""
    made = ", ".join(f"made.{name}" for name in _FIELDS.split(", "))
    found = one(
        conn,
        f"""
        SELECT {_OF_OFFER}, {made}
        FROM (SELECT CAST(:offer AS bigint) AS id) AS asked
        LEFT JOIN rewards.offer USING (id)
        LEFT JOIN rewards.redemption AS made ON made.key = :key
        """,
        offer=offer_id,
        key=key,
    )
    assert found is not None
    return (
        offer_of(found) if found[0] is not None else None,
        _kept(found[6:]) if found[6] is not None else None,
    )


def insert(conn: Connection, new: Redemption, asked_by: int, day: date) -> int | None:
    """Its id; ``None`` when its key was used in between. What is placed is told later."""
    found = one(
        conn,
        """
        WITH made AS (
            INSERT INTO rewards.redemption
                (key, asked_by, offer_id, customer_id, day, pieces, points, cash_fen, state, until, placed_at, changed_at)
            VALUES (:key, :asked_by, :offer, :customer, :day, :pieces, :points, :cash, :state, :until, :now, :now)
            ON CONFLICT (key) DO NOTHING RETURNING id, state, placed_at
        ), queued AS (
            INSERT INTO rewards.untold (redemption_id, state, at)
            SELECT id, state, placed_at FROM made WHERE state = 'placed'
        )
        SELECT id FROM made
        """,
        key=new.key,
        asked_by=asked_by,
        offer=new.offer_id,
        customer=new.customer_id,
        day=day,
        pieces=new.pieces,
        points=new.points,
        cash=new.cash_fen,
        state=new.state,
        until=new.until,
        now=new.placed_at,
    )
    return None if found is None else int(found[0])


def take(
    conn: Connection, offer_id: int, customer_id: int, day: date, pieces: int, in_all: int | None, a_day: int | None
) -> set[date]:
    """Count pieces for a person, in all and for the day; returns the days of those counts that stay within their limits.

    The rows stay locked, so that however many ask at once, none is counted over a limit.
    """
    found = rows(
        conn,
        """
        INSERT INTO rewards.taken AS had (offer_id, customer_id, day, pieces)
        SELECT :offer, :customer, day, :pieces
        FROM unnest(CAST(:days AS date[]), CAST(:limits AS integer[])) AS wanted (day, most)
        WHERE :pieces <= most
        ON CONFLICT (offer_id, customer_id, day) DO UPDATE SET pieces = had.pieces + excluded.pieces
        WHERE had.pieces + excluded.pieces
              <= CASE WHEN had.day = '0001-01-01' THEN CAST(:in_all AS integer) ELSE CAST(:a_day AS integer) END
        RETURNING day
        """,
        offer=offer_id,
        customer=customer_id,
        pieces=pieces,
        days=[IN_ALL, day],
        limits=[_limit(in_all), _limit(a_day)],
        in_all=_limit(in_all),
        a_day=_limit(a_day),
    )
    return {row[0] for row in found}


def taken_by(conn: Connection, offer_ids: Sequence[int], customer_id: int, day: date) -> dict[int, tuple[int, int]]:
    """By offer, how many pieces a person has had in all and on a day; what they never had is absent."""
    found = rows(
        conn,
        """
        SELECT offer_id, coalesce(max(pieces) FILTER (WHERE day = '0001-01-01'), 0),
               coalesce(max(pieces) FILTER (WHERE day = :day), 0)
        FROM rewards.taken
        WHERE offer_id = ANY(CAST(:offers AS bigint[])) AND customer_id = :customer AND day IN (:day, '0001-01-01')
        GROUP BY offer_id
        """,
        offers=list(offer_ids),
        customer=customer_id,
        day=day,
    )
    return {row[0]: (row[1], row[2]) for row in found}


def give_back(conn: Connection, ids: Sequence[int]) -> None:
    """Count the pieces of these redemptions no more, in all and for their days."""
    run(
        conn,
        """
        UPDATE rewards.taken AS had SET pieces = greatest(had.pieces - went.pieces, 0)
        FROM (
            SELECT offer_id, customer_id, counted.day, CAST(sum(pieces) AS integer) AS pieces
            FROM rewards.redemption, LATERAL (VALUES (day), (DATE '0001-01-01')) AS counted (day)
            WHERE id = ANY(CAST(:ids AS bigint[])) GROUP BY offer_id, customer_id, counted.day
        ) AS went
        WHERE (had.offer_id, had.customer_id, had.day) = (went.offer_id, went.customer_id, went.day)
        """,
        ids=list(ids),
    )


def lock(conn: Connection, ids: Collection[int]) -> dict[int, Redemption]:
    """Redemptions, locked in the order of their ids."""
    found = rows(
        conn,
        f"SELECT {_FIELDS} FROM rewards.redemption WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR NO KEY UPDATE",
        ids=sorted(ids),
    )
    return {row[0]: _kept(row).redemption for row in found}


def find(conn: Connection, redemption_id: int) -> Redemption | None:
    found = one(conn, f"SELECT {_FIELDS} FROM rewards.redemption WHERE id = :id", id=redemption_id)
    return _kept(found).redemption if found else None


def change(conn: Connection, ids: Sequence[int], state: RedemptionState, now: datetime) -> None:
    """Have locked redemptions be in another state; it is told later, but that what was never placed is cancelled."""
    run(
        conn,
        """
        WITH changed AS (
            UPDATE rewards.redemption AS has SET state = :state, until = NULL, changed_at = :now
            FROM rewards.redemption AS had WHERE had.id = has.id AND has.id = ANY(CAST(:ids AS bigint[]))
            RETURNING has.id, had.state AS before
        )
        INSERT INTO rewards.untold (redemption_id, state, at)
        SELECT id, :state, :now FROM changed WHERE before = 'placed' OR :state <> 'cancelled' ORDER BY id
        """,
        ids=list(ids),
        state=state,
        now=now,
    )


def due(conn: Connection, before: datetime, limit: int) -> list[Redemption]:
    """Those whose time to pay was over at a moment; not locked."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM rewards.redemption WHERE state = 'awaiting_payment' AND until <= :before
           ORDER BY until LIMIT :limit""",
        before=before,
        limit=limit,
    )
    return [_kept(row).redemption for row in found]


def page(
    conn: Connection,
    offer_id: int | None,
    customer_id: int | None,
    state: RedemptionState | None,
    before: int | None,
    limit: int,
) -> list[Redemption]:
    """Newest first; each condition may be left out."""
    found = rows(
        conn,
        f"""
        SELECT {_FIELDS} FROM rewards.redemption
        WHERE (CAST(:offer AS bigint) IS NULL OR offer_id = :offer)
          AND (CAST(:customer AS bigint) IS NULL OR customer_id = :customer)
          AND (CAST(:state AS text) IS NULL OR state = :state)
          AND (CAST(:before AS bigint) IS NULL OR id < :before)
        ORDER BY id DESC LIMIT :limit
        """,
        offer=offer_id,
        customer=customer_id,
        state=state,
        before=before,
        limit=limit,
    )
    return [_kept(row).redemption for row in found]


def counts(conn: Connection, offer_ids: Sequence[int]) -> dict[int, int]:
    """By offer, how many pieces people have or wait for."""
    found = rows(
        conn,
        """SELECT offer_id, CAST(sum(pieces) AS bigint) FROM rewards.redemption
           WHERE offer_id = ANY(CAST(:ids AS bigint[])) AND state <> 'cancelled' GROUP BY offer_id""",
        ids=list(offer_ids),
    )
    return {row[0]: row[1] for row in found}


def spent_in_shop(conn: Connection, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """(points, fen) of redemptions of things in a span that were not cancelled; fen: their cost less the cash."""
    found = one(
        conn,
        """
        SELECT CAST(coalesce(sum(redemption.points), 0) AS bigint),
               CAST(coalesce(sum(pieces * CAST(terms ->> 'cost_fen' AS bigint) - redemption.cash_fen), 0) AS bigint)
        FROM rewards.redemption JOIN rewards.offer ON offer.id = offer_id
        WHERE redemption.state IN ('placed', 'fulfilled') AND terms ->> 'coupon_id' IS NULL
          AND coalesce(placed_at >= :since, true) AND coalesce(placed_at < :until, true)
        """,
        since=since,
        until=until,
    )
    assert found is not None
    return found[0], found[1]


def take_untold(conn: Connection, limit: int) -> list[Untold]:
    """What waits to be told, the oldest first, taken out of the queue; what another tells is passed by."""
    fields = ", ".join(f"redemption.{name}" for name in _FIELDS.split(", "))
    found = rows(
        conn,
        f"""
        WITH waits AS (SELECT id FROM rewards.untold ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED),
        gone AS (DELETE FROM rewards.untold USING waits WHERE untold.id = waits.id RETURNING untold.*)
        SELECT gone.state, gone.at, offer.terms ->> 'name', {fields}
        FROM gone JOIN rewards.redemption ON redemption.id = gone.redemption_id
        JOIN rewards.offer ON offer.id = redemption.offer_id ORDER BY gone.id
        """,
        limit=limit,
    )
    return [Untold(row[0], row[1], _kept(row[3:]).redemption, row[2]) for row in found]


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """What the first had redeemed, the second have; what both had counts together."""
    pairs = {"losers": list(losers), "winners": list(winners)}
    run(
        conn,
        """
        UPDATE rewards.redemption SET customer_id = pair.winner
        FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
        WHERE customer_id = pair.loser
        """,
        **pairs,
    )
    run(
        conn,
        """
        WITH gone AS (
            DELETE FROM rewards.taken
            USING unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
            WHERE customer_id = pair.loser RETURNING offer_id, pair.winner, day, pieces
        )
        INSERT INTO rewards.taken AS had (offer_id, customer_id, day, pieces)
        SELECT offer_id, winner, day, CAST(sum(pieces) AS integer) FROM gone GROUP BY offer_id, winner, day
        ON CONFLICT (offer_id, customer_id, day) DO UPDATE SET pieces = had.pieces + excluded.pieces
        """,
        **pairs,
    )


def _limit(most: int | None) -> int:
    return 2**31 - 1 if most is None else most


def _kept(row: Sequence[Any]) -> Kept:
    return Kept(Redemption(*row[:11]), row[11])
