"""BG/NBD: buying is a Poisson process at a gamma rate; after each purchase a customer leaves with a beta probability.

Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model, Marketing
Science 24 (2): equations (6) likelihood and (10) conditional expectation. P(alive): Fader & Hardie (2008), Computing
P(alive) Using the BG/NBD Model, brucehardie.com/notes/021.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from scipy.special import digamma, expit, gammaln

from siyu.insight.lifetime.counts import Counts, Floats
from siyu.insight.lifetime.fitting import maximise

_NODES: Final = 48  # of the quadrature in the conditional expectation: twelve digits and more


@dataclass(frozen=True, slots=True)
class BgNbd:
    """A fitted model; ``alpha`` is in the unit of the times that it was fitted on."""

    name: ClassVar[str] = "bgnbd"
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    @property
    def parameters(self) -> dict[str, float]:
        """By the names of the paper."""
        return {"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}

    def p_alive(self, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """Probability that the customer has not left (note 021, equation 5). Who never came back is alive for sure:
        in this model nobody leaves but after a repeat purchase.
        """
        lead = np.log(self.a) - np.log(np.maximum(self.b + x - 1, 1e-300))
        odds = lead + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + t_x))
        return np.where(x > 0, expit(-odds), 1.0)

    def purchases_if_alive(self, x: Floats, age: Floats, t: float | Floats) -> Floats:
        """Expected purchases in the next ``t`` of somebody who is alive; times :meth:`p_alive` it is equation (10).

        Equation (10) holds a ₂F₁(r+x, b+x; a+b+x−1; t/(α+T+t)) that overflows for large x, taken from 1 and divided by
        a−1, which loses all digits near a = 1. Its Euler integral has neither trouble: the mean of
        (1 − (1 + p·t/(α+T))^−(r+x)) / p over p ~ Beta(a, b+x), smooth and positive. Gauss-Jacobi takes it exactly.
        """
        values, place = np.unique(x, return_inverse=True)
        p, weight = _beta_nodes(self.a, self.b + values)
        p, weight = p[place], weight[place]
        ahead = (t / (self.alpha + age))[:, None]
        inner = -np.expm1(-(self.r + x)[:, None] * np.log1p(p * ahead)) / p
        return np.asarray((inner * weight).sum(axis=1), dtype=float)


def fit(counts: Counts, near: BgNbd | None = None) -> BgNbd:
    """The model under which these customers are most likely (equation 6 over all of them); ``near`` is where to begin.

    Raises:
        NotSettled: the likelihood has no maximum.
    """
    unit = float(np.average(counts.age, weights=counts.n)) or 1.0
    scaled = Counts(counts.x, counts.t_x / unit, counts.age / unit, counts.n)
    starts = [(near.r, near.alpha / unit, near.a, near.b)] if near else [(0.5, 0.5, 1.0, 3.0), (1.0, 1.0, 1.0, 1.0)]
    (r, alpha, a, b), value = maximise(lambda parameters: likelihood(parameters, scaled), starts)
    # A density by another unit of time: every one of the x repeat purchases brings one factor.
    total = value * counts.customers - float((counts.n * counts.x).sum()) * np.log(unit)
    return BgNbd(float(r), float(alpha * unit), float(a), float(b), float(total))


def likelihood(parameters: Floats, counts: Counts) -> tuple[float, Floats]:
    """Mean log-likelihood (equation 6, in log space) and its gradient by (r, α, a, b)."""
    r, alpha, a, b = parameters
    x, share = counts.x, counts.n / counts.n.sum()
    values, place = np.unique(x, return_inverse=True)
    log_now, log_last = np.log(alpha + counts.age), np.log(alpha + counts.t_x)
    fixed = gammaln(r + values) - gammaln(r) + r * np.log(alpha)
    fixed += gammaln(a + b) + gammaln(b + values) - gammaln(b) - gammaln(a + b + values)
    stays = -(r + x) * log_now
    with np.errstate(divide="ignore", invalid="ignore"):
        leaves = np.where(x > 0, np.log(a) - np.log(b + x - 1) - (r + x) * log_last, -np.inf)
    both = np.logaddexp(stays, leaves)
    left = np.exp(leaves - both)
    stayed = 1 - left
    per_x = np.bincount(place, share, minlength=len(values))
    left_x = np.bincount(place, share * left, minlength=len(values))
    with np.errstate(divide="ignore"):
        after = np.where(values > 0, 1 / (b + values - 1), 0.0)
    ends = digamma(a + b) - digamma(a + b + values)
    gradient = [
        per_x @ (digamma(r + values) - digamma(r)) + np.log(alpha) - share @ (stayed * log_now + left * log_last),
        r / alpha - share @ ((r + x) * (stayed / (alpha + counts.age) + left / (alpha + counts.t_x))),
        per_x @ ends + left_x.sum() / a,
        per_x @ (ends + digamma(b + values) - digamma(b)) - left_x @ after,
    ]
    return float(per_x @ fixed + share @ both), np.array(gradient, dtype=float)


def _beta_nodes(a: float, b: Floats) -> tuple[Floats, Floats]:
    """Nodes and weights of Gauss-Jacobi quadrature for Beta(a, b), a row for each b (Golub & Welsch 1969)."""
    right, left = (b - 1)[:, None], a - 1
    k = np.arange(_NODES)
    both = right + left
    diagonal = (left**2 - right**2) / np.where(k > 0, (2 * k + both) * (2 * k + both + 2), 1.0)
    diagonal[:, 0] = ((left - right) / (both + 2))[:, 0]
    k = k[1:]
    # At k = 1 the factor (k + both) / (2k + both - 1) is 1, also where both parts are 0.
    ratio = np.where(k > 1, (k + both) / np.where(k > 1, 2 * k + both - 1, 1.0), 1.0)
    beside = np.sqrt(4 * k * (k + right) * (k + left) * ratio / ((2 * k + both) ** 2 * (2 * k + both + 1)))
    matrix = np.zeros((len(b), _NODES, _NODES))
    matrix[:, np.arange(_NODES), np.arange(_NODES)] = diagonal
    matrix[:, k, k - 1] = beside  # eigh reads the lower half
    nodes, vectors = np.linalg.eigh(matrix)
    return np.maximum((1 + nodes) / 2, 1e-300), vectors[:, 0, :] ** 2
