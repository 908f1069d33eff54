"""What an account does on its platform beyond reading, sending and greeting, and the words for what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from siyu.channels.types.declared import Grant
from siyu.channels.types.media import MESSAGES, Uploaded
from siyu.channels.types.seen import Tag
from siyu.kernel.errors import Conflict

TransferOutcome = Literal["waiting", "done", "refused", "limit", "failed"]


@dataclass(frozen=True, slots=True)
class Note:
    """What a member of staff notes of a contact; ``None`` leaves it as it is. Personal data.

    Attributes:
        remark: how the member calls them.
        description: what else they note.
        phones: all of them; an empty one clears.
    """

    remark: str | None = field(default=None, repr=False)
    description: str | None = field(default=None, repr=False)
    phones: tuple[str, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Handover:
    """What the platform said of one customer or group that is to go from one member to another.

    Attributes:
        id: of the contact or the group.
        outcome: ``waiting``: taken, and the customer may still refuse; ``done``; ``refused`` by the customer; ``limit``: the
            taker has as many as they may, or it went too often; ``failed``: for another reason.
        code: the platform's, 0 where it took it.
        reason, reason_zh: why not, and what to do.
        at: when it was done.
    """

    id: str
    outcome: TransferOutcome
    code: int = 0
    reason: str = ""
    reason_zh: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heirless:
    """A customer of a member who left, whom nobody has taken over."""

    staff_id: str
    contact_id: str
    left_at: datetime


Reached = Literal["waits_for_staff", "sent", "no_friend", "capped"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a sending for one customer or group.

    Attributes:
        subject_id: of the customer or the group.
        outcome: ``waits_for_staff``; ``sent``; ``no_friend``: no customer of this member any more; ``capped``: had received
            as many as they may.
        at: when it was sent.
    """

    subject_id: str
    staff_id: str
    outcome: Reached
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Results:
    """What became of a task of staff so far.

    Attributes:
        staff: who was asked, with when they confirmed; ``None`` while they have not.
        object_id: under which the platform goes on to know what came of it, where that is not the handle.
        began: it has reached the staff; before that nobody can confirm.
    """

    staff: Mapping[str, datetime | None]
    results: tuple[Result, ...] = ()
    object_id: str = ""
    began: bool = True

    @property
    def waiting_staff(self) -> tuple[str, ...]:
        """Who has not confirmed."""
        return tuple(one for one, at in self.staff.items() if at is None)

    @property
    def done(self) -> bool:
        """Everybody has confirmed."""
        return self.began and bool(self.staff) and not self.waiting_staff


@dataclass(frozen=True, slots=True)
class StaffDay:
    """How a member of staff served on one day, as the platform counts it.

    Attributes:
        day: its begin, in the platform's zone.
        chats: customers to whom they wrote.
        messages: what they wrote.
        replied: in percent, of the chats that customers began; ``None`` when they began none.
        first_reply_minutes: how long customers waited for the first reply, on average; ``None`` when there was none.
        deleted_by: customers who deleted or blocked them.
    """

    staff_id: str
    day: datetime
    chats: int = 0
    messages: int = 0
    replied: float | None = None
    first_reply_minutes: int | None = None
    deleted_by: int = 0


