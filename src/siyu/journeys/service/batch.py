"""One batch of people who go on: what is known of them, and what comes of it, written at its end."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.customers.types import Purpose
from siyu.engines.clickhouse.client import Client
from siyu.journeys.store.enrolments import Left, Moved, Row
from siyu.journeys.types.definition import Definition
from siyu.journeys.types.running import Ended, Journey
from siyu.kernel.fact import Fact

DEFAULT_PURPOSE: Final[Purpose] = "marketing"  # the strictest, of a journey that was published without; none can be


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a batch works with.

    Attributes:
        conn: the transaction in which all of it happens.
        clickhouse: where segments ask what somebody did.
        now: the moment.
        zone: of the brand.
        again: after so long a step that could not be carried out is tried again.
    """

    conn: Connection
    clickhouse: Client
    now: datetime
    zone: ZoneInfo
    again: timedelta = timedelta(minutes=15)


class Place:
    """Somebody's place, as it moves through a batch. Plain and with slots: tens of thousands are made a second."""

    __slots__ = (
        "begun", "customer_id", "due_at", "ended", "entered_at", "entry", "heard", "id", "journey_id", "key", "passed",
        "since", "step", "treated", "version_id", "was_due",
    )  # fmt: skip

    def __init__(self, row: Row) -> None:
        self.id = row.id
        self.journey_id = row.journey_id
        self.customer_id = row.customer_id
        self.was_due = row.due_at
        self.due_at: datetime | None = None  # none while they go on in this batch
        # The moment at which this should have happened: what was heard since then counts, however late we are.
        self.since = row.since if row.begun else row.due_at
        self.entered_at = row.entered_at
        self.version_id = row.version_id
        self.passed = row.passed
        self.begun = row.begun
        self.treated = row.treated
        self.step = row.step
        self.key = row.key
        self.entry: Mapping[str, Any] = row.entry or {}
        self.heard: Mapping[str, int] = row.heard or {}
        self.ended: Ended | None = None

    def moved(self) -> Moved:
        assert self.due_at is not None
        return Moved(self.id, self.version_id, self.step, self.begun, self.due_at, self.since, self.passed)

    def left(self) -> Left:
        assert self.ended is not None
        return Left(self.id, self.version_id, self.step, self.passed, self.ended)


@dataclass(slots=True)
class Batch:
    """The people of one batch, and what comes of it.

    Attributes:
        journeys: those that they are in.
        facts: to be told at the end.
        passages: (version, step, way) → people.
        touches: how many were proposed.
        steps: how many were passed.
        proposed: (step, what is said) by the key of each touch, where somebody wants to know.
        held: who they are to the gate, where it has locked them; of a batch in which nobody is reached, nobody.
    """

    around: Surroundings
    journeys: Mapping[int, Journey]
    facts: list[Fact] = field(default_factory=list)
    passages: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    touches: int = 0
    steps: int = 0
    proposed: dict[str, tuple[str, str]] | None = None
    held: Mapping[int, int] | None = None

    def go(self, places: Iterable[Place], to: str, way: str = "next") -> None:
        """They leave their step by this way."""
        count = 0
        version, step = 0, ""
        for place in places:
            version, step = place.version_id, place.step
            if place.begun:
                place.since = place.was_due  # what comes now should have begun when the wait was over
            place.step = to
            place.begun = False
            place.passed += 1
            count += 1
        self.count(version, step, way, count)

    def count(self, version_id: int, step: str, way: str, people: int) -> None:
        """Count people who left a step, all of them the same one."""
        if people:
            self.passages[version_id, step, way] += people
            self.steps += people

    def rest(self, place: Place, until: datetime) -> None:
        """They wait in their step."""
        place.begun = True
        place.due_at = until

    def end(self, places: Sequence[Place], how: Ended) -> None:
        """They leave the journey, from a step that is passed."""
        for place in places:
            place.ended = how
            place.passed += 1
        if places:
            self.count(places[0].version_id, places[0].step, how, len(places))


@dataclass(frozen=True, slots=True)
class Group:
    """People at one step of one version; what a step is carried out on."""

    journey: Journey
    definition: Definition
    version_id: int
    name: str
    places: Sequence[Place]

    def key_of(self, place: Place) -> str:
        """Unique for this step of this enrolment, also when it comes by again: what must happen once is known by it."""
        return f"journey:{place.journey_id}:enrolment:{place.id}:step:{place.passed}"
