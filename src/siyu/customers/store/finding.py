"""Who has this or that, as whole sets: what segments ask. Every query also takes only ``among`` some customers."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Connection

from siyu.engines.postgres import columns

Ids = NDArray[np.int64]
Among = Sequence[int] | None

_SIGNS: Final = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_MILLIS: Final = "CAST(floor(extract(epoch FROM {}) * 1000) AS bigint)"
# A date as people and programs write it; the rest of a moment is left aside. Without a year it is that of a birthday.
_DATE: Final = r"'^\s*(?:(\d{4})[-/.年]?|-{0,2})(\d{2})[-/.月]?(\d{2})(?:[日T ].*)?\s*$'"


def _among(among: Among, column: str = "customer_id") -> tuple[str, dict[str, Any]]:
    if among is None:
        return "", {}
    return f" AND {column} = ANY(CAST(:among AS bigint[]))", {"among": list(among)}


def _ids(conn: Connection, sql: str, among: Among, **parameters: Any) -> Ids:
    only, given = _among(among)
    return columns(conn, "customer_id", sql + only, **parameters, **given)[0]


def everybody(conn: Connection, among: Among) -> Ids:
    """Everybody who has a profile."""
    return _ids(conn, "SELECT customer_id FROM customers.profile WHERE true", among)


def with_trait(conn: Connection, name: str, comparison: str, value: Any, among: Among) -> Ids:
    """By a plain trait; ``exists`` also by a personal one. A value of another sort than the trait's is not equal to it."""
    held = "SELECT customer_id FROM customers.profile WHERE"
    if comparison == "exists":
        there = "(jsonb_exists(traits, :name) OR jsonb_exists(personal, :name))"
        return _ids(conn, f"{held} {there if value else 'NOT ' + there}", among, name=name)
    if comparison == "contains":
        sought = f"%{_literally(str(value))}%"
        text = "jsonb_typeof(traits -> :name) = 'string' AND traits ->> :name ILIKE :sought"
        return _ids(conn, f"{held} {text}", among, name=name, sought=sought)
    if comparison == "in":
        test = "traits -> :name = ANY(CAST(CAST(:wanted AS text[]) AS jsonb[]))"
        return _ids(conn, f"{held} {test}", among, name=name, wanted=[orjson.dumps(one).decode() for one in value])
    if comparison in {"eq", "ne"}:
        test = "traits -> :name = CAST(:wanted AS jsonb)"
        missing = "coalesce(traits -> :name <> CAST(:wanted AS jsonb), true)"
        wanted = orjson.dumps(value).decode()
        return _ids(conn, f"{held} {test if comparison == 'eq' else missing}", among, name=name, wanted=wanted)
    number = "CASE WHEN jsonb_typeof(traits -> :name) = 'number' THEN CAST(traits ->> :name AS numeric) END"
    sign = _SIGNS[comparison]
    return _ids(conn, f"{held} {number} {sign} CAST(:wanted AS numeric)", among, name=name, wanted=repr(value))


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def trait_dates(conn: Connection, name: str, among: Among) -> list[Ids]:
    """(customer, date as the number 19900501) of those whose trait reads as a date; without a year it is 20000501."""
    only, given = _among(among)
    sql = f"""
        SELECT customer_id, CAST(coalesce(part[1], '2000') || part[2] || part[3] AS bigint) AS day
        FROM (SELECT customer_id, regexp_match(traits ->> :name, {_DATE}) AS part FROM customers.profile
              WHERE jsonb_exists(traits, :name){only}) AS read
        WHERE part IS NOT NULL"""
    return columns(conn, "customer_id, day", sql, name=name, **given)


def with_tag(conn: Connection, tag: str, source: str | None, among: Among) -> list[Ids]:
    """(customer, since when at the earliest, at the latest) in milliseconds."""
    only, given = _among(among)
    sql = f"""
        SELECT customer_id, {_MILLIS.format("min(since)")} AS first, {_MILLIS.format("max(since)")} AS last
        FROM customers.tag WHERE tag = :tag {"AND source = :source" if source is not None else ""}{only}
        GROUP BY customer_id"""
    return columns(conn, "customer_id, first, last", sql, tag=tag, **given, **_given(source=source))


