"""What of an account's health is told, and when it is looked at again. Pure."""

import random
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from siyu.channels.types import Finding

_APART: Final = 0.2  # of the interval, either way: accounts that were connected together are looked at one by one


def wrong(findings: Iterable[Finding]) -> frozenset[str]:
    """Names of the checks that found something wrong."""
    return frozenset(one.check for one in findings if not one.ok)


def to_tell(told: Collection[str], before: Collection[str], findings: Iterable[Finding]) -> frozenset[str]:
    """Which checks are told to be wrong from now on.

    What the platform refused with a code of its own is told at once, and so is what is mended. The rest may be the network
    of a moment: it is told when two checks in a row have found it.

    Args:
        told: which are told to be wrong.
        before: which the check before this one found wrong.
        findings: of this one.
    """
    now = list(findings)
    sure = {one.check for one in now if not one.ok and one.code}
    return frozenset(wrong(now) & ({*told} | {*before} | sure))


def due_at(account_id: int, checked_at: datetime, every: timedelta) -> datetime:
    """When an account is looked at next: about ``every`` after the last time, for each account a little earlier or later."""
    apart = random.Random(f"{account_id} {checked_at.timestamp()}").uniform(-_APART, _APART)  # noqa: S311 - no secret
    return checked_at + every * (1 + apart)
