"""How many times as often something happens to the treated, and a test for harm that may be looked at at any time.

Both look only at the people to whom it happened. With the share of the treated known by design, each of them is one of
the treated with probability p = share * r / (share * r + 1 - share), where r is the ratio of the two rates; this is exact
for rates however rare, needs no approximation by a normal distribution, and does not care how many people are exposed by
when. Under no effect it holds for any population whatever, because only the draw is random.

Over r a mixture of likelihood ratios is a test martingale (Ville; Robbins 1970; Ramdas, Grünwald, Vovk and Shafer,
"Game-theoretic statistics and safe anytime-valid inference", 2023): the probability that it ever reaches 1/alpha is at most
alpha. How long it takes is said at :func:`harm`.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siyu.experiments.statistics.means import ALPHA, Interval
from siyu.experiments.statistics.moments import Numbers

_RATIOS: Final = np.linspace(-6, 6, 1201)  # logarithms
_BELIEF: Final = -(_RATIOS**2) / 2 - np.log(np.exp(-(_RATIOS**2) / 2).sum())  # a normal distribution around no effect
_HARMS: Final = np.linspace(0, np.log(5), 41)[1:]
_HARM_BELIEF: Final = -np.log(len(_HARMS))  # even over the logarithm of the ratio, from just above 1 to 5


def harm(treated: ArrayLike, control: ArrayLike, share: ArrayLike, tolerated: float = 1.0) -> Numbers:
    """Logarithm of the evidence that something happens to the treated more often than ``tolerated`` times as often.

    An alarm at ``evidence >= -log(alpha)`` is false with probability alpha at most, however often one looks. Evidences of
    several kinds of harm may be averaged (:func:`together`).

    Simulated, with 10 % in the control group: a rate of 1 % against 0.5 % is found after 19,000 exposed people in the
    middle, in nine of ten cases before 50,000; 1.5 % after 7,000, 2.5 % after 3,000. With half of all in the control
    group, 1 % after 7,000. Who knew the ratio beforehand would need 17,000 for the first of these; a one-sided normal
    mixture (Howard, Ramdas, McAuliffe and Sekhon, 2021), whose variance is that of no effect, takes 27,000.

    Args:
        treated: to how many exposed treated people it happened; the last axis are strata with a share each.
        control: to how many exposed people of the control group.
        share: of the treated among all who are assigned, above 0 and below 1.
        tolerated: so many times as often is no harm.
    """
    mixed = _likelihood(treated, control, share, np.log(tolerated) + _HARMS)
    even = _likelihood(treated, control, share, np.array([np.log(tolerated)]))
    evidence: Numbers = _summed(mixed - even + _HARM_BELIEF)
    return evidence


def together(evidences: ArrayLike) -> Numbers:
    """The evidence that at least one of several kinds of harm is done, along the last axis; they may depend on each other."""
    logs = np.asarray(evidences, np.float64)
    mean: Numbers = _summed(logs) - np.log(logs.shape[-1])
    return mean


def ratio(treated: ArrayLike, control: ArrayLike, share: ArrayLike, alpha: float = ALPHA) -> Interval:
    """How many times as often it happens to the treated: an interval that may be looked at whenever one likes.

    Arguments as for :func:`harm`; ends are 0 and infinity where nothing is known.
    """
    seen = _likelihood(treated, control, share, _RATIOS)
    inside = seen > _summed(seen + _BELIEF)[..., np.newaxis] + np.log(alpha)
    # One step further on each side: what lies between two points of the grid belongs to it.
    first = np.argmax(inside, axis=-1) - 1
    last = inside.shape[-1] - np.argmax(inside[..., ::-1], axis=-1)
    end = len(_RATIOS) - 1
    low = np.where(first < 0, 0.0, np.exp(_RATIOS[np.clip(first, 0, end)]))
    high = np.where(last > end, np.inf, np.exp(_RATIOS[np.clip(last, 0, end)]))
    return Interval(low, high)


def _likelihood(treated: ArrayLike, control: ArrayLike, share: ArrayLike, ratios: NDArray[np.float64]) -> Numbers:
    """Logarithm of the likelihood of each (logarithm of a) ratio, but for what is the same for all."""
    events = np.asarray(treated, np.float64)[..., None]
    whole = events + np.asarray(control, np.float64)[..., None]
    part = np.asarray(share, np.float64)[..., None]
    likelihood: Numbers = events * ratios - whole * np.log(part * np.exp(ratios) + 1 - part)
    return likelihood.sum(axis=-2) if likelihood.ndim > 1 else likelihood


def _summed(logs: Numbers) -> Numbers:
    """Logarithm of the sum along the last axis."""
    from scipy.special import logsumexp  # noqa: PLC0415 - SciPy takes long to load, and few processes look at effects

    summed: Numbers = logsumexp(logs, axis=-1)
    return summed
