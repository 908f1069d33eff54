"""What a seed draws. Whoever has the seed and what was published comes to the same, see docs/howto/verify-a-draw.md."""

import hmac
import json
from bisect import bisect_right
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate, count
from typing import Any, Final

from siyu.draws.types import WHOLE, Prize

SEED_BYTES: Final = 32
_FAIR: Final = 2**32 - 2**32 % WHOLE  # four bytes from here on are passed over: each number is then equally likely


def hash_of_seed(seed: bytes) -> str:
    """What is told of the seed before anybody draws."""
    return sha256(seed).hexdigest()


def hash_of_rule(rule: Any) -> str:
    """Of a rule as JSON: keys in order, no spaces, UTF-8."""
    return sha256(canonical(rule)).hexdigest()


def canonical(rule: Any) -> bytes:
    """The one way in which a rule is written for its hash."""
    return json.dumps(rule, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def number_of(seed: bytes, round_id: int, customer_id: int, nonce: int, client_seed: str) -> int:
    """What somebody draws, 0 to 999,999.

    HMAC-SHA256 under the seed, of round, customer, nonce, a counter and the client's seed with ``:`` between. Its bytes are
    read by fours; the first below the greatest multiple of a million counts, else the counter goes on.
    """
    for turn in count():
        message = f"{round_id}:{customer_id}:{nonce}:{turn}:{client_seed}".encode()
        digest = hmac.digest(seed, message, "sha256")
        for start in range(0, len(digest), 4):
            value = int.from_bytes(digest[start : start + 4], "big")
            if value < _FAIR:
                return value % WHOLE
    raise AssertionError


def prize_at(prizes: Sequence[Prize], number: int) -> Prize:
    """The prize to which a number belongs: each has as many numbers as its weight says, in the order of the rule."""
    return prizes[bisect_right(list(accumulate(one.weight for one in prizes)), number)]


def digest_of(seed: bytes, round_id: int, named: str) -> str:
    """By which an order, or whatever takes part under a name, is ranked, in hexadecimal; the lowest win."""
    return hmac.digest(seed, f"{round_id}:{named}".encode(), "sha256").hex()
