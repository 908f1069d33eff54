"""The brand's WeCom: a fake one beside Siyu, connected as an account through the public doors, and kept alive.

The corp lies in a file of the data folder, so that what is done to it in the console outlasts a restart.
"""

import os
import secrets
import socket
import string
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

import httpx
import structlog

from siyu.app.context import Context
from siyu.app.demo.marker import Marker
from siyu.app.outward import outward
from siyu.app.place import Running
from siyu.channels import service as channels
from siyu.channels.types import Account, Walk
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import EngineProblem, original
from siyu.rehearsal import service as rehearsal
from siyu.rehearsal.types import CORP, NAME, Brand

log = structlog.get_logger(__name__)

CORP_FILE: Final = "demo-wecom.json"
PROCESS: Final = "fake wecom"
ACTS_PER_MINUTE: Final = 4
_ACTOR: Final[Principal] = access.system("demo")
_AGENT: Final = "1000002"
_STARTS_WITHIN: Final = 60.0  # seconds
_LOOK_EVERY: Final = 0.25
_ASK_AGAIN: Final = 20.0  # seconds without a walk that moves


class Attach(Protocol):
    """Runs a further process for as long as Siyu runs."""

    def __call__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Beside:
    """The WeCom that stands beside.

    Attributes:
        account: under which Siyu knows it.
        command: that runs it, without callbacks and without acts.
        receiver: where its callbacks go, as :class:`~siyu.rehearsal.platforms.wecom.fake.Corp` takes it.
    """

    account: Account
    url: str
    command: Sequence[str]
    receiver: Mapping[str, str]


def stand_beside(
    context: Context,
    running: Running,
    attach: Attach,
    marker: Marker,
    path: Path,
    brand: Callable[[], Brand],
    told: threading.Event,
) -> tuple[Beside, Marker]:
    """Start the brand's WeCom, connect it, and have its callbacks come to Siyu's door. Safe to repeat.

    Args:
        context: of the Siyu that runs.
        running: where it runs.
        attach: runs a further process.
        marker: of the brand; returned with what was drawn for it.
        path: of the marker.
        brand: whose corp is written when there is none yet.
        told: set when everything should end.

    Raises:
        EngineProblem: it does not start.
        KeyboardInterrupt: ``told`` was set.
    """
    file = path.with_name(CORP_FILE)
    if not file.exists():
        rehearsal.write_corp(brand(), file)
    token, aes_key = marker.token or _letters(24), marker.aes_key or _letters(43)
    marker = replace(marker, port=_port(marker.port), token=token, aes_key=aes_key)
    marker.write(path)
    url = f"http://127.0.0.1:{marker.port}"
    command = [sys.executable, "-m", "siyu.app.cli", "fake", "wecom", "--port", str(marker.port)]
    command += ["--file", str(file), "--process", str(os.getpid())]
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as client:
        attach(PROCESS, command, {})
        _wait_until_it_answers(client, told)
        account = _connected(context, url, marker)
        address = f"{running.http_url}/callback/{account.channel}/{account.id}"
        receiver = {"url": address, "token": token, "aes_key": aes_key}
        verified = client.put("/_control/callback", json=receiver).json()
    if not verified.get("verified"):
        log.warning("demo.callbacks_not_verified", said=verified)
    beside = Beside(account, url, command, receiver)
    attach(PROCESS, *_lasting(beside, 0))
    return beside, marker


def live_on(beside: Beside, attach: Attach) -> None:
    """From now on customers come and go, a few a minute."""
    attach(PROCESS, *_lasting(beside, ACTS_PER_MINUTE))
    try:
        httpx.put(f"{beside.url}/_control/pace", json={"acts_per_minute": ACTS_PER_MINUTE}, timeout=10, trust_env=False)
    except httpx.TransportError as error:  # it died a moment ago, and will live on when it is started again
        log.info("demo.pace_not_heard", error=str(error))


