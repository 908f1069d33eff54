"""Coupons and the batches in which they are issued."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run
from siyu.rewards.types.coupons import Coupon, CouponState, Issued, NotIssued

_FIELDS: Final = "id, template_id, coalesce(code, ''), customer_id, state, valid_from, valid_until, reserved_fen, transaction_id, issued_at"


class New(NamedTuple):
    """A coupon to be made."""

    code: str | None
    customer_id: int
    transaction_id: int


def begin_batch(
    conn: Connection, key: str, input_hash: bytes, template_id: int, now: datetime
) -> tuple[int, Issued | None, bytes]:
    """(id, what it came to when it was there before, the hash of its input)."""
    made = one(
        conn,
        """INSERT INTO rewards.batch (key, input_hash, template_id, made_at) VALUES (:key, :hash, :template, :now)
           ON CONFLICT (key) DO NOTHING RETURNING id""",
        key=key,
        hash=input_hash,
        template=template_id,
        now=now,
    )
    if made is not None:
        return int(made[0]), None, input_hash
    found = one(
        conn,
        "SELECT id, coupons, CAST(refused AS text), refused_count, input_hash FROM rewards.batch WHERE key = :key",
        key=key,
    )
    assert found is not None
    refused = tuple([NotIssued(*each) for each in orjson.loads(found[2])])
    return found[0], Issued(found[0], found[1], refused, found[3], repeated=True), bytes(found[4])


def end_batch(conn: Connection, done: Issued) -> None:
    """Keep what a batch came to."""
    run(
        conn,
        "UPDATE rewards.batch SET coupons = :coupons, refused = CAST(:refused AS jsonb), refused_count = :count WHERE id = :id",
        id=done.batch_id,
        coupons=done.coupons,
        refused=orjson.dumps([list(each) for each in done.refused]).decode(),
        count=done.refused_count,
    )


def batch_of(conn: Connection, key: str) -> int | None:
    found = one(conn, "SELECT id FROM rewards.batch WHERE key = :key", key=key)
    return int(found[0]) if found else None


def take(conn: Connection, template_id: int, customer_ids: Sequence[int], each: int, most: int | None) -> set[int]:
    """Count coupons for people, in the order of their ids; returns those who stay within the limit."""
    found = rows(
        conn,
        """
        INSERT INTO rewards.coupon_taken AS had (template_id, customer_id, coupons)
        SELECT :template, id, :each FROM unnest(CAST(:ids AS bigint[])) AS wanted (id) WHERE :each <= :most ORDER BY id
        ON CONFLICT (template_id, customer_id) DO UPDATE SET coupons = had.coupons + excluded.coupons
        WHERE had.coupons + excluded.coupons <= :most
        RETURNING customer_id
        """,
        template=template_id,
        ids=sorted(customer_ids),
        each=each,
        most=2**31 - 1 if most is None else most,
    )
    return {row[0] for row in found}


def give_back(conn: Connection, template_id: int, customer_ids: Sequence[int], each: int) -> None:
    """Count them no more."""
    run(
        conn,
        """UPDATE rewards.coupon_taken SET coupons = greatest(coupons - :each, 0)
           WHERE template_id = :template AND customer_id = ANY(CAST(:ids AS bigint[]))""",
        template=template_id,
        ids=list(customer_ids),
        each=each,
    )


def insert(
    conn: Connection,
    template_id: int,
    batch_id: int,
    new: Sequence[New],
    window: tuple[datetime | None, datetime | None],
    reserved_fen: int,
    now: datetime,
) -> list[int]:
    """Places of those whose code was somebody else's already; the others are made."""
    found = rows(
        conn,
        """
        INSERT INTO rewards.coupon (template_id, batch_id, code, customer_id, state, valid_from, valid_until, reserved_fen,
                                    transaction_id, issued_at)
        SELECT :template, :batch, code, customer_id, 'held', :start, :until, :reserved, transaction_id, :now
        FROM unnest(CAST(:codes AS text[]), CAST(:customers AS bigint[]), CAST(:transactions AS bigint[]))
             WITH ORDINALITY AS new (code, customer_id, transaction_id, place) ORDER BY place
        ON CONFLICT (code) DO NOTHING RETURNING code
        """,
        template=template_id,
        batch=batch_id,
        codes=[each.code for each in new],
        customers=[each.customer_id for each in new],
        transactions=[each.transaction_id for each in new],
        start=window[0],
        until=window[1],
        reserved=reserved_fen,
        now=now,
    )
    made = {row[0] for row in found}
    return [place for place, each in enumerate(new) if each.code not in made]


def known_codes(conn: Connection, codes: Sequence[str]) -> set[str]:
    """Those of these codes that are out already."""
    found = rows(conn, "SELECT code FROM rewards.coupon WHERE code = ANY(CAST(:codes AS text[]))", codes=list(codes))
    return {row[0] for row in found}


