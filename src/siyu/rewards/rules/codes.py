"""Codes of coupons: what is written, and the character at the end by which a slip of the pen is found."""

import re
from collections.abc import Iterable
from typing import Final

# 31 characters, none of which is taken for another. A prime number: then the weighted sum sees every single wrong character,
# and every two that changed places.
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXY"
LENGTH: Final = 16  # with the last; 15 by chance are 74 bits
_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}
_GROUP: Final = 4


def with_check(values: Iterable[int]) -> str:
    """A code of these numbers below 31, with the character that checks it."""
    found = list(values)
    return "".join(ALPHABET[value] for value in [*found, _check(found)])


def is_ours(code: str) -> bool:
    """Whether a normalised code can be one of ours: its length, its characters and the last of them."""
    if len(code) != LENGTH or not _VALUES.keys() >= set(code):
        return False
    values = [_VALUES[letter] for letter in code]
    return _check(values[:-1]) == values[-1]


def normalised(said: str) -> str:
    """A code as it is compared: without blanks and hyphens, in capitals."""
    return re.sub(r"[\s\-]", "", said).upper()


def shown(code: str) -> str:
    """A code of ours in groups of four, any other as it is."""
    if not is_ours(code):
        return code
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def _check(values: list[int]) -> int:
    """So that the sum of all, each times its place from 1 on, is divisible by 31."""
    total = sum(place * value for place, value in enumerate(values, 1))
    last = len(values) + 1
    return -total * pow(last, -1, len(ALPHABET)) % len(ALPHABET)
