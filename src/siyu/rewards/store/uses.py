"""Where coupons were used, and what came back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, one, rows, run

_FIELDS: Final = "id, key, input_hash, order_no, customer_id, off_fen, returned, used_at"


class Use(NamedTuple):
    """Coupons used on an order, as it is stored; ``returned`` are lines."""

    id: int
    key: str
    input_hash: bytes
    order_no: str
    customer_id: int
    off_fen: int
    returned: tuple[str, ...]
    used_at: datetime


class Part(NamedTuple):
    """One coupon of it."""

    coupon_id: int
    template_id: int
    off_fen: int
    cost_fen: int
    shares: dict[str, int]
    returned: bool


def insert(
    conn: Connection, key: str, input_hash: bytes, order: str, customer_id: int, off_fen: int, now: datetime
) -> int | None:
    """Its id; ``None`` when its key was used before."""
    found = one(
        conn,
        """INSERT INTO rewards.use (key, input_hash, order_no, customer_id, off_fen, used_at)
           VALUES (:key, :hash, :order, :customer, :off, :now) ON CONFLICT (key) DO NOTHING RETURNING id""",
        key=key,
        hash=input_hash,
        order=order,
        customer=customer_id,
        off=off_fen,
        now=now,
    )
    return int(found[0]) if found else None


def insert_parts(conn: Connection, use_id: int, parts: Sequence[Part]) -> None:
    run(
        conn,
        """
        INSERT INTO rewards.use_coupon (use_id, coupon_id, template_id, off_fen, cost_fen, shares)
        SELECT :use, coupon_id, template_id, off_fen, cost_fen, CAST(shares AS jsonb)
        FROM unnest(CAST(:coupons AS bigint[]), CAST(:templates AS bigint[]), CAST(:offs AS bigint[]), CAST(:costs AS bigint[]),
                    CAST(:shares AS text[])) AS new (coupon_id, template_id, off_fen, cost_fen, shares)
        """,
        use=use_id,
        coupons=[each.coupon_id for each in parts],
        templates=[each.template_id for each in parts],
        offs=[each.off_fen for each in parts],
        costs=[each.cost_fen for each in parts],
        shares=[orjson.dumps(each.shares).decode() for each in parts],
    )


def of_key(conn: Connection, key: str) -> Use | None:
    found = one(conn, f"SELECT {_FIELDS} FROM rewards.use WHERE key = :key", key=key)
    return _use(found) if found else None


def lock(conn: Connection, use_id: int) -> Use | None:
    found = one(conn, f"SELECT {_FIELDS} FROM rewards.use WHERE id = :id FOR NO KEY UPDATE", id=use_id)
    return _use(found) if found else None


def find(conn: Connection, use_id: int) -> Use | None:
    found = one(conn, f"SELECT {_FIELDS} FROM rewards.use WHERE id = :id", id=use_id)
    return _use(found) if found else None


def of_order(conn: Connection, order: str) -> list[Use]:
    """Oldest first; up to 100."""
    found = rows(conn, f"SELECT {_FIELDS} FROM rewards.use WHERE order_no = :order ORDER BY id LIMIT 100", order=order)
    return [_use(row) for row in found]


def parts(conn: Connection, use_id: int) -> list[Part]:
    """In the order of the coupons' ids."""
    found = rows(
        conn,
        """SELECT coupon_id, template_id, off_fen, cost_fen, CAST(shares AS text), returned_at IS NOT NULL
           FROM rewards.use_coupon WHERE use_id = :use ORDER BY coupon_id""",
        use=use_id,
    )
    return [Part(row[0], row[1], row[2], row[3], orjson.loads(row[4]), row[5]) for row in found]


def give_back(conn: Connection, use_id: int, lines: Collection[str], coupon_ids: Sequence[int], now: datetime) -> None:
    """Note which lines of a locked use were refunded in all, and which coupons come back."""
    run(
        conn,
        "UPDATE rewards.use SET returned = CAST(:lines AS text[]) WHERE id = :id",
        id=use_id,
        lines=sorted(lines),
    )
    run(
        conn,
        "UPDATE rewards.use_coupon SET returned_at = :now WHERE use_id = :id AND coupon_id = ANY(CAST(:coupons AS bigint[]))",
        id=use_id,
        coupons=list(coupon_ids),
        now=now,
    )


def _use(row: AnyRow | Sequence[Any]) -> Use:
    return Use(row[0], row[1], bytes(row[2]), row[3], row[4], row[5], tuple(row[6]), row[7])
