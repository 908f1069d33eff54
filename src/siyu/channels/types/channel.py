"""Sending, health, and the plugin itself."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Final, Literal, NamedTuple

from siyu.channels.types.acting import Acts
from siyu.channels.types.codes import CodeKind, Handle, OpenCode, Opening
from siyu.channels.types.declared import About, Grant
from siyu.channels.types.handed import Account, Ports
from siyu.channels.types.logins import Known, Login
from siyu.channels.types.mapped import Recognised, Visitor
from siyu.channels.types.pushes import PushAnswer, PushRequest
from siyu.channels.types.seen import ObjectKind, Seen
from siyu.kernel.errors import SiyuError

_NO_DETAILS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Content:
    """What is sent: a text, and attachments as (kind, fields)."""

    text: str = ""
    attachments: tuple[tuple[str, Mapping[str, str]], ...] = ()


class Item(NamedTuple):
    """One intended sending. A tuple, because there are so many.

    Attributes:
        key: ours, and the idempotency key where the platform takes one.
        subject_id: whom it reaches, in the platform's words.
        staff_id: in whose name; empty where the platform chooses.
        until: it is handed to the platform before then or not at all; ``None``: whenever that may be.
    """

    key: str
    subject_id: str
    content: Content
    staff_id: str = ""
    details: Mapping[str, str] = _NO_DETAILS
    until: datetime | None = None


Outcome = Literal["sent", "waits_for_staff", "refused", "later"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one item.

    Attributes:
        handle: of the platform, under which the result is asked for.
        error: the platform's code; 0 when none.
        reason, reason_zh: why it was refused, and what to do.
        retry_at: when to try again, with ``later``.
    """

    key: str
    outcome: Outcome
    handle: str = ""
    error: int = 0
    reason: str = ""
    reason_zh: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is right or wrong with an account, in plain words.

    Attributes:
        check: ``token``, ``contacts``, ``callback``, ``clock`` …
        code: the platform's error code, 0 when none.
    """

    check: str
    ok: bool
    en: str
    zh: str
    advice_en: str = ""
    advice_zh: str = ""
    code: int = 0


class PlatformRefused(SiyuError):
    """The platform answered with an error that a repeat does not mend."""

    status = 409
    en = "{platform} answered {errcode} ({errmsg}). {advice}"
    zh = "{platform_zh}返回 {errcode}（{errmsg}）。{advice_zh}"

    @property
    def errcode(self) -> int:
        """The platform's number."""
        return int(self.details["errcode"])


