"""SQL of pictures for welcomes and of what stands for them at the platform."""

from collections.abc import Collection, Mapping
from datetime import datetime

import orjson
from sqlalchemy import Connection

from siyu.channels.types.media import MESSAGES, MediaFile
from siyu.engines.postgres import AnyRow, one, rows, run

_FILE = "id, account_id, name, media_type, content"


def keep(
    conn: Connection, account_id: int, digest: bytes, name: str, media_type: str, content: bytes, by: str, now: datetime
) -> MediaFile:
    """The file; the same content is kept once, under its first name."""
    found = one(
        conn,
        f"""INSERT INTO channels.media_file AS old
                (account_id, digest, name, media_type, content, created_by, created_at)
            VALUES (:account_id, :digest, :name, :media_type, :content, :by, :now)
            ON CONFLICT (account_id, digest) DO UPDATE SET name = old.name RETURNING {_FILE}""",
        account_id=account_id,
        digest=digest,
        name=name,
        media_type=media_type,
        content=content,
        by=by,
        now=now,
    )
    assert found is not None
    return _file(found)


def file(conn: Connection, account_id: int, file_id: int) -> MediaFile | None:
    found = one(
        conn,
        f"SELECT {_FILE} FROM channels.media_file WHERE account_id = :account_id AND id = :id",
        account_id=account_id,
        id=file_id,
    )
    return _file(found) if found else None


def by_digest(conn: Connection, account_id: int, digest: bytes) -> int | None:
    """The id of the file with this content."""
    found = one(
        conn,
        "SELECT id FROM channels.media_file WHERE account_id = :account_id AND digest = :digest",
        account_id=account_id,
        digest=digest,
    )
    return int(found[0]) if found else None


def known(conn: Connection, account_id: int, ids: Collection[int]) -> set[int]:
    """Which of these files the account has."""
    found = rows(
        conn,
        "SELECT id FROM channels.media_file WHERE account_id = :account_id AND id = ANY(CAST(:ids AS bigint[]))",
        account_id=account_id,
        ids=list(ids),
    )
    return {row[0] for row in found}


def put_upload(conn: Connection, file_id: int, kind: str, use: str, fields: Mapping[str, str], until: datetime) -> None:
    """What stands for the file from now on in attachments of this kind and use; what lives longer stays."""
    run(
        conn,
        """INSERT INTO channels.media_upload AS old (file_id, kind, use, fields, until)
           VALUES (:file_id, :kind, :use, CAST(:fields AS jsonb), :until)
           ON CONFLICT (file_id, kind, use) DO UPDATE SET fields = excluded.fields, until = excluded.until
           WHERE old.until <= excluded.until""",
        file_id=file_id,
        kind=kind,
        use=use,
        fields=orjson.dumps(dict(fields)).decode(),
        until=until,
    )


def uploaded(conn: Connection, file_id: int, kind: str, use: str, at: datetime) -> dict[str, str] | None:
    """What stands for the file at that moment."""
    found = one(
        conn,
        """SELECT fields FROM channels.media_upload
           WHERE file_id = :file_id AND kind = :kind AND use = :use AND until > :at""",
        file_id=file_id,
        kind=kind,
        use=use,
        at=at,
    )
    return dict(found[0]) if found else None


def ending(conn: Connection, before: datetime, limit: int) -> list[tuple[int, int, str]]:
    """Account, file and kind of attachment of what welcomes of codes show and what ends before then, or was never uploaded.

    Of active accounts and of codes that are in use.
    """
    found = rows(
        conn,
        """
        SELECT DISTINCT file.account_id, file.id, shown.kind
        FROM channels.entry_code AS code
        JOIN channels.account ON account.id = code.account_id AND account.state = 'active'
        CROSS JOIN LATERAL jsonb_array_elements(code.definition -> 'greetings') AS greeting
        CROSS JOIN LATERAL (
            SELECT attachment ->> 0 AS kind, attachment -> 1 ->> 'file' AS file
            FROM jsonb_array_elements(greeting -> 'attachments') AS attachment
        ) AS shown
        JOIN channels.media_file AS file ON file.account_id = code.account_id AND CAST(file.id AS text) = shown.file
        LEFT JOIN channels.media_upload AS upload ON upload.file_id = file.id AND upload.kind = shown.kind
            AND upload.use = :use
        WHERE code.archived_at IS NULL AND (upload.until IS NULL OR upload.until < :before)
        ORDER BY 1, 2, 3 LIMIT :limit
        """,
        before=before,
        limit=limit,
        use=MESSAGES,
    )
    return [(row[0], row[1], row[2]) for row in found]


def _file(row: AnyRow) -> MediaFile:
    return MediaFile(row.id, row.account_id, row.name, row.media_type, bytes(row.content))
