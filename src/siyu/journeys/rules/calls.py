"""How other systems are called: how a call is signed, and when it is tried again. Pure."""

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Final

# Over a day and a half; whoever is away longer looks into the list of calls.
PAUSES: Final = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180)),
    *(timedelta(hours=hours) for hours in (6, 12, 12)),
)


def signature(secret: str, at: int, body: bytes) -> str:
    """``t=<seconds>,v1=<hex>``: HMAC-SHA256 of ``<seconds>.<body>``. The moment is in it, so that nothing old can be sent
    again by somebody who overheard it.
    """
    said = str(at).encode() + b"." + body
    return f"t={at},v1={hmac.new(secret.encode(), said, sha256).hexdigest()}"


def after(tries: int) -> timedelta | None:
    """How long to wait after so many tries in vain; ``None`` when it is given up."""
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None


def heard(status: int) -> bool:
    """The other system has it: any answer of success. A redirect is none, for it would be followed without a signature."""
    return 200 <= status < 300
