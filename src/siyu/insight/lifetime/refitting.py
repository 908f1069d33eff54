"""One refit, from the facts to the predictions; what needs SciPy and Arrow."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from siyu.engines.clickhouse.client import Client
from siyu.insight.lifetime import checking, spend, store
from siyu.insight.lifetime.checking import held_out_days
from siyu.insight.lifetime.counts import Floats, Whole, spending
from siyu.insight.lifetime.people import Buyers, for_fitting, require_enough
from siyu.insight.lifetime.predicting import Ahead, Model, fit_models, look_ahead
from siyu.insight.lifetime.spend import GammaGamma
from siyu.insight.types.lifetime import Calibration, LifetimeModel, LifetimePlan, NoPrediction, NotSettled, ValueBin

_EDGES: Final = tuple(fen * 100 for fen in (1, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000))
_YUAN: Final = 100
_EXACT: Final = 20_000  # customers whose spend is taken one by one
_FIELDS: Final[list[tuple[str, pa.DataType]]] = [
    ("customer_id", pa.int64()),
    ("model", pa.string()),
    ("as_of", pa.date32()),
    ("months", pa.int64()),
    ("p_alive", pa.float64()),
    ("purchases", pa.float64()),
    ("spend_fen", pa.int64()),
    ("value_fen", pa.int64()),
    ("bought", pa.int64()),
    ("first_day", pa.date32()),
    ("last_day", pa.date32()),
]
_SCHEMA: Final = pa.schema(_FIELDS)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What the facts say; days are counted from 1970-01-01."""

    buyers: Buyers
    weekly: Whole
    start: int
    cut: int
    today: int

    def columns(self) -> Iterator[NDArray[Any]]:
        """Everything a refit depends on."""
        yield np.array([self.start, self.cut])
        yield self.weekly
        yield from (getattr(self.buyers, name) for name in Buyers.__slots__)


def look(client: Client, plan: LifetimePlan, today: int) -> Found:
    """Ask the facts. The weeks end today, and the held-out period is whole weeks."""
    count, start = store.span(client, plan)
    start = start if count else today
    start = today + 1 - 7 * -(-(today + 1 - start) // 7)
    cut = today - held_out_days(start, today)
    weekly = store.weekly(client, plan, start=start, cut=cut)
    return Found(store.buyers(client, plan, cut), weekly, start, cut, today)


def fit(found: Found, plan: LifetimePlan) -> tuple[LifetimeModel, pa.Table]:
    """The model and a prediction for everybody who ever bought.

    Raises:
        NoPrediction: too few data, or the model missed the held-out period.
        NotSettled: no model fits.
    """
    buyers = found.buyers
    require_enough(buyers.repeat_buyers, found.today + 1 - found.start)
    counts, place = buyers.counts(found.today)
    model, likelihoods = fit_models(for_fitting(counts))
    worth = _fit_spend(buyers)
    calibration = _calibrate(model, found)
    ahead = look_ahead(model, counts, months=plan.months, monthly_discount=plan.monthly_discount)
    expected = worth.expected(buyers.purchases.astype(float), buyers.mean_spend())
    value = expected * ahead.discounted[place]
    answer = LifetimeModel(
        model=model.name,
        parameters=model.parameters,
        log_likelihoods=likelihoods,
        spend=worth.parameters,
        months=plan.months,
        monthly_discount=plan.monthly_discount,
        customers=len(buyers.customer),
        repeat_buyers=buyers.repeat_buyers,
        purchases=int(buyers.purchases.sum()),
        alive=float(counts.n @ ahead.p_alive),
        expected_purchases=float(counts.n @ ahead.purchases),
        actual_fen=int(buyers.net_fen.sum()),
        predicted_fen=round(float(value.sum())),
        calibration=calibration,
        distribution=_bins(buyers.net_fen, value),
    )
    return answer, _table(model, buyers, found.today, plan.months, ahead, place, expected, value)


def _fit_spend(buyers: Buyers) -> GammaGamma:
    mean = buyers.mean_spend()
    some = mean > 0
    if not some.any():
        raise NoPrediction(reason="nobody spent anything.", reason_zh="所有客户的净消费金额均为 0。")
    return spend.fit(spending(buyers.purchases[some], mean[some], exact=int(some.sum()) <= _EXACT))


def _calibrate(model: Model, found: Found) -> Calibration | None:
    try:
        calibration = checking.check(
            model, found.buyers, found.weekly, start=found.start, cut=found.cut, today=found.today
        )
    except (NoPrediction, NotSettled):
        return None  # enough for a model now, not yet enough at that time
    checking.require_truth(calibration)
    return calibration


def _bins(actual: Whole, predicted: Floats) -> tuple[ValueBin, ...]:
    edges = np.array(_EDGES)
    counts = [
        np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
        for values in (actual, np.rint(predicted))
    ]
    bounds: tuple[int | None, ...] = (None, *_EDGES, None)
    return tuple(
        [ValueBin(bounds[i], bounds[i + 1], int(counts[0][i]), int(counts[1][i])) for i in range(len(edges) + 1)]
    )


def _table(
    model: Model, buyers: Buyers, today: int, months: int, ahead: Ahead, place: Whole, spent: Floats, value: Floats
) -> pa.Table:
    """What is written to profiles, rounded to what can be told apart: so tomorrow few rows differ."""
    rows = len(buyers.customer)
    columns: list[Any] = [
        buyers.customer,
        pa.repeat(model.name, rows),
        _days(np.full(rows, today)),
        np.full(rows, months),
        np.round(ahead.p_alive, 2)[place],
        np.round(ahead.purchases, 2)[place],
        _whole_yuan(spent),
        _whole_yuan(value),
        buyers.purchases,
        _days(buyers.first),
        _days(buyers.last),
    ]
    return pa.table(dict(zip(_SCHEMA.names, columns, strict=True)), schema=_SCHEMA)


def nobody() -> pa.Table:
    """No predictions."""
    return _SCHEMA.empty_table()


def _whole_yuan(fen: Floats) -> Whole:
    return np.rint(fen / _YUAN).astype(np.int64) * _YUAN


def _days(numbers: Whole) -> "pa.Array[Any]":
    return pa.array(numbers.astype(np.int32), pa.int32()).cast(pa.date32())
