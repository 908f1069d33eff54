"""Entry codes: a QR or a link that brings people in, with its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

CodeKind = Literal["staff", "group", "link", "follow"]
CODE_KINDS: Final[tuple[CodeKind, ...]] = ("staff", "group", "link", "follow")
VerifyFree = Literal["always", "never", "during"]
ServedBy = Literal["on_duty", "backups", "over_cap", "nobody"]
EVERY_DAY: Final = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class Span:
    """A time of the day on some days of the week, in the brand's zone.

    Attributes:
        begins: ``09:00``.
        ends: ``18:00``, not belonging to it; before ``begins``: on the following day. ``24:00`` is the day's end.
        days: on which it begins, 1 for Monday to 7 for Sunday.
    """

    begins: str
    ends: str
    days: tuple[int, ...] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on duty when. Shifts may overlap: then all of theirs serve."""

    span: Span
    staff: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """Who serves those who come through a code.

    Attributes:
        staff: on duty at all times.
        shifts: on duty at some.
        backups: who serves when nobody is on duty, or when those have had enough for today or are gone.
        daily_cap: how many people a day each of the staff gets through this code; ``None``: no end.
        caps: the same for single members, before ``daily_cap``.
        verify_free: when one becomes a friend without being confirmed: ``during`` some time only.
        verify_free_during: that time.
    """

    staff: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()
    backups: tuple[str, ...] = ()
    daily_cap: int | None = None
    caps: Mapping[str, int] = field(default_factory=dict)
    verify_free: VerifyFree = "always"
    verify_free_during: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Chats:
    """Which group chats one gets into.

    Attributes:
        group_ids: up to five, filled one after the other.
        new_groups: when all are full the platform makes another.
        base_name: how that is called; its number is put behind.
        base_number: the first number.
    """

    group_ids: tuple[str, ...]
    new_groups: bool = True
    base_name: str = ""
    base_number: int = 1


@dataclass(frozen=True, slots=True)
class Greeting:
    """A welcome. The first whose time it is, is sent; one without a time is sent at any.

    Attributes:
        text: may name ``{name}``, ``{staff}``, ``{greeting}``, ``{brand}``, ``{store}``.
        attachments: as (kind, fields).
    """

    text: str = ""
    attachments: tuple[tuple[str, Mapping[str, str]], ...] = ()
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class CodeDefinition:
    """Everything an operator says of a code.

    Attributes:
        roster: of a staff code or a link.
        chats: of a group code. A code by which one follows the account itself has neither.
        greetings: none: nobody is greeted by us.
        tags: our tags for whoever comes.
        platform_tag_ids: tags of the account that the platform puts on the contact.
        remark: how the member of staff will call them: may name ``{name}``, ``{store}``, ``{date}``.
        called: what ``{name}`` is in a welcome: at that moment nobody knows the name.
        region, store: the place where the code hangs.
        page_next: id of the code that its page shows behind it: when this one is full, archived or gone at the platform.
        page_most: so many people in all come by this code before its page goes on; ``None``: no end.
    """

    roster: Roster | None = None
    chats: Chats | None = None
    greetings: tuple[Greeting, ...] = ()
    tags: tuple[str, ...] = ()
    platform_tag_ids: tuple[str, ...] = ()
    remark: str = ""
    called: str = "朋友"
    region: str = ""
    store: str = ""
    note: str = ""
    page_next: int | None = None
    page_most: int | None = None


@dataclass(frozen=True, slots=True)
class Serving:
    """Who serves at a moment, and whether they have to confirm; ``by`` says why these."""

    staff: tuple[str, ...]
    skip_verify: bool
    by: ServedBy = field(compare=False)


@dataclass(frozen=True, slots=True)
class Opening:
    """What the platform is told of a code.

    Attributes:
        state: what arrivals will carry; at most 30 characters.
        title: for whoever looks into the platform's own console.
        staff_ids, skip_verify: of a staff code or a link.
        chats: of a group code.
    """

    kind: CodeKind
    state: str
    title: str
    staff_ids: tuple[str, ...] = ()
    skip_verify: bool = True
    chats: Chats | None = None


@dataclass(frozen=True, slots=True)
class Handle:
    """An open code on the platform.

    Attributes:
        id: under which it is changed and closed.
        url: that brings one in, where the platform has one.
        picture_url: the platform's own picture of the QR, where there is no ``url``.
    """

    id: str
    url: str = ""
    picture_url: str = ""


@dataclass(frozen=True, slots=True)
class OpenCode:
    """A code as the platform shows it now.

    Attributes:
        staff_ids, skip_verify: of a staff code or a link.
        others: departments serve as well.
        group_ids: of a group code, in their order.
        state: what arrivals carry; ``None`` where that is no part of the code.
        trouble: why it brings nobody now and what to do, in English and Chinese.
    """

    staff_ids: tuple[str, ...] = ()
    skip_verify: bool = True
    others: bool = False
    group_ids: tuple[str, ...] = ()
    state: str | None = None
    trouble: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CodeProblem:
    """Why the platform did not do what it was asked, or what became of the code there.

    Attributes:
        retry_at: when it is tried again; ``None``: an operator has to do something.
    """

    code: str
    en: str
    zh: str
    attempts: int
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """What became of those who came through a code.

    Attributes:
        shown: how often its page was opened.
        scanned: people who scanned it and followed the account already.
        added: people who came.
        there: of them, who is still there.
        left: of them, who is not.
        stayed: who was there 30 days after they came.
        due: who came at least 30 days ago.
    """

    shown: int = 0
    added: int = 0
    there: int = 0
    left: int = 0
    stayed: int = 0
    due: int = 0
    scanned: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """An entry code as it is.

    Attributes:
        state: what arrivals carry; unique within the account.
        public_id: of its page, ``/e/<public_id>``.
        serving: who serves now, as the platform was or will be told.
        open: the platform knows it.
        current: the platform knows ``serving``.
        url: that brings one in, where the platform has one.
        pictured: there is a QR to show.
        problem: what the platform said when it was last asked in vain.
        cards: how many cards it has; ``cards_open`` of them can be used.
    """

    id: int
    account_id: int
    kind: CodeKind
    name: str
    state: str
    public_id: str
    definition: CodeDefinition
    serving: Serving
    open: bool
    current: bool
    url: str
    pictured: bool
    problem: CodeProblem | None
    cards: int
    cards_open: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """One of the package cards under a code; ``open``: it can be used."""

    number: int
    state: str
    url: str
    picture: bytes = field(repr=False)
    open: bool
    problem: CodeProblem | None = None


@dataclass(frozen=True, slots=True)
class Greeted:
    """What became of a welcome.

    Attributes:
        outcome: ``sent``; ``already``: somebody else had greeted; ``expired``; ``refused``; ``silent``: there is nothing to
            say; ``claimed``: another was first, or is at it.
        took_ms: from the claim to the platform's answer.
    """

    outcome: Literal["sent", "already", "expired", "refused", "silent", "claimed"]
    took_ms: int = 0
    error: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)
