"""A journey as it is written down: a trigger, and named steps that lead to one another. JSON and YAML have the same shape.

Lengths of time are texts: ``30m``, ``2h``, ``3d``, ``1d 12h``. Times of day are ``HH:MM`` on the brand's clock, days of the
week 1 for Monday to 7 for Sunday.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from siyu.customers.types import Purpose
from siyu.journeys.types.definition.steps import (
    Attachment,
    Branch,
    ByArm,
    ByEntry,
    ByRule,
    BySegment,
    ByValue,
    Case,
    Exit,
    Goal,
    GroupChoice,
    Invite,
    Moment,
    PointsStep,
    ScriptRef,
    Send,
    StaffTask,
    Step,
    TagStep,
    TraitStep,
    Wait,
    WaitFor,
    Webhook,
    When,
    Wish,
)
from siyu.journeys.types.definition.triggers import (
    CodeTrigger,
    DateTrigger,
    FactTrigger,
    ManualTrigger,
    Reentry,
    SegmentTrigger,
    TimeTrigger,
    Trigger,
)
from siyu.journeys.types.definition.words import STRICT, Name, Whole
from siyu.segments.types import FactTest, RuleDocument

__all__ = [
    "Arm",
    "Attachment",
    "Branch",
    "ByArm",
    "ByEntry",
    "ByRule",
    "BySegment",
    "ByValue",
    "Case",
    "CodeTrigger",
    "DateTrigger",
    "Definition",
    "Exit",
    "FactTrigger",
    "Goal",
    "GoalFact",
    "GroupChoice",
    "Invite",
    "ManualTrigger",
    "Moment",
    "Pace",
    "Point",
    "PointsStep",
    "Reentry",
    "ScriptRef",
    "SegmentTrigger",
    "Send",
    "StaffTask",
    "Step",
    "TagStep",
    "TimeTrigger",
    "TraitStep",
    "Trigger",
    "Wait",
    "WaitFor",
    "Webhook",
    "When",
    "Wish",
]


@dataclass(frozen=True, slots=True)
class GoalFact:
    """Such a fact ends the journey as reached; ``key``: only the enrolment whose key is the value of this property."""

    __pydantic_config__: ClassVar[Any] = STRICT
    fact: FactTest
    key: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of several that are held against each other; weights need not add up to anything."""

    __pydantic_config__: ClassVar[Any] = STRICT
    name: Annotated[str, Field(min_length=1, max_length=40)]
    weight: Annotated[int, Field(ge=1, le=10_000)] = 1


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a crowd is let in, so that staff and platforms can follow.

    Attributes:
        per_minute: people; 0 for all at once.
        fair: the customers of each member of staff are spread evenly over the whole time.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    fair: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """Where a step lies on the canvas."""

    __pydantic_config__: ClassVar[Any] = STRICT
    x: Whole
    y: Whole


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole journey.

    Attributes:
        trigger: who enters, and when.
        start: the first step.
        steps: by their names.
        purpose: of its touches; it has to be said before it is published.
        audience: a rule of segments that whoever enters has to meet; ``None`` for everybody.
        goals: facts that end it as reached, wherever somebody is.
        control_bp: so many of 10,000 are not touched, so that the difference can be seen.
        control_reason: why, where it is not a tenth.
        variables: values for ``{{name}}`` in texts.
        kind: ``broadcast`` is a journey of one sending.
        layout: of the canvas.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
    name: Annotated[str, Field(min_length=1, max_length=200)]
    trigger: Trigger
    start: str
    steps: Annotated[Mapping[Name, Step], Field(max_length=200)]
    purpose: Purpose | None = None
    about: Annotated[str, Field(max_length=2000)] = ""
    audience: RuleDocument | None = None
    reentry: Reentry = field(default_factory=Reentry)
    goals: tuple[GoalFact, ...] = ()
    control_bp: Annotated[int, Field(ge=0, le=5000)] = 1000
    control_reason: Annotated[str, Field(max_length=500)] = ""
    arms: Annotated[tuple[Arm, ...], Field(max_length=20)] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    kind: Literal["journey", "broadcast"] = "journey"
    layout: Mapping[str, Point] = field(default_factory=dict)
    version: Literal[1] = 1