@dataclass(frozen=True, slots=True)
class Reaction:
    """A contact liked or commented what a member of staff published."""

    contact_id: str
    kind: Literal["liked", "commented"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A contact wrote to customer service: of which kind. What they wrote is not told."""

    id: str
    contact_id: str
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SaidPage:
    """A page of what was said behind a cursor, and what the contacts allow by it.

    Attributes:
        cursor: to be kept with what comes of the page.
        more: there is another page.
    """

    said: tuple[Said, ...]
    grants: tuple[Grant, ...]
    cursor: str
    more: bool


class CannotAct(Conflict):
    """The channel has no way to do this."""

    en = "{channel} cannot do this: it has no '{capability}'."
    zh = "{channel_zh}不支持此操作（{capability}）。"


class Acts:
    """What a plugin does where it declares the capability. All may raise as :meth:`Channel.read` does.

    ``TryLater`` with ``unsure`` among its details: the platform may have done it.
    """

    def make_tags(self, names: Sequence[str], *, group_id: str = "", group_name: str = "") -> list[Tag]:
        """Make tags in a group that is there, or in a new one. Not safe to repeat: a name that is there is refused."""
        raise NotImplementedError

    def change_tag(self, tag_id: str, *, name: str = "", order: int | None = None) -> None:
        """Name or order a tag or a group of tags anew. Safe to repeat."""
        raise NotImplementedError

    def delete_tags(self, tag_ids: Sequence[str], group_ids: Sequence[str] = ()) -> None:
        """Delete tags and whole groups; a group ends with its last tag. What is gone already is refused."""
        raise NotImplementedError

    def mark(self, staff_id: str, contact_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        """Put tags on a contact in the name of a member of staff, and take others off. Safe to repeat."""
        raise NotImplementedError

    def note(self, staff_id: str, contact_id: str, note: Note) -> None:
        """Write what a member notes of a contact. Safe to repeat."""
        raise NotImplementedError

    def upload(self, kind: str, name: str, content: bytes, media_type: str, use: str = MESSAGES) -> Uploaded:
        """Give the platform a file for attachments of a kind (``image``, ``mini_program``) of ways that upload for this
        ``use`` (:attr:`Way.files`). A repeat uploads again.
        """
        raise NotImplementedError

    def feedback(self, staff_ids: Sequence[str], since: datetime, until: datetime) -> dict[datetime, int]:
        """How many customers deleted or blocked one of these members, by the begin of each day from ``since`` to ``until``,
        which are begins of days of the platform's zone, at most 30 apart.
        """
        raise NotImplementedError

    def staff_days(self, staff_ids: Sequence[str], since: datetime, until: datetime) -> Iterator[StaffDay]:
        """How each of these members served, by the day; ``since`` and ``until`` as for :meth:`feedback`. One of whom nothing
        can be read is left out.
        """
        raise NotImplementedError

    def hand_over(
        self, giver: str, taker: str, contact_ids: Sequence[str], *, left: bool, said: str = ""
    ) -> list[Handover]:
        """Ask for up to 100 customers to go to another member; one answer for each. Safe to repeat.

        Args:
            giver: who has them.
            taker: who gets them.
            contact_ids: whom.
            left: the giver has left.
            said: what the customers are told, where the giver stays.
        """
        raise NotImplementedError

    def handovers(self, giver: str, taker: str, *, left: bool) -> Iterator[Handover]:
        """What became of every customer that was to go between these two, the newest request of each."""
        raise NotImplementedError

    def hand_over_groups(self, group_ids: Sequence[str], taker: str, *, left: bool) -> list[Handover]:
        """Give up to 100 groups another owner, at once; one answer for each. Not safe to repeat blindly."""
        raise NotImplementedError

    def heirless(self) -> Iterator[Heirless]:
        """Every customer who waits to be inherited."""
        raise NotImplementedError

    def results(self, way: str, handle: str, object_id: str = "") -> Results:
        """What became of a task of staff so far: ask again, with pauses that grow, until it is done or too late."""
        raise NotImplementedError

    def remind(self, way: str, handle: str) -> None:
        """Remind the staff who have not confirmed. A repeat reminds again."""
        raise NotImplementedError

    def cancel(self, way: str, handle: str, object_id: str = "") -> None:
        """Nobody has to confirm any more; what was sent stays. Safe to repeat."""
        raise NotImplementedError

    def reactions(self, object_id: str, staff_id: str) -> list[Reaction]:
        """What contacts did with what this member published; all of it, each time."""
        raise NotImplementedError

    def said(self, service_id: str, cursor: str, token: str) -> SaidPage:
        """What contacts wrote to an account of customer service behind the cursor, in the order of the platform."""
        raise NotImplementedError
