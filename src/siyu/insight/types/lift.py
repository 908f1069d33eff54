"""What a programme brought: treated against control since their exposure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from siyu.experiments.types import Group, Harm, Programme
from siyu.insight.types.definitions import USUAL, Definitions

OutcomeName = Literal["visit", "order", "money", "predicted"]
Verdict = Literal["more", "less", "not_enough"]


@dataclass(frozen=True, slots=True)
class LiftPlan:
    """Which programme, until when.

    Attributes:
        until: nothing after this moment counts.
        days: what people did within so many days of their exposure counts, 1 to 365.
        touches: how many were sent, by way; what one costs is the programme's own.
    """

    programme_id: int
    until: datetime
    days: int = 30
    definitions: Definitions = USUAL
    touches: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiftOutcome:
    """One outcome, a person on average: ``visit`` and ``order`` are shares of people, the others fen.

    Attributes:
        treated, control: adjusted for what was expected of people before (CUPED).
        low, high: of ``difference``, holds however often one looks; ``None`` while nothing can be said.
        saved: the part of the variance that the adjustment took off, 0 to 1.
        total: what all exposed treated people did more for it: people, or fen.
        more_people: about how many more would have to be exposed to tell the difference, if it is as it looks now;
            ``None`` where it is told, or where no number would do.
    """

    outcome: OutcomeName
    treated: float
    control: float
    difference: float
    low: float | None
    high: float | None
    saved: float
    total: float
    verdict: Verdict
    more_people: int | None


@dataclass(frozen=True, slots=True)
class LiftGroup:
    """How many people of a group, and of one arm in it."""

    group: Group
    arm: str | None
    assigned: int
    exposed: int
    mixed: int


@dataclass(frozen=True, slots=True)
class LiftArm:
    """One arm's treated people against the whole control group."""

    arm: str
    exposed: int
    outcomes: tuple[LiftOutcome, ...]


@dataclass(frozen=True, slots=True)
class LiftCost:
    """The touches that went one way, and what they cost in fen."""

    way: str
    touches: int
    cost_fen: int


@dataclass(frozen=True, slots=True)
class Lift:
    """The report of one programme.

    Attributes:
        treated, control: exposed people who are compared.
        mixed: people who turned out to be one although they were in different groups; they are left out.
        blind: exposed people who were assigned while nobody was left alone; they are left out as well.
        unbalanced: the groups are not as large as they were drawn, so that the comparison must not be trusted: something
            decides by group who is exposed.
        arms: empty where the programme has none.
        harms: treated against control; see :class:`siyu.experiments.types.Harm`.
        harm_alarm: there is more harm than chance explains.
        cost_fen: of all touches; ``gain_fen`` the money of ``outcomes`` less that, ``gain_low_fen`` and
            ``gain_high_fen`` where it can be said.
    """

    programme: Programme
    until: datetime
    days: int
    groups: tuple[LiftGroup, ...]
    treated: int
    control: int
    mixed: int
    blind: int
    unbalanced: bool
    outcomes: tuple[LiftOutcome, ...]
    arms: tuple[LiftArm, ...]
    harms: tuple[Harm, ...]
    harm_alarm: bool
    costs: tuple[LiftCost, ...]
    cost_fen: int
    gain_fen: int
    gain_low_fen: int | None
    gain_high_fen: int | None
