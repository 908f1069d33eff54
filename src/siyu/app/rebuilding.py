"""Putting derived things together again from what they are derived from."""

from collections.abc import Sequence

from siyu.app.context import Context
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.identity import service as identity
from siyu.identity.types import Difference
from siyu.timeline import service as timeline


def rebuild_timeline(context: Context, actor: Principal) -> None:
    """Empty the timeline in ClickHouse and have the exporter ship the whole log again. Safe to repeat."""
    with context.database.transaction() as conn:
        timeline.rebuild_image(conn, context.clickhouse)
        now = context.clock.now()
        access.record(conn, actor=actor.actor, action="timeline.rebuilt", target="timeline", details={}, now=now)


def check_identity(context: Context) -> Sequence[Difference]:
    """Replay the log of OneID and return where the stored assignment differs from it; changes nothing."""
    with context.database.transaction() as conn:
        return identity.rebuild(conn, context.clock.now())
