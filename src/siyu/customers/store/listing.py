"""The list of customers: where each stands, what is to be counted again, and pages of it in every order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import call, one, rows, run, scalar

_COUNTING_LOCK: Final = 0x5159_5530_0010
_ENTRIES: Final = 20  # rows of marks taken at once, of at most a thousand customers each
_MARKS_A_ROW: Final = 1000
MANY: Final = 100  # rows of marks: to put fewer together costs more than it saves


@dataclass(frozen=True, slots=True)
class Standing:
    """A row of ``customers.standing``."""

    customer_id: int
    layer: int
    known_since: datetime | None
    orders: int
    net_fen: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    places: Sequence[str]


_FIELDS: Final = {
    "customer_id": "bigint",
    "layer": "smallint",
    "known_since": "timestamptz",
    "orders": "integer",
    "net_fen": "bigint",
    "first_order_at": "timestamptz",
    "last_order_at": "timestamptz",
    "places": "text[]",
}
_COLUMNS: Final = ", ".join(_FIELDS)
_TYPED: Final = ", ".join(f"{name} {kind}" for name, kind in _FIELDS.items())
_CHANGING: Final = [name for name in _FIELDS if name != "customer_id"]
_KEEP: Final = f"""
    INSERT INTO customers.standing AS old ({_COLUMNS})
    SELECT {_COLUMNS} FROM json_to_recordset(CAST(:standings AS json)) AS new ({_TYPED}) ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}
    WHERE ({", ".join(f"old.{name}" for name in _CHANGING)})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _CHANGING)})
"""


def mark(conn: Connection, ids: Iterable[int], channel: str) -> None:
    """Have these customers counted again, and say so on the channel at commit."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), _MARKS_A_ROW):
        _insert_marks(conn, wanted[start : start + _MARKS_A_ROW])
    if wanted:
        call(conn, channel)


def _insert_marks(conn: Connection, ids: Sequence[int]) -> None:
    run(conn, "INSERT INTO customers.stale (customer_ids) VALUES (CAST(:ids AS bigint[]))", ids=list(ids))


def known_later(conn: Connection, named: Mapping[int, datetime]) -> list[int]:
    """Of these customers, named at that moment, those who do not count as known since then or earlier."""
    return [
        row[0]
        for row in rows(
            conn,
            """SELECT id FROM unnest(CAST(:ids AS bigint[]), CAST(:moments AS timestamptz[])) AS given (id, at)
               WHERE NOT EXISTS (SELECT FROM customers.standing
                                 WHERE customer_id = given.id AND known_since <= given.at)""",
            ids=list(named),
            moments=list(named.values()),
        )
    ]


def basis(conn: Connection) -> tuple[str, int]:
    """(what a purchase is, from how many on a customer is a repeat buyer) that standings are counted by."""
    found = one(conn, "SELECT purchase, repeat_purchases FROM customers.basis")
    assert found is not None
    return found[0], found[1]


def set_basis(conn: Connection, purchase: str, repeat_purchases: int) -> None:
    """Count by this from now on; nobody counts from here until this transaction ends."""
    run(conn, "SELECT pg_advisory_xact_lock(:key)", key=_COUNTING_LOCK)
    run(
        conn,
        "UPDATE customers.basis SET purchase = :purchase, repeat_purchases = :repeat_purchases",
        purchase=purchase,
        repeat_purchases=repeat_purchases,
    )


def mark_everybody(conn: Connection, channel: str) -> None:
    """Have everybody counted again who is known to this room, and say so on the channel at commit."""
    run(
        conn,
        """
        INSERT INTO customers.stale (customer_ids, gathered)
        SELECT array_agg(customer_id), true FROM (
            SELECT customer_id, row_number() OVER (ORDER BY customer_id) / :most AS chunk
            FROM (SELECT customer_id FROM customers.profile UNION SELECT customer_id FROM customers.standing) AS known
        ) AS everybody GROUP BY chunk ORDER BY chunk
        """,
        most=_MARKS_A_ROW,
    )
    call(conn, channel)


