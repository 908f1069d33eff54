"""Merchants; their keys are sealed."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows
from siyu.payments.types import Merchant

_COLUMNS: Final = "id, mch_id, app_id, name, serial, platform_key_id, platform_key, base_url, h5"


def write(conn: Connection, merchant: Merchant, private_key: bytes, api_key: bytes, now: datetime) -> Merchant:
    """Keep a merchant, or what has changed of it."""
    found = one(
        conn,
        f"""
        INSERT INTO payments.merchant (mch_id, app_id, name, serial, platform_key_id, platform_key, base_url, h5,
                                       private_key, api_key, changed_at)
        VALUES (:mch_id, :app_id, :name, :serial, :platform_key_id, :platform_key, :base_url, :h5,
                :private_key, :api_key, :now)
        ON CONFLICT (mch_id) DO UPDATE SET app_id = excluded.app_id, name = excluded.name, serial = excluded.serial,
            platform_key_id = excluded.platform_key_id, platform_key = excluded.platform_key,
            base_url = excluded.base_url, h5 = excluded.h5, private_key = excluded.private_key, api_key = excluded.api_key,
            changed_at = excluded.changed_at
        RETURNING {_COLUMNS}
        """,
        mch_id=merchant.mch_id,
        app_id=merchant.app_id,
        name=merchant.name,
        serial=merchant.serial,
        platform_key_id=merchant.platform_key_id,
        platform_key=merchant.platform_key,
        base_url=merchant.base_url,
        h5=merchant.h5,
        private_key=private_key,
        api_key=api_key,
        now=now,
    )
    assert found is not None
    return _merchant(*found)


def listed(conn: Connection) -> list[Merchant]:
    """Every merchant, without keys."""
    return [_merchant(*row) for row in rows(conn, f"SELECT {_COLUMNS} FROM payments.merchant ORDER BY id")]


def of_id(conn: Connection, merchant_id: int) -> tuple[Merchant, bytes, bytes] | None:
    """A merchant with its sealed private key and APIv3 key."""
    found = one(conn, f"SELECT {_COLUMNS}, private_key, api_key FROM payments.merchant WHERE id = :id", id=merchant_id)
    return None if found is None else (_merchant(*found[:9]), bytes(found[9]), bytes(found[10]))


def _merchant(*row: Any) -> Merchant:
    return replace(Merchant(*row[:8]), h5=row[8])
