"""The demo's SMS: a fake provider beside Siyu, whose page shows what the phones received."""

import os
import secrets
import socket
import sys
from typing import Final

from rich.console import Console

from siyu.app.demo.beside import Attach
from siyu.rehearsal.types import NAME

PROCESS: Final = "fake sms"
_KEY: Final = "demo-key"
_TEMPLATE: Final = "SMS_100000001"
console = Console(stderr=True, highlight=False)


def prepare_sms() -> int:
    """Have this Siyu send its codes to a fake provider; the port where that is to stand, 0 where another is set up.

    Called before the settings are read, which web and worker read anew.
    """
    if os.environ.get("SIYU_SMS_KEY"):
        return 0
    with socket.socket() as looked:
        looked.bind(("127.0.0.1", 0))
        port = int(looked.getsockname()[1])
    os.environ |= {
        "SIYU_SMS_KEY": _KEY,
        "SIYU_SMS_SECRET": secrets.token_urlsafe(24),
        "SIYU_SMS_SIGN_NAME": NAME,
        "SIYU_SMS_TEMPLATE": _TEMPLATE,
        "SIYU_SMS_URL": f"http://127.0.0.1:{port}",
    }
    return port


def stand_sms(base_url: str, attach: Attach, port: int) -> None:
    """Start the provider, and say where members sign in and where their codes are read."""
    if not port:
        return
    command = [sys.executable, "-m", "siyu.app.cli", "fake", "sms", "--port", str(port), "--key", _KEY]
    command += ["--process", str(os.getpid())]
    attach(PROCESS, command, {"FAKE_SMS_SECRET": os.environ["SIYU_SMS_SECRET"]})
    console.print(
        f"Members' pages: {base_url}/m/ (any phone of mainland China; codes are shown at http://127.0.0.1:{port}/)",
        markup=False,
        soft_wrap=True,
    )
