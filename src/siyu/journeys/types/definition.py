"""A journey as it is written down: a trigger, and named steps that lead to one another. JSON and YAML have the same shape.

Lengths of time are texts: ``30m``, ``2h``, ``3d``, ``1d 12h``. Times of day are ``HH:MM`` on the brand's clock, days of the
week 1 for Monday to 7 for Sunday.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, FiniteFloat

from siyu.customers.types import Purpose
from siyu.kernel.errors import WrongValue
from siyu.segments.types import FactTest, PropertyTest, RuleDocument


def _real(moment: str) -> str:
    """That it lies in the calendar, and far enough from its ends to be shown in any zone."""
    try:
        year = datetime.fromisoformat(moment).year
    except ValueError:
        year = 0
    if not 1970 <= year <= 9000:
        raise WrongValue(f"there is no moment '{moment}'", f"时间“{moment}”不存在")
    return moment


Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]  # what every reader of JSON can hold
Id = Annotated[int, Field(ge=0, le=2**53)]
Fen = Annotated[int, Field(ge=0, le=10**13)]
Scalar: TypeAlias = bool | Whole | FiniteFloat | str
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_\-\u4e00-\u9fff]+$")]
Span = Annotated[str, Field(max_length=40)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
MomentText = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?$",
        description="A moment, on the brand's clock where it has no zone: 2026-11-11T20:00.",
    ),
    AfterValidator(_real),
]
Weekday = Annotated[int, Field(ge=1, le=7)]
Text = Annotated[str, Field(max_length=20_000)]
_STRICT: Any = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class FactTrigger:
    """Whoever has such a fact enters.

    Attributes:
        key: the property whose value tells one enrolment from another: with ``order_no`` there is one for each order. Empty:
            one a person.
        fresh: facts that happened longer ago when they come to be known bring nobody in: an import of last year's orders
            thanks nobody for them.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    fact: FactTest
    key: str = ""
    fresh: Span = "2d"
    kind: Literal["fact"] = "fact"


@dataclass(frozen=True, slots=True)
class SegmentTrigger:
    """Whoever comes into a segment, or leaves it."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    segment: Id
    moves: Literal["entered", "left"] = "entered"
    kind: Literal["segment"] = "segment"


@dataclass(frozen=True, slots=True)
class TimeTrigger:
    """Everybody of a segment, at a time of the brand's clock.

    Attributes:
        segment: who.
        once: at this moment only, on the brand's clock where it has no zone.
        at: else every day at this time …
        weekdays: … on these days of the week …
        month_days: … or these of the month.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    segment: Id
    once: MomentText | None = None
    at: TimeOfDay | None = None
    weekdays: tuple[Weekday, ...] = ()
    month_days: tuple[Annotated[int, Field(ge=1, le=31)], ...] = ()
    kind: Literal["time"] = "time"


@dataclass(frozen=True, slots=True)
class DateTrigger:
    """A day of the person that comes every year, told by a trait (``1990-05-17`` or ``05-17``).

    Attributes:
        trait: which.
        before_days: so many days ahead of it.
        at: at this time of the day. Who was born on 29 February has their day on the 28th in other years.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    trait: Annotated[str, Field(min_length=1, max_length=128)] = "birthday"
    before_days: Annotated[int, Field(ge=0, le=60)] = 0
    at: TimeOfDay = "10:00"
    kind: Literal["date"] = "date"


@dataclass(frozen=True, slots=True)
class CodeTrigger:
    """Whoever comes by one of these entry codes, every code when none is named; ``fresh`` as of :class:`FactTrigger`."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    codes: tuple[Id, ...] = ()
    fresh: Span = "2d"
    kind: Literal["code"] = "code"


@dataclass(frozen=True, slots=True)
class ManualTrigger:
    """Whom an operator or a program puts in."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    kind: Literal["manual"] = "manual"


Trigger: TypeAlias = Annotated[
    FactTrigger | SegmentTrigger | TimeTrigger | DateTrigger | CodeTrigger | ManualTrigger, Field(discriminator="kind")
]


@dataclass(frozen=True, slots=True)
class Reentry:
    """Whether somebody may come in again after they left (of one key, where enrolments have keys).

    Attributes:
        when: ``never``; ``after`` so many days since they last entered; ``always``.
        most: so often in all; 0 for no end.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    when: Literal["never", "after", "always"] = "never"
    days: Annotated[int, Field(ge=0, le=3650)] = 0
    most: Annotated[int, Field(ge=0, le=10_000)] = 0


