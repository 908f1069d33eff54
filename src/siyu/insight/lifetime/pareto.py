"""Pareto/NBD: buying is a Poisson process at a gamma rate; customers leave at any time, at another gamma rate.

Schmittlein, Morrison & Colombo (1987), Counting Your Customers, Management Science 33 (1); as derived in Fader &
Hardie (2005), A Note on Deriving the Pareto/NBD Model and Related Expressions, brucehardie.com/notes/009: the
likelihood as the integral over the moment of leaving, P(alive), and the conditional expectation (equations 17 to 19
there print the same with ₂F₁).
"""

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from scipy.special import digamma, expit, gammaln

from siyu.insight.lifetime.counts import Counts, Floats
from siyu.insight.lifetime.fitting import maximise

_NODES: Final = 32
_FAR: Final = 40.0  # what lies this many factors e below the peak of the integrand is left out
_ROWS: Final = 20_000  # at a time, so that the nodes of all stay in the cache


@dataclass(frozen=True, slots=True)
class ParetoNbd:
    """A fitted model; ``alpha`` and ``beta`` are in the unit of the times that it was fitted on."""

    name: ClassVar[str] = "pareto_nbd"
    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float = float("nan")

    @property
    def parameters(self) -> dict[str, float]:
        """By the names of the paper."""
        return {"r": self.r, "alpha": self.alpha, "s": self.s, "beta": self.beta}

    def p_alive(self, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """Probability that the customer has not left."""
        parameters = np.array([self.r, self.alpha, self.s, self.beta])
        parts = [
            expit(-_left_odds(parameters, x[at], t_x[at], age[at]))
            for at in (slice(start, start + _ROWS) for start in range(0, len(x), _ROWS))
        ]
        return np.concatenate(parts) if parts else np.empty(0)

    def purchases_if_alive(self, x: Floats, age: Floats, t: float | Floats) -> Floats:
        """Expected purchases in the next ``t`` of somebody who is alive; times :meth:`p_alive` it is what the note
        gives as E[Y(t)]. Its (1 − …^(s−1)) / (s−1) is taken by expm1, so that s = 1 is no exception.
        """
        ahead = np.log1p(t / (self.beta + age))
        s = self.s - 1
        span = ahead if abs(s) < 1e-12 else -np.expm1(-s * ahead) / s
        return np.asarray((self.r + x) * (self.beta + age) / (self.alpha + age) * span, dtype=float)


def fit(counts: Counts, near: ParetoNbd | None = None) -> ParetoNbd:
    """The model under which these customers are most likely; ``near`` is where to begin.

    Raises:
        NotSettled: the likelihood has no maximum.
    """
    unit = float(np.average(counts.age, weights=counts.n)) or 1.0
    scaled = Counts(counts.x, counts.t_x / unit, counts.age / unit, counts.n)
    starts = [(0.6, 0.4, 0.6, 0.4), (1.0, 1.0, 1.0, 3.0)]
    if near:
        starts = [(near.r, near.alpha / unit, near.s, near.beta / unit)]
    (r, alpha, s, beta), value = maximise(lambda parameters: likelihood(parameters, scaled), starts)
    total = value * counts.customers - float((counts.n * counts.x).sum()) * np.log(unit)
    return ParetoNbd(float(r), float(alpha * unit), float(s), float(beta * unit), float(total))


def likelihood(parameters: Floats, counts: Counts) -> tuple[float, Floats]:
    """Mean log-likelihood and its gradient by (r, α, s, β)."""
    value, gradient = 0.0, np.zeros(4)
    for start in range(0, len(counts.x), _ROWS):
        at = slice(start, start + _ROWS)
        part, by = _likelihood(parameters, counts.x[at], counts.t_x[at], counts.age[at], counts.n[at])
        value, gradient = value + part, gradient + by
    return value / counts.customers, gradient / counts.customers


def _likelihood(parameters: Floats, x: Floats, t_x: Floats, age: Floats, n: Floats) -> tuple[float, Floats]:
    r, alpha, s, beta = parameters
    values, place = np.unique(x, return_inverse=True)
    per_x = np.bincount(place, n, minlength=len(values))
    log_a, log_b = np.log(alpha + age), np.log(beta + age)
    stays = -(r + x) * log_a - s * log_b
    leaves, mean = _leaving(parameters, x, t_x, age, moments=True)
    both = np.logaddexp(stays, leaves)
    left = np.exp(leaves - both)
    stayed = 1 - left
    fixed = gammaln(r + values) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    gradient = [
        per_x @ (digamma(r + values) - digamma(r) + np.log(alpha)) - n @ (stayed * log_a + left * mean[0]),
        n.sum() * r / alpha - n @ ((r + x) * (stayed / (alpha + age) + left * mean[1])),
        n.sum() * np.log(beta) + n @ (left / s - stayed * log_b - left * mean[2]),
        n.sum() * s / beta - n @ (stayed * s / (beta + age) + left * (s + 1) * mean[3]),
    ]
    return float(per_x @ fixed + n @ both), np.array(gradient, dtype=float)


def _left_odds(parameters: Floats, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """The logarithm of (left by now) / (alive)."""
    r, alpha, s, beta = parameters
    leaves, _ = _leaving(parameters, x, t_x, age)
    return np.asarray(leaves + (r + x) * np.log(alpha + age) + s * np.log(beta + age), dtype=float)


def _leaving(
    parameters: Floats,
    x: Floats,
    t_x: Floats,
    age: Floats,
    *,
    moments: bool = False,
) -> tuple[Floats, Floats]:
    """The logarithm of s ∫ (α+y)^−(r+x) (β+y)^−(s+1) dy over the moments y of leaving, from t_x to T; and the means over y.

    The note solves it to a difference of two ₂F₁ that are nearly equal where T is near t_x; the integral itself has
    only positive parts. In ln(c+y), c the smaller of α and β, its integrand falls off smoothly, at a known rate.

    Returns:
        the logarithms (−∞ where T = t_x); with ``moments`` the means of ln(α+y), 1/(α+y), ln(β+y), 1/(β+y).
    """
    r, alpha, s, beta = parameters
    c = min(alpha, beta)
    begin = np.log(c + t_x)
    width = np.log(c + age) - begin
    falls = (r + x) * (c + t_x) / (alpha + t_x) + (s + 1) * (c + t_x) / (beta + t_x) - 1
    width = np.where(falls * width > _FAR, _FAR / np.maximum(falls, 1e-9), width)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    u = begin[:, None] + width[:, None] * (nodes + 1) / 2
    y = np.exp(u) - c
    log_a, log_b = np.log(alpha + y), np.log(beta + y)
    height = u - (r + x)[:, None] * log_a - (s + 1) * log_b
    top = height.max(axis=1)
    density = np.exp(height - top[:, None]) * weights
    area = density.sum(axis=1)
    with np.errstate(divide="ignore"):
        leaves = np.log(s) + top + np.log(area * width / 2)
    if not moments:
        return leaves, np.empty((4, 0))
    share = density / area[:, None]
    means = [(share * part).sum(axis=1) for part in (log_a, 1 / (alpha + y), log_b, 1 / (beta + y))]
    return leaves, np.array(means)
