"""Customers as counts: how many share the same (x, t_x, T), so that ten million of them fit as fast as a few thousand.

x is the number of repeat purchases, t_x the time from the first purchase to the last; T, ``age`` in the code, that from
the first purchase to today.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]

_DENSE: Final = 1 << 26  # keys up to here are counted in an array; more are sorted
_STEPS: Final = 128  # a bin of spend is 1/128 of a factor e wide


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Distinct (x, t_x, T), each with the number ``n`` of customers that have it; times in one unit."""

    x: Floats
    t_x: Floats
    age: Floats
    n: Floats

    @property
    def customers(self) -> int:
        """How many there are in all."""
        return int(self.n.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """Customers with ``x`` purchases of the mean value ``z``; ``log_z`` is the mean of ln z over those in the bin."""

    x: Floats
    z: Floats
    log_z: Floats
    n: Floats


def compress(x: NDArray[Any], t_x: NDArray[Any], age: NDArray[Any], *, step: float = 1.0) -> tuple[Counts, Whole]:
    """The distinct triples, and for each customer the place of theirs.

    Times are rounded to the nearest multiple of ``step`` and stay in their unit: days with step 7 are days that end on
    whole weeks. Rounding keeps t_x ≤ T.
    """
    x, t_x, age = (_steps(values, width) for values, width in ((x, 1.0), (t_x, step), (age, step)))
    wide = int(age.max(initial=0)) + 1
    key = (x * wide + t_x) * wide + age
    if (int(x.max(initial=0)) + 1) * wide * wide <= _DENSE:
        counted = np.bincount(key)
        keys = np.flatnonzero(counted)
        place = np.zeros(len(counted), np.int64)
        place[keys] = np.arange(len(keys))
        inverse, n = place[key], counted[keys]
    else:
        keys, inverse, n = np.unique(key, return_inverse=True, return_counts=True)
    rest, last = np.divmod(keys, wide)
    first, middle = np.divmod(rest, wide)
    return Counts(first.astype(float), middle * step, last * step, n.astype(float)), inverse


def coarser(counts: Counts, step: float) -> Counts:
    """The same customers with times rounded to multiples of ``step``."""
    fewer, place = compress(counts.x, counts.t_x, counts.age, step=step)
    n = np.bincount(place, counts.n, minlength=len(fewer.x)).astype(float)
    return Counts(fewer.x, fewer.t_x, fewer.age, n)


def _steps(values: NDArray[Any], width: float) -> Whole:
    if np.issubdtype(values.dtype, np.integer) and width == int(width):
        whole = int(width)
        return (values if whole == 1 else (values + whole // 2) // whole).astype(np.int64, copy=False)
    return np.rint(values / width).astype(np.int64)


def spending(x: NDArray[Any], z: NDArray[Any], *, exact: bool = True) -> Spending:
    """Purchases and mean values of those who spent anything.

    Args:
        x: purchases behind the mean; 1 or more.
        z: mean value of one, above 0.
        exact: leave every customer as they are; otherwise put those with equal x and nearly equal z together. Of a bin
            z and ln z stay the means of its customers, so that only the curvature within 1/128 is lost.
    """
    if exact:
        return Spending(x.astype(float), z.astype(float), np.log(z), np.ones(len(x)))
    logs = np.log(z)
    bins = np.floor(logs * _STEPS).astype(np.int64)
    bins -= bins.min(initial=0)
    wide = int(bins.max(initial=0)) + 1
    key = x.astype(np.int64) * wide + bins
    if key.max(initial=0) > _DENSE:
        keys, key = np.unique(key, return_inverse=True)
    else:
        keys = np.arange(int(key.max(initial=0)) + 1)
    n = np.bincount(key, minlength=len(keys)).astype(float)
    some = n > 0
    z_mean, log_mean = (np.bincount(key, values, minlength=len(keys))[some] / n[some] for values in (z, logs))
    return Spending((keys[some] // wide).astype(float), z_mean, log_mean, n[some])
