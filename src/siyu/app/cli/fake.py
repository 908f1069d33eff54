"""``siyu fake``: platforms that are not there, for developers without an account."""

import time
from pathlib import Path
from typing import Annotated

import typer

from siyu.app.cli.frame import console
from siyu.kernel.clock import SystemClock
from siyu.kernel.errors import Conflict, original
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import control, world
from siyu.rehearsal.platforms.wecom.app import create_app
from siyu.rehearsal.platforms.wecom.fake import Corp

app = typer.Typer(help="Fake platforms that speak the real protocols, on this machine only.", no_args_is_help=True)

_TICK = 1.0  # seconds between looks at what time does
_SAVE = 10.0  # seconds between writings of the file


@app.callback()
def _group() -> None:
    """Fake platforms that speak the real protocols, on this machine only."""


@app.command()
def wecom(
    port: Annotated[int, typer.Option(help="Port on the loopback; 0 for a free one.", min=0, max=65535)] = 8770,
    callback_url: Annotated[str, typer.Option(help="Where callbacks go. Empty: nowhere.")] = "",
    token: Annotated[str, typer.Option(help="Token of the callbacks.")] = "",
    aes_key: Annotated[str, typer.Option(help="EncodingAESKey of the callbacks: 43 letters and digits.")] = "",
    staff: Annotated[int, typer.Option(help="How many members of staff.", min=1)] = 20,
    contacts: Annotated[int, typer.Option(help="How many ties between staff and customers.", min=0)] = 1000,
    groups: Annotated[int, typer.Option(help="How many groups of customers.", min=0)] = 10,
    seed: Annotated[int, typer.Option(help="Same seed, same corp.")] = 7,
    file: Annotated[
        Path | None, typer.Option(help="Keep the corp in this file; one that is there is gone on with.")
    ] = None,
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
    try:
        with serving(create_app(corp), port) as url:
            _greet(corp, url)
            _live(corp, file)
    except OSError as error:
        raise Conflict(
            reason=f"port {port} cannot be used: {error}.", reason_zh=f"端口 {port} 无法使用{original(error)}。"
        ) from None
    finally:
        corp.hang_up()
        if file is not None:
            corp.save(file)


def _greet(corp: Corp, url: str) -> None:
    secret = next(iter(corp.state.secrets))
    lines = {"API": f"{url}/cgi-bin", "Page": f"{url}/_control", "CorpID": corp.corp_id, "Secret": secret}
    for name, said in lines.items():
        console.print(f"{name:<8}{said}", highlight=False, markup=False, soft_wrap=True)
    if corp.receiver is not None:
        verified, reason = corp.verify()
        said = "verified" if verified else f"not verified: {reason}"
        console.print(f"Callbacks go to {corp.receiver.url}; {said}", highlight=False, markup=False, soft_wrap=True)
    console.print("Ctrl-C ends it.")


def _live(corp: Corp, file: Path | None) -> None:
    """Until it is interrupted: what time does, and the file now and then."""
    saved = time.monotonic()
    while True:
        time.sleep(_TICK)
        corp.tick()
        if file is not None and time.monotonic() - saved > _SAVE:
            corp.save(file)
            saved = time.monotonic()
