"""The rules of the gate as data. Kept in versions; an operator changes them with a reason."""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from siyu.touch.types.proposals import Purpose

RuleName = Literal[
    "valid", "programme", "consent", "do_not_disturb", "relation", "exclusion", "dedup", "budget",
    "quiet_hours", "resting", "control", "quota",
]  # fmt: skip

MARKETING: Final[tuple[Purpose, ...]] = ("marketing",)
_STRICT = ConfigDict(extra="forbid")
_Time = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
_Days = Annotated[int, Field(ge=1, le=400)]
_Word = Annotated[str, Field(min_length=1, max_length=60)]
_Purposes = tuple[Purpose, ...]


@checked(frozen=True, slots=True, config=_STRICT)
class Consent:
    """Where the person said nothing, ``needed`` says for which purposes of a channel they have to agree first.

    Channels are those of consent: ``sms``, ``wecom``, ``wechat`` …; ``all`` stands for those that are not named.
    """

    needed: Mapping[_Word, _Purposes] = field(
        default_factory=lambda: {"sms": MARKETING, "email": MARKETING, "phone": MARKETING}
    )


@checked(frozen=True, slots=True, config=_STRICT)
class Obeyed:
    """A rule that has no setting but for whom it is."""

    purposes: _Purposes = ("service", "marketing")


@checked(frozen=True, slots=True, config=_STRICT)
class Exclusion:
    """Of these kinds a person receives only one within so many days, however often."""

    kinds: Annotated[tuple[_Word, ...], Field(min_length=2, max_length=20)]
    days: _Days


@checked(frozen=True, slots=True, config=_STRICT)
class Dedup:
    """The same content reaches a person once within so many days."""

    days: _Days = 7
    purposes: _Purposes = MARKETING


@checked(frozen=True, slots=True, config=_STRICT)
class Budget:
    """So many touches in any span of so many hours, over all channels.

    Attributes:
        counts: purposes that use it up.
        obeys: purposes that it holds back.
    """

    name: _Word
    hours: Annotated[int, Field(ge=1, le=24 * 400)]
    most: Annotated[int, Field(ge=0, le=1000)]
    counts: _Purposes = ("service", "marketing")
    obeys: _Purposes = MARKETING


@checked(frozen=True, slots=True, config=_STRICT)
class QuietHours:
    """Times of the person's own clock at which nothing is sent; over midnight where the end is before the start."""

    start: _Time = "21:00"
    end: _Time = "09:00"
    purposes: _Purposes = MARKETING


@checked(frozen=True, slots=True, config=_STRICT)
class Resting:
    """Hours at which the person is hardly ever active, where enough is known of them.

    Attributes:
        acts: so many acts have to be known.
        per_mille: an hour is one of rest when it and its neighbours hold less than this share of all acts.
    """

    acts: Annotated[int, Field(ge=10, le=2000)] = 50
    per_mille: Annotated[int, Field(ge=1, le=125)] = 20
    purposes: _Purposes = MARKETING


@checked(frozen=True, slots=True, config=_STRICT)
class Staff:
    """How staff are asked.

    Attributes:
        remind_hours: members who do not confirm are reminded after so many hours; 0: never.
        fallback: who is asked to speak to people whom no member of staff follows, by their id on the platform; empty: nobody,
            and such people are not reached by staff.
    """

    remind_hours: Annotated[int, Field(ge=0, le=24 * 7)] = 4
    fallback: Annotated[str, Field(max_length=64)] = ""


@checked(frozen=True, slots=True, config=_STRICT)
class RuleSet:
    """All rules. Those in ``order`` are asked, in that order; all have their say, and the first that drops decides.

    ``valid`` and ``programme`` come first, ``control`` and ``quota`` last; these, ``consent`` and ``relation`` are never
    left out.
    """

    order: tuple[RuleName, ...] = (
        "valid", "programme", "consent", "do_not_disturb", "relation", "exclusion", "dedup", "budget",
        "quiet_hours", "resting", "control", "quota",
    )  # fmt: skip
    consent: Consent = field(default_factory=Consent)
    do_not_disturb: Obeyed = field(default_factory=Obeyed)
    exclusions: Annotated[tuple[Exclusion, ...], Field(max_length=50)] = (Exclusion(("red_packet", "coupon"), 1),)
    dedup: Dedup = field(default_factory=Dedup)
    budgets: Annotated[tuple[Budget, ...], Field(max_length=20)] = (
        Budget("day", 24, 1),
        Budget("week", 7 * 24, 3),
        Budget("month", 30 * 24, 8),
    )
    quiet_hours: QuietHours = field(default_factory=QuietHours)
    resting: Resting = field(default_factory=Resting)
    staff: Staff = field(default_factory=Staff)


RULES: Final[TypeAdapter[RuleSet]] = TypeAdapter(RuleSet)
