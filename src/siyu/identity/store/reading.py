"""Looking up identifiers, evidence and what a decision needs to see."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, columns, one, rows, scalar
from siyu.identity.rules.claims import Key
from siyu.identity.types import Holder, IdentifierKey


def lookup(conn: Connection, keys: Sequence[Key], stale_before: datetime) -> dict[int, tuple[int, int, bool]]:
    """Of the keys that are known, by their place: identifier id, customer id, whether last_seen is older."""
    if not keys:
        return {}
    types, scopes, values = (list(column) for column in zip(*keys, strict=True))
    found = rows(
        conn,
        """
        SELECT k.n, i.id, i.customer_id, i.last_seen < :stale_before
        FROM unnest(CAST(:types AS text[]), CAST(:scopes AS text[]), CAST(:values AS text[]))
             WITH ORDINALITY AS k(type, scope, value, n)
        JOIN identity.identifier i
          ON i.value = k.value COLLATE "C" AND i.type = k.type COLLATE "C" AND i.scope = k.scope COLLATE "C"
        """,
        types=types, scopes=scopes, values=values, stale_before=stale_before,
    )  # fmt: skip
    return {place - 1: (identifier, customer, stale) for place, identifier, customer, stale in found}


def pairs(conn: Connection, wanted: Sequence[tuple[int, int]], stale_before: datetime) -> list[AnyRow]:
    """Evidence rows of (stronger, weaker) pairs: both ids, both seqs, strength, state, whether last_seen is older."""
    if not wanted:
        return []
    return rows(
        conn,
        """
        SELECT e.stronger, e.weaker, e.contact_seq, e.self_seq, e.strength, e.state, e.last_seen < :stale_before AS stale
        FROM unnest(CAST(:stronger AS bigint[]), CAST(:weaker AS bigint[])) AS k(stronger, weaker)
        JOIN identity.evidence e USING (stronger, weaker)
        """,
        stronger=[pair[0] for pair in wanted], weaker=[pair[1] for pair in wanted], stale_before=stale_before,
    )  # fmt: skip


def lock_customers(conn: Connection, customer_ids: Sequence[int]) -> None:
    """Hold these customers until the end of the transaction; always in the order of their ids, so nobody deadlocks."""
    rows(
        conn,
        "SELECT id FROM identity.customer WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR UPDATE",
        ids=sorted(customer_ids),
    )


def members(conn: Connection, customer_ids: Sequence[int]) -> list[AnyRow]:
    """Every identifier of these customers, oldest first: id, customer_id, type, scope, conflicts."""
    return rows(
        conn,
        """
        SELECT id, customer_id, type, scope, conflicts FROM identity.identifier
        WHERE customer_id = ANY(CAST(:ids AS bigint[])) ORDER BY id
        """,
        ids=list(customer_ids),
    )


def holding(conn: Connection, identifier_ids: Sequence[int]) -> list[AnyRow]:
    """The evidence that holds these identifiers together: stronger, weaker, strength, state."""
    return rows(
        conn,
        """
        SELECT stronger, weaker, strength, state FROM identity.evidence
        WHERE stronger = ANY(CAST(:ids AS bigint[])) AND state <= 3 ORDER BY stronger, weaker
        """,
        ids=list(identifier_ids),
    )


def aparts(conn: Connection, identifier_ids: Sequence[int]) -> list[AnyRow]:
    """Pairs among these identifiers that an operator keeps apart."""
    return rows(
        conn,
        """
        SELECT one, other FROM identity.apart
        WHERE one = ANY(CAST(:ids AS bigint[])) AND other = ANY(CAST(:ids AS bigint[])) ORDER BY one, other
        """,
        ids=list(identifier_ids),
    )


def kinds_of(conn: Connection, identifier_ids: Sequence[int]) -> dict[int, str]:
    """The type of each of these identifiers that exists."""
    found = rows(
        conn,
        "SELECT id, type FROM identity.identifier WHERE id = ANY(CAST(:ids AS bigint[]))",
        ids=list(identifier_ids),
    )
    return {row[0]: row[1] for row in found}


def customer_of(conn: Connection, identifier_id: int) -> int:
    """The customer of an identifier; 0 when there is no such identifier."""
    return int(scalar(conn, "SELECT customer_id FROM identity.identifier WHERE id = :id", id=identifier_id) or 0)


def living(conn: Connection, customer_id: int) -> int:
    """The customer that this id stands for now (itself, or through the alias map); 0 when it never was one."""
    found = scalar(
        conn,
        """
        SELECT coalesce((SELECT a.customer_id FROM identity.alias a WHERE a.id = c.id), c.id)
        FROM identity.customer c WHERE c.id = :id
        """,
        id=customer_id,
    )
    return int(found or 0)


def living_of(conn: Connection, customer_ids: Sequence[int]) -> dict[int, int]:
    """Who those of these that were merged away are now."""
    found = rows(
        conn,
        """SELECT id, customer_id FROM identity.alias
           WHERE id = ANY(CAST(:ids AS bigint[])) AND NOT is_identifier""",
        ids=list(customer_ids),
    )
    return {int(row[0]): int(row[1]) for row in found}


def customers_among(conn: Connection, customer_ids: Sequence[int]) -> list[int]:
    """Those of these that somebody has, in their order."""
    found = rows(
        conn,
        "SELECT id FROM identity.customer WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id",
        ids=list(customer_ids),
    )
    return [row.id for row in found]


def values_of(conn: Connection, type_name: str, scope: str, customer_ids: Sequence[int]) -> list[tuple[int, str]]:
    """(customer, value) of identifiers of a type and scope, of each customer the one seen last first."""
    wanted = {"type": type_name, "scope": scope}
    sql = """SELECT customer_id, value FROM identity.identifier
             WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND type = :type AND scope = :scope"""
    found = rows(conn, sql, ids=list(customer_ids), **wanted)
    counts = Counter([row[0] for row in found])
    if len(counts) == len(found):
        return [(row[0], row[1]) for row in found]
    # Few have several; to put all in order takes a quarter of the time.
    several = [one for one, count in counts.items() if count > 1]
    ordered = rows(conn, f"{sql} ORDER BY customer_id, last_seen DESC, id", ids=several, **wanted)
    return [(row[0], row[1]) for row in (*ordered, *[row for row in found if counts[row[0]] == 1])]


def by_values(conn: Connection, values: Sequence[str]) -> list[AnyRow]:
    """Identifiers with one of these stored values."""
    return rows(
        conn,
        f"SELECT {_IDENTIFIER} FROM identity.identifier WHERE value = ANY(CAST(:values AS text[])) ORDER BY id",
        values=list(values),
    )


def owners(conn: Connection, type_name: str, scope: str, values: Sequence[str]) -> list[tuple[str, int]]:
    """(value, customer) of those that are known."""
    found = rows(
        conn,
        """SELECT value, customer_id FROM identity.identifier
           WHERE value = ANY(CAST(:values AS text[]) COLLATE "C") AND type = :type AND scope = :scope""",
        values=list(values),
        type=type_name,
        scope=scope,
    )
    return [(str(value), int(customer_id)) for value, customer_id in found]


def by_customer(conn: Connection, customer_id: int) -> list[AnyRow]:
    """Identifiers of a customer."""
    return rows(
        conn, f"SELECT {_IDENTIFIER} FROM identity.identifier WHERE customer_id = :id ORDER BY id", id=customer_id
    )


def by_ids(conn: Connection, ids: Sequence[int]) -> list[AnyRow]:
    """Identifiers by their ids, of whomever."""
    return rows(
        conn,
        f"SELECT {_IDENTIFIER} FROM identity.identifier WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id",
        ids=list(ids),
    )


def edges(conn: Connection, identifier_ids: Sequence[int]) -> list[AnyRow]:
    """Every evidence row that touches one of these identifiers, also those that were refused."""
    return rows(
        conn,
        f"""
        SELECT {_EVIDENCE} FROM identity.evidence WHERE stronger = ANY(CAST(:ids AS bigint[]))
        UNION
        SELECT {_EVIDENCE} FROM identity.evidence WHERE weaker = ANY(CAST(:ids AS bigint[]))
        ORDER BY first_seen, stronger, weaker
        """,
        ids=list(identifier_ids),
    )


def review(conn: Connection, after: tuple[datetime, int, int] | None, limit: int) -> list[AnyRow]:
    """Links that wait for an operator, oldest first; those whose two sides became one meanwhile are left out."""
    start = after or (None, 0, 0)
    return rows(
        conn,
        f"""
        SELECT {", ".join("e." + column.strip() for column in _EVIDENCE.split(","))}
        FROM identity.evidence e
        JOIN identity.identifier a ON a.id = e.stronger
        JOIN identity.identifier b ON b.id = e.weaker
        WHERE e.state = 5 AND a.customer_id <> b.customer_id
          AND (CAST(:at AS timestamptz) IS NULL
               OR (e.first_seen, e.stronger, e.weaker) > (CAST(:at AS timestamptz), :one, :other))
        ORDER BY e.first_seen, e.stronger, e.weaker LIMIT :limit
        """,
        at=start[0], one=start[1], other=start[2], limit=limit,
    )  # fmt: skip


def history(conn: Connection, customer_ids: Sequence[int]) -> list[AnyRow]:
    """The ledger of these customers, oldest first."""
    return rows(
        conn,
        """
        SELECT seq, op, customer_id, other_id, identifiers, stronger, weaker, actor, reason, at FROM identity.ledger
        WHERE customer_id = ANY(CAST(:ids AS bigint[])) OR other_id = ANY(CAST(:ids AS bigint[])) ORDER BY id
        """,
        ids=list(customer_ids),
    )


def aliases_to(conn: Connection, customer_id: int) -> list[AnyRow]:
    """Ids (and whether they are identifiers) that stand for this customer now."""
    return rows(
        conn,
        "SELECT id, is_identifier FROM identity.alias WHERE customer_id = :id ORDER BY id",
        id=customer_id,
    )


def departed(conn: Connection, customer_ids: Sequence[int], present: int) -> list[int]:
    """Identifiers that left one of these customers and are not ``present``'s now."""
    found = rows(
        conn,
        """
        SELECT DISTINCT d.identifier_id FROM identity.departure d
        JOIN identity.identifier i ON i.id = d.identifier_id
        WHERE d.customer_id = ANY(CAST(:ids AS bigint[])) AND i.customer_id <> :present ORDER BY 1
        """,
        ids=list(customer_ids), present=present,
    )  # fmt: skip
    return [row[0] for row in found]


