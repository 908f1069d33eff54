"""The brand's WeCom: a fake one beside Siyu, connected as an account through the public doors, and kept alive.

The corp lies in a file of the data folder, so that what is done to it in the console outlasts a restart.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import structlog

from siyu.app.context import Context
from siyu.app.demo.beside import Attach, connected, have_called_back, launch, wait_until_it_answers
from siyu.app.demo.marker import Marker
from siyu.app.place import Running
from siyu.channels.types import Account
from siyu.rehearsal import service as rehearsal
from siyu.rehearsal.types import CORP, NAME, Brand

log = structlog.get_logger(__name__)

CORP_FILE: Final = "demo-wecom.json"
PROCESS: Final = "fake wecom"
ACTS_PER_MINUTE: Final = 4
_AGENT: Final = "1000002"


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


def launch_wecom(attach: Attach, marker: Marker, path: Path, brand: Callable[[], Brand]) -> None:
    """Start the brand's WeCom, without waiting for it. Safe to repeat.

    Args:
        attach: runs a further process.
        marker: of the brand, with ports and keys.
        path: of the marker.
        brand: whose corp is written when there is none yet.
    """
    file = path.with_name(CORP_FILE)
    launch(attach, PROCESS, _command(marker, path), file, lambda file: rehearsal.write_corp(brand(), file))


def connect_wecom(
    context: Context, running: Running, attach: Attach, marker: Marker, path: Path, told: threading.Event
) -> Beside:
    """Connect the WeCom that was launched, and have its callbacks come to Siyu's door. Safe to repeat.

    Args:
        context: of the Siyu that runs.
        running: where it runs.
        attach: runs a further process.
        marker: of the brand, with ports and keys.
        path: of the marker.
        told: set when everything should end.

    Raises:
        EngineProblem: it does not start.
        KeyboardInterrupt: ``told`` was set.
    """
    url = f"http://127.0.0.1:{marker.port}"
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as client:
        wait_until_it_answers(PROCESS, client, told)
        account = _connected(context, url, marker)
        address = f"{running.http_url}/callback/{account.channel}/{account.id}"
        receiver = {"url": address, "token": marker.token, "aes_key": marker.aes_key}
        have_called_back(client, receiver, told)
    beside = Beside(account, url, _command(marker, path), receiver)
    attach(PROCESS, *_lasting(beside, 0))
    return beside


def live_on(beside: Beside, attach: Attach) -> None:
    """From now on customers come and go, a few a minute."""
    attach(PROCESS, *_lasting(beside, ACTS_PER_MINUTE))
    try:
        httpx.put(f"{beside.url}/_control/pace", json={"acts_per_minute": ACTS_PER_MINUTE}, timeout=10, trust_env=False)
    except httpx.TransportError as error:  # it died a moment ago, and will live on when it is started again
        log.info("demo.pace_not_heard", error=str(error))


def _command(marker: Marker, path: Path) -> Sequence[str]:
    command = [sys.executable, "-m", "siyu.app.cli", "fake", "wecom", "--port", str(marker.port)]
    return [*command, "--file", str(path.with_name(CORP_FILE)), "--process", str(os.getpid())]


def _lasting(beside: Beside, acts: int) -> tuple[Sequence[str], Mapping[str, str]]:
    """How it is started again when it died: with its callbacks and its acts. Keys are no arguments that all can see."""
    command = [*beside.command, "--callback-url", beside.receiver["url"], "--acts-per-minute", str(acts)]
    keys = {"FAKE_WECOM_TOKEN": beside.receiver["token"], "FAKE_WECOM_AES_KEY": beside.receiver["aes_key"]}
    return command, keys


def _connected(context: Context, url: str, marker: Marker) -> Account:
    """The account of the corp, as it should be."""
    values = {"base_url": url, "callback_token": marker.token, "encoding_aes_key": marker.aes_key}
    own = {"corp_id": CORP, "agent_id": _AGENT, "secret": rehearsal.CORP_SECRET}
    return connected(context, "wecom", CORP, f"{NAME}企业微信", values, own)
