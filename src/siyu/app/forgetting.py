"""Deletes at night what channels keep no longer, in small transactions."""

from collections.abc import Callable
from typing import Final

import structlog

from siyu.app.context import Context
from siyu.channels import service as channels

log = structlog.get_logger(__name__)

JOB: Final = "channels.forget"


def forget_channels(context: Context, *, ending: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Delete what is older than the settings say; return how much of each went. The rest waits when the process ends."""
    settings = context.settings
    gone: dict[str, int] = {}
    for what, batch in channels.forgetting(
        context.clock.now(), sent_days=settings.channel_sent_days, acts_days=settings.channel_acts_days
    ):
        gone[what] = 0
        while not ending():
            with context.database.transaction() as conn:
                count = batch(conn)
            gone[what] += count
            if not count:
                break
    log.info("forgetting.ended", **gone)
    return gone
