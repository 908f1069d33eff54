"""SQL of imports and mappings."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, one, pieces, rows, run, scalar
from siyu.intake.files.types import Chunk, Reject
from siyu.intake.types import ImportRun, RejectedRow, RejectSum

_COLUMNS: Final = """id, source_id, kind, file_name, file_key, file_bytes, format, header, state, checkpoint, bytes_read,
    rows, messages, rejected, error, started_by, started_at, updated_at, finished_at,
    notes, kept"""
_PIECE: Final = 2000  # rejects that are in memory at once


def _run(row: AnyRow) -> ImportRun:
    fields = row._asdict()
    return ImportRun(**{**fields, "header": tuple(fields["header"]), "notes": tuple(fields["notes"])})


def unfinished_import(conn: Connection, file_key: str, source_id: int) -> ImportRun | None:
    found = one(
        conn,
        f"""SELECT {_COLUMNS} FROM intake.import_run
            WHERE file_key = :key AND source_id = :source AND state <> 'done' ORDER BY id DESC LIMIT 1 FOR UPDATE""",
        key=file_key,
        source=source_id,
    )
    return _run(found) if found else None


def insert_import(
    conn: Connection,
    *,
    source_id: int,
    kind: str,
    file_name: str,
    file_key: str,
    file_bytes: int,
    file_format: str,
    header: Sequence[str],
    actor: str,
    now: datetime,
) -> ImportRun:
    found = one(
        conn,
        f"""INSERT INTO intake.import_run
                (source_id, kind, file_name, file_key, file_bytes, format, header, state, started_by, started_at, updated_at)
            VALUES (:source, :kind, :name, :key, :bytes, :format, CAST(:header AS jsonb), 'running', :actor, :now, :now)
            RETURNING {_COLUMNS}""",
        source=source_id,
        kind=kind,
        name=file_name,
        key=file_key,
        bytes=file_bytes,
        format=file_format,
        header=orjson.dumps(list(header)).decode(),
        actor=actor,
        now=now,
    )
    assert found is not None
    return _run(found)


def lock_import(conn: Connection, run_id: int) -> ImportRun:
    found = one(conn, f"SELECT {_COLUMNS} FROM intake.import_run WHERE id = :id FOR UPDATE", id=run_id)
    assert found is not None
    return _run(found)


def find_import(conn: Connection, run_id: int) -> ImportRun | None:
    found = one(conn, f"SELECT {_COLUMNS} FROM intake.import_run WHERE id = :id", id=run_id)
    return _run(found) if found else None


def list_imports(conn: Connection, before: int | None, limit: int) -> list[ImportRun]:
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM intake.import_run
            WHERE CAST(:before AS bigint) IS NULL OR id < :before ORDER BY id DESC LIMIT :limit""",
        before=before,
        limit=limit,
    )
    return [_run(row) for row in found]


def update_import(
    conn: Connection, run_id: int, chunk: Chunk, notes: Sequence[Mapping[str, Any]], state: str, now: datetime
) -> ImportRun:
    found = one(
        conn,
        f"""UPDATE intake.import_run SET
                state = :state, checkpoint = CAST(:checkpoint AS jsonb), bytes_read = :bytes, rows = :rows,
                messages = :messages, rejected = :rejected, notes = CAST(:notes AS jsonb), error = NULL, updated_at = :now,
                finished_at = CASE WHEN :state = 'done' THEN CAST(:now AS timestamptz) END
            WHERE id = :id RETURNING {_COLUMNS}""",
        id=run_id,
        state=state,
        checkpoint=orjson.dumps(chunk.checkpoint.as_json()).decode(),
        bytes=chunk.read_bytes,
        rows=chunk.checkpoint.rows,
        messages=chunk.checkpoint.messages,
        rejected=chunk.checkpoint.rejects,
        notes=orjson.dumps(list(notes)).decode(),
        now=now,
    )
    assert found is not None
    return _run(found)


def mark_import_failed(conn: Connection, run_id: int, error: Mapping[str, Any], now: datetime) -> None:
    run(
        conn,
        """UPDATE intake.import_run SET state = 'failed', error = CAST(:error AS jsonb), updated_at = :now
           WHERE id = :id AND state <> 'done'""",
        id=run_id,
        error=orjson.dumps(error).decode(),
        now=now,
    )


def move_import(conn: Connection, run_id: int, state: str, now: datetime) -> None:
    run(
        conn,
        """UPDATE intake.import_run SET state = :state, error = NULL, updated_at = :now
           WHERE id = :id AND state <> 'done'""",
        id=run_id,
        state=state,
        now=now,
    )


def set_kept(conn: Connection, run_id: int, kept: Mapping[str, Any] | None) -> None:
    run(
        conn,
        "UPDATE intake.import_run SET kept = CAST(:kept AS jsonb) WHERE id = :id",
        id=run_id,
        kept=None if kept is None else orjson.dumps(kept).decode(),
    )


