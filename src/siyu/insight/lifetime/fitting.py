"""Finding the parameters: L-BFGS-B on their logarithms, from several starts, with analytic gradients."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from scipy.optimize import minimize

from siyu.insight.lifetime.counts import Floats
from siyu.insight.types.lifetime import NotSettled

ValueAndGradient: TypeAlias = Callable[[Floats], tuple[float, Floats]]

_LOWEST, _HIGHEST = -12.0, 12.0  # of a logarithm; beyond it a parameter says "everybody alike" and no more
_FLAT: Final = 1e-4  # gradient of the mean log-likelihood by a log-parameter at which a fit counts as found


def maximise(
    of: ValueAndGradient, starts: Sequence[Sequence[float]], *, lowest: Sequence[float] | None = None
) -> tuple[Floats, float]:
    """The parameters with the highest value of ``of``, and that value.

    Args:
        of: parameters → (mean log-likelihood, its gradient by the parameters).
        starts: sets of positive parameters to begin at; the best end counts.
        lowest: bounds of single parameters from below, where the model has some.

    Raises:
        NotSettled: no start leads to a maximum.
    """

    def against(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, gradient = of(parameters)
        return -value, -gradient * parameters

    least = np.log(lowest) if lowest is not None else np.full(len(starts[0]), _LOWEST)
    bounds = [(float(low), _HIGHEST) for low in least]
    best: tuple[Floats, float] | None = None
    for start in starts:
        begin = np.maximum(np.log(start), least)
        found = minimize(
            against,
            begin,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8, "maxls": 50},
        )
        logs = np.asarray(found.x, dtype=float)
        value, gradient = against(logs)
        inside = (logs > least + 1e-9) & (logs < _HIGHEST - 1e-9)
        if not np.isfinite(value) or np.abs(gradient[inside]).max(initial=0.0) > _FLAT:
            continue
        if best is None or -value > best[1]:
            best = (np.exp(logs), -value)
    if best is None:
        raise NotSettled
    return best
