"""Transfers."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows
from siyu.payments.types import Transfer, TransferSaid, TransferState

_COLUMNS: Final = """id, merchant_id, number, key, customer_id, payee, about, remark, scene, fen, state, package, platform_id,
    failed_for, created_at, changed_at"""


class New(NamedTuple):
    """A transfer to be made."""

    merchant_id: int
    number: str
    key: str
    input_hash: bytes
    customer_id: int
    payee: str
    about: str
    remark: str
    scene: str
    fen: int
    created_at: datetime
    changed_at: datetime
    look_at: datetime


def insert(conn: Connection, new: New) -> Transfer | None:
    """Keep a transfer; ``None`` when the key is there."""
    names = ", ".join(New._fields)
    values = ", ".join(f":{name}" for name in New._fields)
    found = one(
        conn,
        f"""INSERT INTO payments.transfer ({names}, state) VALUES ({values}, 'new')
            ON CONFLICT (key) DO NOTHING RETURNING {_COLUMNS}""",
        **new._asdict(),
    )
    return Transfer(*found) if found else None


def of_key(conn: Connection, key: str) -> tuple[Transfer, bytes] | None:
    """The transfer of a key, and the hash of what was asked for."""
    found = one(conn, f"SELECT input_hash, {_COLUMNS} FROM payments.transfer WHERE key = :key", key=key)
    return (Transfer(*found[1:]), bytes(found[0])) if found else None


def of_id(conn: Connection, transfer_id: int) -> Transfer | None:
    found = one(conn, f"SELECT {_COLUMNS} FROM payments.transfer WHERE id = :id", id=transfer_id)
    return Transfer(*found) if found else None


def lock_number(conn: Connection, merchant_id: int, number: str) -> Transfer | None:
    """The transfer of a merchant with this number, locked."""
    found = one(
        conn,
        f"SELECT {_COLUMNS} FROM payments.transfer WHERE number = :number AND merchant_id = :merchant FOR UPDATE",
        number=number,
        merchant=merchant_id,
    )
    return Transfer(*found) if found else None


def page(
    conn: Connection, customer_id: int | None, state: TransferState | None, before: int | None, limit: int
) -> list[Transfer]:
    """Transfers, newest first."""
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM payments.transfer
            WHERE (CAST(:customer AS bigint) IS NULL OR customer_id = :customer)
              AND (CAST(:state AS text) IS NULL OR state = :state) AND (CAST(:before AS bigint) IS NULL OR id < :before)
            ORDER BY id DESC LIMIT :limit""",
        customer=customer_id,
        state=state,
        before=before,
        limit=limit,
    )
    return [Transfer(*row) for row in found]


def turn(
    conn: Connection,
    transfer_id: int,
    state: TransferState,
    said: TransferSaid,
    now: datetime,
    look_at: datetime | None,
) -> Transfer:
    """A transfer comes into a state; its package is there only while it waits."""
    found = one(
        conn,
        f"""UPDATE payments.transfer SET state = :state, changed_at = :now, look_at = :look_at,
                platform_id = CASE :platform_id WHEN '' THEN platform_id ELSE :platform_id END,
                package = CASE WHEN :state <> 'waiting' THEN '' WHEN :package = '' THEN package ELSE :package END,
                failed_for = :failed_for
            WHERE id = :id RETURNING {_COLUMNS}""",
        id=transfer_id,
        state=state,
        now=now,
        look_at=look_at,
        platform_id=said.platform_id,
        package=said.package,
        failed_for=said.failed_for,
    )
    assert found is not None
    return Transfer(*found)
