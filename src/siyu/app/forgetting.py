"""Deletes at night what channels keep no longer, in small transactions."""

from collections.abc import Callable
from typing import Final

import structlog

from siyu.app.context import Context
from siyu.app.piecewise import in_pieces
from siyu.channels import service as channels

log = structlog.get_logger(__name__)

JOB: Final = "channels.forget"


def forget_channels(context: Context, *, ending: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Delete what is older than the settings say; return how much of each went. The rest waits when the process ends."""
    settings = context.settings
    works = channels.forgetting(
        context.clock.now(), sent_days=settings.channel_sent_days, acts_days=settings.channel_acts_days
    )
    gone = in_pieces(context, works, ending)
    log.info("forgetting.ended", **gone)
    return gone
