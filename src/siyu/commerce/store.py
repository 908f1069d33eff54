"""All SQL of commerce. New rows travel by COPY, changed ones as one JSON array a statement."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

import orjson
import psycopg
from sqlalchemy import Connection

from siyu.commerce.rules import Snapshot, SnapshotLine
from siyu.customers.types import PurchaseMeans
from siyu.engines.postgres import rows, run, savepoint
from siyu.engines.postgres.statements import driver_connection
from siyu.kernel.clock import from_millis

Key = tuple[str, str, str]

_TIMES: Final = ("placed_at", "paid_at", "shipped_at", "received_at", "closed_at")
_FIELDS: Final = {
    "platform": "text",
    "shop": "text",
    "order_no": "text",
    "customer_id": "bigint",
    "via": "bigint",
    "status": "smallint",
    "raw_status": "text",
    "ordered_at": "bigint",
    **dict.fromkeys(_TIMES, "bigint"),
    "total_fen": "bigint",
    "postage_fen": "bigint",
    "paid_fen": "bigint",
    "refunded_fen": "bigint",
    "stated_paid_fen": "bigint",
    "stated_paid_version": "bigint",
    "stated_paid_heard": "bigint",
    "stated_refunded_fen": "bigint",
    "stated_refunded_version": "bigint",
    "refund_all": "boolean",
    "refund_status": "text",
    "told": "smallint",
    "version": "bigint",
    "source_id": "bigint",
    "receiver": "jsonb",
    "extra": "jsonb",
}
_KEY: Final = ("platform", "shop", "order_no")
_COLUMNS: Final = ", ".join(_FIELDS)
_MOMENTS: Final = [place for place, name in enumerate(_FIELDS) if name in (*_TIMES, "ordered_at")]
_DOCUMENTS: Final = [place for place, kind in enumerate(_FIELDS.values()) if kind == "jsonb"]
_LINE_FIELDS: Final = {
    "order_id": "bigint",
    "line_no": "text",
    "product_no": "text",
    "sku": "text",
    "title": "text",
    "category": "text",
    "quantity": "integer",
    "price_fen": "bigint",
    "paid_fen": "bigint",
    "refunded_fen": "bigint",
    "refund_status": "text",
    "version": "bigint",
    "heard": "bigint",
}
_LINE_COLUMNS: Final = ", ".join(_LINE_FIELDS)
_NEXT_IDS: Final = "SELECT nextval('commerce.order_header_id_seq') FROM generate_series(1, :count)"


def _typed(fields: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in fields.items())


def _value(name: str) -> str:
    return f"to_timestamp({name} / 1000.0)" if name == "ordered_at" or name in _TIMES else name


def _millis(name: str) -> str:
    return f"CAST(extract(epoch FROM {name}) * 1000 AS bigint)"


_SELECTED: Final = ", ".join(_millis(n) if n == "ordered_at" or n in _TIMES else n for n in _FIELDS)
_UPDATE: Final = f"""
    UPDATE commerce.order_header AS header
    SET {", ".join(f"{name} = {_value('new.' + name)}" for name in _FIELDS if name not in (*_KEY, *_TIMES, "ordered_at"))},
        {", ".join(f"{name} = to_timestamp(new.{name} / 1000.0)" for name in (*_TIMES, "ordered_at"))}
    FROM json_to_recordset(CAST(:orders AS json)) AS new (id bigint, {_typed(_FIELDS)})
    WHERE header.id = new.id
"""
_UPSERT_LINES: Final = f"""
    INSERT INTO commerce.order_line ({_LINE_COLUMNS})
    SELECT {_LINE_COLUMNS} FROM json_to_recordset(CAST(:lines AS json)) AS new ({_typed(_LINE_FIELDS)})
    ON CONFLICT (order_id, line_no) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in _LINE_FIELDS if name not in ("order_id", "line_no"))}
