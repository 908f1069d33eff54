"""The nightly refit of the lifetime models: from the facts to the predictions on the profiles."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from siyu.app.context import Context
from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.jobs import LONG, defer
from siyu.insight import service as insight
from siyu.insight.types import Definitions, LifetimePlan, LifetimeState
from siyu.segments import service as segments

log = structlog.get_logger(__name__)

REFIT: Final = "insight.refit"  # name of the job
_LOCK: Final = 0x5159_5530_0005


@dataclass(frozen=True, slots=True)
class Done:
    """What a refit came to; ``changed`` is how many predictions were written or taken away."""

    state: LifetimeState
    changed: int


def refit(context: Context) -> Done:
    """Fit, check, keep and write back; one at a time, whoever asks.

    A piece of the predictions is one transaction. A refit that was interrupted is simply run again; one of the same
    data changes nothing.
    """
    now = context.clock.now()
    with _alone(context):
        found = insight.lifetime.compute(context.clickhouse, plan(context, now))
        changed = 0
        for table, above, up_to in insight.lifetime.pieces(found):
            with context.database.transaction() as conn:
                changed += customers.write_predictions(conn, table, above=above, up_to=up_to)
        with context.database.transaction() as conn:
            insight.lifetime.keep(conn, found, now)
            state = insight.lifetime.state(conn)
            if changed:
                segments.count_anew_after(conn, segments.PREDICTION)
    model = state.model.model if state.model else None
    log.info("lifetime.refitted", model=model, customers=state.customers, changed=changed, reason=state.reason)
    return Done(state, changed)


def ask(context: Context, principal: Principal) -> bool:
    """Have the worker refit soon; False when a refit waits already. The wish goes into the audit.

    Raises:
        NotAllowed: without the right ``insight.manage``.
    """
    access.require(principal, "insight.manage")
    now = context.clock.now()
    with context.database.transaction() as conn:
        job = defer(conn, REFIT, {}, once=REFIT, queue=LONG)
        access.record(
            conn, actor=principal.actor, action="lifetime.refit_asked", target="lifetime", details={}, now=now
        )
    return job is not None


def plan(context: Context, as_of: datetime) -> LifetimePlan:
    """What a refit of that moment takes."""
    settings = context.settings
    definitions = Definitions(settings.purchase_means, settings.active_days, settings.repeat_purchases)
    return LifetimePlan(as_of, settings.brand_zone, definitions=definitions)


@contextmanager
def _alone(context: Context) -> Iterator[None]:
    """A lock that outlives the transactions of the pieces; closing its connection gives it back."""
    with context.database.raw() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        yield
