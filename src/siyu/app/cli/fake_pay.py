"""``siyu fake wechat-pay``: WeChat Pay for one merchant, with the page on which browsers pay and what waits on people's phones."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from siyu.app.cli.frame import console
from siyu.kernel.clock import SystemClock
from siyu.kernel.errors import Conflict, original
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat_pay import keeping
from siyu.rehearsal.platforms.wechat_pay.app import create_app
from siyu.rehearsal.platforms.wechat_pay.merchant import FakeMerchant

_TICK: Final = 0.2  # seconds between looks at what is to be told
_SAVE: Final = 1.0  # seconds between looks at whether there is something to keep


def register(app: typer.Typer) -> None:
    """Put the command below ``siyu fake``."""
    app.command("wechat-pay")(wechat_pay)


def wechat_pay(
    port: Annotated[int, typer.Option(help="Port on the loopback; 0 for a free one.", min=0, max=65535)] = 8774,
    mch_id: Annotated[str, typer.Option(help="Number of the merchant.")] = "1900000109",
    app_id: Annotated[str, typer.Option(help="AppID that belongs to it.")] = "wx0000000000000001",
    file: Annotated[
        Path | None, typer.Option(help="Keep what there is in this file; one that is there is gone on with.")
    ] = None,
    process: Annotated[int, typer.Option(help="End when this process, which started it, has.", hidden=True)] = 0,
) -> None:
    """Run a fake WeChat Pay: its API v3 with signatures, notifications that are repeated, and the pages that people see."""
    if file is not None and file.exists():
        merchant = keeping.load(file, SystemClock())
    else:
        merchant = FakeMerchant(SystemClock(), mch_id=mch_id, app_id=app_id)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # through the doors below, so that the file is written
    try:
        with serving(create_app(merchant), port) as url:
            _greet(merchant, url, file)
            _live(merchant, file, process)
    except OSError as error:
        raise Conflict(
            reason=f"port {port} cannot be used: {error}.", reason_zh=f"端口 {port} 无法使用{original(error)}。"
        ) from None
    finally:
        if file is not None:
            keeping.save(merchant, file)


def _live(merchant: FakeMerchant, file: Path | None, process: int) -> None:
    """Until it is interrupted, or the process is gone."""
    kept, look_at = b"", 0.0
    while not process or os.getppid() == process:
        time.sleep(_TICK)
        merchant.live()
        if file is None or time.monotonic() < look_at:
            continue
        look_at = time.monotonic() + _SAVE
        if (now := keeping.written(merchant)) != kept:
            with contextlib.suppress(OSError):  # a full disk: the next time, or the end, says so
                keeping.save(merchant, file)
                kept = now


def _greet(merchant: FakeMerchant, url: str, file: Path | None) -> None:
    lines = {"API": url, "Phones": f"{url}/", "Merchant": merchant.mch_id, "AppID": merchant.app_id}
    lines |= {"Serial": merchant.serial, "Key ID": merchant.key_id}
    if file is not None:
        lines["Keys"] = f"in {file}"
    for name, said in lines.items():
        console.print(f"{name:<10}{said}", highlight=False, soft_wrap=True)
    console.print("Ctrl-C ends it.")
