"""What every act on a platform needs: where to write it down, and the plugin that does it.

No transaction is open while a platform is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.service.accounts import account as find_account
from siyu.channels.store.rereads import notify
from siyu.channels.types import Account, CannotAct, Capability, Channel
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.postgres import Database
from siyu.kernel.clock import Clock
from siyu.kernel.errors import Conflict, SiyuError, TryLater, original

ACTS_CHANNEL: Final = "siyu_channels_acts"  # NOTIFY wakes the loop that does what was asked for
RIGHT: Final = "channels.act"
LEASE: Final = timedelta(minutes=10)  # so long what is being done is nobody else's
MOST_TRIES: Final = 6  # of what breaks for no reason of the platform's
_FIRST_PAUSE: Final = timedelta(seconds=15)
_LONGEST_PAUSE: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where acts are done.

    Attributes:
        database: of accounts and mirror.
        clock: what time it is.
        opens: puts the plugin of an account to work.
    """

    database: Database
    clock: Clock
    opens: Callable[[Account], Channel]


@dataclass(frozen=True, slots=True)
class Broken:
    """Why something was not done: the platform's code where it refused, and what to do."""

    code: int
    reason: str
    reason_zh: str
    final: bool


def able(account: Account, capability: Capability) -> None:
    """Pass when something can be done with this account.

    Raises:
        CannotAct: its channel has no way to do it.
        Conflict: it is paused.
    """
    about = registry.about(account.channel)
    if capability not in about.capabilities:
        raise CannotAct(channel=about.en, channel_zh=about.zh, capability=capability.value)
    if account.state == "paused":
        raise Conflict(reason="the account is paused.", reason_zh="该账号已停用。")


def at_work(desk: Desk, principal: Principal, account_id: int, capability: Capability) -> tuple[Account, Channel]:
    """The account and its plugin, for an act of an operator.

    Raises:
        NotAllowed: without the right ``channels.act``.
        NotFound: no such account.
        CannotAct, Conflict: as :func:`able`.
    """
    access.require(principal, RIGHT)
    with desk.database.transaction() as conn:
        found = find_account(conn, account_id)
    able(found, capability)
    return found, desk.opens(found)


def note(
    conn: Connection, principal: Principal, account: Account, details: dict[str, object], now: datetime, *, action: str
) -> None:
    """An audit row; no personal data among the details."""
    record = {"channel": account.channel, **details}
    access.record(conn, actor=principal.actor, action=action, target=f"channel:{account.id}", details=record, now=now)


def wake(conn: Connection) -> None:
    """The worker looks at what is to be done, behind this transaction."""
    notify(conn, ACTS_CHANNEL)


def pause(tries: int, wait: TryLater | None = None) -> timedelta:
    """How long until the next try: as the platform says, or longer with each."""
    if wait is None:
        return min(_LONGEST_PAUSE, _FIRST_PAUSE * int(2 ** min(tries, 12)))
    return min(_LONGEST_PAUSE, wait.wait)


def broken(error: Exception, tries: int) -> Broken:
    """What to write down of an error; final when another try would not mend it."""
    if isinstance(error, SiyuError):
        code = error.details.get("errcode", 0)
        return Broken(code if type(code) is int else 0, error.message, error.message_zh, final=True)
    said = type(error).__name__  # what it says may hold personal data
    return Broken(
        0,
        f"The plugin broke: {said}; the log has more.",
        f"插件处理出错{original(said)}，详情见日志。",
        final=tries + 1 >= MOST_TRIES,
    )
