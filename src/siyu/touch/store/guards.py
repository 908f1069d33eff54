"""SQL of the harm guard."""

from dataclasses import replace
from datetime import datetime
from functools import cache

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection

from siyu.engines.postgres import one, run
from siyu.experiments.types import Watched
from siyu.touch.types.guarded import Guard


@cache
def _watched() -> TypeAdapter[Watched]:
    return TypeAdapter(Watched)


def guard(conn: Connection, programme_id: int, *, lock: bool = False) -> Guard:
    """The guard of a programme; with ``lock`` there is a row afterwards, which this transaction holds."""
    if lock:
        run(
            conn,
            "INSERT INTO touch.guard (programme_id) VALUES (:id) ON CONFLICT (programme_id) DO NOTHING",
            id=programme_id,
        )
    row = one(
        conn,
        f"""SELECT programme_id, watching, tolerated, since, halted_at, said_en, said_zh, checked_at, watched
            FROM touch.guard WHERE programme_id = :id{" FOR NO KEY UPDATE" if lock else ""}""",
        id=programme_id,
    )
    if row is None:
        return Guard(programme_id)
    known = Guard(*row[:8])
    return known if row.watched is None else replace(known, watched=_watched().validate_python(row.watched))


def put_switch(conn: Connection, programme_id: int, *, watching: bool, tolerated: float) -> None:
    run(
        conn,
        "UPDATE touch.guard SET watching = :watching, tolerated = :tolerated WHERE programme_id = :id",
        id=programme_id,
        watching=watching,
        tolerated=tolerated,
    )


def put_resumed(conn: Connection, programme_id: int, since: datetime) -> None:
    """An operator let it go on: what was before counts no more."""
    run(
        conn,
        "UPDATE touch.guard SET since = :since, halted_at = NULL, said_en = '', said_zh = '' WHERE programme_id = :id",
        id=programme_id,
        since=since,
    )


def put_watched(conn: Connection, programme_id: int, watched: Watched, now: datetime) -> None:
    run(
        conn,
        "UPDATE touch.guard SET checked_at = :now, watched = CAST(:watched AS jsonb) WHERE programme_id = :id",
        id=programme_id,
        now=now,
        watched=orjson.dumps(watched).decode(),
    )


def put_halted(conn: Connection, programme_id: int, en: str, zh: str, now: datetime) -> None:
    run(
        conn,
        "UPDATE touch.guard SET halted_at = :now, said_en = :en, said_zh = :zh WHERE programme_id = :id",
        id=programme_id,
        now=now,
        en=en,
        zh=zh,
    )
