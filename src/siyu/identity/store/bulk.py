"""A first import: staging, numbering, and writing tens of millions of rows by COPY and INSERT … SELECT."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows, run, scalar
from siyu.engines.postgres.statements import driver_connection

_TYPES = {np.dtype(np.int16): ">i2", np.dtype(np.int32): ">i4", np.dtype(np.int64): ">i8"}
_NAMES = {np.dtype(np.int16): "smallint", np.dtype(np.int32): "integer", np.dtype(np.int64): "bigint"}


def begin(conn: Connection) -> None:
    """Make the staging tables of this transaction; an import before it in the same one has left its own."""
    run(conn, f"DROP TABLE IF EXISTS {', '.join(_STAGING)}")
    run(
        conn,
        """
        CREATE TEMP TABLE bulk_link (
            strong_type text COLLATE "C", strong_scope text COLLATE "C", strong_value text COLLATE "C",
            weak_type text COLLATE "C", weak_scope text COLLATE "C", weak_value text COLLATE "C",
            strength smallint, source_id bigint, message_id text, first_seen timestamptz, last_seen timestamptz,
            times integer
        ) ON COMMIT DROP
        """,
    )


def stage(conn: Connection, links: Iterable[tuple[Any, ...]]) -> None:
    """Copy normalised links in, in the order of the columns of ``bulk_link``."""
    with driver_connection(conn).cursor() as cursor, cursor.copy("COPY bulk_link FROM STDIN") as copy:
        for link in links:
            copy.write_row(link)


def number(conn: Connection) -> None:
    """Give every identifier a node (those of concerned customers first, then new ones) and every pair an edge."""
    for sql in _NUMBER:
        run(conn, sql)


def classes(conn: Connection) -> list[AnyRow]:
    """(type, scope) of each limit class, by its number."""
    return rows(conn, "SELECT type, scope FROM bulk_class ORDER BY class")


def known(conn: Connection) -> list[AnyRow]:
    """Nodes that existed before, in order: id, customer_id."""
    return rows(conn, "SELECT id, customer_id FROM bulk_node WHERE customer_id IS NOT NULL ORDER BY node")


def aparts(conn: Connection) -> list[AnyRow]:
    """Pairs of nodes that an operator keeps apart."""
    return rows(
        conn,
        """
        SELECT a.node AS one, b.node AS other FROM identity.apart p
        JOIN bulk_node a ON a.id = p.one JOIN bulk_node b ON b.id = p.other ORDER BY 1, 2
        """,
    )


def nodes(conn: Connection) -> list[NDArray[Any]]:
    """Of each node: its limit class and its conflicts."""
    return fetch(conn, "SELECT class, conflicts FROM bulk_node ORDER BY node", [np.int32, np.int16])


def edges(conn: Connection) -> list[NDArray[Any]]:
    """Of each edge: left, right, strength, repeat, times, first seen (hours)."""
    return fetch(
        conn,
        """
        SELECT stronger, weaker, strength, repeat, times, CAST(extract(epoch FROM first_seen) / 3600 AS integer)
        FROM bulk_edge ORDER BY place
        """,
        [np.int32, np.int32, np.int16, np.int16, np.int32, np.int32],
    )


def held(conn: Connection) -> list[NDArray[Any]]:
    """Of each edge that held before: left, right, strength, state."""
    return fetch(
        conn,
        """
        SELECT a.node, b.node, e.strength, e.state FROM bulk_node a JOIN identity.evidence e ON e.stronger = a.id
        JOIN bulk_node b ON b.id = e.weaker WHERE e.state <= 3 AND a.customer_id IS NOT NULL ORDER BY 1, 2
        """,
        [np.int32, np.int32, np.int16, np.int16],
    )


def reserve_log(conn: Connection, count: int) -> int:
    """Reserve places in the log; returns the first. Everybody who decides links is locked out meanwhile."""
    first = int(scalar(conn, "SELECT nextval('identity.log_seq')"))
    if count > 1:
        run(conn, "SELECT setval('identity.log_seq', :last)", last=first + count - 1)
    return first


def write(
    conn: Connection,
    owner: NDArray[np.int32],
    conflicts: NDArray[np.int16],
    edge: tuple[NDArray[np.int32], NDArray[np.int16], NDArray[np.int16], NDArray[np.int64]],
    reasons: Sequence[str],
    known_customers: Sequence[int],
    now: datetime,
) -> list[AnyRow]:
    """Write customers, identifiers and evidence; returns (index, id) of every customer that is used.

    Args:
        conn: the transaction of :func:`begin`.
        owner: customer index of each node; those below len(known_customers) existed before.
        conflicts: of each node.
        edge: place of each new link among the edges, its outcome, its reason's number, its place in the log.
        reasons: in words, by their number.
        known_customers: their ids.
        now: the moment.
    """
    put(conn, "bulk_owner", ["node", "owner", "conflicts"], [np.arange(len(owner), dtype=np.int32), owner, conflicts])
    put(conn, "bulk_outcome", ["place", "outcome", "reason", "seq"], list(edge))
    run(
        conn,
        """
        CREATE TEMP TABLE bulk_customer ON COMMIT DROP AS
        SELECT owner, coalesce(k.id, nextval('identity.id_seq')) AS id
        FROM (SELECT DISTINCT owner FROM bulk_owner ORDER BY owner) o
        LEFT JOIN unnest(CAST(:known AS bigint[])) WITH ORDINALITY AS k(id, place) ON k.place = o.owner + 1
        """,
        known=list(known_customers),
    )
    for sql in _WRITE:
        run(conn, sql, now=now, known=len(known_customers), reasons=list(reasons))
    return rows(conn, "SELECT owner, id FROM bulk_customer ORDER BY owner")


def fetch(conn: Connection, query: str, kinds: Sequence[type[np.integer[Any]]]) -> list[NDArray[Any]]:
    """The columns of a query that returns integers without NULL, as arrays; by binary COPY."""
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for place, kind in enumerate(kinds):
        fields += [(f"size{place}", ">i4"), (f"value{place}", _TYPES[np.dtype(kind)])]
    casts = ", ".join(f"CAST(c{place} AS {_NAMES[np.dtype(kind)]})" for place, kind in enumerate(kinds))
    names = ", ".join(f"c{place}" for place in range(len(kinds)))
    body = io.BytesIO()
    with (
        driver_connection(conn).cursor() as cursor,
        cursor.copy(f"COPY (SELECT {casts} FROM ({query}) AS q({names})) TO STDOUT (FORMAT binary)".encode()) as copy,
    ):
        for chunk in copy:
            body.write(chunk)
    data = np.frombuffer(body.getbuffer()[19:-2], np.dtype(fields))  # without the header and the trailer
    return [data[f"value{place}"].astype(kind) for place, kind in enumerate(kinds)]


def put(conn: Connection, table: str, names: Sequence[str], columns: Sequence[NDArray[Any]]) -> None:
    """Make a temporary table of integer columns and fill it by binary COPY."""
    declared = ", ".join(f"{name} {_NAMES[column.dtype]}" for name, column in zip(names, columns, strict=True))
    run(conn, f"CREATE TEMP TABLE {table} ({declared}) ON COMMIT DROP")
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for place, column in enumerate(columns):
        fields += [(f"size{place}", ">i4"), (f"value{place}", _TYPES[column.dtype])]
    data = np.empty(len(columns[0]), np.dtype(fields))
    data["count"] = len(columns)
    for place, column in enumerate(columns):
        data[f"size{place}"] = column.dtype.itemsize
        data[f"value{place}"] = column
    header = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
    with (
        driver_connection(conn).cursor() as cursor,
        cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)".encode()) as copy,
    ):
        copy.write(header)
        for start in range(0, len(data), 100_000):
            copy.write(data[start : start + 100_000].tobytes())
        copy.write(b"\xff\xff")


_STAGING = tuple(
    f"pg_temp.bulk_{name}" for name in ("link", "key", "node", "class", "edge", "owner", "outcome", "customer")
)

_NUMBER = (
    "ANALYZE bulk_link",
    # What the log knows already changes nothing: a repeat need not load everybody it speaks of.
    """
    DELETE FROM bulk_link l USING identity.identifier a, identity.identifier b, identity.evidence e
    WHERE a.type = l.strong_type AND a.scope = l.strong_scope AND a.value = l.strong_value
      AND b.type = l.weak_type AND b.scope = l.weak_scope AND b.value = l.weak_value
      AND e.stronger = CASE WHEN a.type = b.type THEN least(a.id, b.id) ELSE a.id END
      AND e.weaker = CASE WHEN a.type = b.type THEN greatest(a.id, b.id) ELSE b.id END
      AND (e.self_seq IS NOT NULL OR (l.strength = 1 AND e.contact_seq IS NOT NULL))
    """,
    """
    CREATE TEMP TABLE bulk_key ON COMMIT DROP AS
    SELECT type, scope, value, min(first_seen) AS seen, max(last_seen) AS last_seen FROM (
        SELECT strong_type AS type, strong_scope AS scope, strong_value AS value, first_seen, last_seen FROM bulk_link
        UNION ALL
        SELECT weak_type, weak_scope, weak_value, first_seen, last_seen FROM bulk_link
    ) AS sides GROUP BY 1, 2, 3
    """,
    """
    CREATE TEMP TABLE bulk_node ON COMMIT DROP AS
    WITH concerned AS (
        SELECT DISTINCT i.customer_id FROM bulk_key k JOIN identity.identifier i USING (type, scope, value)
    ), every AS (
        SELECT i.id, i.customer_id, i.conflicts, i.type, i.scope, i.value, i.first_seen AS seen, i.last_seen
        FROM identity.identifier i JOIN concerned USING (customer_id)
        UNION ALL
        SELECT nextval('identity.id_seq'), NULL, 0, n.* FROM (
            SELECT k.type, k.scope, k.value, k.seen, k.last_seen FROM bulk_key k
            WHERE NOT EXISTS (SELECT 1 FROM identity.identifier i
                              WHERE i.value = k.value AND i.type = k.type AND i.scope = k.scope)
            ORDER BY k.seen, k.type, k.scope, k.value
        ) AS n
    )
    SELECT CAST(row_number() OVER (ORDER BY customer_id IS NULL, id) - 1 AS integer) AS node,
           CAST(dense_rank() OVER (ORDER BY type, scope) - 1 AS integer) AS class, every.* FROM every
    """,
    "CREATE TEMP TABLE bulk_class ON COMMIT DROP AS SELECT DISTINCT class, type, scope FROM bulk_node",
    "CREATE INDEX ON bulk_node (value, type, scope)",
    "CREATE INDEX ON bulk_node (id)",
    "ANALYZE bulk_node",
    "ANALYZE bulk_link",
    """
    CREATE TEMP TABLE bulk_edge ON COMMIT DROP AS
    WITH said AS (
        SELECT CASE WHEN l.strong_type = l.weak_type THEN least(a.node, b.node) ELSE a.node END AS stronger,
               CASE WHEN l.strong_type = l.weak_type THEN greatest(a.node, b.node) ELSE b.node END AS weaker, l.*
        FROM bulk_link l
        JOIN bulk_node a ON a.type = l.strong_type AND a.scope = l.strong_scope AND a.value = l.strong_value
        JOIN bulk_node b ON b.type = l.weak_type AND b.scope = l.weak_scope AND b.value = l.weak_value
    ), pair AS (
        SELECT stronger, weaker, max(strength) AS strength, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
               least(sum(times), 1000000000) AS times,
               (array_agg(source_id ORDER BY first_seen, message_id))[1] AS source_id,
               (array_agg(message_id ORDER BY first_seen, message_id))[1] AS message_id
        FROM said GROUP BY 1, 2
    )
    SELECT CAST(row_number() OVER (ORDER BY p.first_seen, p.stronger, p.weaker) - 1 AS integer) AS place, p.*,
           a.id AS stronger_id, b.id AS weaker_id, CAST(e.contact_seq IS NOT NULL AS integer) AS repeat
    FROM pair p JOIN bulk_node a ON a.node = p.stronger JOIN bulk_node b ON b.node = p.weaker
    LEFT JOIN identity.evidence e ON e.stronger = a.id AND e.weaker = b.id
    WHERE e.self_seq IS NULL AND (p.strength = 2 OR e.contact_seq IS NULL)
    """,
)

_WRITE = (
    "INSERT INTO identity.customer (id, created_at) SELECT id, :now FROM bulk_customer WHERE owner >= :known ORDER BY id",
    """
    INSERT INTO identity.identifier (id, customer_id, type, scope, value, first_seen, last_seen, conflicts)
    SELECT n.id, c.id, n.type, n.scope, n.value, n.seen, n.last_seen, o.conflicts
    FROM bulk_node n JOIN bulk_owner o USING (node) JOIN bulk_customer c USING (owner)
    WHERE n.customer_id IS NULL ORDER BY n.id
    """,
    """
    UPDATE identity.identifier i SET customer_id = c.id, conflicts = o.conflicts
    FROM bulk_node n JOIN bulk_owner o USING (node) JOIN bulk_customer c USING (owner)
    WHERE n.customer_id IS NOT NULL AND i.id = n.id AND (i.customer_id <> c.id OR i.conflicts <> o.conflicts)
    """,
    """
    INSERT INTO identity.evidence AS e (stronger, weaker, contact_seq, self_seq, first_seen, last_seen, source_id,
                                        message_id, strength, state, reason, times)
    SELECT g.stronger_id, g.weaker_id, CASE WHEN g.strength = 1 THEN o.seq END, CASE WHEN g.strength = 2 THEN o.seq END,
           g.first_seen, g.last_seen, g.source_id, g.message_id, g.strength, o.outcome,
           (CAST(:reasons AS text[]))[o.reason + 1], g.times
    FROM bulk_outcome o JOIN bulk_edge g USING (place) ORDER BY g.stronger_id, g.weaker_id
    ON CONFLICT (stronger, weaker) DO UPDATE SET
        contact_seq = coalesce(e.contact_seq, excluded.contact_seq), self_seq = coalesce(e.self_seq, excluded.self_seq),
        strength = CASE WHEN e.state <= 3 AND excluded.state = 2 THEN greatest(e.strength, excluded.strength)
                        ELSE excluded.strength END,
        state = CASE WHEN e.state <= 3 AND excluded.state = 2 THEN e.state ELSE excluded.state END,
        reason = excluded.reason, first_seen = least(e.first_seen, excluded.first_seen),
        last_seen = greatest(e.last_seen, excluded.last_seen), times = e.times + excluded.times
    """,
)