def kept_imports(conn: Connection, before: datetime) -> list[ImportRun]:
    """Those whose file is kept although nothing moved since ``before``, locked."""
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM intake.import_run WHERE kept IS NOT NULL AND updated_at < :before
            ORDER BY id FOR UPDATE""",
        before=before,
    )
    return [_run(row) for row in found]


def insert_rejects(conn: Connection, run_id: int, first: int, rejects: Sequence[tuple[Reject, bytes]]) -> None:
    if not rejects:
        return
    run(
        conn,
        """
        INSERT INTO intake.import_reject (run_id, place, line, column_name, code, reason, reason_zh, cells)
        SELECT :run, :first + place, line, column_name, code, reason, reason_zh, cells FROM unnest(
            CAST(:line AS bigint[]), CAST(:column AS text[]), CAST(:code AS text[]), CAST(:reason AS text[]),
            CAST(:reason_zh AS text[]), CAST(:cells AS bytea[])
        ) WITH ORDINALITY AS given(line, column_name, code, reason, reason_zh, cells, place)
        ON CONFLICT DO NOTHING
        """,
        run=run_id,
        first=first,
        line=[reject.line for reject, _ in rejects],
        column=[reject.column for reject, _ in rejects],
        code=[reject.problem.code for reject, _ in rejects],
        reason=[reject.problem.en for reject, _ in rejects],
        reason_zh=[reject.problem.zh for reject, _ in rejects],
        cells=[cells for _, cells in rejects],
    )


def rejects(conn: Connection, run_id: int) -> Iterator[list[AnyRow]]:
    return pieces(conn, "SELECT * FROM intake.import_reject WHERE run_id = :id ORDER BY place", _PIECE, id=run_id)


def delete_rejects(conn: Connection, before: datetime, limit: int) -> int:
    """Delete so many of imports with which nobody went on since then; returns how many it were."""
    return len(
        rows(
            conn,
            """
            DELETE FROM intake.import_reject AS gone USING (
                SELECT run_id, place FROM intake.import_reject JOIN intake.import_run AS run ON run.id = run_id
                WHERE run.state IN ('done', 'failed') AND run.updated_at < :before
                ORDER BY run_id, place LIMIT :limit
            ) AS old
            WHERE gone.run_id = old.run_id AND gone.place = old.place RETURNING gone.place
            """,
            before=before,
            limit=limit,
        )
    )


def reject_page(conn: Connection, run_id: int, after: int, limit: int) -> list[RejectedRow]:
    found = rows(
        conn,
        """SELECT place, line, column_name, code, reason, reason_zh FROM intake.import_reject
           WHERE run_id = :id AND place > :after ORDER BY place LIMIT :limit""",
        id=run_id,
        after=after,
        limit=limit,
    )
    return [RejectedRow(row.place, row.line, row.column_name, row.code, row.reason, row.reason_zh) for row in found]


def reject_sums(conn: Connection, run_id: int) -> list[RejectSum]:
    found = rows(
        conn,
        """SELECT code, column_name, rows, line AS first_line, reason, reason_zh
           FROM (
               SELECT count(*) AS rows, min(place) AS place FROM intake.import_reject WHERE run_id = :id
               GROUP BY code, column_name ORDER BY count(*) DESC, code, column_name LIMIT 100
           ) AS sums JOIN intake.import_reject AS first USING (place)
           WHERE first.run_id = :id ORDER BY rows DESC, code, column_name""",
        id=run_id,
    )
    return [RejectSum(row.code, row.column_name, row.rows, row.first_line, row.reason, row.reason_zh) for row in found]


def upsert_mapping(conn: Connection, name: str, body: Mapping[str, Any], actor: str, now: datetime) -> None:
    run(
        conn,
        """INSERT INTO intake.mapping (name, body, saved_by, saved_at)
           VALUES (:name, CAST(:body AS jsonb), :actor, :now)
           ON CONFLICT (name) DO UPDATE SET body = excluded.body, saved_by = excluded.saved_by, saved_at = excluded.saved_at""",
        name=name,
        body=orjson.dumps(body).decode(),
        actor=actor,
        now=now,
    )


def find_mapping(conn: Connection, name: str) -> Mapping[str, Any] | None:
    body: Mapping[str, Any] | None = scalar(conn, "SELECT body FROM intake.mapping WHERE name = :name", name=name)
    return body


def mapping_names(conn: Connection) -> list[str]:
    return [row[0] for row in rows(conn, "SELECT name FROM intake.mapping ORDER BY name")]


def mapping_bodies(conn: Connection) -> list[Mapping[str, Any]]:
    return [row.body for row in rows(conn, "SELECT body FROM intake.mapping ORDER BY name")]


def delete_mapping(conn: Connection, name: str) -> bool:
    return scalar(conn, "DELETE FROM intake.mapping WHERE name = :name RETURNING 1", name=name) is not None