@dataclass(frozen=True, slots=True)
class GoalFact:
    """Such a fact ends the journey as reached; ``key``: only the enrolment whose key is the value of this property."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    fact: FactTest
    key: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """One way in which somebody may be reached: of this account, or of the only account of a channel."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    way: Annotated[str, Field(min_length=1, max_length=60)]
    channel: str = ""
    account: Id = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """What goes with a text; the fields are those of the kind (``link``: title, url, description, picture_url)."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing happens for a while. What is given counts in this order: ``until``; ``duration``; ``days``; ``at``, ``weekdays``.

    Attributes:
        duration: so long.
        days: so many days of the calendar, to the same time of day where ``at`` names none.
        at: then the first such time of day that is not past.
        weekdays: only on these days.
        until: to this moment, on the brand's clock where it has no zone.
        since: from when ``duration`` and ``days`` count: from the end of the step before, or from when they entered.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    next: str
    duration: Span = ""
    days: Annotated[int, Field(ge=0, le=3650)] = 0
    at: TimeOfDay | None = None
    weekdays: tuple[Weekday, ...] = ()
    until: MomentText | None = None
    since: Literal["step", "entry"] = "step"
    kind: Literal["wait"] = "wait"


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Until such a fact, at most so long.

    Attributes:
        next: where to when it came.
        otherwise: where to when it did not.
        key: only a fact of which this property is the key of the enrolment.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    fact: FactTest
    timeout: Span
    next: str
    otherwise: str
    key: str = ""
    kind: Literal["wait_for"] = "wait_for"


@dataclass(frozen=True, slots=True)
class ByRule:
    """The person meets a rule of segments now."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    rule: RuleDocument
    by: Literal["rule"] = "rule"


@dataclass(frozen=True, slots=True)
class BySegment:
    """The person is in a segment."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    segment: Id
    by: Literal["segment"] = "segment"


@dataclass(frozen=True, slots=True)
class ByValue:
    """What the person has brought so far (paid less refunded), in fen, is at least this much and below that."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    from_fen: Whole | None = None
    below_fen: Whole | None = None
    by: Literal["value"] = "value"


@dataclass(frozen=True, slots=True)
class ByArm:
    """The person is in this arm of the journey."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    arm: str
    by: Literal["arm"] = "arm"


@dataclass(frozen=True, slots=True)
class ByEntry:
    """What brought the person in (the properties of the fact, ``amount_fen``, what an API call gave) meets these."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    where: tuple[PropertyTest, ...]
    by: Literal["entry"] = "entry"


When: TypeAlias = Annotated[ByRule | BySegment | ByValue | ByArm | ByEntry, Field(discriminator="by")]


@dataclass(frozen=True, slots=True)
class Case:
    """One way out of a branch."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    when: When
    next: str


@dataclass(frozen=True, slots=True)
class Branch:
    """The first case that holds decides; ``otherwise`` when none does."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    cases: Annotated[tuple[Case, ...], Field(min_length=1, max_length=20)]
    otherwise: str
    kind: Literal["branch"] = "branch"


@dataclass(frozen=True, slots=True)
class ScriptRef:
    """A version of a script, which never changes: what a journey was tried with is what it sends.

    Attributes:
        version: of the script.
        bait: which of its baits, where it has some.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    bait: Literal["a", "b"] = "a"


@dataclass(frozen=True, slots=True)
class Send:
    """A touch is proposed to the gate, which sends it, puts it off or drops it.

    Attributes:
        text: with ``{{trait.city|您的城市}}``, ``{{entry.product|宝贝}}`` or ``{{shop}}`` of the journey's variables.
        wishes: the ways, the best first; the gate takes the first that can be gone.
        purpose: where it differs from the journey's.
        value_fen: what it is expected to bring; of several touches that want the same person the greatest goes.
        valid_for: after that it is not worth sending any more.
        details: what a way needs besides, such as ``template_id``.
        kinds: for exclusions: ``red_packet``, ``coupon`` …
        dropped: where to when the gate drops it at once, or a script has nothing for the person; ``next`` when empty.
        script: says it, in the place of text, attachments and kinds, as each person gets it.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    next: str
    wishes: Annotated[tuple[Wish, ...], Field(min_length=1, max_length=6)]
    text: Text = ""
    attachments: tuple[Attachment, ...] = ()
    purpose: Purpose | None = None
    value_fen: Fen = 0
    valid_for: Span = "1d"
    details: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")], ...] = ()
    dropped: str = ""
    script: ScriptRef | None = None
    kind: Literal["send"] = "send"


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """One group code of several.

    Attributes:
        code: id of the group code.
        from_fen, below_fen: only for people who have brought so far (paid less refunded) at least this much and below that.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    code: Id
    from_fen: Whole | None = None
    below_fen: Whole | None = None


@dataclass(frozen=True, slots=True)
class Invite:
    """A touch that invites into group chats by a group code; whoever is in one of them already goes on without it.

    Each is invited by the first code that is for people of their value and still has a place.

    Attributes:
        code: id of the group code, whose address is put behind the text as a link.
        codes: several, instead of one.
        title: of the link.
        full: where to when none of the codes that are for somebody has a place; ``next`` when empty.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    next: str
    wishes: Annotated[tuple[Wish, ...], Field(min_length=1, max_length=6)]
    text: Text
    code: Id = 0
    codes: Annotated[tuple[GroupChoice, ...], Field(max_length=10)] = ()
    title: Annotated[str, Field(max_length=120)] = "入群邀请"
    purpose: Purpose | None = None
    value_fen: Fen = 0
    valid_for: Span = "1d"
    dropped: str = ""
    full: str = ""
    kind: Literal["invite"] = "invite"

    @property
    def choices(self) -> tuple[GroupChoice, ...]:
        """The codes, in their order."""
        return self.codes or (GroupChoice(self.code),)


