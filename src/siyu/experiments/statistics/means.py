"""The difference between two groups, and an interval for it that holds however often one looks.

The interval is the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform
central limit theory and asymptotic confidence sequences" (Annals of Statistics 52, 2024; arXiv:2103.06476), Theorem 2.2,
for the average effect under assignment with known probabilities (their section 3). After n people, with the estimate's
standard error s/sqrt(n) and a number rho that is chosen beforehand,

    estimate ± s * sqrt( 2 (n rho² + 1) / (n² rho²) * log( sqrt(n rho² + 1) / alpha ) )

covers the truth at all n at once with probability 1 - alpha. It is tightest near the n for which rho was chosen
(:data:`TUNED_FOR`), and about a fifth wider a hundred times later. Beside the ordinary interval's 1.96 standard errors it
takes 3 to 3.6: the price of being allowed to look.

It is asymptotic, so nothing is said before :data:`LEAST_TOLD` people of each group tell something
(:attr:`Moments.told`). Over thirty daily looks, simulated with a tenth in the control group and rates from 1 % to 30 %
or money with a heavy tail, every look covers the truth in 95 to 99 of 100 programmes; without that in as few as 67.

People may also be looked at again while their outcomes grow. What they do later goes with what they did before, so looks
at the same people resemble each other more than looks at new ones, and there are fewer chances to be wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from siyu.experiments.statistics.moments import Moments, Numbers

ALPHA: Final = 0.05
TUNED_FOR: Final = 2_000  # people: early enough that small programmes see something
LEAST_TOLD: Final = 25
_MOST_PEOPLE: Final = 1e9


@dataclass(frozen=True, slots=True)
class Effect:
    """What treated people have more than those left alone; of many programmes at once where the moments were.

    Attributes:
        people: of both groups, who are compared.
        difference: mean of the treated less mean of the control, adjusted for what was known before.
        variance: of ``difference``.
        treated: adjusted mean of the treated.
        control: adjusted mean of the control.
        saved: the part of the variance that the covariate took off, 0 to 1.
        told: how many people tell something, in the group in which they are fewer.
    """

    people: Numbers
    difference: Numbers
    variance: Numbers
    treated: Numbers
    control: Numbers
    saved: Numbers
    told: Numbers


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``."""

    low: Numbers
    high: Numbers


def compare(treated: Sequence[Moments], control: Sequence[Moments]) -> Effect:
    """Compare the two groups, stratum by stratum, adjusted for the covariate.

    A stratum is people for whom the share of the control group was the same when they were assigned; each counts by its
    people, and both its groups should have two at least. The adjustment is CUPED (Deng, Xu, Kohavi and Walker, 2013) with
    the one slope that makes the variance of the difference least. The covariate has to be from before the treatment:
    then it moves no mean, only takes away noise.
    """
    strata = list(zip(treated, control, strict=True))
    sizes = [one.count + other.count for one, other in strata]
    people: Numbers = np.sum(sizes, axis=0)
    plain, slope, off = _adjustment(strata, sizes, people)
    with_, without = np.zeros_like(people), np.zeros_like(people)
    for (one, other), size in zip(strata, sizes, strict=True):
        weight, middle = size / np.maximum(people, 1), (one.x + other.x) / np.maximum(size, 1)
        with_ = with_ + weight * (one.mean - slope * (one.mean_before - middle))
        without = without + weight * (other.mean - slope * (other.mean_before - middle))
    saved = np.divide(off, plain, out=np.zeros_like(people), where=plain > 0)
    told = np.minimum(Moments.sum(treated).told, Moments.sum(control).told)
    return Effect(people, with_ - without, np.maximum(plain - off, 0), with_, without, saved, told)


def _adjustment(
    strata: Sequence[tuple[Moments, Moments]], sizes: Sequence[Numbers], people: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Variance of the plain difference, the slope on the covariate that takes most off it, and how much it takes."""
    plain, above, below = np.zeros_like(people), np.zeros_like(people), np.zeros_like(people)
    for groups, size in zip(strata, sizes, strict=True):
        for one in groups:
            of_y, of_x, of_both = one.spread()
            factor = (size / np.maximum(people, 1)) ** 2 / np.maximum(one.count, 1)
            plain, above, below = plain + factor * of_y, above + factor * of_both, below + factor * of_x
    # With a slope b the variance is  plain - 2 b above + b² below.
    slope = np.divide(above, below, out=np.zeros_like(people), where=below > 0)
    return plain, slope, slope * above


def always_valid(effect: Effect, alpha: float = ALPHA, tuned_for: float = TUNED_FOR) -> Interval:
    """The interval that may be looked at whenever one likes, as often as one likes; see the top of this file.

    Args:
        effect: what :func:`compare` found.
        alpha: probability that the truth is ever outside.
        tuned_for: people for whom it is tightest; chosen before anybody looks, never from the data.

    Returns:
        the whole line while fewer than :data:`LEAST_TOLD` people of a group tell something.
    """
    radius = errors_always(effect.people, alpha, tuned_for) * np.sqrt(effect.variance)
    radius = np.where(effect.told < LEAST_TOLD, np.inf, radius)
    return Interval(effect.difference - radius, effect.difference + radius)


def naive(effect: Effect, alpha: float = ALPHA) -> Interval:
    """The textbook's interval, right for one look that was fixed beforehand; shown beside for comparison only."""
    radius = NormalDist().inv_cdf(1 - alpha / 2) * np.sqrt(effect.variance)
    return Interval(effect.difference - radius, effect.difference + radius)


def errors_always(people: ArrayLike, alpha: float = ALPHA, tuned_for: float = TUNED_FOR) -> Numbers:
    """How many standard errors :func:`always_valid` takes to each side after so many people."""
    # The paper's choice, equation (9), which makes the interval nearly tightest at ``tuned_for``.
    rho2 = (-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / tuned_for
    scaled = np.maximum(np.asarray(people, np.float64), 1) * rho2
    errors: Numbers = np.sqrt(2 * (scaled + 1) / scaled * np.log(np.sqrt(scaled + 1) / alpha))
    return errors


def people_needed(effect: Effect, alpha: float = ALPHA, tuned_for: float = TUNED_FOR) -> int | None:
    """About how many people in all it takes to tell this difference from none, if it is as large as it looks now.

    ``None`` where no number that a brand could have would do.
    """
    difference, variance, now = float(effect.difference), float(effect.variance), float(effect.people)
    if difference == 0 or now < 1:
        return None

    def tells(people: float) -> bool:
        return bool(errors_always(people, alpha, tuned_for) * np.sqrt(variance * now / people) < abs(difference))

    if not tells(_MOST_PEOPLE):
        return None
    low, high = 1.0, _MOST_PEOPLE
    while high / low > 1.001:
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if tells(middle) else (middle, high)
    return int(np.ceil(high))
