"""``multipart/form-data``: how clients send a query whose parameters are too long for a URL."""

import re

from siyu.engines.clickhouse.adapter.problem import QueryError

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_NAME = re.compile(rb'name="((?:[^"\\]|\\.)*)"', re.IGNORECASE)


def parse(body: bytes, content_type: str) -> dict[str, str]:
    """The fields by name.

    Raises:
        QueryError: it is no form, or carries a file (ClickHouse's external tables).
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise QueryError.of(36, "BAD_ARGUMENTS", "The form has no boundary.")
    fields: dict[str, str] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + found[1].encode())[1:]:
        if part.startswith(b"--"):
            break
        head, _, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is None or b"filename=" in head:
            raise QueryError.of(48, "NOT_IMPLEMENTED", "External tables are not supported by the embedded ClickHouse.")
        fields[name[1].decode()] = value.decode()
    return fields