def everybody(conn: Connection, above: int, limit: int) -> list[int]:
    """Ids of those with a profile or a standing, ascending, greater than ``above``."""
    return [
        row[0]
        for row in rows(
            conn,
            """
            (SELECT customer_id FROM customers.profile WHERE customer_id > :above ORDER BY customer_id LIMIT :limit)
            UNION
            (SELECT customer_id FROM customers.standing WHERE customer_id > :above ORDER BY customer_id LIMIT :limit)
            ORDER BY customer_id LIMIT :limit
            """,
            above=above,
            limit=limit,
        )
    ]


def marked_at_one_moment(conn: Connection) -> set[int]:
    """Everybody who waits to be counted again; from here on the transaction sees everything as of this moment."""
    run(conn, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    return {row[0] for row in rows(conn, "SELECT DISTINCT unnest(customer_ids) FROM customers.stale")}


def oldest_mark(conn: Connection) -> datetime | None:
    """Since when somebody waits to be counted again."""
    found: datetime | None = scalar(conn, "SELECT marked_at FROM customers.stale ORDER BY id LIMIT 1")
    return found


def gather_marks(conn: Connection, many: int) -> bool:
    """Where many rows of marks wait, put them together: everybody once, in the order of their ids. Returns whether it did.

    Not before as many have come as were put together the last time, so that it stays a small part of the work; and not
    while somebody counts.
    """
    found = one(
        conn, "SELECT count(*) FILTER (WHERE NOT gathered), count(*) FILTER (WHERE gathered) FROM customers.stale"
    )
    assert found is not None
    if found[0] < max(many, found[1]) or not _alone(conn):
        return False
    run(
        conn,
        """
        WITH taken AS (DELETE FROM customers.stale RETURNING customer_ids, marked_at),
        numbered AS (
            SELECT customer_id, (row_number() OVER (ORDER BY customer_id) - 1) / :most AS chunk
            FROM (SELECT DISTINCT unnest(customer_ids) AS customer_id FROM taken) AS each
        )
        INSERT INTO customers.stale (customer_ids, marked_at, gathered)
        SELECT array_agg(customer_id ORDER BY customer_id), (SELECT min(marked_at) FROM taken), true
        FROM numbered GROUP BY chunk ORDER BY chunk
        """,
        most=_MARKS_A_ROW,
    )
    return True


def _alone(conn: Connection) -> bool:
    """Whether nobody else counts, until this transaction ends."""
    return bool(scalar(conn, "SELECT pg_try_advisory_xact_lock(:key)", key=_COUNTING_LOCK))


def take_marks(conn: Connection) -> list[int]:
    """Customers marked longest ago, no longer marked when this transaction commits; nobody else counts until then.

    Empty when nobody waits, or somebody else counts at this moment.
    """
    if not _alone(conn):
        return []
    taken = rows(
        conn,
        """DELETE FROM customers.stale WHERE id IN (SELECT id FROM customers.stale ORDER BY id LIMIT :entries)
           RETURNING customer_ids""",
        entries=_ENTRIES,
    )
    return sorted({customer_id for row in taken for customer_id in row[0]})


def keep_standings(conn: Connection, standings: Sequence[Standing]) -> None:
    """Insert or overwrite; a row that would not change is not written."""
    if standings:
        as_json = [{name: getattr(one_, name) for name in _FIELDS} for one_ in standings]
        run(conn, _KEEP, standings=orjson.dumps(as_json).decode())


def drop_standings(conn: Connection, ids: Sequence[int]) -> None:
    """Forget where these stand."""
    if ids:
        run(conn, "DELETE FROM customers.standing WHERE customer_id = ANY(CAST(:ids AS bigint[]))", ids=list(ids))


def standings(conn: Connection, ids: Sequence[int]) -> dict[int, Standing]:
    """By customer; nameless devices have none."""
    found = rows(
        conn,
        f"SELECT {_COLUMNS} FROM customers.standing WHERE customer_id = ANY(CAST(:ids AS bigint[]))",
        ids=list(ids),
    )
    return {row[0]: Standing(*row) for row in found}


def count_layers(conn: Connection) -> dict[int, int]:
    """Customers on each layer; everybody without a row of their own stands on layer 0."""
    found = {row[0]: int(row[1]) for row in rows(conn, "SELECT layer, count(*) FROM customers.standing GROUP BY layer")}
    everybody = int(scalar(conn, "SELECT count(*) FROM customers.profile"))
    return {**found, 0: everybody - sum(count for layer, count in found.items() if layer)}


def count_buyers(conn: Connection) -> int:
    """Customers with a purchase."""
    return int(scalar(conn, "SELECT count(*) FROM customers.standing WHERE orders > 0"))


def count_known(conn: Connection, since: datetime, until: datetime) -> int:
    """Customers who became known from ``since`` on and before ``until``."""
    return int(
        scalar(
            conn,
            "SELECT count(*) FROM customers.standing WHERE known_since >= :since AND known_since < :until",
            since=since,
            until=until,
        )
    )


# Conditions on the profile (p) and on where the customer stands (s).
_ON_PROFILE: Final = {
    "tag": "EXISTS (SELECT FROM customers.tag WHERE tag.customer_id = p.customer_id AND tag.tag = :tag)",
    "relation": "EXISTS (SELECT FROM customers.relation WHERE relation.customer_id = p.customer_id "
    "AND relation.kind = :relation AND ended_at IS NULL)",
    "source_id": "p.first_source_id = :source_id",
    "seen_from": "p.last_seen_at >= :seen_from "
    "AND p.seen_hour >= date_trunc('hour', CAST(:seen_from AS timestamptz) AT TIME ZONE 'UTC')",
    "seen_before": "p.last_seen_at < :seen_before "
    "AND p.seen_hour <= date_trunc('hour', CAST(:seen_before AS timestamptz) AT TIME ZONE 'UTC')",
    "first_seen_from": "p.first_seen_at >= :first_seen_from",
    "first_seen_before": "p.first_seen_at < :first_seen_before",
    "ids": "p.customer_id = ANY(CAST(:ids AS bigint[]))",
    "anonymous": "NOT EXISTS (SELECT FROM customers.standing AS known "
    "WHERE known.customer_id = p.customer_id AND known.known_since IS NOT NULL)",
    "predicted_from": "EXISTS (SELECT FROM customers.prediction "
    "WHERE prediction.customer_id = p.customer_id AND value_fen >= :predicted_from)",
    "predicted_to": "EXISTS (SELECT FROM customers.prediction "
    "WHERE prediction.customer_id = p.customer_id AND value_fen <= :predicted_to)",
    "token": "(p.tokens <> '{}' AND p.tokens @> ARRAY[CAST(:token AS text)])",
    "nobody_yet": "NOT EXISTS (SELECT FROM customers.standing AS other "
    "WHERE other.customer_id = p.customer_id AND other.layer > 0)",
}
_ON_STANDING: Final = {
    "layer": "s.layer = :layer",
    "known_from": "s.known_since >= :known_from",
    "known_before": "s.known_since < :known_before",
    "value_from": "s.orders > 0 AND s.net_fen >= :value_from",
    "value_to": "s.orders > 0 AND s.net_fen <= :value_to",
    "orders_from": "s.orders >= :orders_from",
    "orders_to": "s.orders <= :orders_to",
    "first_order_from": "s.orders > 0 AND s.first_order_at >= :first_order_from",
    "first_order_before": "s.orders > 0 AND s.first_order_at < :first_order_before",
    "last_order_from": "s.orders > 0 AND s.last_order_at >= :last_order_from",
    "last_order_before": "s.orders > 0 AND s.last_order_at < :last_order_before",
    "place": "s.orders > 0 AND s.places @> ARRAY[CAST(:place AS text)]",
}
SORTS: Final[Mapping[str, tuple[str, str]]] = {  # column and its type; those of s list only people who bought
    "last_seen": ("p.seen_hour", "timestamp"),
    "first_seen": ("p.first_seen_at", "timestamptz"),
    "value": ("s.net_fen", "bigint"),
    "orders": ("s.orders", "integer"),
    "last_order": ("s.last_order_at", "timestamptz"),
}


_FEW: Final = 20_000  # customers that are found and sorted in less time than a walk over the list may take


def _from_where(given: Mapping[str, Any], sort: str, conn: Connection | None = None) -> tuple[str, dict[str, Any]]:
    """FROM and WHERE of a list with these filters, and the parameters they need.

    With ``conn`` PostgreSQL is asked how many stand as wanted: few are found first. It would rather walk the whole list
    in its order when it takes filters that exclude each other for independent.
    """
    column, _ = SORTS[sort]
    filters = {name: value for name, value in given.items() if value is not None}
    bought = column.startswith("s.")
    joined = bought or bool((_ON_STANDING.keys() - {"layer"}) & filters.keys()) or bool(filters.get("layer"))
    conditions = ["s.orders > 0"] if bought else []
    if not joined and filters.pop("layer", None) is not None:
        conditions.append(_ON_PROFILE["nobody_yet"])
    profile = "customers.profile AS p"
    if either := [_ON_PROFILE[name] for name in ("ids", "token") if name in filters]:
        # Few have this name: OFFSET 0 has PostgreSQL find them first, and not walk the whole list in its order.
        profile = f"(SELECT * FROM customers.profile AS p WHERE {' OR '.join(either)} OFFSET 0) AS p"
    known = {**_ON_PROFILE, **_ON_STANDING}
    conditions += [known[name] for name in filters if name not in {"ids", "token"}]
    if joined:
        standing = "customers.standing AS s"
        on_standing = {name: value for name, value in filters.items() if name in _ON_STANDING}
        if conn and on_standing:
            wanted = ["s.orders > 0"] * bought + [_ON_STANDING[name] for name in on_standing]
            first = f"(SELECT * FROM {standing} WHERE {' AND '.join(wanted)} OFFSET 0) AS s"
            if _planned(conn, f"FROM {first}", on_standing) <= _FEW:
                standing = first
        profile = f"{standing} JOIN {profile} ON p.customer_id = s.customer_id"
    return f"FROM {profile} WHERE {' AND '.join(conditions) or 'true'}", filters


def page_of_ids(
    conn: Connection,
    given: Mapping[str, Any],
    *,
    sort: str,
    descending: bool,
    after: tuple[Any, int] | None,
    limit: int,
) -> list[tuple[int, Any]]:
    """(customer, sort key) of those that pass every filter given, after the given (sort key, customer)."""
    column, kind = SORTS[sort]
    source, parameters = _from_where(given, sort, conn)
    customer = f"{column[0]}.customer_id"
    way, before = ("DESC", "<") if descending else ("ASC", ">")
    if after is not None:
        source += f" AND ({column}, {customer}) {before} (CAST(:after_key AS {kind}), CAST(:after_id AS bigint))"
        parameters |= {"after_key": after[0], "after_id": after[1]}
    found = rows(
        conn,
        f"SELECT {customer}, {column} {source} ORDER BY {column} {way}, {customer} {way} LIMIT :limit",
        **parameters,
        limit=limit,
    )
    return [(row[0], row[1]) for row in found]


def estimate(conn: Connection, given: Mapping[str, Any], sort: str) -> int:
    """About how many pass the filters, as PostgreSQL's planner thinks; costs a millisecond at any size."""
    return _planned(conn, *_from_where(given, sort))


def _planned(conn: Connection, source: str, parameters: Mapping[str, Any]) -> int:
    plan = one(conn, f"EXPLAIN (FORMAT JSON) SELECT 1 {source}", **parameters)
    assert plan is not None
    return int(plan[0][0]["Plan"]["Plan Rows"])
