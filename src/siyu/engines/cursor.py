"""Cursors for keyset paging: where the last page ended, as one opaque word."""

import base64
import binascii
import json
from collections.abc import Sequence

from siyu.kernel.errors import BadInput


def encode_cursor(parts: Sequence[int | str]) -> str:
    """The sort key of the last row shown, as a word that fits into a URL."""
    text = json.dumps(list(parts), separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *types: type[int] | type[str]) -> tuple[int | str, ...] | None:
    """Inverse of :func:`encode_cursor`; ``None`` stays ``None`` (the first page).

    Args:
        cursor: as the caller sent it.
        types: what the parts must be.

    Raises:
        BadInput: it was not made by :func:`encode_cursor` for this list.
    """
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        parts = None
    if (
        not isinstance(parts, list)
        or [type(part) for part in parts] != list(types)
        or any(isinstance(part, int) and not -(2**63) <= part < 2**63 for part in parts)
    ):
        raise foreign_cursor()
    return tuple(parts)


def foreign_cursor() -> BadInput:
    """What a list says to a cursor that it did not give out."""
    return BadInput(
        reason="the cursor is not one that this list gave out; start again without it.",
        reason_zh="游标不是由该列表返回的，请去掉游标重新查询。",
    )
