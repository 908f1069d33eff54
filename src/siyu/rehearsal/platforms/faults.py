"""The switchboard of what may go wrong. Every switch can be turned at any time."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


@dataclass(slots=True)
class Refusal:
    """Calls are answered with an error code.

    Attributes:
        errcode: what is answered.
        path: of which API, without the part before it; ``*`` for all.
        until: seconds since 1970; ``None`` until it is switched off.
        share: of how many calls, 0 to 1.
        times: so many calls more; ``None`` for any number.
    """

    errcode: int
    path: str = "*"
    until: int | None = None
    share: Share = 1.0
    times: int | None = None


@dataclass(slots=True)
class Faults:
    """Shares are from 0 to 1.

    Attributes:
        lost: callbacks that are never sent.
        repeated: callbacks that are sent twice.
        disordered: callbacks that come behind up to ten later ones.
        delayed: callbacks that come late, by up to ``delayed_seconds``.
        spoiled: callbacks that are wrong: a signature, a key or a receiver of somebody else, or a time long ago.
        refusals: error codes for calls.
        token_life: seconds that new tokens live, instead of what is said of them; 0 for no difference.
        slow: calls that are answered after ``slow_seconds``.
        silent: calls that are taken and never answered.
        cut: calls whose answer breaks off in the middle.
        clock_seconds: so far ahead is the clock by which answers say what time it is; behind when below 0.
    """

    lost: Share = 0.0
    repeated: Share = 0.0
    disordered: Share = 0.0
    delayed: Share = 0.0
    delayed_seconds: Seconds = 3600.0
    spoiled: Literal["", "signature", "key", "receiver", "time"] = ""
    refusals: list[Refusal] = field(default_factory=list)
    token_life: int = 0
    slow: Share = 0.0
    slow_seconds: Seconds = 3.0
    silent: Share = 0.0
    cut: Share = 0.0
    clock_seconds: float = 0.0

    def refusal(self, path: str, now: int, draw: float) -> int:
        """The error code with which this call is refused; 0 for none. ``draw`` is a random number from 0 to 1."""
        for one in self.refusals:
            if one.path not in {"*", path} or (one.until is not None and one.until <= now) or draw >= one.share:
                continue
            if one.times is not None:
                if one.times <= 0:
                    continue
                one.times -= 1
            return one.errcode
        return 0
