"""A large brand for benchmarks: a demo brand, filled through the public doors, that is then there many times over.

By the public doors a million customers would take hours. So a small brand comes in by them (files, SDK calls), through
every stage of the pipeline, and the engines then copy its rows: ``INSERT … SELECT`` with every id moved on, so that
each copy is a brand of its own with its people, identifiers, evidence, orders, standings, predictions, aliases and
facts, in the very shapes that the product wrote. Moments move back by some minutes a copy; fingerprints and the values of
identifiers are made anew, so that nobody shares a phone. What is not copied: the fact log, which the console reads
only at its end, and secrets that could be shown (copied vault items show their mask, but do not open).
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from benchmarks.harness import Siyu
from siyu.channels import service as channels
from siyu.engines.clickhouse.client import Client, connect
from siyu.engines.postgres import Database
from siyu.timeline.columns import FACTS_PER_ENTRY

MINUTES_A_COPY: Final = 37
_FACTS_AT_ONCE: Final = 1_000_000
# In few parts: ClickHouse would be merging them for longer than it took to make them.
_IN_ONE_PART: Final = "SETTINGS min_insert_block_size_rows = 2000000, min_insert_block_size_bytes = 2000000000"
_AT_ONCE: Final = 2  # rooms of PostgreSQL
_FINGERPRINT: Final = "'^[0-9a-f]{{32}}$'"


@dataclass(frozen=True, slots=True)
class Size:
    """What there is after :func:`multiply`."""

    customers: int
    facts: int
    orders: int
    identifiers: int
    copies: int
    seconds: float


def multiply(siyu: Siyu, customers: int, facts: int) -> Size:
    """Copy the brand until it has ``customers`` customers at least, and about ``facts`` facts.

    Copies bring what the brand had of facts a customer; where that is fewer, tracked events come a second time, of a
    week before, as if people had looked around twice as often.
    """
    began = time.perf_counter()
    with psycopg.connect(siyu.running.postgres_url, autocommit=True) as connection:
        copies = -(-customers // _number(connection, "SELECT count(*) FROM customers.profile"))
        # Whoever takes ids takes many at once, so what the sequence says lies behind.
        step = 1 + _number(
            connection,
            "SELECT greatest((SELECT max(id) FROM identity.customer), (SELECT max(id) FROM identity.identifier), "
            "(SELECT last_value FROM identity.id_seq))",
        )
        entries = _number(connection, "SELECT last_value + 1 FROM timeline.entry_id_seq")
        client = connect(siyu.running.clickhouse_url)
        orders = _number(connection, "SELECT coalesce(max(id), 0) + 1 FROM commerce.order_header")
        numbers = {":step": step, ":orders": orders, ":minutes": MINUTES_A_COPY}
        _fold_tallies(siyu)
        with ThreadPoolExecutor(_AT_ONCE + 1) as beside:
            copied = [beside.submit(_copy_facts, client, copies, step, entries, facts)]
            url = siyu.running.postgres_url
            copied += [beside.submit(_copy_rows, url, tables, copies, numbers) for tables in _by_room()]
            for one in copied:
                one.result()
            # Behind the last copy, whose snapshot kept the rows of the others from being seen by everybody.
            list(beside.map(lambda tables: _vacuum(url, tables), _by_room()))
        _fold_tallies(siyu)
        connection.execute(f"SELECT setval('identity.id_seq', {copies * step})".encode())
        connection.execute(f"SELECT setval('timeline.entry_id_seq', {copies * entries})".encode())
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('commerce.order_header', 'id'), {copies * orders})".encode()
        )
        size = [
            _number(connection, f"SELECT count(*) FROM {table}")
            for table in ("customers.profile", "commerce.order_header", "identity.identifier")
        ]
    count = int(client.scalar("SELECT count() FROM facts"))
    client.close()
    return Size(size[0], count, size[1], size[2], copies, time.perf_counter() - began)


def _fold_tallies(siyu: Siyu) -> None:
    """As the worker does hourly."""
    database = Database(siyu.running.postgres_url)
    with database.transaction() as conn:
        channels.fold_tallies(conn)
    database.close()


def _number(connection: "psycopg.Connection[Any]", sql: str) -> int:
    row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return int(row[0])


# What becomes of a column in copy ``k``; of all others a copy has the same.
_ID: Final = "{c} + k * :step"
_ID_OR_NOBODY: Final = "CASE WHEN {c} = 0 THEN 0 ELSE {c} + k * :step END"
_TIME: Final = "{c} - k * interval ':minutes minutes'"
# A fingerprint of a copy ends with its number: as good as a new one, and much sooner made.
_ENDING: Final = "lpad(to_hex(k), 12, '0')"
_PRINT: Final = "left({c}, 20) || " + _ENDING
_NAME: Final = "{c} || '-' || k"
_NAME_OR_NONE: Final = "CASE WHEN {c} = '' THEN '' ELSE {c} || '-' || k END"


def _prints(*names: str) -> str:
    """Of an object with fingerprints under some of these names. By a regular expression it took seven times as long."""
    new = ", ".join(f"'{name}', left({{c}} ->> '{name}', 20) || {_ENDING}" for name in names)
    return f"jsonb_strip_nulls({{c}} || jsonb_build_object({new}))"


_TABLES: Final[dict[str, dict[str, str]]] = {
    "identity.customer": {"id": _ID, "merged_into": _ID, "created_at": _TIME},
    "identity.identifier": {
        "id": _ID,
        "customer_id": _ID,
        "first_seen": _TIME,
        "last_seen": _TIME,
        "value": f"CASE WHEN {{c}} ~ {_FINGERPRINT} THEN {_PRINT} ELSE {{c}} || '-' || k END",
    },
    "identity.evidence": {"stronger": _ID, "weaker": _ID, "first_seen": _TIME, "last_seen": _TIME},
    "identity.apart": {"one": _ID, "other": _ID},
    "identity.ledger": {
        "customer_id": _ID,
        "other_id": _ID_OR_NOBODY,
        "identifiers": "ARRAY(SELECT i + k * :step FROM unnest({c}) AS i)",
        "stronger": _ID_OR_NOBODY,
        "weaker": _ID_OR_NOBODY,
        "at": _TIME,
    },
    "identity.alias": {"id": _ID, "customer_id": _ID},
    "identity.departure": {"customer_id": _ID, "identifier_id": _ID},
    "customers.profile": {
        "customer_id": _ID,
        "first_seen_at": _TIME,
        "last_seen_at": _TIME,
        "personal": _prints("name", "nickname", "phone", "email"),
        "tokens": "ARRAY(SELECT left(t, 20) || " + _ENDING + " FROM unnest({c}) AS t ORDER BY 1)",
    },
    "customers.tag": {"customer_id": _ID, "since": _TIME},
    "customers.consent": {"customer_id": _ID, "since": _TIME},
    "customers.relation": {"customer_id": _ID, "since": _TIME, "ended_at": _TIME, "as_of": _TIME},
    "customers.standing": {
        "customer_id": _ID,
        "known_since": _TIME,
        "first_order_at": _TIME,
        "last_order_at": _TIME,
    },
    "customers.prediction": {"customer_id": _ID},
    "commerce.order_header": {
        "id": "{c} + k * :orders",
        "order_no": "k || '-' || {c}",
        "customer_id": _ID_OR_NOBODY,
        "via": _ID_OR_NOBODY,
        "receiver": _prints("name", "phone", "address"),
        **dict.fromkeys(("ordered_at", "placed_at", "paid_at", "shipped_at", "received_at", "closed_at"), _TIME),
    },
    "commerce.order_line": {"order_id": "{c} + k * :orders"},
    "channels.contact": {"contact_id": _NAME, "union_id": _NAME_OR_NONE},
    "channels.follow": {"contact_id": _NAME, "since": _TIME, "ended_at": _TIME},
    "channels.chat_group": {"group_id": _NAME},
    "channels.tally": {"object_id": f"CASE WHEN old.kind IN ('tag', 'staff') THEN {{c}} ELSE {_NAME} END"},
    "channels.chat_member": {"group_id": _NAME, "member_id": _NAME, "joined_at": _TIME, "left_at": _TIME},
    "vault.item": {"fingerprint": "CAST(left(replace(CAST({c} AS text), '-', ''), 20) || " + _ENDING + " AS uuid)"},
}
_COUNTED: Final = {"identity.ledger"}  # ids that only count


def _by_room() -> list[list[str]]:
    """The tables of each room, which may be copied beside those of another; the largest room first."""
    order = ("commerce", "identity", "customers", "channels", "vault")
    return [[one for one in _TABLES if one.startswith(f"{room}.")] for room in order]


def _copy_rows(url: str, tables: Sequence[str], copies: int, numbers: Mapping[str, int]) -> None:
    """PostgreSQL: table by table, all copies in one statement; indexes are made afterwards, but for unique ones."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '512MB'")
        for table in tables:
            _copy_table(connection, table, copies, numbers)