def count_identifiers(conn: Connection, scoped: str) -> dict[tuple[str, str], int]:
    """How many identifiers of each type, those of the type ``scoped`` also by scope; of each type the most first."""
    found = rows(
        conn,
        """
        SELECT type, CASE type WHEN CAST(:scoped AS text) THEN scope ELSE '' END, count(*)
        FROM identity.identifier GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
        """,
        scoped=scoped,
    )
    return {(row[0], row[1]): row[2] for row in found}


def count_people(conn: Connection, scoped: str, kinds: Sequence[tuple[str, str]]) -> dict[int, int]:
    """How many people have the same kinds of identifiers, as bits of a number.

    From the second bit on they are those of ``kinds``, at most 62: a type, with the scope for the type ``scoped``; the
    first is for any other. To count kinds distinct would sort every customer's.
    """
    found = rows(
        conn,
        """
        SELECT kinds, count(*)
        FROM (
            SELECT bit_or(CAST(1 AS bigint) << coalesce(array_position(CAST(:kinds AS text[]),
                CASE type WHEN CAST(:scoped AS text) THEN type || '/' || scope ELSE type END), 0)) AS kinds
            FROM identity.identifier GROUP BY customer_id
        ) AS people GROUP BY 1
        """,
        scoped=scoped,
        kinds=[f"{name}/{scope}" if name == scoped else name for name, scope in kinds],
    )
    return {row[0]: row[1] for row in found}


