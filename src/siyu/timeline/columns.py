"""Facts as columns: the form in which they are kept, sent and inserted."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
import pyarrow as pa

from siyu.kernel.clock import to_millis
from siyu.kernel.fact import Fact

FACTS_PER_ENTRY = 1 << 20  # a fact's id is its entry's id times this, plus its place in the entry

_MILLIS = pa.timestamp("ms", tz="UTC")
_FIELDS: "Final[list[pa.Field[Any]]]" = [
    pa.field("fact_id", pa.uint64()),
    pa.field("customer_id", pa.uint64()),
    pa.field("via", pa.uint64()),
    pa.field("kind", pa.string()),
    pa.field("name", pa.string()),
    pa.field("occurred_at", _MILLIS),
    pa.field("received_at", _MILLIS),
    pa.field("source_id", pa.uint32()),
    pa.field("message_id", pa.string()),
    pa.field("amount_fen", pa.int64()),
    pa.field("properties", pa.string()),
]
FACT_COLUMNS = pa.schema(_FIELDS)
ALIAS_COLUMNS = pa.schema([pa.field(name, pa.uint64()) for name in ("id", "customer_id", "version")])

_IPC = pa.ipc.IpcWriteOptions(compression="zstd")


def facts_to_table(entry_id: int, facts: Sequence[Fact], received_ms: int) -> pa.Table:
    """Columns of ``facts``; ids follow from the entry and the place in it, so that a repeat is the same row for row."""
    first = entry_id * FACTS_PER_ENTRY
    columns = {
        "fact_id": range(first, first + len(facts)),
        "customer_id": [fact.customer_id for fact in facts],
        "via": [fact.via for fact in facts],
        "kind": [fact.kind for fact in facts],
        "name": [fact.name for fact in facts],
        "occurred_at": [to_millis(fact.occurred_at) for fact in facts],
        "received_at": [received_ms] * len(facts),
        "source_id": [fact.source_id for fact in facts],
        "message_id": [fact.message_id for fact in facts],
        "amount_fen": [fact.amount_fen for fact in facts],
        "properties": [orjson.dumps(fact.properties).decode() for fact in facts],
    }
    return pa.table(columns, schema=FACT_COLUMNS)


def aliases_to_table(entry_id: int, pairs: Sequence[tuple[int, int]]) -> pa.Table:
    """Columns of alias ``pairs`` (id → its customer now); a later entry has the higher version and wins."""
    columns = {
        "id": [pair[0] for pair in pairs],
        "customer_id": [pair[1] for pair in pairs],
        "version": [entry_id] * len(pairs),
    }
    return pa.table(columns, schema=ALIAS_COLUMNS)


def pack(table: pa.Table) -> bytes:
    """The table as a compressed Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_IPC) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def unpack(bodies: Sequence[bytes]) -> pa.Table:
    """The rows of packed tables one after the other; inverse of :func:`pack`."""
    return pa.concat_tables([pa.ipc.open_stream(body).read_all() for body in bodies]).combine_chunks()