class Channel(Acts, ABC):
    """One account on one platform. Made when it is needed, by the registry; holds nothing that matters between calls."""

    about: ClassVar[About]

    def __init__(self, account: Account, ports: Ports) -> None:
        self.account = account
        self.ports = ports

    @abstractmethod
    def health(self) -> list[Finding]:
        """Try what this account needs. Never raises for what a platform answers: that is what it tells."""

    def read_push(self, request: PushRequest) -> PushAnswer:
        """Check and understand a call of the platform. Touches no network.

        Raises:
            PushRefused: it is not the platform's, or too old.
            BadInput: it cannot be read.
        """
        raise NotImplementedError

    def read(self, kind: ObjectKind, ids: Sequence[str]) -> list[Seen]:
        """The truth of these objects now; what is no more comes as :class:`Gone`.

        Raises:
            PlatformRefused: it will not answer until somebody mends something.
            TryLater: it cannot answer now.
        """
        raise NotImplementedError

    def walk(self, cursor: str) -> Iterator[tuple[Sequence[Seen], str]]:
        """Everything the account may see, in pieces, each with the cursor from which to go on behind it.

        Begins after ``cursor``, which is empty for the first time. Ends when everything was told.
        """
        raise NotImplementedError

    def welcome(self, code: str, content: Content) -> Sent:
        """Greet who has just come. At most once a code."""
        raise NotImplementedError

    def recognise(self, visitor: Visitor) -> Recognised:
        """Which contact a visitor of an app is. The platform counts the questions: whoever asks has reserved one.

        Raises:
            PlatformRefused, TryLater: as :meth:`read`.
        """
        raise NotImplementedError

    def pending_ids(self, contact_ids: Sequence[str]) -> dict[str, str]:
        """The pending ids under which up to 100 contacts may have been known as visitors; raises the same."""
        raise NotImplementedError

    def authorize_url(self, redirect: str, state: str = "", *, ask: bool = False) -> str:
        """Where a page sends a visitor to be known; they come back to ``redirect`` with ``code`` and ``state``.

        Args:
            redirect: of ours.
            state: up to 128 letters and digits.
            ask: the visitor is asked for name and picture as well.
        """
        raise NotImplementedError

    def subscribe_url(self, redirect: str, state: str, template_id: str, scene: int) -> str:
        """Where a page asks a visitor for one message; they come back to ``redirect`` with what they answered.

        Args:
            redirect: of ours.
            state: up to 128 letters and digits, which come back.
            template_id: of the message.
            scene: 0 to 10,000; the message is sent with the same. Who says yes twice in one allows one message.

        Raises:
            BadInput: one of them is not what the platform takes.
        """
        raise NotImplementedError

    def accepted_once(self, open_id: str, template_id: str, action: str) -> Sequence[Grant]:
        """What the visitor allowed there: one message, whatever they had allowed before; nothing when they said no.

        Raises:
            BadInput: it is not what the platform appends to the address.
        """
        raise NotImplementedError

    def login(self, code: str) -> Login:
        """Who came back to a page, or signs in to an app, with this code.

        Raises:
            CodeSpent: the code is wrong, too old or was used.
            LoginRefused: the platform does not let this person sign in.
            BadInput: it cannot be a code, or the visitor is nobody yet.
            PlatformRefused, TryLater: as :meth:`read`.
        """
        raise NotImplementedError

    def phone(self, code: str) -> str:
        """The phone that somebody gave in an app, with its country; raises as :meth:`login`."""
        raise NotImplementedError

    def claims_of(self, login: Login, phone: str = "") -> tuple[Known, ...]:
        """What a sign-in tells of a person, the surest first."""
        raise NotImplementedError

    def send(self, way: str, items: Sequence[Item]) -> list[Sent]:
        """Send a batch, one answer for each item in its order. Called behind ``service.deliver`` and by nothing else."""
        raise NotImplementedError

    def find_sent(self, way: str, items: Sequence[Item], since: datetime, known: Collection[str]) -> list[Sent]:
        """What became of items that were given to :meth:`send` by a process that died before it knew the answer.

        ``later`` where it is certain that nothing reached the platform, or that sending them again sends nothing twice.
        A plugin that cannot know says ``refused``, as here: to hear something twice is worse than not to hear it.

        Args:
            way: in which they were sent.
            items: in which order the answers are.
            since: when they were given to it.
            known: handles of other sendings.

        Raises:
            PlatformRefused, TryLater: as :meth:`read`.
        """
        del self, way, since, known
        return [
            Sent(
                item.key,
                "refused",
                reason="Siyu was interrupted while it was being sent, and nobody can tell whether it was taken.",
                reason_zh="发送过程被中断，无法确定平台是否已受理。",
            )
            for item in items
        ]

    def open_code(self, code: Opening) -> Handle:
        """Make an entry code. A repeat makes another one: the handle is kept before anything else is done.

        Raises:
            PlatformRefused, TryLater: as :meth:`read`.
        """
        raise NotImplementedError

    def change_code(self, handle: Handle, code: Opening) -> None:
        """Have it be as ``code`` says, all of it. Safe to repeat; raises the same."""
        raise NotImplementedError

    def close_code(self, handle: Handle, kind: CodeKind) -> None:
        """Take it away. Safe to repeat: one that is gone is no error. Raises the same."""
        raise NotImplementedError

    def code_now(self, handle: Handle, kind: CodeKind) -> OpenCode | None:
        """How the code is there now, ``None`` when it is no more; where :attr:`About.shows_codes`. Raises the same."""
        raise NotImplementedError

    def code_picture(self, handle: Handle, kind: CodeKind) -> bytes:
        """The platform's own picture of the QR, where the handle has no ``url``; raises the same."""
        raise NotImplementedError