def with_consent(conn: Connection, channel: str, purpose: str, state: str, among: Among) -> Ids:
    """Whose word for the channel is this; where there is none, the word for ``all``."""
    only, given = _among(among)
    sql = f"""
        SELECT customer_id FROM customers.consent
        WHERE purpose = :purpose AND channel IN (:channel, 'all'){only}
        GROUP BY customer_id
        HAVING (array_agg(state ORDER BY channel = 'all'))[1] = :state"""
    return columns(conn, "customer_id", sql, channel=channel, purpose=purpose, state=state, **given)[0]


def with_relation(
    conn: Connection, kind: str, scopes: Sequence[str] | None, among: Among, *, standing: bool
) -> list[Ids]:
    """(customer, first and last moment in ms) of those whose tie stands: when it began; or ended and stands nowhere."""
    only, given = _among(among)
    scope = "AND scope = ANY(CAST(:scopes AS text[]))" if scopes is not None else ""
    moment, having = ("since", "") if standing else ("ended_at", "HAVING bool_and(ended_at IS NOT NULL)")
    sql = f"""
        SELECT customer_id, {_MILLIS.format(f"min({moment})")} AS first, {_MILLIS.format(f"max({moment})")} AS last
        FROM customers.relation
        WHERE kind = :kind {scope} {"AND ended_at IS NULL" if standing else ""}{only}
        GROUP BY customer_id {having}"""
    return columns(
        conn, "customer_id, first, last", sql, kind=kind, **given, **_given(scopes=list(scopes) if scopes else None)
    )


def on_layers(conn: Connection, layers: Sequence[int], among: Among) -> Ids:
    """Who stands on one of these layers; layer 0 has everybody else too, which the caller adds."""
    sql = "SELECT customer_id FROM customers.standing WHERE layer = ANY(CAST(:layers AS smallint[]))"
    return _ids(conn, sql, among, layers=list(layers))


def from_sources(conn: Connection, source_ids: Sequence[int], among: Among) -> Ids:
    """Who came through one of these sources first."""
    sql = "SELECT customer_id FROM customers.profile WHERE first_source_id = ANY(CAST(:sources AS bigint[]))"
    return _ids(conn, sql, among, sources=list(source_ids))


def by_entry_codes(conn: Connection, codes: Sequence[int], among: Among) -> Ids:
    """Who came by one of these entry codes first."""
    sql = """SELECT customer_id FROM customers.profile
             WHERE jsonb_exists(traits, 'entry_code') AND traits -> 'entry_code' ->> 'code' = ANY(CAST(:codes AS text[]))"""
    return _ids(conn, sql, among, codes=[str(code) for code in codes])


def buyers(
    conn: Connection, orders: tuple[int | None, int | None], money: tuple[int | None, int | None], among: Among
) -> list[Ids]:
    """(customer, moment of the last purchase in ms) of those with so many purchases and so much money."""
    only, given = _among(among)
    bounds = {"orders_from": orders[0], "orders_to": orders[1], "money_from": money[0], "money_to": money[1]}
    tests = {
        "orders_from": "orders >= :orders_from",
        "orders_to": "orders <= :orders_to",
        "money_from": "net_fen >= :money_from",
        "money_to": "net_fen <= :money_to",
    }
    where = " AND ".join(tests[name] for name in _given(**bounds)) or "true"
    sql = f"""SELECT customer_id, {_MILLIS.format("last_order_at")} AS last FROM customers.standing
              WHERE orders > 0 AND {where}{only}"""
    return columns(conn, "customer_id, last", sql, **given, **_given(**bounds))


def worth(conn: Connection, comparison: str, fen: int, among: Among) -> Ids:
    """By what they brought in so far; only those of whom a standing is kept, the rest brought in nothing."""
    sql = f"SELECT customer_id FROM customers.standing WHERE net_fen {_SIGNS[comparison]} :fen"
    return _ids(conn, sql, among, fen=fen)


_PREDICTED: Final = {"value_fen": "value_fen", "alive_percent": "p_alive * 100", "purchases": "purchases"}


def predicted(conn: Connection, what: str, comparison: str, value: float, among: Among) -> Ids:
    """By the newest prediction."""
    test = f"{_PREDICTED[what]} {_SIGNS[comparison]} CAST(:value AS double precision)"
    return _ids(conn, f"SELECT customer_id FROM customers.prediction WHERE {test}", among, value=value)


def _given(**parameters: Any) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}
