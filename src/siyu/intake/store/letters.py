"""SQL of the dead letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows, run, scalar
from siyu.intake.types import DeadLetter, LettersOf


def insert_dead_letters(conn: Connection, letters: Sequence[DeadLetter]) -> None:
    if not letters:
        return
    run(
        conn,
        """
        INSERT INTO intake.dead_letter
            (source_id, message_id, message_type, stage, code, reason, reason_zh, received_at, body)
        SELECT * FROM unnest(
            CAST(:source AS integer[]), CAST(:message AS text[]), CAST(:type AS text[]), CAST(:stage AS text[]),
            CAST(:code AS text[]), CAST(:reason AS text[]), CAST(:reason_zh AS text[]),
            CAST(:received AS timestamptz[]), CAST(:body AS bytea[]))
        """,
        source=[letter.source_id for letter in letters],
        message=[letter.message_id for letter in letters],
        type=[letter.message_type for letter in letters],
        stage=[letter.stage for letter in letters],
        code=[letter.code for letter in letters],
        reason=[letter.reason for letter in letters],
        reason_zh=[letter.reason_zh for letter in letters],
        received=[letter.received_at for letter in letters],
        body=[letter.body for letter in letters],
    )


def list_dead_letters(
    conn: Connection, *, state: str, source_id: int | None, code: str | None, before: int | None, limit: int
) -> list[AnyRow]:
    return rows(
        conn,
        """
        SELECT id, source_id, message_id, message_type, stage, code, reason, reason_zh, received_at, died_at, state
        FROM intake.dead_letter
        WHERE state = :state
          AND (CAST(:source AS integer) IS NULL OR source_id = :source)
          AND (CAST(:code AS text) IS NULL OR code = :code)
          AND (CAST(:before AS bigint) IS NULL OR id < :before)
        ORDER BY id DESC LIMIT :limit
        """,
        state=state,
        source=source_id,
        code=code,
        before=before,
        limit=limit,
    )


def last_dead_letter(conn: Connection) -> int:
    return int(scalar(conn, "SELECT coalesce(max(id), 0) FROM intake.dead_letter"))


def dead_letters_after(conn: Connection, after: int, limit: int) -> list[AnyRow]:
    return rows(
        conn,
        """
        SELECT id, source_id, message_id, message_type, stage, code, reason, reason_zh, received_at, died_at, state
        FROM intake.dead_letter WHERE id > :after ORDER BY id LIMIT :limit
        """,
        after=after,
        limit=limit,
    )


def lock_dead_letters(conn: Connection, ids: Sequence[int]) -> list[AnyRow]:
    """(id, stage, body) of those of them that are open, locked until the transaction ends."""
    return rows(
        conn,
        """
        SELECT id, stage, body FROM intake.dead_letter
        WHERE state = 'open' AND id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR UPDATE
        """,
        ids=list(ids),
    )


def lock_dead_letters_of(conn: Connection, of: LettersOf, after: int, limit: int) -> list[AnyRow]:
    """The same of the oldest with a larger id than ``after``."""
    where, parameters = _open_of(of)
    return rows(
        conn,
        f"SELECT id, stage, body FROM intake.dead_letter WHERE {where} AND id > :after ORDER BY id LIMIT :limit FOR UPDATE",
        after=after,
        limit=limit,
        **parameters,
    )


def count_dead_letters_of(conn: Connection, of: LettersOf) -> int:
    where, parameters = _open_of(of)
    return int(scalar(conn, f"SELECT count(*) FROM intake.dead_letter WHERE {where}", **parameters))


def _open_of(of: LettersOf) -> tuple[str, dict[str, Any]]:
    """Only what is asked for stands in the condition: with "or nothing was asked" in it no index would be used."""
    asked = {"source_id = :source": of.source_id, "code = :code": of.code, "id <= :up_to": of.up_to}
    conditions = ["state = 'open'", *[condition for condition, value in asked.items() if value is not None]]
    return " AND ".join(conditions), {"source": of.source_id, "code": of.code, "up_to": of.up_to}


def group_dead_letters(conn: Connection, source_id: int | None, limit: int) -> list[AnyRow]:
    where, parameters = _open_of(LettersOf(source_id))
    return rows(
        conn,
        f"""
        SELECT grouped.source_id, grouped.code, letters, first.died_at AS first_died_at, last.died_at AS last_died_at,
               last.stage, last.reason, last.reason_zh
        FROM (
            SELECT source_id, code, count(*) AS letters, min(id) AS first, max(id) AS last
            FROM intake.dead_letter WHERE {where}
            GROUP BY source_id, code ORDER BY count(*) DESC, max(id) DESC LIMIT :limit
        ) AS grouped
        JOIN intake.dead_letter AS first ON first.id = grouped.first
        JOIN intake.dead_letter AS last ON last.id = grouped.last
        ORDER BY letters DESC, last.id DESC
        """,
        limit=limit,
        **parameters,
    )


def delete_settled_letters(conn: Connection, before: datetime, limit: int) -> int:
    """Delete so many that were replayed or discarded before then; returns how many it were."""
    return len(
        rows(
            conn,
            """
            DELETE FROM intake.dead_letter WHERE id = ANY(ARRAY(
                SELECT id FROM intake.dead_letter WHERE state <> 'open' AND changed_at < :before
                ORDER BY changed_at LIMIT :limit
            )) RETURNING id
            """,
            before=before,
            limit=limit,
        )
    )


def turn_dead_letters(conn: Connection, ids: Sequence[int], state: str, now: datetime) -> None:
    run(
        conn,
        "UPDATE intake.dead_letter SET state = :state, changed_at = :now WHERE id = ANY(CAST(:ids AS bigint[]))",
        ids=list(ids),
        state=state,
        now=now,
    )


def count_dead_letters(conn: Connection) -> dict[str, int]:
    found = rows(conn, "SELECT code, count(*) FROM intake.dead_letter WHERE state = 'open' GROUP BY code ORDER BY code")
    return {row[0]: int(row[1]) for row in found}
