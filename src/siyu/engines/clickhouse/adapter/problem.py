"""Errors as ClickHouse words them: ``Code: N. DB::Exception: text. (NAME)``."""

import re

_CODE = re.compile(r"Code: (\d+)\.")
_STATUS = {
    **dict.fromkeys((6, 26, 27, 33, 36, 38, 41, 42, 43, 53, 62, 72, 117, 130, 386, 456, 457, 691), 400),
    **dict.fromkeys((192, 193, 194, 516), 403),
    **dict.fromkeys((46, 47, 50, 56, 60, 73, 79, 81, 115, 218), 404),
    159: 408,
    48: 501,
    164: 403,  # READONLY
    497: 403,
}


class QueryError(Exception):
    """What the client is told.

    Args:
        text: the whole message, beginning with ``Code:`` when it comes from the engine.
        status: of the HTTP answer; by default what ClickHouse answers for such a code.
    """

    def __init__(self, text: str, *, status: int | None = None) -> None:
        super().__init__(text)
        match = _CODE.search(text)
        self.text = text[match.start() :] if match else text
        self.code = int(match[1]) if match else 1002  # UNKNOWN_EXCEPTION
        self.status = status or _STATUS.get(self.code, 500)

    @classmethod
    def of(cls, code: int, name: str, text: str, *, status: int | None = None) -> "QueryError":
        """A problem of the adapter's own."""
        return cls(f"Code: {code}. DB::Exception: {text} ({name})", status=status)
