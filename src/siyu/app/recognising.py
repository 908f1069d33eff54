"""Asks the platforms which contacts the visitors of our apps are: each once, within the quota, at night.

No transaction is open while a platform is asked.
"""

from typing import Final

import structlog

from siyu.app.context import Context
from siyu.app.syncing import Opens, alone, opener
from siyu.channels import service as channels
from siyu.channels.types import Account, Capability, Channel, PlatformRefused, Recognised, Recognising, Visitor
from siyu.kernel.errors import TryLater

log = structlog.get_logger(__name__)

JOB: Final = "channels.recognise"
_LOCK: Final = 0x5159_5531
_AT_ONCE: Final = 100
_ENOUGH: Final = 3  # refusals in a row: it is not the visitors


def recognise_all(context: Context) -> None:
    """Go through every active account that recognises visitors. Safe to repeat: nobody is asked for twice."""
    with context.database.transaction() as conn:
        accounts = channels.accounts(conn)
    able = {one.name for one in channels.abouts() if Capability.RECOGNISE in one.capabilities}
    for account in accounts:
        if account.state == "active" and account.channel in able:
            recognise(context, account)


def recognise(context: Context, account: Account, opens: Opens | None = None) -> Recognising | None:
    """Ask for the visitors of whom nothing is known, then of the contacts who came since; what is answered is kept.

    ``None`` when another process is at it: nobody is to be asked for twice.
    """
    with alone(context.database, _LOCK, account.id) as held:
        if not held:
            return None
        channel = (opens or opener(context.database, context.clock))(account)
        done = _visitors(context, account, channel)
        if done.ended == "done":
            done = _newcomers(context, account, channel, done)
    log.info("recognising.ended", account=account.id, asked=done.asked, found=done.found, ended=done.ended)
    return done


def _visitors(context: Context, account: Account, channel: Channel) -> Recognising:
    database, clock = context.database, context.clock
    asked = found = 0
    after: int | None = 0
    while after is not None:
        with database.transaction() as conn:
            some, after = channels.visitors(conn, account, clock.now(), after, _AT_ONCE)
            if not some:
                continue
            if not channels.may_ask(conn, account, len(some), clock.now()):
                return Recognising(asked, found, "quota")
        answers, ended = _ask(channel, some)
        with database.transaction() as conn:
            found += channels.keep_recognised(conn, account, answers, clock.now())
        asked += len(answers)
        if ended is not None:
            return Recognising(asked, found, "later" if isinstance(ended, TryLater) else "refused")
    return Recognising(asked, found)


def _ask(channel: Channel, some: dict[str, Visitor]) -> tuple[dict[str, Recognised], Exception | None]:
    """What was answered, and why it did not go on. Who alone is refused is left out, and asked for again another night."""
    answers: dict[str, Recognised] = {}
    refused = 0
    for union_id, visitor in some.items():
        try:
            answers[union_id] = channel.recognise(visitor)
        except TryLater as later:
            return answers, later
        except PlatformRefused as refusal:
            refused += 1
            log.warning("recognising.refused", account=channel.account.id, errcode=refusal.errcode)
            if refused >= _ENOUGH:
                return answers, refusal
        else:
            refused = 0
    return answers, None


def _newcomers(context: Context, account: Account, channel: Channel, done: Recognising) -> Recognising:
    database, clock = context.database, context.clock
    found = done.found
    while True:
        with database.transaction() as conn:
            some = channels.newcomers(conn, account, clock.now(), _AT_ONCE)
        if not some:
            return Recognising(done.asked, found)
        try:
            pending = channel.pending_ids(some)
        except TryLater:
            return Recognising(done.asked, found, "later")
        except PlatformRefused as refusal:
            log.warning("recognising.refused", account=account.id, errcode=refusal.errcode)
            return Recognising(done.asked, found, "refused")
        with database.transaction() as conn:
            found += channels.keep_pending(conn, account, some, pending, clock.now())
