"""Tries every account of a channel now and then, so that what breaks at night is seen in the morning."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog

from siyu.app.context import Context
from siyu.app.outward import outward
from siyu.app.syncing import alone
from siyu.channels import service as channels

log = structlog.get_logger(__name__)

JOB: Final = "channels.check_all"
_LOCK: Final = 0x5159_5532


def check_all(context: Context, *, ending: Callable[[], bool] = lambda: False) -> int:
    """Try the accounts that are due, one after the other; return how many were tried. Paused ones are left alone.

    One process at a time. When ``ending`` says that this process ends, the rest waits for the next time.
    """
    every = timedelta(minutes=context.settings.channel_check_minutes)
    with alone(context.database, _LOCK, 0) as held:
        if not held:
            return 0
        with context.database.transaction() as conn:
            due = channels.due_for_check(conn, every, context.clock.now())
        tried = 0
        for account in due:
            if ending():
                break
            channels.check_account(context.database, account, context.clock, outward(), context.settings.base_url)
            tried += 1
    log.info("checking.ended", due=len(due), tried=tried)
    return tried
