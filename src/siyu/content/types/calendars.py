"""The calendar of Moments: what is published when, and in which mix."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid")
_Share = Annotated[int, Field(ge=0, le=100)]
Category = Literal["persona", "seeding", "brand"]
PhaseKind = Literal["everyday", "warm_up", "burst", "afterglow"]


@checked(frozen=True, slots=True, config=_STRICT)
class Mix:
    """Of a hundred posts so many show the persona's life, plant a wish for goods, or speak for the brand; 100 in all."""

    persona: _Share
    seeding: _Share
    brand: _Share


# Where a plan says nothing else: closeness carries the quiet days, goods the days before, offers the days themselves.
MIXES: Final[Mapping[PhaseKind, Mix]] = {
    "everyday": Mix(50, 30, 20),
    "warm_up": Mix(30, 50, 20),
    "burst": Mix(20, 30, 50),
    "afterglow": Mix(40, 40, 20),
}


@checked(frozen=True, slots=True, config=_STRICT)
class Phase:
    """A phase of a campaign, from the first day to the last, both in it; ``mix`` is that of its kind when absent."""

    kind: PhaseKind
    first: date
    last: date
    mix: Mix | None = None


@checked(frozen=True, slots=True, config=_STRICT)
class Plan:
    """The phases, which do not overlap, and by how many of a hundred a share may leave the mix before it is said."""

    phases: Annotated[tuple[Phase, ...], Field(min_length=1, max_length=50)]
    tolerance: Annotated[int, Field(ge=0, le=50)] = 10


@checked(frozen=True, slots=True, config=_STRICT)
class Post:
    """What is published at a moment: a text of its own, or that of a script's plain version."""

    at: AwareDatetime
    category: Category
    persona_id: int | None = None
    script_id: int | None = None
    text: Annotated[str, Field(max_length=2000)] = ""
    materials: Annotated[tuple[int, ...], Field(max_length=9)] = ()


PLAN: Final = TypeAdapter(Plan)
POST: Final = TypeAdapter(Post)


@dataclass(frozen=True, slots=True)
class Entry:
    """A post in a calendar."""

    id: int
    calendar_id: int
    post: Post


@dataclass(frozen=True, slots=True)
class MixWarning:
    """A phase whose posts leave the mix, or have none.

    Attributes:
        planned: how many posts of this category the phase has, of ``posts`` in all.
        wanted: of a hundred; ``is_`` what it is.
    """

    phase: PhaseKind
    first: date
    last: date
    category: Category
    planned: int
    posts: int
    is_: int
    wanted: int
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar and where its posts leave the mix."""

    id: int
    name: str
    plan: Plan
    updated_at: datetime
    warnings: tuple[MixWarning, ...] = ()
