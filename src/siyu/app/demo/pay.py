"""The brand's WeChat Pay: a fake one beside Siyu, with a merchant of payments connected to it.

What members pay in the browser, and take on their phones, is seen on its own pages; no money moves. It lies in a file of
the data folder, with its keys.
"""

import os
import sys
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import httpx
from rich.console import Console

from siyu.app.cashing import Cashier
from siyu.app.context import Context
from siyu.app.demo.beside import Attach, launch, wait_until_it_answers
from siyu.app.demo.marker import Marker
from siyu.engines.access import service as access
from siyu.payments import service as payments
from siyu.payments.types import Merchant
from siyu.rehearsal import service as rehearsal
from siyu.rehearsal.types import NAME
from siyu.rewards import service as rewards

PAY_FILE: Final = "demo-wechat-pay.json"
PROCESS: Final = "fake wechat pay"
_ACTOR: Final = access.system("demo")
console: Final = Console(stderr=True, highlight=False)


def launch_pay(context: Context, attach: Attach, marker: Marker, path: Path) -> None:
    """Start the brand's WeChat Pay, without waiting for it. Safe to repeat.

    Args:
        context: of the Siyu that runs.
        attach: runs a further process.
        marker: of the brand, with ports.
        path: of the marker.
    """
    file = path.with_name(PAY_FILE)
    command = [sys.executable, "-m", "siyu.app.cli", "fake", "wechat-pay", "--file", str(file)]
    command += ["--port", str(marker.pay_port), "--process", str(os.getpid())]
    launch(attach, PROCESS, command, file, partial(rehearsal.write_merchant, context.clock))


def connect_pay(context: Context, marker: Marker, path: Path, told: threading.Event) -> None:
    """Connect the merchant of the WeChat Pay that was launched. Safe to repeat.

    Args:
        context: of the Siyu that runs.
        marker: of the brand, with ports.
        path: of the marker.
        told: set when everything should end.

    Raises:
        EngineProblem: it does not start.
        KeyboardInterrupt: ``told`` was set.
    """
    keys = rehearsal.merchant_of(context.clock, path.with_name(PAY_FILE))
    url = f"http://127.0.0.1:{marker.pay_port}"
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as client:
        wait_until_it_answers(PROCESS, client, told)
    wanted = Merchant(
        id=0, mch_id=keys.mch_id, app_id=keys.app_id, name=NAME, serial=keys.serial, private_key=keys.private_key,
        api_key=keys.api_key, platform_key_id=keys.platform_key_id, platform_key=keys.platform_key, base_url=url, h5=True,
    )  # fmt: skip
    rewards.register_payments(Cashier())
    with context.database.transaction() as conn:
        if not any(_same(one, wanted) for one in payments.merchants(conn)):
            payments.ensure_merchant(conn, _ACTOR, wanted, context.clock.now())
    console.print(
        f"WeChat Pay: what waits on members' phones is shown at {url}/ (a fake: no money moves)",
        markup=False,
        soft_wrap=True,
    )


def _same(one: Merchant, wanted: Merchant) -> bool:
    """Whether the merchant is connected as it should be."""
    return replace(one, id=0, private_key="", api_key="") == replace(wanted, private_key="", api_key="")
