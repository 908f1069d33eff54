"""Personas (企业 IP): one face over many accounts of staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid")
_Word = Annotated[str, Field(min_length=1, max_length=60)]
Adjuster = Literal["operator", "staff"]
Part = Literal["text", "materials"]


@checked(frozen=True, slots=True, config=_STRICT)
class Face:
    """A member of staff on whose account the persona speaks."""

    account_id: Annotated[int, Field(ge=1)]
    staff_id: _Word


@checked(frozen=True, slots=True, config=_STRICT)
class Adjusting:
    """What somebody may change of what is made centrally.

    Attributes:
        by: who.
        parts: of what; nothing when empty.
        most_changed: of a hundred characters of the text so many may differ.
    """

    by: Adjuster
    parts: tuple[Part, ...] = ()
    most_changed: Annotated[int, Field(ge=0, le=100)] = 100


@checked(frozen=True, slots=True, config=_STRICT)
class Character:
    """Who a persona is.

    Attributes:
        tone: how it speaks, for those who write.
        greeting: how it begins.
        keep: words that stay in whatever is adjusted.
        never: words that it does not use.
        faces: the staff who wear it. Whoever leaves is taken out; the persona stays.
        adjusting: who may adjust what; who is not named may change nothing.
    """

    tone: Annotated[str, Field(max_length=2000)] = ""
    greeting: Annotated[str, Field(max_length=200)] = ""
    keep: Annotated[tuple[_Word, ...], Field(max_length=50)] = ()
    never: Annotated[tuple[_Word, ...], Field(max_length=200)] = ()
    faces: Annotated[tuple[Face, ...], Field(max_length=1000)] = ()
    adjusting: Annotated[tuple[Adjusting, ...], Field(max_length=2)] = (
        Adjusting("operator", ("text", "materials")),
        Adjusting("staff", ("text",), 30),
    )


CHARACTER: Final = TypeAdapter(Character)


@dataclass(frozen=True, slots=True)
class Persona:
    """A persona and who it is."""

    id: int
    name: str
    character: Character
    archived: bool
    updated_at: datetime