def known_since(conn: Connection, customer_ids: Sequence[int], devices: Sequence[str]) -> dict[int, datetime]:
    """When each of these customers was first seen under anything but a device; who never was is absent."""
    found = rows(
        conn,
        """
        SELECT customer_id, min(first_seen) FROM identity.identifier
        WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND type <> ALL(CAST(:devices AS text[])) GROUP BY 1
        """,
        ids=list(customer_ids), devices=list(devices),
    )  # fmt: skip
    return {row[0]: row[1] for row in found}


def values_of_type(conn: Connection, customer_ids: Sequence[int], type_name: str) -> list[AnyRow]:
    """(customer_id, value) of every identifier of one type that these customers have, last seen first."""
    return rows(
        conn,
        """
        SELECT customer_id, value FROM identity.identifier
        WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND type = :type ORDER BY customer_id, last_seen DESC, id
        """,
        ids=list(customer_ids), type=type_name,
    )  # fmt: skip


def paired(
    conn: Connection,
    types: tuple[str, str],
    scopes: Sequence[str],
    without: tuple[str, str],
    after: int,
    limit: int,
) -> list[AnyRow]:
    """Of each identifier of the first type its id and value, and the value of the last seen one of the second that active
    evidence ties to it; where the customer has none of ``without``. By id.
    """
    return rows(
        conn,
        """
        SELECT one.id, one.value AS stronger, other.value AS weaker
        FROM identity.identifier one CROSS JOIN LATERAL (
            SELECT i.value FROM identity.evidence e JOIN identity.identifier i ON i.id = e.weaker
            WHERE e.stronger = one.id AND e.state <= 3 AND i.type = :weaker AND i.scope = ANY(CAST(:scopes AS text[]))
                  AND i.customer_id = one.customer_id
            ORDER BY i.last_seen DESC, i.id LIMIT 1
        ) AS other
        WHERE one.type = :stronger AND one.id > :after AND NOT EXISTS (
            SELECT FROM identity.identifier has
            WHERE has.customer_id = one.customer_id AND has.type = :without AND has.scope = :scope)
        ORDER BY one.id LIMIT :limit
        """,
        stronger=types[0], weaker=types[1], scopes=list(scopes), without=without[0], scope=without[1], after=after,
        limit=limit,
    )  # fmt: skip


