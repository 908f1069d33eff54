"""Refitting the lifetime models, and how they stand.

A refit is computed from the facts alone (:func:`compute`), then kept (:func:`keep`) and its predictions handed on in
pieces (:func:`pieces`); whoever calls opens the transactions.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.insight.lifetime import store
from siyu.insight.rules import zone_of
from siyu.insight.types.lifetime import (
    MONTHS,
    LifetimeDistribution,
    LifetimeModel,
    LifetimePlan,
    LifetimePoint,
    LifetimeState,
    NoPrediction,
    NotSettled,
)

if TYPE_CHECKING:  # SciPy and Arrow are loaded by the process that fits, and by no other
    import pyarrow as pa

_HISTORY: Final = 400  # days
_PIECE: Final = 50_000  # customers a transaction
_EVERYBODY: Final = (1 << 63) - 1
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Refit:
    """What a refit found. ``predictions`` has a row a customer, ascending; it is empty when there is no ``model``."""

    as_of: date
    fingerprint: str
    customers: int
    actual_fen: int
    model: LifetimeModel | None
    reason: str
    reason_zh: str
    predictions: "pa.Table | None"


def compute(client: Client, plan: LifetimePlan) -> Refit:
    """Fit, check and predict from the facts; writes nothing.

    Too few data, a likelihood without a maximum, or a held-out period that the model missed are no errors here: the
    refit then has no model, and says why.

    Raises:
        BadInput: the plan's zone is unknown.
    """
    zone = zone_of(plan.zone)
    from siyu.insight.lifetime import refitting  # noqa: PLC0415 - SciPy, only where it is used

    today = (plan.as_of.astimezone(zone).date() - _EPOCH).days
    found = refitting.look(client, plan, today)
    model, predictions, reason, reason_zh = None, None, "", ""
    try:
        model, predictions = refitting.fit(found, plan)
    except NoPrediction as error:
        reason, reason_zh = str(error.details["reason"]), str(error.details["reason_zh"])
    except NotSettled as error:
        reason, reason_zh = error.message, error.message_zh
    digest = hashlib.sha256(
        repr((plan.zone, plan.months, plan.monthly_discount, plan.definitions.purchase, today)).encode()
    )
    for part in found.columns():
        digest.update(part.tobytes())
    return Refit(
        as_of=plan.as_of.astimezone(zone).date(),
        fingerprint=digest.hexdigest(),
        customers=len(found.buyers.customer),
        actual_fen=int(found.buyers.net_fen.sum()),
        model=model,
        reason=reason,
        reason_zh=reason_zh,
        predictions=predictions,
    )


def keep(conn: Connection, refit: Refit, now: datetime) -> bool:
    """Keep what a refit found; whether it is new. The same data of the same day are kept once."""
    return store.keep(
        conn,
        {
            "as_of": refit.as_of,
            "fitted_at": now,
            "fingerprint": refit.fingerprint,
            "customers": refit.customers,
            "actual_fen": refit.actual_fen,
            "predicted_fen": refit.model.predicted_fen if refit.model else None,
            "reason": refit.reason,
            "reason_zh": refit.reason_zh,
            "body": asdict(refit.model) if refit.model else None,
        },
    )


def pieces(refit: Refit) -> Iterator[tuple["pa.Table", int, int]]:
    """The predictions in pieces: (table, above, up to) with the ids that the piece speaks for. Together they speak for
    all ids: a customer in such a span who is not in the table has no prediction.
    """
    from siyu.insight.lifetime import refitting  # noqa: PLC0415 - see above

    table = refit.predictions if refit.predictions is not None else refitting.nobody()
    above = 0
    for start in range(0, max(table.num_rows, 1), _PIECE):
        piece = table.slice(start, _PIECE)
        last = start + _PIECE >= table.num_rows
        up_to = _EVERYBODY if last else int(piece.column("customer_id")[-1].as_py())
        yield piece, above, up_to
        above = up_to


def state(conn: Connection) -> LifetimeState:
    """How the prediction stands: the last refit with its calibration, or why there is none; and the days before."""
    row = store.latest(conn)
    if row is None:
        return LifetimeState(
            None, None, 0, None, "no refit has run yet; one runs every night.", "尚未进行过拟合，系统每晚自动拟合。"
        )
    return LifetimeState(
        as_of=row["as_of"],
        fitted_at=row["fitted_at"].astimezone(UTC),
        customers=row["customers"],
        model=_model(row["body"]),
        reason=row["reason"],
        reason_zh=row["reason_zh"],
        history=tuple([LifetimePoint(*point) for point in store.history(conn, _HISTORY)]),
    )


def distribution(conn: Connection) -> LifetimeDistribution:
    """How many customers are worth how much, so far and predicted, as of the last refit."""
    now = state(conn)
    if now.model is None:
        return LifetimeDistribution(now.as_of, now.fitted_at, MONTHS, (), now.reason, now.reason_zh)
    return LifetimeDistribution(now.as_of, now.fitted_at, now.model.months, now.model.distribution)


_MODEL: Final = TypeAdapter(LifetimeModel)


def _model(body: Mapping[str, Any] | None) -> LifetimeModel | None:
    return None if body is None else _MODEL.validate_python(body)
