"""``siyu fake official-account``, ``siyu fake mini-program``, and ``siyu fake wechat``, which is both."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from siyu.app.cli.frame import console
from siyu.kernel.clock import SystemClock
from siyu.kernel.errors import Conflict, original
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat import keeping
from siyu.rehearsal.platforms.wechat.account import Account, pair, populated
from siyu.rehearsal.platforms.wechat.app import MOST_ACTS, create_app
from siyu.rehearsal.platforms.wechat.life import Life
from siyu.rehearsal.platforms.wechat.receiver import check
from siyu.rehearsal.platforms.wechat.types import Kind, Mode

_TICK: Final = 1.0  # seconds between looks at what people do
_SAVE: Final = 10.0  # seconds between writings of the file; more where a writing takes long
_SAVE_SHARE: Final = 200  # of the time at most one part in so many goes into writing

PortOption = Annotated[int, typer.Option(help="Port on the loopback; 0 for a free one.", min=0, max=65535)]
CallbackOption = Annotated[str, typer.Option(help="Where callbacks go. Empty: nowhere.")]
TokenOption = Annotated[str, typer.Option(help="Token of the callbacks.", envvar="FAKE_WECHAT_TOKEN")]
KeyOption = Annotated[
    str,
    typer.Option(help="EncodingAESKey of the callbacks: 43 letters and digits.", envvar="FAKE_WECHAT_AES_KEY"),
]
ModeOption = Annotated[Mode, typer.Option(help="How callbacks are encrypted.")]
PeopleOption = Annotated[int, typer.Option(help="How many people.", min=0)]
SeedOption = Annotated[int, typer.Option(help="Same seed, same people.")]
FileOption = Annotated[
    Path | None, typer.Option(help="Keep what there is in this file; one that is there is gone on with.")
]
PaceOption = Annotated[
    float, typer.Option(help="Let people act by themselves, so many acts a minute.", min=0, max=MOST_ACTS)
]


@dataclass(slots=True)
class _Pace:
    """When people act next by themselves, at one account."""

    life: Life
    pauses: np.random.Generator
    at: float | None = field(default=None)

    def go(self, account: Account, now: float) -> None:
        if not account.acts_per_minute:
            self.at = None
            return
        if self.at is not None and now < self.at:
            return
        if self.at is not None:
            self.life.live(1)
        self.at = now + float(self.pauses.exponential(60 / account.acts_per_minute))


def register(app: typer.Typer) -> None:
    """Put the commands below ``siyu fake``."""
    app.command("official-account")(official_account)
    app.command("mini-program")(mini_program)
    app.command("wechat")(wechat)


def official_account(
    port: PortOption = 8771,
    callback_url: CallbackOption = "",
    token: TokenOption = "",
    aes_key: KeyOption = "",
    mode: ModeOption = "safe",
    people: PeopleOption = 1000,
    seed: SeedOption = 7,
    file: FileOption = None,
    acts_per_minute: PaceOption = 0.0,
) -> None:
    """Run a fake official account: its API, its callbacks, and /_control/acts/… to act as a follower."""
    account = _one("official_account", people, seed, file)
    account.acts_per_minute = acts_per_minute
    _call_back(account, callback_url, token, aes_key, mode)
    _run([account], [port], file)


def mini_program(
    port: PortOption = 8772,
    callback_url: CallbackOption = "",
    token: TokenOption = "",
    aes_key: KeyOption = "",
    mode: ModeOption = "safe",
    people: PeopleOption = 1000,
    seed: SeedOption = 7,
    file: FileOption = None,
    acts_per_minute: PaceOption = 0.0,
) -> None:
    """Run a fake mini program: its API, its callbacks, and /_control/acts/… to act as a user."""
    account = _one("mini_program", people, seed, file)
    account.acts_per_minute = acts_per_minute
    _call_back(account, callback_url, token, aes_key, mode)
    _run([account], [port], file)


def wechat(
    port: Annotated[int, typer.Option(help="Of the official account; 0 for a free one.", min=0, max=65535)] = 8771,
    mini_port: Annotated[int, typer.Option(help="Of the mini program; 0 for a free one.", min=0, max=65535)] = 8772,
    callback_url: Annotated[str, typer.Option(help="Where callbacks of the official account go.")] = "",
    mini_callback_url: Annotated[str, typer.Option(help="Where callbacks of the mini program go.")] = "",
    token: TokenOption = "",
    aes_key: KeyOption = "",
    mode: ModeOption = "safe",
    people: PeopleOption = 1000,
    seed: SeedOption = 7,
    file: FileOption = None,
    acts_per_minute: PaceOption = 0.0,
    process: Annotated[int, typer.Option(help="End when this process, which started it, has.", hidden=True)] = 0,
) -> None:
    """Run a fake official account and a fake mini program of one brand: their people have one UnionID in both."""
    if file is not None and file.exists():
        official, program = _one("official_account", people, seed, file), _one("mini_program", people, seed, file)
    else:
        official, program = pair(SystemClock(), people, seed=seed)
    for account, url in ((official, callback_url), (program, mini_callback_url)):
        account.acts_per_minute = acts_per_minute
        _call_back(account, url, token, aes_key, mode)
    _run([official, program], [port, mini_port], file, process)


def _one(kind: Kind, people: int, seed: int, file: Path | None) -> Account:
    if file is not None and file.exists():
        found = [one for one in keeping.load(file, SystemClock()) if one.state.kind == kind]
        if len(found) == 1:
            return found[0]
        raise Conflict(reason=f"{file} holds no {kind}.", reason_zh=f"{file} 中没有 {kind}。")
    return populated(SystemClock(), kind, people, seed=seed)


def _call_back(account: Account, url: str, token: str, aes_key: str, mode: Mode) -> None:
    if url:
        check(url, token, aes_key, mode)
        account.call_back(url, token, aes_key, mode, by_itself=True)


def _run(accounts: Sequence[Account], ports: Sequence[int], file: Path | None, process: int = 0) -> None:
    """Until it is interrupted, or the process is gone."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # through the doors below, so that the file is written
    try:
        with ExitStack() as stack:
            for account, port in zip(accounts, ports, strict=True):
                _greet(account, _served(stack, account, port))
            console.print("Ctrl-C ends it.")
            _live(accounts, file, process)
    finally:
        for account in accounts:
            account.hang_up()
        if file is not None:
            keeping.save(accounts, file)