def evidence(conn: Connection, stronger: int, weaker: int) -> AnyRow | None:
    """One evidence row."""
    return one(
        conn,
        f"SELECT {_EVIDENCE} FROM identity.evidence WHERE stronger = :stronger AND weaker = :weaker",
        stronger=stronger, weaker=weaker,
    )  # fmt: skip


_IDENTIFIER = "id, type, scope, value, customer_id, conflicts, first_seen, last_seen"
_EVIDENCE = "stronger, weaker, strength, state, reason, source_id, message_id, first_seen, last_seen, times"


def aliases_among(conn: Connection, customer_ids: Sequence[int]) -> list[NDArray[np.int64]]:
    """(id, customer, whether it is an identifier) of everything that stands for one of these customers now."""
    return columns(
        conn,
        "id, customer_id, is_identifier",
        """SELECT id, customer_id, CAST(CAST(is_identifier AS integer) AS bigint) AS is_identifier FROM identity.alias
           WHERE customer_id = ANY(CAST(:ids AS bigint[]))""",
        ids=list(customer_ids),
    )


def departed_from(conn: Connection, customer_ids: Sequence[int]) -> NDArray[np.int64]:
    """Identifiers that ever left one of these customers."""
    sql = "SELECT DISTINCT identifier_id FROM identity.departure WHERE customer_id = ANY(CAST(:ids AS bigint[]))"
    return columns(conn, "identifier_id", sql, ids=list(customer_ids))[0]


def aliases_of_ids(conn: Connection, ids: Sequence[int]) -> list[NDArray[np.int64]]:
    """(id, customer) of those among these ids that are somebody else's now."""
    sql = "SELECT id, customer_id FROM identity.alias WHERE id = ANY(CAST(:ids AS bigint[]))"
    return columns(conn, "id, customer_id", sql, ids=list(ids))


def by_values_of_type(conn: Connection, type_name: str, values: Sequence[str]) -> list[tuple[str, int]]:
    """(value, customer) of the identifiers of one type with one of these stored values, whatever their scope."""
    found = rows(
        conn,
        """SELECT value, customer_id FROM identity.identifier
           WHERE value = ANY(CAST(:values AS text[]) COLLATE "C") AND type = :type ORDER BY id""",
        values=list(values),
        type=type_name,
    )
    return [(str(value), int(customer_id)) for value, customer_id in found]


def holder(conn: Connection, key: IdentifierKey) -> Holder | None:
    found = one(
        conn,
        """SELECT id, customer_id FROM identity.identifier
           WHERE value = :value COLLATE "C" AND type = :type AND scope = :scope""",
        value=key.value,
        type=key.type,
        scope=key.scope,
    )
    return None if found is None else Holder(*found)