"""


def lock_orders(conn: Connection, keys: Iterable[Key]) -> dict[Key, Snapshot]:
    """The orders among ``keys`` that exist, with their lines, locked by key until the end of the transaction."""
    shops = [
        {"platform": platform, "shop": shop, "numbers": [number for _, _, number in same]}
        for (platform, shop), same in groupby(sorted(keys), lambda key: key[:2])
    ]
    # Shop by shop, each with a list: several times faster than a join, because the numbers of a batch are neighbours.
    found = rows(
        conn,
        f"""
        SELECT header.* FROM json_to_recordset(CAST(:shops AS json)) AS wanted (platform text, shop text, numbers json)
        CROSS JOIN LATERAL (
            SELECT id, {_SELECTED} FROM commerce.order_header AS o
            WHERE o.platform = wanted.platform AND o.shop = wanted.shop
              AND o.order_no = ANY(ARRAY(SELECT json_array_elements_text(wanted.numbers)))
            ORDER BY order_no FOR UPDATE) AS header
        """,
        shops=_json(shops),
    )
    orders = {}
    for row in found:
        fields = dict(zip(("id", *_FIELDS), row, strict=True))
        fields["times"] = tuple([fields.pop(name) for name in _TIMES])
        fields["ordered"] = fields.pop("ordered_at")
        order = Snapshot(**fields)
        orders[order.id] = order
    if orders:
        for order_id, *line in rows(
            conn,
            f"SELECT {_LINE_COLUMNS} FROM commerce.order_line WHERE order_id = ANY(CAST(:ids AS bigint[]))",
            ids=list(orders),
        ):
            orders[order_id].lines[line[0]] = SnapshotLine(*line)
    return {(order.platform, order.shop, order.order_no): order for order in orders.values()}


def insert_orders(conn: Connection, orders: Sequence[Snapshot]) -> bool:
    """Insert new orders with their lines: all or, when another writer was faster with one of them, none.

    Returns whether they are in; if not, the caller looks again.
    """
    if not orders:
        return True
    ids = [row[0] for row in rows(conn, _NEXT_IDS, count=len(orders))]
    try:
        with savepoint(conn):
            _copy(
                conn,
                f"order_header (id, {_COLUMNS})",
                [(n, *_copied(order)) for n, order in zip(ids, orders, strict=True)],
            )
    except psycopg.errors.UniqueViolation:
        return False
    lines = [_line_row(n, line) for n, order in zip(ids, orders, strict=True) for line in order.lines.values()]
    if lines:
        _copy(conn, f"order_line ({_LINE_COLUMNS})", lines)  # nobody else can hold lines of orders just made
    return True


def _copy(conn: Connection, place: str, given: Iterable[tuple[Any, ...]]) -> None:
    with (
        driver_connection(conn).cursor() as cursor,
        cursor.copy(f"COPY commerce.{place} FROM STDIN".encode()) as copy,
    ):
        for row in given:
            copy.write_row(row)


def update_orders(conn: Connection, orders: Sequence[Snapshot]) -> None:
    """Write locked orders, and of their lines those that changed."""
    run(
        conn,
        _UPDATE,
        orders=_json([{"id": order.id, **dict(zip(_FIELDS, _order_row(order), strict=True))} for order in orders]),
    )
    _upsert_lines(
        conn, [_line_row(order.id, order.lines[number]) for order in orders for number in sorted(order.touched)]
    )


def _upsert_lines(conn: Connection, lines: Sequence[tuple[Any, ...]]) -> None:
    if lines:
        run(conn, _UPSERT_LINES, lines=_json([dict(zip(_LINE_FIELDS, line, strict=True)) for line in lines]))


def _order_row(order: Snapshot) -> list[Any]:
    """The fields of an order, in the order of :data:`_FIELDS`."""
    return [
        order.platform,
        order.shop,
        order.order_no,
        order.customer_id,
        order.via,
        order.status,
        order.raw_status,
        order.ordered,
        *order.times,
        order.total_fen,
        order.postage_fen,
        order.paid_fen,
        order.refunded_fen,
        order.stated_paid_fen,
        order.stated_paid_version,
        order.stated_paid_heard,
        order.stated_refunded_fen,
        order.stated_refunded_version,
        order.refund_all,
        order.refund_status,
        order.told,
        order.version,
        order.source_id,
        order.receiver,
        order.extra,
    ]


def _copied(order: Snapshot) -> list[Any]:
    """The fields of an order as COPY reads them."""
    row = _order_row(order)
    for place in _MOMENTS:
        if row[place] is not None:
            row[place] = _iso(row[place])
    for place in _DOCUMENTS:
        if row[place] is not None:
            row[place] = _json(row[place])
    return row


@lru_cache(maxsize=1024)  # the steps of an order often share a moment
def _iso(millis: int) -> str:
    return from_millis(millis).isoformat()


def _line_row(order_id: int, line: SnapshotLine) -> tuple[Any, ...]:
    return (
        order_id,
        line.line_no,
        line.product_no,
        line.sku,
        line.title,
        line.category,
        line.quantity,
        line.price_fen,
        line.paid_fen,
        line.refunded_fen,
        line.refund_status,
        line.version,
        line.heard,
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def upsert_products(conn: Connection, products: Sequence[tuple[str, str, str | None, str | None, int]]) -> None:
    """Keep (platform, product_no, title, category, version); rows that would not change are not even locked."""
    names = ("platform", "product_no", "title", "category", "version")
    run(
        conn,
        """
        INSERT INTO commerce.product AS product (platform, product_no, title, category, version)
        SELECT platform, product_no, new.title, new.category, new.version
        FROM json_to_recordset(CAST(:products AS json))
            AS new (platform text, product_no text, title text, category text, version bigint)
        LEFT JOIN commerce.product AS old USING (platform, product_no)
        WHERE old.version IS NULL
           OR (new.version >= old.version
               AND (coalesce(new.title, old.title), coalesce(new.category, old.category))
                   IS DISTINCT FROM (old.title, old.category))
           OR (old.title IS NULL AND new.title IS NOT NULL)
           OR (old.category IS NULL AND new.category IS NOT NULL)
        ORDER BY platform, product_no
        ON CONFLICT (platform, product_no) DO UPDATE
        SET title = CASE WHEN excluded.version >= product.version THEN coalesce(excluded.title, product.title)
                         ELSE coalesce(product.title, excluded.title) END,
            category = CASE WHEN excluded.version >= product.version THEN coalesce(excluded.category, product.category)
                            ELSE coalesce(product.category, excluded.category) END,
            version = greatest(excluded.version, product.version)
        """,
        products=_json([dict(zip(names, product, strict=True)) for product in products]),
    )


def move_customers(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> list[int]:
    """Give the orders of each loser to its winner; returns the ids of the orders moved."""
    return [
        row[0]
        for row in rows(
            conn,
            """
            WITH moved AS (
                SELECT id, pair.winner FROM commerce.order_header
                JOIN unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
                    ON pair.loser = customer_id
                ORDER BY id FOR UPDATE OF order_header
            )
            UPDATE commerce.order_header AS header SET customer_id = moved.winner
            FROM moved WHERE header.id = moved.id RETURNING header.id
            """,
            losers=list(losers),
            winners=list(winners),
        )
    ]


def move_by_via(conn: Connection, identifier_ids: Sequence[int], customer_id: int) -> list[int]:
    """Give the orders that these identifiers decided to ``customer_id``; returns the ids of the orders moved."""
    return [
        row[0]
        for row in rows(
            conn,
            """
            WITH moved AS (
                SELECT id FROM commerce.order_header
                WHERE via <> 0 AND via = ANY(CAST(:vias AS bigint[])) AND customer_id <> :customer_id
                ORDER BY id FOR UPDATE
            )
            UPDATE commerce.order_header AS header SET customer_id = :customer_id
            FROM moved WHERE header.id = moved.id RETURNING header.id
            """,
            vias=list(identifier_ids),
            customer_id=customer_id,
        )
    ]


def standings(conn: Connection, keys: Iterable[Key]) -> list[tuple[Any, ...]]:
    """What the orders among ``keys`` that exist come to, by their ids."""
    shops = [
        {"platform": platform, "shop": shop, "numbers": [number for _, _, number in same]}
        for (platform, shop), same in groupby(sorted(keys), lambda key: key[:2])
    ]
    found = rows(
        conn,
        """
        SELECT header.* FROM json_to_recordset(CAST(:shops AS json)) AS wanted (platform text, shop text, numbers json)
        CROSS JOIN LATERAL (
            SELECT id, o.platform, o.shop, order_no, customer_id, via, paid_fen, refunded_fen, told & 2 > 0, told & 8 > 0,
                   coalesce(received_at, paid_at, ordered_at), coalesce(paid_at, ordered_at)
            FROM commerce.order_header AS o
            WHERE o.platform = wanted.platform AND o.shop = wanted.shop
              AND o.order_no = ANY(ARRAY(SELECT json_array_elements_text(wanted.numbers)))
            ORDER BY order_no OFFSET 0) AS header  -- kept apart, or the whole table would be searched for the list
        ORDER BY id
        """,
        shops=_json(shops),
    )
    return [tuple(row) for row in found]


def standings_between(conn: Connection, wanted: Sequence[tuple[int, datetime, datetime]]) -> list[tuple[Any, ...]]:
    """What paid orders of (customer, from, until) come to, by their ids."""
    found = rows(
        conn,
        """
        SELECT id, platform, shop, order_no, o.customer_id, via, paid_fen, refunded_fen, told & 2 > 0, told & 8 > 0,
               coalesce(received_at, paid_at, ordered_at), coalesce(paid_at, ordered_at)
        FROM unnest(CAST(:customers AS bigint[]), CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
            AS wanted (customer_id, start, ending)
        JOIN commerce.order_header AS o ON o.customer_id = wanted.customer_id
        WHERE told & 2 > 0 AND coalesce(paid_at, ordered_at) >= start AND coalesce(paid_at, ordered_at) < ending
        ORDER BY id
        """,
        customers=[one[0] for one in wanted],
        starts=[one[1] for one in wanted],
        ends=[one[2] for one in wanted],
    )
    return [tuple(row) for row in found]


def bought_between(
    conn: Connection, start: datetime, end: datetime, platform: str | None, shop: str | None
) -> list[tuple[Any, ...]]:
    """What paid orders of customers come to that were bought in a window, by their ids."""
    found = rows(
        conn,
        """
        SELECT id, platform, shop, order_no, customer_id, via, paid_fen, refunded_fen, told & 2 > 0, told & 8 > 0,
               coalesce(received_at, paid_at, ordered_at), coalesce(paid_at, ordered_at)
        FROM commerce.order_header
        WHERE told & 2 > 0 AND customer_id <> 0
          AND coalesce(paid_at, ordered_at) >= :start AND coalesce(paid_at, ordered_at) < :ending
          AND (CAST(:platform AS text) IS NULL OR platform = :platform) AND (CAST(:shop AS text) IS NULL OR shop = :shop)
        ORDER BY id
        """,
        start=start,
        ending=end,
        platform=platform,
        shop=shop,
    )
    return [tuple(row) for row in found]


def line_standings(conn: Connection, order_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """(order, category, what the line is worth, what went back for it), by the numbers of the lines."""
    return [
        tuple(row)
        for row in rows(
            conn,
            """SELECT order_id, category, greatest(coalesce(paid_fen, price_fen * quantity, 0), 0),
                      greatest(coalesce(refunded_fen, 0), 0)
               FROM commerce.order_line WHERE order_id = ANY(CAST(:ids AS bigint[])) ORDER BY order_id, line_no""",
            ids=list(order_ids),
        )
    ]


def page_of_orders(
    conn: Connection, customer_id: int, before: tuple[datetime, int] | None, limit: int
) -> list[dict[str, Any]]:
    """Orders of a customer as rows, newest first, before the given (ordered_at, id)."""
    found = rows(
        conn,
        f"""
        SELECT id, {_COLUMNS} FROM commerce.order_header
        WHERE customer_id = :customer_id
          AND (CAST(:at AS timestamptz) IS NULL OR (ordered_at, id) < (CAST(:at AS timestamptz), CAST(:id AS bigint)))
        ORDER BY ordered_at DESC, id DESC LIMIT :limit
        """,
        customer_id=customer_id,
        at=before[0] if before else None,
        id=before[1] if before else None,
        limit=limit,
    )
    return [row._asdict() for row in found]


def lines_of(conn: Connection, order_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """(order id, line fields up to refund_status) of the orders, by line number."""
    names = ", ".join(name for name in _LINE_FIELDS if name not in ("version", "heard"))
    return [
        tuple(row)
        for row in rows(
            conn,
            f"""SELECT {names} FROM commerce.order_line WHERE order_id = ANY(CAST(:ids AS bigint[]))
                ORDER BY order_id, line_no""",
            ids=list(order_ids),
        )
    ]


# Which paid orders are purchases, by the setting; over facts the same stands in siyu.insight.store.moves. 32: EMPTIED.
_PURCHASE: Final[Mapping[PurchaseMeans, str]] = {
    "paid": "true",
    "kept": "(paid_fen > refunded_fen OR (paid_fen = 0 AND refunded_fen = 0 AND told & 32 = 0))",
}


def values_of(conn: Connection, customer_ids: Sequence[int], purchase: PurchaseMeans) -> list[tuple[Any, ...]]:
    """(customer, platform, purchases, paid, refunded, first, last) for each that has a paid order there."""
    counts = _PURCHASE[purchase]
    return [
        tuple(row)
        for row in rows(
            conn,
            f"""
            SELECT customer_id, platform, count(*) FILTER (WHERE {counts}), CAST(sum(paid_fen) AS bigint),
                   CAST(sum(refunded_fen) AS bigint), min(coalesce(paid_at, ordered_at)) FILTER (WHERE {counts}),
                   max(coalesce(paid_at, ordered_at)) FILTER (WHERE {counts})
            FROM commerce.order_header
            WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND told & 2 <> 0
            GROUP BY customer_id, platform ORDER BY customer_id, platform
            """,
            ids=list(customer_ids),
        )
    ]


def bought_since(
    conn: Connection, customer_ids: Sequence[int], since: datetime | None, purchase: PurchaseMeans
) -> list[tuple[Any, ...]]:
    """(customer, purchases, net, first) of what was bought after a moment; the first of what counts in either."""
    counts = _PURCHASE[purchase]
    return [
        tuple(row)
        for row in rows(
            conn,
            f"""
            SELECT customer_id, count(*) FILTER (WHERE {counts}), CAST(sum(paid_fen - refunded_fen) AS bigint),
                   min(coalesce(paid_at, ordered_at))
            FROM commerce.order_header
            WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND told & 2 <> 0
              AND (CAST(:since AS timestamptz) IS NULL OR coalesce(paid_at, ordered_at) > :since)
            GROUP BY customer_id
            """,
            ids=list(customer_ids),
            since=since,
        )
    ]


def bought_from(conn: Connection, asked: Sequence[tuple[int, datetime]], purchase: PurchaseMeans) -> list[int]:
    """Places, from 0 on, of the pairs (customer, moment) with a purchase at that moment or after it."""
    found = rows(
        conn,
        f"""
        SELECT asked.place - 1
        FROM unnest(CAST(:ids AS bigint[]), CAST(:moments AS timestamptz[]))
             WITH ORDINALITY AS asked (customer_id, since, place)
        WHERE EXISTS (
            SELECT FROM commerce.order_header
            WHERE customer_id = asked.customer_id AND told & 2 <> 0 AND coalesce(paid_at, ordered_at) >= asked.since
              AND {_PURCHASE[purchase]})
        ORDER BY asked.place
        """,
        ids=[customer_id for customer_id, _ in asked],
        moments=[moment for _, moment in asked],
    )
    return [row[0] for row in found]


def bought(conn: Connection, customer_ids: Sequence[int], purchase: PurchaseMeans) -> list[tuple[Any, ...]]:
    """(customer, purchases, net, first, last, platforms and shops of purchases) for each that has a paid order."""
    counts = _PURCHASE[purchase]
    return [
        tuple(row)
        for row in rows(
            conn,
            f"""
            SELECT customer_id, CAST(sum(orders) AS integer), CAST(sum(net) AS bigint), min(first), max(last),
                   array_agg(DISTINCT platform) FILTER (WHERE orders > 0),
                   array_agg(platform || '/' || shop) FILTER (WHERE shop <> '' AND orders > 0)
            FROM (
                SELECT customer_id, platform, shop, count(*) FILTER (WHERE {counts}) AS orders,
                       sum(paid_fen - refunded_fen) AS net,
                       min(coalesce(paid_at, ordered_at)) FILTER (WHERE {counts}) AS first,
                       max(coalesce(paid_at, ordered_at)) FILTER (WHERE {counts}) AS last
                FROM commerce.order_header
                WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND told & 2 <> 0
                GROUP BY customer_id, platform, shop
            ) AS by_shop
            GROUP BY customer_id
            """,
            ids=list(customer_ids),
        )
    ]


def drop_receivers(conn: Connection, customer_id: int) -> list[dict[str, Any]]:
    """Receivers of a customer's orders, which are taken away."""
    found = rows(
        conn,
        """UPDATE commerce.order_header AS new SET receiver = NULL
           FROM (SELECT id, receiver FROM commerce.order_header
                 WHERE customer_id = :id AND receiver IS NOT NULL ORDER BY id FOR UPDATE) AS old
           WHERE new.id = old.id RETURNING old.receiver""",
        id=customer_id,
    )
    return [dict(row[0]) for row in found]