def lock(conn: Connection, ids: Collection[int], codes: Collection[str]) -> list[Coupon]:
    """Coupons by their ids or codes, locked in the order of their ids."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM rewards.coupon
            WHERE id = ANY(CAST(:ids AS bigint[])) OR code = ANY(CAST(:codes AS text[])) ORDER BY id FOR NO KEY UPDATE""",
        ids=sorted(ids),
        codes=sorted(codes),
    )
    return [Coupon(*row) for row in found]


def find(conn: Connection, ids: Collection[int], codes: Collection[str]) -> list[Coupon]:
    """The same without a lock."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM rewards.coupon
            WHERE id = ANY(CAST(:ids AS bigint[])) OR code = ANY(CAST(:codes AS text[])) ORDER BY id""",
        ids=sorted(ids),
        codes=sorted(codes),
    )
    return [Coupon(*row) for row in found]


def lock_batch(conn: Connection, batch_id: int) -> list[Coupon]:
    """The coupons of a batch, locked."""
    found = rows(
        conn, f"SELECT {_FIELDS} FROM rewards.coupon WHERE batch_id = :id ORDER BY id FOR NO KEY UPDATE", id=batch_id
    )
    return [Coupon(*row) for row in found]


def of_customer(
    conn: Connection, customer_id: int, state: CouponState | None, before: int | None, limit: int, now: datetime
) -> list[Coupon]:
    """What a customer has, newest first; what is past its end counts as expired."""
    found = rows(
        conn,
        f"""
        SELECT {_FIELDS} FROM rewards.coupon
        WHERE customer_id = :customer AND (CAST(:before AS bigint) IS NULL OR id < :before)
          AND (CAST(:state AS text) IS NULL OR :state
               = CASE WHEN state = 'held' AND valid_until <= :now THEN 'expired' ELSE state END)
        ORDER BY id DESC LIMIT :limit
        """,
        customer=customer_id,
        before=before,
        state=state,
        now=now,
        limit=limit,
    )
    return [Coupon(*row) for row in found]


def of_template(conn: Connection, template_id: int, after: int, limit: int) -> list[Coupon]:
    """Coupons of a template with codes of their own, by id from behind ``after``."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM rewards.coupon WHERE template_id = :template AND id > :after AND code IS NOT NULL
            ORDER BY id LIMIT :limit""",
        template=template_id,
        after=after,
        limit=limit,
    )
    return [Coupon(*row) for row in found]


def change(conn: Connection, coupons: Sequence[Coupon]) -> None:
    """Write what may change of locked coupons."""
    run(
        conn,
        """
        UPDATE rewards.coupon AS had
        SET customer_id = new.customer_id, state = new.state, valid_from = new.valid_from, valid_until = new.valid_until,
            reserved_fen = new.reserved_fen, transaction_id = new.transaction_id
        FROM unnest(CAST(:ids AS bigint[]), CAST(:customers AS bigint[]), CAST(:states AS text[]), CAST(:starts AS timestamptz[]),
                    CAST(:untils AS timestamptz[]), CAST(:reserved AS bigint[]), CAST(:transactions AS bigint[]))
             AS new (id, customer_id, state, valid_from, valid_until, reserved_fen, transaction_id)
        WHERE had.id = new.id
        """,
        ids=[each.id for each in coupons],
        customers=[each.customer_id for each in coupons],
        states=[each.state for each in coupons],
        starts=[each.valid_from for each in coupons],
        untils=[each.valid_until for each in coupons],
        reserved=[each.reserved_fen for each in coupons],
        transactions=[each.transaction_id for each in coupons],
    )


def lock_over(conn: Connection, now: datetime, limit: int) -> list[Coupon]:
    """Coupons whose time is over and that were not used; locked, and those that another holds left out."""
    found = rows(
        conn,
        f"""SELECT {_FIELDS} FROM rewards.coupon WHERE state = 'held' AND valid_until <= :now
            ORDER BY valid_until LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED""",
        now=now,
        limit=limit,
    )
    return sorted([Coupon(*row) for row in found], key=lambda each: each.id)


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """What the first hold and have had, the second have."""
    pairs: dict[str, Any] = {"losers": list(losers), "winners": list(winners)}
    for table in ("coupon", "use"):
        run(
            conn,
            f"""UPDATE rewards.{table} SET customer_id = pair.winner
                FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
                WHERE customer_id = pair.loser""",
            **pairs,
        )
    run(
        conn,
        """
        WITH gone AS (
            DELETE FROM rewards.coupon_taken
            USING unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
            WHERE customer_id = pair.loser RETURNING template_id, pair.winner, coupons
        )
        INSERT INTO rewards.coupon_taken AS had (template_id, customer_id, coupons)
        SELECT template_id, winner, CAST(sum(coupons) AS integer) FROM gone GROUP BY template_id, winner
        ON CONFLICT (template_id, customer_id) DO UPDATE SET coupons = had.coupons + excluded.coupons
        """,
        **pairs,
    )
