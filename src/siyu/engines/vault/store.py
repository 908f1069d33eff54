"""All SQL of the vault."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows, run

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sealed:
    """One stored value."""

    kind: str
    fingerprint: str
    key_id: str
    sealed: bytes
    masked: str


def remember_key(conn: Connection, key_id: str, *, root: bool) -> None:
    run(
        conn,
        "INSERT INTO vault.master (key_id, root) VALUES (:key_id, :root) ON CONFLICT DO NOTHING",
        key_id=key_id,
        root=root,
    )


def known_keys(conn: Connection) -> dict[str, bool]:
    """Key id → whether it is the root."""
    return {row.key_id: row.root for row in rows(conn, "SELECT key_id, root FROM vault.master")}


def known(conn: Connection, prints: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Of fingerprints by kind those that are stored.

    A kind's travel as one joined text, there and back, and are looked up as a list: both several times faster than rows,
    and imports ask for millions.
    """
    found = rows(
        conn,
        """
        SELECT asked.kind, stored.joined
        FROM unnest(CAST(:kinds AS text[]), CAST(:joined AS text[])) AS asked (kind, joined)
        CROSS JOIN LATERAL (
            SELECT string_agg(encode(uuid_send(i.fingerprint), 'hex'), ',') AS joined FROM vault.item AS i
            WHERE i.kind = asked.kind AND i.fingerprint = ANY(CAST(string_to_array(asked.joined, ',') AS uuid[]))
        ) AS stored
        """,
        kinds=list(prints),
        joined=[",".join(of_kind) for of_kind in prints.values()],
    )
    return {kind: set(joined.split(",")) if joined else set() for kind, joined in found}


def insert(conn: Connection, items: Sequence[Sealed]) -> None:
    """Insert what is not there; in the order of the key, so that two batches with the same people cannot deadlock.

    The columns travel as joined texts and one block of bytes, for speed. A masked form holds no line break.
    """
    ordered = sorted(items, key=lambda item: (item.fingerprint, item.kind))
    run(
        conn,
        """
        WITH new AS (
            SELECT n.*, sum(n.size) OVER (ORDER BY n.position) - n.size AS start
            FROM unnest(CAST(string_to_array(:fingerprints, ',') AS uuid[]), string_to_array(:kinds, ','),
                        string_to_array(:keys, ','), CAST(string_to_array(:sizes, ',') AS integer[]),
                        string_to_array(:masked, E'\\n'))
                 WITH ORDINALITY AS n (fingerprint, kind, key_id, size, masked, position)
        )
        INSERT INTO vault.item (fingerprint, kind, key_id, sealed, masked)
        SELECT fingerprint, kind, key_id, substring(CAST(:sealed AS bytea) FROM CAST(start + 1 AS integer) FOR size),
               masked
        FROM new ORDER BY fingerprint, kind
        ON CONFLICT DO NOTHING
        """,
        fingerprints=",".join(item.fingerprint for item in ordered),
        kinds=",".join(item.kind for item in ordered),
        keys=",".join(item.key_id for item in ordered),
        sizes=",".join(str(len(item.sealed)) for item in ordered),
        sealed=b"".join(item.sealed for item in ordered),
        masked="\n".join(item.masked for item in ordered),
    )


def read(conn: Connection, items: Sequence[Pair]) -> list[Sealed]:
    found = rows(
        conn,
        """
        SELECT i.kind, i.fingerprint, i.key_id, i.sealed, i.masked
        FROM unnest(CAST(:kinds AS text[]), CAST(:fingerprints AS uuid[])) AS asked (kind, fingerprint)
        JOIN vault.item AS i USING (fingerprint, kind)
        """,
        **_columns(items),
    )
    return [_sealed(row) for row in found]


def read_masked(conn: Connection, items: Sequence[Pair]) -> dict[str, str]:
    found = rows(
        conn,
        """
        SELECT i.fingerprint, i.masked
        FROM unnest(CAST(:kinds AS text[]), CAST(:fingerprints AS uuid[])) AS asked (kind, fingerprint)
        JOIN vault.item AS i USING (fingerprint, kind)
        """,
        **_columns(items),
    )
    return {row.fingerprint.hex: row.masked for row in found}


def delete(conn: Connection, items: Sequence[Pair]) -> list[Pair]:
    """Delete; the locks are taken in the order of the key. Returns what was there."""
    gone = rows(
        conn,
        """
        WITH locked AS (
            SELECT i.fingerprint, i.kind
            FROM vault.item AS i
            JOIN unnest(CAST(:kinds AS text[]), CAST(:fingerprints AS uuid[])) AS asked (kind, fingerprint)
                USING (fingerprint, kind)
            ORDER BY i.fingerprint, i.kind
            FOR UPDATE OF i
        )
        DELETE FROM vault.item AS i USING locked AS l
        WHERE i.fingerprint = l.fingerprint AND i.kind = l.kind
        RETURNING i.kind, i.fingerprint
        """,
        **_columns(items),
    )
    return [(row.kind, row.fingerprint.hex) for row in gone]


def under_other_keys(conn: Connection, key_id: str, limit: int) -> list[Sealed]:
    """Some values that another key encrypted, locked until the transaction ends."""
    found = rows(
        conn,
        """
        SELECT kind, fingerprint, key_id, sealed, masked FROM vault.item
        WHERE key_id <> :key_id
        ORDER BY fingerprint, kind LIMIT :limit
        FOR UPDATE SKIP LOCKED
        """,
        key_id=key_id,
        limit=limit,
    )
    return [_sealed(row) for row in found]


def replace(conn: Connection, items: Sequence[Sealed]) -> None:
    """Put the new ciphertext of values whose rows are locked by :func:`under_other_keys`."""
    run(
        conn,
        """
        UPDATE vault.item AS i SET key_id = n.key_id, sealed = n.sealed
        FROM unnest(CAST(:fingerprints AS uuid[]), CAST(:kinds AS text[]), CAST(:keys AS text[]),
                    CAST(:sealed AS bytea[])) AS n (fingerprint, kind, key_id, sealed)
        WHERE i.fingerprint = n.fingerprint AND i.kind = n.kind
        """,
        fingerprints=[item.fingerprint for item in items],
        kinds=[item.kind for item in items],
        keys=[item.key_id for item in items],
        sealed=[item.sealed for item in items],
    )


def _columns(items: Sequence[Pair]) -> dict[str, list[str]]:
    unique = list(dict.fromkeys(items))
    return {"kinds": [kind for kind, _ in unique], "fingerprints": [value for _, value in unique]}


def _sealed(row: AnyRow) -> Sealed:
    return Sealed(
        kind=row.kind,
        fingerprint=row.fingerprint.hex,
        key_id=row.key_id,
        sealed=bytes(row.sealed),
        masked=row.masked,
    )
