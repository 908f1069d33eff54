"""What a step of a journey does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from siyu.customers.types import Purpose
from siyu.journeys.types.definition.words import (
    STRICT,
    Fen,
    Id,
    MomentText,
    Scalar,
    Span,
    Text,
    TimeOfDay,
    Weekday,
    Whole,
)
from siyu.segments.types import FactTest, PropertyTest, RuleDocument


@dataclass(frozen=True, slots=True)
class Wish:
    """One way in which somebody may be reached: of this account, or of the only account of a channel."""

    __pydantic_config__: ClassVar[Any] = STRICT
    way: Annotated[str, Field(min_length=1, max_length=60)]
    channel: str = ""
    account: Id = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """What goes with a text; the fields are those of the kind (``link``: title, url, description, picture_url)."""

    __pydantic_config__: ClassVar[Any] = STRICT
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

    __pydantic_config__: ClassVar[Any] = STRICT
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

    __pydantic_config__: ClassVar[Any] = STRICT
    fact: FactTest
    timeout: Span
    next: str
    otherwise: str
    key: str = ""
    kind: Literal["wait_for"] = "wait_for"


@dataclass(frozen=True, slots=True)
class ByRule:
    """The person meets a rule of segments now."""

    __pydantic_config__: ClassVar[Any] = STRICT
    rule: RuleDocument
    by: Literal["rule"] = "rule"


@dataclass(frozen=True, slots=True)
class BySegment:
    """The person is in a segment."""

    __pydantic_config__: ClassVar[Any] = STRICT
    segment: Id
    by: Literal["segment"] = "segment"


@dataclass(frozen=True, slots=True)
class ByValue:
    """What the person has brought so far (paid less refunded), in fen, is at least this much and below that."""

    __pydantic_config__: ClassVar[Any] = STRICT
    from_fen: Whole | None = None
    below_fen: Whole | None = None
    by: Literal["value"] = "value"


@dataclass(frozen=True, slots=True)
class ByArm:
    """The person is in this arm of the journey."""

    __pydantic_config__: ClassVar[Any] = STRICT
    arm: str
    by: Literal["arm"] = "arm"


@dataclass(frozen=True, slots=True)
class ByEntry:
    """What brought the person in (the properties of the fact, ``amount_fen``, what an API call gave) meets these."""

    __pydantic_config__: ClassVar[Any] = STRICT
    where: tuple[PropertyTest, ...]
    by: Literal["entry"] = "entry"


When: TypeAlias = Annotated[ByRule | BySegment | ByValue | ByArm | ByEntry, Field(discriminator="by")]


@dataclass(frozen=True, slots=True)
class Case:
    """One way out of a branch."""

    __pydantic_config__: ClassVar[Any] = STRICT
    when: When
    next: str


@dataclass(frozen=True, slots=True)
class Branch:
    """The first case that holds decides; ``otherwise`` when none does."""

    __pydantic_config__: ClassVar[Any] = STRICT
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

    __pydantic_config__: ClassVar[Any] = STRICT
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

    __pydantic_config__: ClassVar[Any] = STRICT
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

    __pydantic_config__: ClassVar[Any] = STRICT
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

    __pydantic_config__: ClassVar[Any] = STRICT
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

    __pydantic_config__: ClassVar[Any] = STRICT
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
        script: says it in the place of ``say``, as each person gets it; of materials their titles and links. For whom it has
            nothing goes as dropped.
        due_in: until when it should be done; after that nobody is asked any more.
        channel, account: whose staff: of this account, or of this channel; of any that has staff when neither is said.
        purpose, value_fen: as in :class:`Send`.
        declined, late, dropped: where to when the member declines, when nobody did it in time, when the gate drops it;
            ``next`` where empty.
    """

    __pydantic_config__: ClassVar[Any] = STRICT
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
    script: ScriptRef | None = None
    kind: Literal["staff_task"] = "staff_task"


@dataclass(frozen=True, slots=True)
class TagStep:
    """Tags are put on and taken off, as the journey's own."""

    __pydantic_config__: ClassVar[Any] = STRICT
    next: str
    add: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()
    remove: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()
    kind: Literal["tag"] = "tag"


@dataclass(frozen=True, slots=True)
class TraitStep:
    """A trait gets a value; without one it is taken away."""

    __pydantic_config__: ClassVar[Any] = STRICT
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

    __pydantic_config__: ClassVar[Any] = STRICT
    next: str
    amount: Annotated[int, Field(ge=1, le=1_000_000)]
    unit: Literal["points", "growth", "group_points"] = "points"
    expires_after: Annotated[int, Field(ge=0, le=3650)] = 0
    kind: Literal["points"] = "points"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Another system is told, at least once, signed, under a key by which it knows a repeat."""

    __pydantic_config__: ClassVar[Any] = STRICT
    next: str
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    fields: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["webhook"] = "webhook"


@dataclass(frozen=True, slots=True)
class Goal:
    """The journey has reached what it was for, and ends."""

    __pydantic_config__: ClassVar[Any] = STRICT
    kind: Literal["goal"] = "goal"


@dataclass(frozen=True, slots=True)
class Exit:
    """The journey ends."""

    __pydantic_config__: ClassVar[Any] = STRICT
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
