"""What groups differ by, and how sure one may be of it, however often one looks. Pure: NumPy and SciPy."""

from siyu.experiments.statistics.means import (
    ALPHA,
    LEAST_TOLD,
    Effect,
    Interval,
    always_valid,
    compare,
    errors_always,
    naive,
    people_needed,
)
from siyu.experiments.statistics.moments import Moments
from siyu.experiments.statistics.rates import harm, ratio, together

__all__ = [
    "ALPHA",
    "LEAST_TOLD",
    "Effect",
    "Interval",
    "Moments",
    "always_valid",
    "compare",
    "errors_always",
    "harm",
    "naive",
    "people_needed",
    "ratio",
    "together",
]
