"""Keys by which a repeated request is known."""

import re
from typing import Final

from siyu.kernel.errors import BadInput

_KEY: Final = re.compile(r"[A-Za-z0-9_.:-]{8,100}")


def check_key(key: str) -> None:
    """Check that a key can be one.

    Raises:
        BadInput: says what it has to be.
    """
    if not _KEY.fullmatch(key):
        raise BadInput(
            reason="a key has 8 to 100 letters, digits and the characters _ . : -.",
            reason_zh="幂等键须为 8 至 100 位字母、数字或 _ . : - 字符。",
        )
