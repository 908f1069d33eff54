"""Facts as columns: the form in which they are kept, sent and inserted."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

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
    count = len(facts)
    first = entry_id * FACTS_PER_ENTRY
    columns = [
        _numbers(np.arange(first, first + count, dtype=np.uint64)),
        _numbers(np.fromiter((fact.customer_id for fact in facts), np.uint64, count)),
        _numbers(np.fromiter((fact.via for fact in facts), np.uint64, count)),
        _texts([fact.kind.encode() for fact in facts]),
        _texts([fact.name.encode() for fact in facts]),
        _numbers(np.fromiter((to_millis(fact.occurred_at) for fact in facts), np.int64, count), _MILLIS),
        _numbers(np.full(count, received_ms, np.int64), _MILLIS),
        _numbers(np.fromiter((fact.source_id for fact in facts), np.uint32, count)),
        _texts([fact.message_id.encode("utf-8", "replace") for fact in facts]),
        _numbers(np.fromiter((fact.amount_fen for fact in facts), np.int64, count)),
        _texts([orjson.dumps(fact.properties) for fact in facts]),
    ]
    return pa.Table.from_arrays(columns, schema=FACT_COLUMNS)


def aliases_to_table(entry_id: int, pairs: Sequence[tuple[int, int]]) -> pa.Table:
    """Columns of alias ``pairs`` (id → its customer now); a later entry has the higher version and wins."""
    numbers = np.array(pairs, dtype=np.uint64)
    version = np.full(len(pairs), entry_id, np.uint64)
    columns = [_numbers(numbers[:, 0].copy()), _numbers(numbers[:, 1].copy()), _numbers(version)]
    return pa.Table.from_arrays(columns, schema=ALIAS_COLUMNS)


# Columns are laid out by hand: pyarrow's own conversion of lists imports pandas for a look at each.


def _numbers(values: NDArray[Any], kind: "pa.DataType | None" = None) -> "pa.Array[Any]":
    return pa.Array.from_buffers(
        kind or pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values.data)]
    )


def _texts(values: list[bytes]) -> "pa.Array[Any]":
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, values), np.int32, len(values)), out=offsets[1:])
    return pa.Array.from_buffers(
        pa.string(), len(values), [None, pa.py_buffer(offsets.data), pa.py_buffer(b"".join(values))]
    )


def pack(table: pa.Table) -> bytes:
    """The table as a compressed Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_IPC) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def unpack(bodies: Sequence[bytes], columns: Collection[str] | None = None) -> pa.Table:
    """The rows of packed tables one after the other; inverse of :func:`pack`.

    Args:
        bodies: of facts, or of aliases.
        columns: only these of the facts, as they stand in :data:`FACT_COLUMNS`; the others are not decompressed, and
            most of a fact's size is its properties.
    """
    wanted = None if columns is None else [place for place, one in enumerate(FACT_COLUMNS) if one.name in columns]
    options = pa.ipc.IpcReadOptions(included_fields=wanted)
    tables = [pa.ipc.open_stream(body, options=options).read_all() for body in bodies]
    return pa.concat_tables(tables).combine_chunks()
