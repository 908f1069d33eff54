"""From fitted models to what each customer will bring."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from siyu.insight.lifetime import bgnbd, pareto
from siyu.insight.lifetime.bgnbd import BgNbd
from siyu.insight.lifetime.counts import Counts, Floats, coarser, compress
from siyu.insight.lifetime.pareto import ParetoNbd
from siyu.insight.types.lifetime import NotSettled

Model: TypeAlias = BgNbd | ParetoNbd

MONTH: Final = 365.25 / 12  # days
_ROUGH: Final = 8_000  # distinct triples on which the models compete


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """For each distinct (x, t_x, T): what is expected of one such customer.

    Attributes:
        p_alive: probability that they have not left.
        purchases: over the horizon.
        discounted: the same with each month's purchases discounted to today; times the expected spend it is the value.
    """

    p_alive: Floats
    purchases: Floats
    discounted: Floats


def fit_models(counts: Counts) -> tuple[Model, dict[str, float]]:
    """The model that makes the purchases more likely, and the log-likelihood of each; both speak of the same counts.

    They compete on counts so rough that this takes a second or two; the better one is then fitted to ``counts``.

    Raises:
        NotSettled: neither has a maximum.
    """
    rough, step = counts, 7.0
    while len(rough.x) > _ROUGH:
        rough, step = coarser(counts, step), 2 * step
    found: list[Model] = []
    for fit in (bgnbd.fit, pareto.fit):
        with suppress(NotSettled):
            found.append(fit(rough))
    if not found:
        raise NotSettled
    best = max(found, key=lambda model: model.log_likelihood)
    return best if rough is counts else refit(best, counts), {one.name: one.log_likelihood for one in found}


def refit(model: Model, counts: Counts) -> Model:
    """A model of the same kind on other customers, who are not all too different.

    Raises:
        NotSettled: it has no maximum there.
    """
    try:
        return bgnbd.fit(counts, model) if isinstance(model, BgNbd) else pareto.fit(counts, model)
    except NotSettled:  # begun too far away
        return bgnbd.fit(counts) if isinstance(model, BgNbd) else pareto.fit(counts)


def look_ahead(model: Model, counts: Counts, *, months: int, monthly_discount: float, month: float = MONTH) -> Ahead:
    """What is expected over so many months; purchases of a month count at its end.

    Args:
        model: fitted.
        counts: times in the unit of the model.
        months: 1 or more.
        monthly_discount: 0.01 for one percent a month.
        month: how long one is, in that unit.
    """
    pairs, place = compress(counts.x, np.zeros(len(counts.x)), counts.age, step=_step(counts.age))
    before, discounted = np.zeros(len(pairs.x)), np.zeros(len(pairs.x))
    for number in range(1, months + 1):
        until = model.purchases_if_alive(pairs.x, pairs.age, number * month)
        discounted += (until - before) / (1 + monthly_discount) ** number
        before = until
    p_alive = model.p_alive(counts.x, counts.t_x, counts.age)
    return Ahead(p_alive, p_alive * before[place], p_alive * discounted[place])


def _step(times: Floats) -> float:
    """The width in which times may be told apart: a whole unit where all are whole, else a hundredth."""
    return 1.0 if np.array_equal(times, np.rint(times)) else 0.01
