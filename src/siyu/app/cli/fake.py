"""``siyu fake``: platforms that are not there, for developers without an account."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from siyu.app.cli import fake_pay, fake_wechat
from siyu.app.cli.frame import console
from siyu.kernel.clock import SystemClock
from siyu.kernel.errors import Conflict, original
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.sms import Provider
from siyu.rehearsal.platforms.sms import create_app as create_sms
from siyu.rehearsal.platforms.wecom import control, world
from siyu.rehearsal.platforms.wecom.app import create_app
from siyu.rehearsal.platforms.wecom.fake import Corp
from siyu.rehearsal.platforms.wecom.life import EVERYDAY, Life

app = typer.Typer(help="Fake platforms that speak the real protocols, on this machine only.", no_args_is_help=True)

_TICK = 1.0  # seconds between looks at what time does
_SAVE = 10.0  # seconds between writings of the file; more where a writing takes long
_SAVE_SHARE = 200  # of the time at most one part in so many goes into writing
_KNOWN = 0.7  # so many of those who add somebody are among the people of the file


def register(whole: typer.Typer) -> None:
    """Add the commands."""
    fake_wechat.register(app)
    fake_pay.register(app)
    whole.add_typer(app, name="fake")


@app.callback()
def _group() -> None:
    """Fake platforms that speak the real protocols, on this machine only."""


@app.command()
def wecom(
    port: Annotated[int, typer.Option(help="Port on the loopback; 0 for a free one.", min=0, max=65535)] = 8770,
    callback_url: Annotated[str, typer.Option(help="Where callbacks go. Empty: nowhere.")] = "",
    token: Annotated[str, typer.Option(help="Token of the callbacks.", envvar="FAKE_WECOM_TOKEN")] = "",
    aes_key: Annotated[
        str,
        typer.Option(help="EncodingAESKey of the callbacks: 43 letters and digits.", envvar="FAKE_WECOM_AES_KEY"),
    ] = "",
    staff: Annotated[int, typer.Option(help="How many members of staff.", min=1)] = 20,
    contacts: Annotated[int, typer.Option(help="How many ties between staff and customers.", min=0)] = 1000,
    groups: Annotated[int, typer.Option(help="How many groups of customers.", min=0)] = 10,
    seed: Annotated[int, typer.Option(help="Same seed, same corp.")] = 7,
    file: Annotated[
        Path | None, typer.Option(help="Keep the corp in this file; one that is there is gone on with.")
    ] = None,
    acts_per_minute: Annotated[
        float,
        typer.Option(
            help="Let customers come and go by themselves, so many acts a minute.", min=0, max=control.MOST_ACTS
        ),
    ] = 0.0,
    process: Annotated[int, typer.Option(help="End when this process, which started it, has.", hidden=True)] = 0,
) -> None:
    """Run a fake WeCom: its API, its callbacks, and a page under /_control from which to act as a customer."""
    clock = SystemClock()
    if file is not None and file.exists():
        corp = Corp.load(file, clock)
    else:
        corp = world.build(clock, seed=seed, staff=staff, follows=contacts, groups=groups)
    if callback_url:
        control.check_receiver(callback_url, token, aes_key)
        corp.call_back(callback_url, token, aes_key, by_itself=True)
    corp.acts_per_minute = acts_per_minute
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # through the doors below, so that the file is written
    try:
        with serving(create_app(corp), port) as url:
            _greet(corp, url)
            _live(corp, file, process)
    except OSError as error:
        raise Conflict(
            reason=f"port {port} cannot be used: {error}.", reason_zh=f"端口 {port} 无法使用{original(error)}。"
        ) from None
    finally:
        corp.hang_up()
        if file is not None:
            corp.save(file)


@app.command()
def sms(
    port: Annotated[int, typer.Option(help="Port on the loopback; 0 for a free one.", min=0, max=65535)] = 8773,
    key: Annotated[str, typer.Option(help="AccessKey ID that it knows.")] = "fake-key",
    secret: Annotated[
        str, typer.Option(help="AccessKey secret that belongs to it.", envvar="FAKE_SMS_SECRET")
    ] = "fake-secret",  # noqa: S107 - of a fake
    process: Annotated[int, typer.Option(help="End when this process, which started it, has.", hidden=True)] = 0,
) -> None:
    """Run a fake Alibaba Cloud SMS: its API, and a page that shows what the phones received."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with serving(create_sms(Provider(SystemClock(), key, secret)), port) as url:
            console.print(f"API and page: {url}/   AccessKey ID: {key}", highlight=False, soft_wrap=True)
            console.print("Ctrl-C ends it.")
            while not process or os.getppid() == process:
                time.sleep(_TICK)
    except OSError as error:
        raise Conflict(
            reason=f"port {port} cannot be used: {error}.", reason_zh=f"端口 {port} 无法使用{original(error)}。"
        ) from None


def _greet(corp: Corp, url: str) -> None:
    secret = next(iter(corp.state.secrets))
    lines = {"API": f"{url}/cgi-bin", "Page": f"{url}/_control", "CorpID": corp.corp_id, "Secret": secret}
    for name, said in lines.items():
        console.print(f"{name:<8}{said}", highlight=False, soft_wrap=True)
    if corp.receiver is not None:
        verified, reason = corp.verify()
        said = "verified" if verified else f"not verified: {reason}"
        console.print(f"Callbacks go to {corp.receiver.url}; {said}", highlight=False, soft_wrap=True)
    console.print("Ctrl-C ends it.")


def _live(corp: Corp, file: Path | None, process: int) -> None:
    """Until it is interrupted, or the process is gone: what time does, what people do, and the file now and then."""
    saved = time.monotonic()
    save_at, kept = saved + _SAVE, _made(corp)
    life = Life(corp, corp.state.seed + corp.state.counter, only=EVERYDAY, known=_KNOWN)
    pauses = np.random.default_rng([corp.state.seed, corp.state.counter])
    act_at: float | None = None
    while not process or os.getppid() == process:
        time.sleep(_TICK)
        corp.tick()
        now = time.monotonic()
        if not corp.acts_per_minute:
            act_at = None
        elif act_at is None or now >= act_at:
            if act_at is not None:
                with corp.lock:
                    life.live(1)
            act_at = now + float(pauses.exponential(60 / corp.acts_per_minute))
        if file is not None and (now >= save_at or (now >= saved + _SAVE and _made(corp) != kept)):
            with contextlib.suppress(OSError):  # a full disk: the next time, or the end, says so
                corp.save(file)
            saved, kept = time.monotonic(), _made(corp)
            save_at = saved + max(_SAVE, _SAVE_SHARE * (saved - now))


def _made(corp: Corp) -> tuple[int, ...]:
    """How many things there are that operators make: these are few, and should not wait for the file."""
    state = corp.state
    made = (state.ways, state.join_ways, state.links, state.templates, state.tag_groups, state.sends, state.moments)
    return tuple(len(one) for one in made)
