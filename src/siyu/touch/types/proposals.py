"""What is proposed, and what the gate says to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

Purpose = Literal["service", "transactional", "marketing"]
Outcome = Literal["send", "defer", "drop"]
Effect = Literal["drop", "defer", "pass"]
TouchState = Literal["waiting", "queued", "waits_for_staff", "sent", "failed", "expired", "dropped", "cancelled"]


class Wish(NamedTuple):
    """By which account and which of its ways a person would be reached. A tuple, because it is looked up all the time."""

    account_id: int
    way: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, ready to be read: variables are filled in already.

    Attributes:
        text: as the person reads it.
        attachments: as (kind, fields), see :class:`siyu.channels.types.Content`.
        details: what a way needs besides, as ``template_id``.
    """

    text: str = field(default="", repr=False)
    attachments: tuple[tuple[str, Mapping[str, str]], ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody would be reached.

    Attributes:
        key: unique for ever, 1 to 180 printable characters without ``~``: ``journey:7:enrolment:123:step:welcome:1``.
        programme_id: of experiments; on whose behalf.
        customer_id: any id of the customer, also one that was merged away.
        wishes: how, in the order of preference; the first that is possible is taken.
        value_fen: what it is expected to bring; where several want the last room of a person, the highest wins.
        valid_until: from then on it is not sent any more.
        kinds: what exclusions speak of: ``red_packet``, ``coupon`` …
        not_before: until then it waits.
    """

    key: str
    programme_id: int
    customer_id: int
    purpose: Purpose
    message: Message
    wishes: tuple[Wish, ...]
    value_fen: int
    valid_until: datetime
    kinds: frozenset[str] = frozenset()
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a rule had to say.

    Attributes:
        code: see :data:`siyu.touch.types.REASONS`.
        effect: ``drop`` and ``defer`` decide; ``pass`` says why a wish was passed over for the next one.
        details: JSON; moments as ISO 8601.
    """

    code: str
    effect: Effect
    details: Mapping[str, object] = field(default_factory=dict)


class Decision(NamedTuple):
    """What the gate decided of one proposal, with everything that was said. A tuple, because there are so many.

    Attributes:
        outcome: ``send``: it is on its way; ``defer``: it is decided again at ``until``; ``drop``: never.
        reasons: all of them, in the order of the rules; empty where nothing stood against it.
    """

    key: str
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision of the past, as it is kept with its touch."""

    at: datetime
    outcome: Outcome
    until: datetime | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Touch:
    """One intended contact, and what became of it.

    Attributes:
        state: ``waiting``: it is decided again at ``due_at``; ``queued``: the gate let it through; ``waits_for_staff``: a
            member has to confirm; ``sent``; ``failed``: the platform refused; ``expired``: nobody confirmed in time;
            ``dropped`` by the gate; ``cancelled`` by us.
        code: the reason that decided, of :data:`REASONS`; empty where none did.
        account_id, way, subject_id, staff_id: how it went or goes out; empty as long as that is not decided.
        decisions: every decision, oldest first.
        complained_at: when it was written down that the customer complained about it.
    """

    id: int
    key: str
    programme_id: int
    customer_id: int
    purpose: Purpose
    kinds: tuple[str, ...]
    wishes: tuple[Wish, ...]
    value_fen: int
    not_before: datetime | None
    valid_until: datetime
    state: TouchState
    code: str
    account_id: int | None
    way: str
    subject_id: str
    staff_id: str
    proposed_at: datetime
    due_at: datetime | None
    decided_at: datetime
    ended_at: datetime | None
    decisions: tuple[Judged, ...]
    complained_at: datetime | None = None
