"""Gamma-Gamma: what a purchase of a customer is worth varies about a mean of their own, and the means vary too.

Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value, brucehardie.com/notes/025: equations (1a) for the
density of the mean of x purchases and (5) for the conditional expectation.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import digamma, gammaln

from siyu.insight.lifetime.counts import Floats, Spending
from siyu.insight.lifetime.fitting import maximise

_LEAST_Q: Final = 1.01  # at 1 and below the mean over all customers is infinite


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A fitted model; ``v`` (γ in the note) is in the unit of the money that it was fitted on."""

    p: float
    q: float
    v: float
    log_likelihood: float = float("nan")

    @property
    def parameters(self) -> dict[str, float]:
        """By the usual names."""
        return {"p": self.p, "q": self.q, "v": self.v}

    def expected(self, x: Floats, z: Floats) -> Floats:
        """Expected value of a coming purchase, given the mean ``z`` of ``x`` so far (equation 5). No purchase, x = 0,
        gives the mean over all customers, p·v / (q−1).
        """
        return np.asarray(self.p * (self.v + x * z) / (self.p * x + self.q - 1), dtype=float)


def fit(spent: Spending) -> GammaGamma:
    """The model under which these means are most likely (equation 1a over all of them).

    Raises:
        NotSettled: the likelihood has no maximum.
    """
    unit = float(np.average(spent.z, weights=spent.n))
    scaled = Spending(spent.x, spent.z / unit, spent.log_z - np.log(unit), spent.n)
    starts = [(5.0, 4.0, 1.0), (1.0, 2.0, 1.0)]
    (p, q, v), value = maximise(
        lambda parameters: likelihood(parameters, scaled), starts, lowest=[1e-4, _LEAST_Q, 1e-6]
    )
    customers = float(spent.n.sum())
    return GammaGamma(float(p), float(q), float(v * unit), float((value - np.log(unit)) * customers))


def likelihood(parameters: Floats, spent: Spending) -> tuple[float, Floats]:
    """Mean log-likelihood (equation 1a) and its gradient by (p, q, v)."""
    p, q, v = parameters
    x, share = spent.x, spent.n / spent.n.sum()
    values, place = np.unique(x, return_inverse=True)
    per_x = np.bincount(place, share, minlength=len(values))
    whole = v + x * spent.z
    log_whole = np.log(whole)
    fixed = gammaln(p * values + q) - gammaln(p * values) - gammaln(q) + q * np.log(v) + p * values * np.log(values)
    value = per_x @ fixed + share @ ((p * x - 1) * spent.log_z - (p * x + q) * log_whole)
    ends = digamma(p * values + q)
    gradient = [
        per_x @ (values * (ends - digamma(p * values) + np.log(values))) + share @ (x * (spent.log_z - log_whole)),
        per_x @ ends - digamma(q) + np.log(v) - share @ log_whole,
        q / v - share @ ((p * x + q) / whole),
    ]
    return float(value), np.array(gradient, dtype=float)