def _copy_table(connection: "psycopg.Connection[Any]", table: str, copies: int, numbers: Mapping[str, int]) -> None:
    changed, columns = _TABLES[table], _columns(connection, table)
    if table in _COUNTED:
        columns.remove("id")
    made = [changed.get(name, "{c}").format(c=f"old.{name}") for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    sql = (
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {', '.join(made)} "
        f"FROM {table} AS old CROSS JOIN generate_series(1, {copies - 1}) AS k"
    )
    for name, value in numbers.items():
        sql = sql.replace(name, str(value))
    indexes = connection.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
           WHERE indrelid = %s::regclass AND NOT indisunique""",
        (table,),
    ).fetchall()
    for index, _ in indexes:
        connection.execute(f"DROP INDEX {index}".encode())
    connection.execute(sql.encode())
    for _, definition in indexes:
        connection.execute(definition.encode())
    connection.execute(f"ANALYZE {table}".encode())


def _vacuum(url: str, tables: Sequence[str]) -> None:
    """As PostgreSQL does by itself within a minute or so."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"VACUUM {', '.join(tables)}".encode())


def _columns(connection: "psycopg.Connection[Any]", table: str) -> list[str]:
    schema, _, name = table.partition(".")
    found = connection.execute(
        """SELECT column_name FROM information_schema.columns
           WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position""",
        (schema, name),
    ).fetchall()
    return [row[0] for row in found]


def _copy_facts(client: Client, copies: int, step: int, entries: int, wanted: int) -> None:
    """ClickHouse: some copies at a time, as an export of a busy day would insert them; then wait for the merges."""
    had = int(client.scalar("SELECT count() FROM facts"))
    newest = int(client.scalar("SELECT max(version) FROM alias"))
    client.run(
        f"INSERT INTO alias SELECT id + k * {step}, customer_id + k * {step}, version FROM alias "
        f"ARRAY JOIN range(1, {copies}) AS k WHERE id < {step} AND version <= {newest}"
    )
    lacking = max(0, wanted - copies * had) / copies
    lookers = int(client.scalar("SELECT count() FROM facts WHERE kind = 'event.tracked'"))
    share = min(1.0, lacking / lookers) if lookers else 0.0
    first = entries * FACTS_PER_ENTRY
    at_once = max(1, _FACTS_AT_ONCE // had)
    for k in range(0, copies, at_once):
        ks = (k, min(k + at_once, copies))
        client.run(_copied((max(1, ks[0]), ks[1]), step, first, f"fact_id < {first}"))
        if share:
            chosen = (
                f"fact_id < {first} AND kind = 'event.tracked' AND cityHash64(fact_id) % 10000 < {share * 10000:.0f}"
            )
            client.run(_copied(ks, step, first, chosen, again=copies))
    client.run("SYSTEM RELOAD DICTIONARY alias_map")
    settle(client)


def _copied(ks: tuple[int, int], step: int, first: int, where: str, *, again: int = 0) -> str:
    """The copies ``ks[0]`` to before ``ks[1]``; ``again``: a second time, behind so many copies and a week earlier."""
    moved = f"if({{c}} = 0, 0, {{c}} + k * {step})"
    order = (
        """if(k = 0, properties, replaceOne(properties, '"order_no":"', concat('"order_no":"', toString(k), '-')))"""
    )
    message = f"concat(message_id, '-', toString(k), '{'-again' if again else ''}')"
    earlier = f"toIntervalMinute(k * {MINUTES_A_COPY} + {7 * 24 * 60 if again else 0})"
    return f"""
        INSERT INTO facts (fact_id, customer_id, via, kind, name, occurred_at, received_at, source_id, message_id,
                           amount_fen, properties)
        SELECT fact_id + (k + {again}) * {first}, {moved.format(c="customer_id")}, {moved.format(c="via")}, kind, name,
               occurred_at - {earlier}, received_at, source_id, {message}, amount_fen, {order}
        FROM facts ARRAY JOIN range({ks[0]}, {ks[1]}) AS k WHERE {where} {_IN_ONE_PART}"""


def settle(client: Client, timeout: float = 300) -> None:
    """Wait until ClickHouse has nothing to merge for a second."""
    quiet, deadline = 0, time.monotonic() + timeout
    while quiet < 4 and time.monotonic() < deadline:
        quiet = 0 if int(client.scalar("SELECT count() FROM system.merges")) else quiet + 1
        time.sleep(0.25)
