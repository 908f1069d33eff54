"""The bucket for life and the draw of a programme, for arrays of customers. Pure, and the same for ever.

Both are the finaliser of MurmurHash3 (``fmix64``, public domain, Austin Appleby). The bucket mixes the customer's id as
ClickHouse does, so that ``intHash64(customer_id) % 10000`` is the same number there. When two customers merge the older
id stays, and with it the bucket; who comes from a split is somebody new and has a new one.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from siyu.experiments.types import BUCKETS

_CLICKHOUSE: Final = np.uint64(0x4CF2D2BAAE6DA887)
_SHIFT: Final = np.uint64(33)
_FIRST: Final = np.uint64(0xFF51AFD7ED558CCD)
_SECOND: Final = np.uint64(0xC4CEB9FE1A85EC53)
_BUCKETS: Final = np.uint64(BUCKETS)

HOLDOUT: Final = 2
CONTROL: Final = 1
TREATED: Final = 0


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = values ^ (values >> _SHIFT)
    mixed *= _FIRST
    mixed ^= mixed >> _SHIFT
    mixed *= _SECOND
    mixed ^= mixed >> _SHIFT
    return mixed


def bucket(customer_ids: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The bucket for life of each customer, 0 to 9999."""
    return (_mix(customer_ids ^ _CLICKHOUSE) % _BUCKETS).astype(np.int64)


def salt_of(key: str) -> int:
    """64 bits of the programme's key, so that a rehearsal draws what the real thing draws."""
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big")


def draw(
    customer_ids: NDArray[np.uint64],
    salt: int,
    control_bp: int,
    holdout_bp: int,
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """The group of each customer in one programme, and a point that :func:`arm_at` turns into an arm.

    Args:
        customer_ids: whom.
        salt: of the programme.
        control_bp: of ten thousand people so many are left alone.
        holdout_bp: of ten thousand people so many get no marketing at all.
    """
    mixed = _mix(customer_ids ^ np.uint64(salt))
    group = np.where((mixed % _BUCKETS).astype(np.int64) < control_bp, CONTROL, TREATED).astype(np.int8)
    group[bucket(customer_ids) < holdout_bp] = HOLDOUT
    # What is left of the hash says nothing of the group: a larger control group moves nobody into another arm.
    return group, (mixed // _BUCKETS).astype(np.int64)


def arm_at(points: NDArray[np.int64], weights: Sequence[int]) -> NDArray[np.int64]:
    """The place of the arm on which each point falls, by weight."""
    ends = np.cumsum(np.asarray(weights, np.int64))
    places: NDArray[np.int64] = np.searchsorted(ends, points % ends[-1], side="right").astype(np.int64)
    return places
