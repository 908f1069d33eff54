"""Whether an account works, in plain words: what its plugin finds out when it tries what the account needs."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import structlog
from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.ports import open_ports
from siyu.channels.rules.door import judge
from siyu.channels.rules.health import due_at, to_tell, wrong
from siyu.channels.store import accounts as tables
from siyu.channels.store import rereads
from siyu.channels.types import Account, Capability, Channel, Finding, Heard
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.kernel.clock import Clock
from siyu.kernel.errors import SiyuError, original

log = structlog.get_logger(__name__)

_LOOKED_AT: Final = 10  # reconciles, among which are two that were whole


@dataclass(frozen=True, slots=True)
class Health:
    """What was found at an account, and when."""

    checked_at: datetime
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return all(one.ok for one in self.findings)


def open_account(
    database: Database,
    account: Account,
    clock: Clock,
    http: httpx.Client,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Channel:
    """The plugin at work for an account, with real ports; ``sleep`` waits while a rate is exhausted.

    Raises:
        NotFound: its plugin is not installed any more.
        BadPlugin: it is, and cannot be used.
    """
    return registry.open_channel(account, open_ports(database, account, clock, http, sleep=sleep))


def check_account(database: Database, account: Account, clock: Clock, http: httpx.Client, base_url: str = "") -> Health:
    """Try what an account needs and whether its platform calls; keep what was found.

    Calls the platform, so no transaction may be open around it. A paused account is not tried.

    Args:
        database: of the accounts.
        account: which one.
        clock: what time it is.
        http: with which the plugin calls.
        base_url: how the platform reaches this Siyu.
    """
    findings: list[Finding]
    if account.state == "paused":
        findings = [Finding("state", True, "it is paused: nothing was tried.", "账号已停用，未做检查。")]
    else:
        findings = _tried(lambda: open_account(database, account, clock, http).health())
        if _should_be_called(account, findings):
            findings.append(_called(database, account, clock, base_url))
    health = Health(clock.now(), tuple(findings))
    with database.transaction() as conn:
        _keep(conn, account, health)
    return health


def due_for_check(conn: Connection, every: timedelta, now: datetime) -> list[Account]:
    """Active accounts that were not looked at for about ``every``, who was longest ago first; a new one is due, and one of
    which a push said that something is wrong.
    """
    asked = tables.asked_health(conn)
    health = tables.health(conn).items()
    looked = {account_id: checked_at for account_id, (checked_at, _) in health if account_id not in asked}
    found = [
        (looked.get(one.id, datetime.min.replace(tzinfo=UTC)), one.id, one)
        for one, _ in tables.accounts(conn)
        if one.state == "active" and (one.id not in looked or due_at(one.id, looked[one.id], every) <= now)
    ]
    return [one for *_, one in sorted(found)]


def _keep(conn: Connection, account: Account, health: Health) -> None:
    """Write down what was found; a change is on record once, however often it is found again."""
    before, told = tables.lock_health(conn, account.id)
    telling = to_tell(told, wrong(Finding(**one) for one in before), health.findings)
    if account.state == "paused":
        telling = frozenset(told)  # nothing was tried
    kept = tables.put_health(conn, account.id, [asdict(one) for one in health.findings], telling, health.checked_at)
    if not kept or telling == {*told}:
        return
    details: dict[str, object] = {"wrong": sorted(telling), "mended": sorted({*told} - telling)}
    access.record(
        conn,
        actor=access.system("channels").actor,
        action="channel.health_changed",
        target=f"channel:{account.id}",
        details={"channel": account.channel, **details},
        now=health.checked_at,
    )
    log.warning("channels.health_changed", account=account.id, **details)


def note_heard(conn: Connection, account_id: int, heard: Heard) -> None:
    """Keep what came to the door of an account. Safe to repeat."""
    tables.put_heard(conn, account_id, heard)


def _should_be_called(account: Account, findings: Sequence[Finding]) -> bool:
    """Its platform pushes, and the plugin does not say already why nothing can come."""
    try:
        pushes = Capability.PUSH in registry.about(account.channel).capabilities
    except SiyuError:  # no longer installed, which the findings say
        return False
    return pushes and not any(one.check == "callback" and not one.ok for one in findings)


def _called(database: Database, account: Account, clock: Clock, base_url: str) -> Finding:
    with database.transaction() as conn:
        heard, walks = tables.heard(conn, account.id), rereads.walks(conn, account.id, _LOOKED_AT)
    return judge(heard, walks, f"{base_url}/callback/{account.channel}/{account.id}", clock.now())


def health_of_accounts(conn: Connection) -> dict[int, Health]:
    """What was last found, by account; one that was never tried is absent."""
    return {
        account_id: Health(checked_at, tuple(Finding(**one) for one in findings))
        for account_id, (checked_at, findings) in tables.health(conn).items()
    }


def _tried(look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except SiyuError as problem:
        return [Finding("plugin", False, problem.message, problem.message_zh)]
    except Exception as problem:
        log.exception("channels.health_failed")
        said = f"{type(problem).__name__}: {problem}"[:500]
        return [
            Finding(
                "plugin",
                False,
                f"the plugin's own check broke: {said}",
                f"插件自检出错{original(said)}。",
                "Report it to the author of the plugin; the log has more.",
                "请反馈给插件作者，详情见日志。",
            )
        ]