@dataclass(frozen=True, slots=True)
class Moment:
    """The member of staff of each person is asked to publish a Moment, one for all of their customers who are at this step.

    People are gathered until ``at``, so that no member of staff is asked more than once a day. It is shown to others of the
    same member as well: ``tags`` says to whom of them.

    Attributes:
        text: the same for everybody, because everybody reads it.
        attachments: as in :class:`Send`, of the kinds that a Moment shows.
        tags: names of tags on the platform; only customers with one of them see it; all when empty.
        at: at this time of the day.
        channel, account: whose staff, as in :class:`StaffTask`.
        purpose, value_fen, valid_for, dropped: as in :class:`Send`.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    next: str
    text: Text = ""
    attachments: tuple[Attachment, ...] = ()
    tags: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=20)] = ()
    at: TimeOfDay = "10:00"
    channel: Annotated[str, Field(max_length=60)] = ""
    account: Id = 0
    purpose: Purpose | None = None
    value_fen: Fen = 0
    valid_for: Span = "1d"
    dropped: str = ""
    kind: Literal["moment"] = "moment"


@dataclass(frozen=True, slots=True)
class StaffTask:
    """The member of staff who follows this person is asked to say something themselves, once the gate lets it through.

    The person waits in this step until it is done or declined, at most ``due_in``.

    Attributes:
        next: where to when it is done.
        title: what is to be done.
        say: the words, with variables as in :class:`Send`.
        due_in: until when it should be done; after that nobody is asked any more.
        channel, account: whose staff: of this account, or of this channel; of any that has staff when neither is said.
        purpose, value_fen: as in :class:`Send`.
        declined, late, dropped: where to when the member declines, when nobody did it in time, when the gate drops it;
            ``next`` where empty.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    next: str
    title: Annotated[str, Field(min_length=1, max_length=200)]
    say: Text = ""
    due_in: Span = "1d"
    channel: Annotated[str, Field(max_length=60)] = ""
    account: Id = 0
    purpose: Purpose | None = None
    value_fen: Fen = 0
    declined: str = ""
    late: str = ""
    dropped: str = ""
    kind: Literal["staff_task"] = "staff_task"


@dataclass(frozen=True, slots=True)
class TagStep:
    """Tags are put on and taken off, as the journey's own."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    next: str
    add: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()
    remove: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()
    kind: Literal["tag"] = "tag"


@dataclass(frozen=True, slots=True)
class TraitStep:
    """A trait gets a value; without one it is taken away."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    next: str
    trait: Annotated[str, Field(min_length=1, max_length=128)]
    value: Scalar | None = None
    kind: Literal["trait"] = "trait"


@dataclass(frozen=True, slots=True)
class PointsStep:
    """Points, growth or points of the community are given, once for each time somebody comes by.

    Attributes:
        next: where they go.
        amount: whole units.
        unit: of which.
        expires_after: days after which what is left of it expires; 0: never.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    next: str
    amount: Annotated[int, Field(ge=1, le=1_000_000)]
    unit: Literal["points", "growth", "group_points"] = "points"
    expires_after: Annotated[int, Field(ge=0, le=3650)] = 0
    kind: Literal["points"] = "points"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Another system is told, at least once, signed, under a key by which it knows a repeat."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    next: str
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    fields: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["webhook"] = "webhook"


@dataclass(frozen=True, slots=True)
class Goal:
    """The journey has reached what it was for, and ends."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    kind: Literal["goal"] = "goal"


@dataclass(frozen=True, slots=True)
class Exit:
    """The journey ends."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    kind: Literal["exit"] = "exit"


Step: TypeAlias = Annotated[
    Wait
    | WaitFor
    | Branch
    | Send
    | Invite
    | Moment
    | StaffTask
    | TagStep
    | TraitStep
    | PointsStep
    | Webhook
    | Goal
    | Exit,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of several that are held against each other; weights need not add up to anything."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    name: Annotated[str, Field(min_length=1, max_length=40)]
    weight: Annotated[int, Field(ge=1, le=10_000)] = 1


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a crowd is let in, so that staff and platforms can follow.

    Attributes:
        per_minute: people; 0 for all at once.
        fair: the customers of each member of staff are spread evenly over the whole time.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    fair: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """Where a step lies on the canvas."""

    __pydantic_config__: ClassVar[Any] = _STRICT
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

    __pydantic_config__: ClassVar[Any] = _STRICT
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
