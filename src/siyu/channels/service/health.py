"""Whether an account works, in plain words: what its plugin finds out when it tries what the account needs."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import httpx
import structlog
from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.ports import open_ports
from siyu.channels.store import accounts as tables
from siyu.channels.types import Account, Channel, Finding
from siyu.engines.postgres import Database
from siyu.kernel.clock import Clock
from siyu.kernel.errors import SiyuError, original

log = structlog.get_logger(__name__)


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


def check_account(database: Database, account: Account, clock: Clock, http: httpx.Client) -> Health:
    """Try an account now and keep what was found. Never raises for what a plugin or platform does.

    It calls the platform, so no transaction may be open around it. A paused account is not tried.
    """
    findings: Sequence[Finding]
    if account.state == "paused":
        findings = [Finding("state", True, "it is paused: nothing was tried.", "账号已停用，未做检查。")]
    else:
        findings = _tried(lambda: open_account(database, account, clock, http).health())
    health = Health(clock.now(), tuple(findings))
    with database.transaction() as conn:
        tables.put_health(conn, account.id, [asdict(one) for one in health.findings], health.checked_at)
    return health


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
