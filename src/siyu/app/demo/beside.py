"""What stands beside the demo: processes that play platforms, the accounts that Siyu has on them, and waiting for both."""

import secrets
import socket
import string
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol

import httpx
import structlog

from siyu.app.context import Context
from siyu.app.demo.marker import Marker
from siyu.app.outward import outward
from siyu.channels import service as channels
from siyu.channels.types import Account, Walk
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import EngineProblem, original

log = structlog.get_logger(__name__)

_ACTOR: Final[Principal] = access.system("demo")
_STARTS_WITHIN: Final = 60.0  # seconds
_LOOK_EVERY: Final = 0.25
_VERIFICATIONS: Final = 20
_ASK_AGAIN: Final = 20.0  # seconds without a walk that moves


class Attach(Protocol):
    """Runs a further process for as long as Siyu runs."""

    def __call__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None: ...


def launch(attach: Attach, process: str, command: Sequence[str], file: Path, write: Callable[[Path], object]) -> None:
    """Start a process that plays a platform, without waiting for it; its file is written when there is none yet. Safe to repeat."""
    if not file.exists():
        write(file)
    attach(process, command, {})


def wait_until_it_answers(process: str, client: httpx.Client, told: threading.Event) -> None:
    """Wait until a process that plays a platform answers.

    Raises:
        EngineProblem: it does not start.
        KeyboardInterrupt: ``told`` was set.
    """
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        if told.is_set():
            raise KeyboardInterrupt
        try:
            if client.get("/_control/state").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            told.wait(0.1)
    raise EngineProblem(
        engine=process,
        reason=f"it does not answer at {client.base_url}.",
        reason_zh=f"{client.base_url} 没有响应。",
        advice="See the log above.",
        advice_zh="请查看上方日志。",
    )


def have_called_back(client: httpx.Client, receiver: Mapping[str, str], told: threading.Event) -> None:
    """Have a platform tell Siyu what happens, which it tries first: an account is known to Siyu's door a second after it
    was connected.
    """
    said: Any = {}
    for _ in range(_VERIFICATIONS):
        said = client.put("/_control/callback", json=dict(receiver)).json()
        if said.get("verified"):
            return
        if told.wait(_LOOK_EVERY * 2):
            raise KeyboardInterrupt
    log.warning("demo.callbacks_not_verified", url=receiver["url"], said=said)


def with_ports_and_keys(marker: Marker) -> Marker:
    """Where the brand's platforms stand and how they sign: as before, but that a port which is taken gives way."""
    port, official_port, program_port, pay_port = _free_ports(
        marker.port, marker.official_port, marker.program_port, marker.pay_port
    )
    token, aes_key = marker.token or _letters(24), marker.aes_key or _letters(43)
    return replace(
        marker, port=port, official_port=official_port, program_port=program_port, pay_port=pay_port,
        token=token, aes_key=aes_key,
    )  # fmt: skip


def _free_ports(*before: int) -> list[int]:
    """For each the same when it is free, else another one. All are held until the last is found, so no two are the same."""
    with ExitStack() as held:
        return [_free_port(held, one) for one in before]


def _free_port(held: ExitStack, before: int) -> int:
    for port in (before, 0):
        looked = held.enter_context(socket.socket())
        looked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            looked.bind(("127.0.0.1", port))
        except OSError:
            continue
        return int(looked.getsockname()[1])
    raise EngineProblem(
        engine="demo",
        reason="no port of the loopback is free.",
        reason_zh="本机没有空闲端口。",
        advice="End programs that hold many connections.",
        advice_zh="请关闭占用大量连接的程序。",
    )


def _letters(count: int) -> str:
    """So many, made up."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(count))


def connected(
    context: Context, channel: str, external_id: str, name: str, values: Mapping[str, str], own: Mapping[str, str]
) -> Account:
    """The account as it should be.

    Args:
        context: of the Siyu that runs.
        channel: which it is on.
        external_id: how that calls it.
        name: how the brand calls it.
        values: set anew where the platform has another address now.
        own: what else is filled in when it is connected.
    """
    with context.database.transaction() as conn:
        now = context.clock.now()
        for one in channels.accounts(conn):
            if (one.channel, one.external_id) == (channel, external_id):
                if one.settings.get("base_url") == values["base_url"]:
                    return one
                return channels.update_account(conn, _ACTOR, one.id, now=now, values=values)
        return channels.connect_account(conn, _ACTOR, channel=channel, values={**values, **own}, name=name, now=now)


def wait_until_mirrored(
    context: Context, account: Account, told: threading.Event, seen: Callable[[int], None] = lambda _: None
) -> int:
    """Wait until a walk over the account was whole; return how many ties began in it. Tells how many it has seen so far.

    Raises:
        EngineProblem: the walk was refused.
        KeyboardInterrupt: ``told`` was set.
    """
    moved, before = time.monotonic(), ""
    with context.database.transaction() as conn:
        walks = channels.walks(conn, account.id, 1)
        refused = walks[0].id if walks and walks[0].state == "failed" else 0  # of an earlier start
        if refused:
            channels.ask_reconcile(conn, account)
    while not told.wait(_LOOK_EVERY):
        with context.database.transaction() as conn:
            walks = channels.walks(conn, account.id)
            whole = next((walk for walk in walks if walk.state == "done"), None)
            if whole is not None:
                return whole.counts.get("began", 0)
            now = f"{walks[0].id}/{walks[0].cursor}" if walks else ""
            if now != before:
                moved, before = time.monotonic(), now
            elif time.monotonic() - moved > _ASK_AGAIN:  # whoever was at it may have been killed
                channels.ask_reconcile(conn, account)
                moved = time.monotonic()
        if walks and walks[0].state == "failed" and walks[0].id > refused:
            raise _not_mirrored(account, walks[0])
        seen(walks[0].counts.get("began", 0) if walks else 0)
    raise KeyboardInterrupt


def check_once(context: Context, account: Account) -> None:
    """Try what the account needs, so that its page says that it works."""
    base_url = context.settings.base_url
    health = channels.check_account(context.database, account, context.clock, outward(), base_url)
    if not health.ok:
        log.warning(
            "demo.account_not_well", account=account.name, findings=[one.en for one in health.findings if not one.ok]
        )


def _not_mirrored(account: Account, walk: Walk) -> EngineProblem:
    problem: Mapping[str, Any] = walk.problem or {}
    return EngineProblem(
        engine=account.name,
        reason=f"it was not mirrored: {problem.get('message', '')}",
        reason_zh=f"同步失败{original(str(problem.get('message_zh', '')))}。",
        advice="`siyu doctor channels` looks for the cause; `siyu demo` goes on from here.",
        advice_zh="请运行 `siyu doctor channels` 排查；`siyu demo` 会从这里继续。",
    )
