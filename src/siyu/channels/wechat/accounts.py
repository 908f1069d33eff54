"""The two channels."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar

from siyu.channels.types import (
    About,
    Channel,
    CodeKind,
    Content,
    Finding,
    Grant,
    Handle,
    Item,
    Known,
    Login,
    ObjectKind,
    Opening,
    PushAnswer,
    PushRequest,
    Seen,
    Sent,
)
from siyu.channels.wechat import codes, health, logins, people
from siyu.channels.wechat.client import SECRET, Client
from siyu.channels.wechat.declared import MINI_PROGRAM, OFFICIAL_ACCOUNT, ONCE
from siyu.channels.wechat.pushes import Door
from siyu.channels.wechat.rules import is_id
from siyu.channels.wechat.sending import Sender
from siyu.kernel.errors import BadInput


class _WeChat(Channel):
    """What both have."""

    followers: ClassVar[bool]

    @cached_property
    def _client(self) -> Client:
        return Client(self.account, self.ports)

    @property
    def _sender(self) -> Sender:
        return Sender(self._client, self.about.ways, self.ports.clock.now, mini=not self.followers)

    def _now(self) -> datetime:
        return self.ports.clock.now()

    def read_push(self, request: PushRequest) -> PushAnswer:
        secret = self.ports.secret
        mode = self.account.settings.get("callback_mode") or "safe"
        door = Door(self.account.external_id, secret("callback_token"), secret("callback_key"), mode, self.followers)
        return door.answer(request, self._now())

    def send(self, way: str, items: Sequence[Item]) -> list[Sent]:
        return self._sender.send(way, items)

    def claims_of(self, login: Login, phone: str = "") -> tuple[Known, ...]:
        """What a sign-in tells of a person, for the claims of a message."""
        return logins.claims_of(self.account.external_id, login, phone)


class OfficialAccount(_WeChat):
    """A subscription or service account (公众号, 服务号): followers, messages to them, codes that bring them."""

    about = OFFICIAL_ACCOUNT
    followers = True

    def health(self) -> list[Finding]:
        def permission() -> None:
            if problem := people.may_list(self._client):
                raise problem

        return health.findings(self.account, self.ports, self._client, permission)

    def read(self, kind: ObjectKind, ids: Sequence[str]) -> list[Seen]:
        match kind:
            case "contact":
                return people.contacts(self._client, ids)
            case "tags":
                return people.tags(self._client)
            case _:
                return []

    def walk(self, cursor: str) -> Iterator[tuple[Sequence[Seen], str]]:
        yield from people.walk(self._client, cursor)

    def welcome(self, code: str, content: Content) -> Sent:
        """Up to three messages within a minute after somebody followed; ``code`` is that of the arrival."""
        sent = self._sender.greet(code.partition(":")[0], content)
        return Sent(code, sent.outcome, sent.handle, sent.error, sent.reason, sent.reason_zh, sent.retry_at)

    def open_code(self, code: Opening) -> Handle:
        made = self.make_code(code.state)
        return Handle(made.ticket, picture_url=made.picture)

    def change_code(self, handle: Handle, code: Opening) -> None:
        """Nothing: the platform knows the state alone, which stays."""

    def close_code(self, handle: Handle, kind: CodeKind) -> None:
        """Nothing: a code that was made for ever cannot be taken back; who scans it goes on following the account."""

    def code_picture(self, handle: Handle, kind: CodeKind) -> bytes:
        del kind  # there is one
        return codes.picture(self.ports.http, handle.picture_url)

    def make_code(self, state: str, life: timedelta | None = None) -> codes.QrCode:
        """A QR code that carries ``state``; for 30 days at most, or for ever with no ``life``. See :func:`codes.make`."""
        return codes.make(self._client, self._now(), state, life)

    def authorize_url(self, redirect: str, state: str = "", *, ask: bool = False) -> str:
        """Where a page sends a visitor to be known. See :func:`logins.authorize_url`."""
        return logins.authorize_url(self._client, redirect, state, ask=ask)

    def login(self, code: str) -> Login:
        """Who came back from there. See :func:`logins.by_page`."""
        return logins.by_page(self._client, self.ports.secret(SECRET), code)

    def subscribe_url(self, redirect: str, state: str, template_id: str, scene: int) -> str:
        """Where a page asks for one message. See :func:`logins.subscribe_url`."""
        return logins.subscribe_url(self._client, redirect, state, template_id, scene)

    def accepted_once(self, open_id: str, template_id: str, action: str) -> Sequence[Grant]:
        """What the page of a one-time subscription came back with: one message, when the person confirmed.

        Who confirms again in the same scene allows no second one: what they allowed before is taken back first.

        Raises:
            BadInput: it is not what the platform appends to the address.
        """
        if action != "confirm":
            return ()
        if not is_id(open_id) or not is_id(template_id):
            raise BadInput(reason="openid or template_id is wrong.", reason_zh="openid 或 template_id 不正确。")
        subject = f"{open_id}/{template_id}"
        return Grant(ONCE, subject, 0, None), Grant(ONCE, subject, 1, None)


class MiniProgram(_WeChat):
    """A mini program (小程序): sign-ins, phones, subscription messages. The platform has no list of its users."""

    about: ClassVar[About] = MINI_PROGRAM
    followers = False

    def health(self) -> list[Finding]:
        def permission() -> None:
            self._client.call("wxaapi/newtmpl/gettemplate")

        return health.findings(self.account, self.ports, self._client, permission)

    def login(self, code: str) -> Login:
        """Who signs in with a code of ``wx.login``. See :func:`logins.by_app`."""
        return logins.by_app(self._client, self.ports.secret(SECRET), code)

    def phone(self, code: str) -> str:
        """The phone that the person gives. See :func:`logins.phone`."""
        return logins.phone(self._client, code)