def _served(stack: ExitStack, account: Account, port: int) -> str:
    try:
        return stack.enter_context(serving(create_app(account), port))
    except OSError as error:
        raise Conflict(
            reason=f"port {port} cannot be used: {error}.", reason_zh=f"端口 {port} 无法使用{original(error)}。"
        ) from None


def _live(accounts: Sequence[Account], file: Path | None, process: int) -> None:
    saved = time.monotonic()
    save_at = saved + _SAVE
    paces = []
    for one in accounts:
        seed = one.state.seed + one.state.number
        paces.append(_Pace(Life(one, seed), np.random.default_rng([seed, 37])))
    while not process or os.getppid() == process:
        time.sleep(_TICK)
        now = time.monotonic()
        for account, pace in zip(accounts, paces, strict=True):
            pace.go(account, now)
        if file is not None and now >= save_at:
            with contextlib.suppress(OSError):  # a full disk: the next time, or the end, says so
                keeping.save(accounts, file)
            saved = time.monotonic()
            save_at = saved + max(_SAVE, _SAVE_SHARE * (saved - now))


def _greet(account: Account, address: str) -> None:
    lines = {"API": address, "Control": f"{address}/_control/state"}
    lines |= {"AppID": account.state.app_id, "Secret": account.state.secret}
    for name, said in lines.items():
        console.print(f"{name:<8}{said}", highlight=False, soft_wrap=True)
    if account.receiver is not None:
        verified, reason = account.verify()
        said = "verified" if verified else f"not verified: {reason}"
        console.print(f"Callbacks go to {account.receiver.url}; {said}", highlight=False, soft_wrap=True)
