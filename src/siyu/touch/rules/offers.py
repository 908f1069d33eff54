"""What is judged, of whom, in which world, and what is said to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from siyu.channels.types import Address
from siyu.touch.rules.history import NOTHING, History
from siyu.touch.rules.room import Received
from siyu.touch.types.proposals import Purpose, Reason, Wish
from siyu.touch.types.ruleset import RuleSet


@dataclass(slots=True)
class Person:
    """Everything that the gate has to know of somebody.

    Attributes:
        zone: whose clock is theirs.
        acts: by hour of the day in UTC; empty where nothing is known.
        left_alone_until: they are not to be disturbed before.
        consents: (channel, purpose) → state.
        history: what they and others received.
        rivals: what was let through in the batch that is being decided.
    """

    customer_id: int
    zone: ZoneInfo
    acts: bytes = b""
    left_alone_until: datetime | None = None
    consents: Mapping[tuple[str, str], str] = field(default_factory=dict)
    history: History = NOTHING
    rivals: tuple[Received, ...] = ()
    _before: list[Received] | None = field(default=None, init=False)

    @property
    def received(self) -> list[Received]:
        """What they received, or is on its way to them."""
        if self._before is None:
            self._before = self.history.of(self.customer_id)
        return [*self._before, *self.rivals] if self.rivals else self._before


@dataclass(slots=True)
class Offer:
    """A touch that is to be decided.

    Attributes:
        first_wish: earlier ones were tried, and refused for good.
        content: keyed hash of what it says.
    """

    key: str
    programme_id: int
    customer_id: int
    purpose: Purpose
    wishes: tuple[Wish, ...]
    value_fen: int
    valid_until: datetime
    not_before: datetime | None
    kinds: frozenset[str]
    content: int
    first_wish: int = 0


@dataclass(slots=True)
class Verdict:
    """What the rules said.

    Attributes:
        until: when what stands against it is over; of several the last.
        dropped: nothing helps.
        unsure: it may be over earlier.
        wishes: places of those that are possible.
    """

    reasons: list[Reason] = field(default_factory=list)
    until: datetime | None = None
    dropped: bool = False
    unsure: bool = False
    wishes: list[int] = field(default_factory=list)

    @property
    def free(self) -> bool:
        """Nothing stands against it."""
        return not self.dropped and self.until is None

    def drop(self, code: str, **details: object) -> None:
        """It is never sent."""
        self.reasons.append(Reason(code, "drop", details) if details else _bare(code))
        self.dropped = True

    def wait(self, code: str, until: datetime, **details: object) -> None:
        """Not before then."""
        self.wait_for(Reason(code, "defer", {**details, "until": until.isoformat()}), until)

    def wait_for(self, reason: Reason, until: datetime) -> None:
        """Not before then, for a reason that says so."""
        self.reasons.append(reason)
        if self.until is None or until > self.until:
            self.until = until


@cache
def _bare(code: str) -> Reason:
    return Reason(code, "drop")


@dataclass(frozen=True, slots=True)
class World:
    """What is the same for everybody in a batch.

    Attributes:
        channels: account → its channel; an account that is not there is none of ours.
        closed: accounts that are paused.
        addresses: where everybody is reached, by the wish.
        sendings: programme → (state, reason) of those that do not simply run.
        history: what the people of the batch received.
    """

    now: datetime
    rules: RuleSet
    channels: Mapping[int, str]
    closed: Collection[int]
    addresses: Mapping[Wish, Mapping[int, Address]]
    sendings: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    history: History = NOTHING
