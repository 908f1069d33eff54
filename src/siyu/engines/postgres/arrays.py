"""Lists become arrays of PostgreSQL in one stroke: psycopg's own way takes them value by value, in Python."""

from datetime import datetime
from typing import Any, Final

import orjson
from psycopg import Connection
from psycopg.abc import Buffer, DumperKey
from psycopg.adapt import PyFormat
from psycopg.types.array import BaseListDumper, ListDumper

# JSON writes lists of these as PostgreSQL writes arrays, but for the brackets around and the escapes within.
_ALIKE: Final = frozenset({str, int, bool, datetime, type(None)})
_BYTES: Final = frozenset({bytes})


class PlainListDumper(ListDumper):
    """A flat list of texts, whole numbers, truths and times, or of bytes, in one stroke; any other list in psycopg's way.

    The type of the array is left open, because our SQL names it (``CAST(:ids AS bigint[])``): so a statement stays one
    prepared statement, however large its numbers are.
    """

    def get_key(self, obj: list[Any], format: PyFormat) -> DumperKey:  # noqa: A002, ARG002 - psycopg's own
        return self.cls

    def upgrade(self, obj: list[Any], format: PyFormat) -> BaseListDumper:  # noqa: A002, ARG002
        return self

    def dump(self, obj: list[Any]) -> Buffer | None:
        kinds = set(map(type, obj))
        if kinds == _BYTES:
            return b'{"\\\\x%b"}' % '","\\\\x'.join([one.hex() for one in obj]).encode()
        if kinds <= _ALIKE:
            try:
                text = orjson.dumps(obj)
            except TypeError:  # a number of more than 64 bits, half a surrogate pair: the engine says what is wrong
                return super().dump(obj)
            if b"\\" not in text:
                return b"{%b}" % text[1:-1]
        return super().dump(obj)


def adapt_lists(connection: Connection[Any]) -> None:
    """Have this connection send lists so."""
    connection.adapters.register_dumper(list, PlainListDumper)
