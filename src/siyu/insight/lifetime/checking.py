"""A model is fitted on the first part of the time and held against the rest: what the calibration chart shows."""

from datetime import date, timedelta
from typing import Final

import numpy as np

from siyu.insight.lifetime.counts import Counts, Whole
from siyu.insight.lifetime.people import Buyers, for_fitting, require_enough
from siyu.insight.lifetime.predicting import Model, refit
from siyu.insight.types.lifetime import MOST_REPEATS, Calibration, GroupCheck, NoPrediction, WeekCheck

_SHORTEST, _LONGEST = 4, 26  # weeks held out
_EPOCH: Final = date(1970, 1, 1)
_ENOUGH: Final = 50  # purchases, expected or actual, from which on the held-out period judges a model
_WORST: Final = 2.0  # expected and actual may differ by this factor


def held_out_days(start: int, today: int) -> int:
    """How many days are held out: a third of them, whole weeks, 4 to 26."""
    return 7 * min(max((today - start) // 21, _SHORTEST), _LONGEST)


def check(model: Model, buyers: Buyers, weekly: Whole, *, start: int, cut: int, today: int) -> Calibration:
    """Fit the kind of ``model`` on the days up to ``cut`` and compare.

    Args:
        model: names the kind.
        buyers: with what they had done by ``cut``.
        weekly: repeat purchases of those who had bought by ``cut``, in each week from ``start``.
        start: first day of the first week; purchases before it count there.
        cut: the last day of the first part.
        today: the last day of the second.

    Raises:
        NoPrediction: the first part has too little in it.
        NotSettled: nothing fits it.
    """
    counts, place, known = buyers.counts_before(cut)
    require_enough(int(counts.n[counts.x > 0].sum()), cut - start)
    past = refit(model, for_fitting(counts))
    each = past.p_alive(counts.x, counts.t_x, counts.age)
    each *= past.purchases_if_alive(counts.x, counts.age, float(today - cut))
    came = np.bincount(place, buyers.purchases[known] - buyers.purchases_before[known], minlength=len(counts.x))
    group = np.minimum(counts.x, MOST_REPEATS).astype(np.int64)
    customers, expected, actual = (
        np.bincount(group, values, minlength=MOST_REPEATS + 1) for values in (counts.n, counts.n * each, came)
    )
    return Calibration(
        until=_day(cut),
        days=today - cut,
        customers=counts.customers,
        parameters=past.parameters,
        expected=float(expected.sum()),
        actual=int(actual.sum()),
        groups=tuple(
            [
                GroupCheck(x, int(customers[x]), float(expected[x]), int(actual[x]))
                for x in range(MOST_REPEATS + 1)
                if customers[x]
            ]
        ),
        weeks=_weeks(past, counts, weekly, start, cut, today),
    )


def require_truth(calibration: Calibration) -> None:
    """Pass when the model did not miss the held-out period grossly.

    Raises:
        NoPrediction: it did; a bad prediction is worse than none.
    """
    expected, actual = calibration.expected, calibration.actual
    if max(expected, actual) >= _ENOUGH and not actual / _WORST <= expected <= actual * _WORST:
        raise NoPrediction(
            reason=f"fitted on the days up to {calibration.until}, the model expected {expected:,.0f} repeat purchases in "
            f"the {calibration.days} days after, but {actual:,} came.",
            reason_zh=f"用 {calibration.until} 及之前的数据拟合后，模型预计其后 {calibration.days} 天有 {expected:,.0f} "
            f"次复购，实际为 {actual:,} 次，偏差过大。",
        )


def _weeks(past: Model, counts: Counts, weekly: Whole, start: int, cut: int, today: int) -> tuple[WeekCheck, ...]:
    """Expected and actual of each whole week: what a new customer of each day is expected to do by its age then."""
    ages, place = np.unique(counts.age, return_inverse=True)
    people = np.bincount(place, counts.n)
    whole = (today + 1 - start) // 7
    ends = start + 7 * np.arange(1, whole + 1) - 1  # the last day of each week
    since = np.maximum(ends[:, None] - (cut - ages)[None, :], 0.0)  # days since the first purchase of each age
    distinct, at = np.unique(since, return_inverse=True)
    by_then = past.purchases_if_alive(np.zeros(len(distinct)), np.zeros(len(distinct)), distinct)
    total = by_then[at].reshape(since.shape) @ people
    expected = np.diff(total, prepend=0.0)
    actual = np.zeros(whole, np.int64)
    actual[: min(whole, len(weekly))] = weekly[:whole]
    return tuple(
        [
            WeekCheck(_day(int(ends[week]) - 6), float(expected[week]), int(actual[week]), bool(ends[week] > cut))
            for week in range(whole)
        ]
    )


def _day(number: int) -> date:
    return _EPOCH + timedelta(days=number)