def wait_until_mirrored(
    context: Context, beside: Beside, told: threading.Event, seen: Callable[[int], None] = lambda _: None
) -> int:
    """Wait until a walk over the corp was whole; return how many ties began in it. Tells how many it has seen so far.

    Raises:
        EngineProblem: the walk was refused.
        KeyboardInterrupt: ``told`` was set.
    """
    moved, before = time.monotonic(), ""
    with context.database.transaction() as conn:
        walks = channels.walks(conn, beside.account.id, 1)
        refused = walks[0].id if walks and walks[0].state == "failed" else 0  # of an earlier start
        if refused:
            channels.ask_reconcile(conn, beside.account)
    while not told.wait(_LOOK_EVERY):
        with context.database.transaction() as conn:
            walks = channels.walks(conn, beside.account.id)
            whole = next((walk for walk in walks if walk.state == "done"), None)
            if whole is not None:
                return whole.counts.get("began", 0)
            now = f"{walks[0].id}/{walks[0].cursor}" if walks else ""
            if now != before:
                moved, before = time.monotonic(), now
            elif time.monotonic() - moved > _ASK_AGAIN:  # whoever was at it may have been killed
                channels.ask_reconcile(conn, beside.account)
                moved = time.monotonic()
        if walks and walks[0].state == "failed" and walks[0].id > refused:
            raise _not_mirrored(walks[0])
        seen(walks[0].counts.get("began", 0) if walks else 0)
    raise KeyboardInterrupt


def check_once(context: Context, beside: Beside) -> None:
    """Try what the account needs, so that its page says that it works."""
    base_url = context.settings.base_url
    health = channels.check_account(context.database, beside.account, context.clock, outward(), base_url)
    if not health.ok:
        log.warning("demo.wecom_not_well", findings=[one.en for one in health.findings if not one.ok])


def _lasting(beside: Beside, acts: int) -> tuple[Sequence[str], Mapping[str, str]]:
    """How it is started again when it died: with its callbacks and its acts. Keys are no arguments that all can see."""
    command = [*beside.command, "--callback-url", beside.receiver["url"], "--acts-per-minute", str(acts)]
    keys = {"FAKE_WECOM_TOKEN": beside.receiver["token"], "FAKE_WECOM_AES_KEY": beside.receiver["aes_key"]}
    return command, keys


def _connected(context: Context, url: str, marker: Marker) -> Account:
    """The account of the corp, as it should be."""
    values = {"base_url": url, "callback_token": marker.token, "encoding_aes_key": marker.aes_key}
    with context.database.transaction() as conn:
        now = context.clock.now()
        for one in channels.accounts(conn):
            if (one.channel, one.external_id) == ("wecom", CORP):
                if one.settings.get("base_url") == url:
                    return one
                return channels.update_account(conn, _ACTOR, one.id, now=now, values=values)
        values |= {"corp_id": CORP, "agent_id": _AGENT, "secret": rehearsal.CORP_SECRET}
        return channels.connect_account(conn, _ACTOR, channel="wecom", values=values, name=f"{NAME}企业微信", now=now)


def _wait_until_it_answers(client: httpx.Client, told: threading.Event) -> None:
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
        engine=PROCESS,
        reason=f"it does not answer at {client.base_url}.",
        reason_zh=f"{client.base_url} 没有响应。",
        advice="See the log above.",
        advice_zh="请查看上方日志。",
    )


def _not_mirrored(walk: Walk) -> EngineProblem:
    problem: Mapping[str, Any] = walk.problem or {}
    return EngineProblem(
        engine=PROCESS,
        reason=f"it was not mirrored: {problem.get('message', '')}",
        reason_zh=f"同步失败{original(str(problem.get('message_zh', '')))}。",
        advice="`siyu doctor channels` looks for the cause; `siyu demo` goes on from here.",
        advice_zh="请运行 `siyu doctor channels` 排查；`siyu demo` 会从这里继续。",
    )


def _port(before: int) -> int:
    """The same as before when it is free, else another one."""
    for port in (before, 0):
        with socket.socket() as looked:
            looked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                looked.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(looked.getsockname()[1])
    raise EngineProblem(
        engine=PROCESS,
        reason="no port of the loopback is free.",
        reason_zh="本机没有空闲端口。",
        advice="End programs that hold many connections.",
        advice_zh="请关闭占用大量连接的程序。",
    )


def _letters(count: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(count))
