"""How other systems are called: how a call is signed, and when it is tried again. Pure."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

# Over a day and a half; whoever is away longer looks into the list of calls.
PAUSES: Final = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180)),
    *(timedelta(hours=hours) for hours in (6, 12, 12)),
)
BOTH: Final = timedelta(days=1)  # a new secret and the one before it


def signature(secrets: Sequence[str], at: int, body: bytes) -> str:
    """``t=<seconds>,v1=<hex>``, one ``v1`` a secret: HMAC-SHA256 of ``<seconds>.<body>``. The moment is in it, so that
    nothing old can be sent again by somebody who overheard it.
    """
    said = str(at).encode() + b"." + body
    marks = [hmac.new(secret.encode(), said, sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *[f"v1={mark}" for mark in marks]])


def signed_by(number: int, made_at: datetime | None, now: datetime) -> tuple[int, ...]:
    """The numbers of the secrets by which a call is signed: for a day after a new one was made also that before, so that
    the other system has time to learn it.
    """
    return (number, number - 1) if made_at is not None and number > 1 and now < made_at + BOTH else (number,)


def after(tries: int) -> timedelta | None:
    """How long to wait after so many tries in vain; ``None`` when it is given up."""
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None


def heard(status: int) -> bool:
    """The other system has it: any answer of success. A redirect is none, for it would be followed without a signature."""
    return 200 <= status < 300
