"""Tasks of members as data, kept in versions; and how members have done."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from siyu.loyalty.types.answers import MonthLine
from siyu.loyalty.types.check_in import Reward

_STRICT = ConfigDict(extra="forbid", strict=True)
_Word = Annotated[str, Field(min_length=1, max_length=200)]
_Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
_Friends = Annotated[int, Field(ge=1, le=100_000)]
Every = Literal["once", "daily", "weekly", "friend"]


@checked(frozen=True, slots=True, config=_STRICT)
class MemberTask:
    """Something for members to do: it is done when a fact says so.

    Attributes:
        code: its word in facts.
        name: for people.
        fact: kind of the fact that fulfils it: ``relation.started``, ``chat.joined``, ``friend.added``, ``event.tracked`` …
        rewards: what it gives.
        where: properties that the fact has to have: ``{"relation": "follower"}``.
        named: the name that the fact has to have: that of an event.
        traits: what the profile has to have as well: a complete profile is the fact ``profile.identified`` with these.
        every: how often it can be done: once, once a day or once a calendar week from Monday, on the brand's clock; or
            once for each friend whom the fact names.
        after: only by who has done this task, which stands before it: a series.
        first: only by facts of this day or later; with ``last`` a season.
        last: only by facts of this day or before.
        friends_per_day: where each friend is one, so many count that came on one day of the brand's; ``None``: all.
        friends_most: and so many at all.
    """

    code: _Code
    name: Annotated[str, Field(min_length=1, max_length=60)]
    fact: _Word
    rewards: Annotated[list[Reward], Field(min_length=1, max_length=10)]
    where: Annotated[dict[str, str | int | bool], Field(max_length=10)] = Field(default_factory=dict)
    named: _Word | None = None
    traits: Annotated[list[_Word], Field(max_length=20)] = Field(default_factory=list)
    every: Every = "once"
    after: _Code | None = None
    first: date | None = None
    last: date | None = None
    friends_per_day: _Friends | None = 10
    friends_most: _Friends | None = 100


@checked(frozen=True, slots=True, config=_STRICT)
class MemberTasks:
    """Every task; of a series, the earlier first."""

    tasks: Annotated[list[MemberTask], Field(max_length=200)] = Field(default_factory=list)


TASKS: Final = TypeAdapter(MemberTasks)


@dataclass(frozen=True, slots=True)
class TaskState:
    """How a member stands with a task.

    Attributes:
        task: which.
        open: they can do it today.
        done_at: when they did it in the present period; ``None``: not yet.
        times: how often they have done it.
    """

    task: MemberTask
    open: bool
    done_at: datetime | None
    times: int


class WouldGive(NamedTuple):
    """How much of a unit a task would have given."""

    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class TaskLine:
    """How a task would have been done.

    Attributes:
        code: which,
        name: for people.
        people: by how many.
        times: how often in all.
        in_force: how often what is in force under this code would have been done.
        gives: what that would have given, by unit.
        some: a few of the people, the latest first.
    """

    code: str
    name: str
    people: int
    times: int
    in_force: int
    gives: tuple[WouldGive, ...]
    some: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TaskPreview:
    """How tasks would have been done, if they had been in force.

    Attributes:
        first: the first day,
        last: and the last, on the brand's clock.
        people: who would have done any.
        tasks: in their order.
        lines: what they would have given, by unit.
    """

    first: date
    last: date
    people: int
    tasks: tuple[TaskLine, ...]
    lines: tuple[MonthLine, ...]
