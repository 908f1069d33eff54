"""Where people sign in: on the brand's pages through an official account, and in its mini programs.

Open to everybody: the platform says who it is. What they learn is a token for themselves.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import httpx
from fastapi import Depends, Header, Path, Query, Request, Response, Security
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from pydantic import BaseModel, ConfigDict, Field

from siyu.channels import service
from siyu.channels.types import Capability, Channel, MemberSession
from siyu.engines.access import service as access
from siyu.engines.http import ERROR_RESPONSES, Conn, Router, paced
from siyu.engines.postgres import Database
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.clock import Clock
from siyu.kernel.errors import BadInput, Conflict, NotFound, NotSignedIn, TryLater

router = Router(tags=["logins"], responses=ERROR_RESPONSES)

MEMBER_COOKIE: Final = "siyu_member"
_WAY_COOKIE: Final = "siyu_login"
_ASKED_COOKIE: Final = "siyu_asked"
_WAY_SECONDS: Final = 600
_MANY: Final = 300  # a minute from one address: that of a carrier or a shop stands for many people
_AT_ONCE: Final = 12  # calls of platforms under way; they can take seconds each
_OURS: Final = frozenset({"same-origin", "same-site", ""})  # a browser of before says nothing
_NO_STORE: Final = {"Cache-Control": "no-store"}

AccountId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Code = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[!-~]+$")]
State = Annotated[str, Query(max_length=128, pattern=r"^[0-9a-zA-Z]*$")]
Device = Annotated[str, Field(max_length=200, description="An anonymous id that a tracking SDK gave.")]
WriteKey = Annotated[str, Field(max_length=200, description="Of the source that the SDK sends to.")]
_bearer = HTTPBearer(auto_error=False, scheme_name="Member", description="Token of somebody who signed in.")
_GONE_TO: Final[dict[int | str, dict[str, Any]]] = {302: {"description": "To the platform's page."}}
_BACK: Final[dict[int | str, dict[str, Any]]] = {
    303: {"description": "To the page that was asked for, with the session as a cookie."}
}


class SignedIn(BaseModel):
    """A session of somebody who signed in."""

    token: str = Field(description="As `Authorization: Bearer …`.")
    expires_at: datetime


class AppLogin(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Code = Field(description="Of `wx.login`.")
    anonymous_id: Device = ""
    write_key: WriteKey = ""


class PhoneCode(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Code = Field(description="Of the button `getPhoneNumber`.")


class PhoneTied(BaseModel):
    phone: str = Field(description="Masked.")


class LoginDoor:
    """What the routes stand on.

    Args:
        database: where the accounts are, and the intake's queue.
        clock: what time it is.
        http: handed to the plugins.
        check: raises when nothing may come in now; asked before a code is used up.
        keys: finds the source of a write key.
    """

    def __init__(
        self, database: Database, clock: Clock, http: httpx.Client, *, check: Callable[[], None], keys: access.WriteKeys
    ) -> None:
        self.clock = clock
        self._database = database
        self._http = http
        self._check = check
        self._keys = keys
        self._room = threading.BoundedSemaphore(_AT_ONCE)

    def open(self, account_id: int, capability: Capability) -> Channel:
        """The plugin of an account that can sign people in.

        Raises:
            NotFound: there is none.
            Conflict: it is paused.
        """
        with self._database.transaction() as conn:
            account = service.account(conn, account_id)
        if capability not in service.about(account.channel).capabilities:
            raise NotFound(what="account", what_zh="账号", key=account_id)
        if account.state == "paused":
            raise Conflict(reason="this account is paused.", reason_zh="该账号已停用。")
        return service.open_account(self._database, account, self.clock, self._http)

    def device(self, anonymous_id: str, write_key: str) -> IdentifierClaim | None:
        """The claim of a browser or app; ``None`` without an id.

        Raises:
            BadInput: nobody knows the source, without which the id says nothing.
        """
        if not anonymous_id:
            return None
        source = self._keys.find(write_key)
        if source is None:
            raise BadInput(
                reason="an anonymous_id needs the write_key of the source that it is sent to.",
                reason_zh="传入 anonymous_id 时需同时提供其来源的 write_key。",
            )
        return IdentifierClaim("anonymous_id", str(source.id), anonymous_id)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """A platform may be asked meanwhile; nothing is asked whose answer could not be kept.

        Raises:
            TryLater, TooManyRequests: not now.
        """
        self._check()
        if not self._room.acquire(blocking=False):
            raise TryLater(reason="Too many sign in at once.", reason_zh="同时登录的人数过多。", retry_after=2)
        try:
            yield
        finally:
            self._room.release()

    def keep(self, message: Message) -> None:
        """Return when the message is durable."""
        with self._database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [message])


def _door(request: Request) -> LoginDoor:
    door: LoginDoor = request.app.state.login_door
    return door


TheDoor = Annotated[LoginDoor, Depends(_door)]


def _session(
    account_id: AccountId, door: TheDoor, token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> MemberSession:
    """Asked before anything else is looked at."""
    if token is None:
        raise NotSignedIn
    return service.session_of(token.credentials, account_id, door.clock.now())


Session = Annotated[MemberSession, Depends(_session)]


@router.get(
    "/wechat/{account_id}/authorize",
    status_code=302,
    response_class=Response,
    responses=_GONE_TO,
    dependencies=[paced("login", _MANY, 60)],
)
def authorize(
    request: Request,
    account_id: AccountId,
    door: TheDoor,
    next: Annotated[str, Query(max_length=1024, description="A path on this host, where one goes afterwards.")] = "",  # noqa: A002
    ask: Annotated[bool, Query(description="Name and picture are asked for as well.")] = False,
    anonymous_id: Annotated[Device, Query()] = "",
    write_key: Annotated[WriteKey, Query()] = "",
    sec_fetch_site: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Send a visitor, within WeChat, to the platform's page to be known.

    The way back is open for ten minutes, in the same browser. An ``anonymous_id`` is tied to them only when they come from
    a page of the same site: a link that somebody sends them must not tie the sender's browser to them.
    """
    channel = door.open(account_id, Capability.PAGE_LOGIN)
    device = door.device(anonymous_id, write_key) if sec_fetch_site in _OURS else None
    redirect = f"{request.app.state.base_url}/wechat/{account_id}/back"
    begun = service.begin_login(channel, redirect, door.clock.now(), path=next, device=device, ask=ask)
    response = RedirectResponse(begun.url, 302, _NO_STORE)
    _set_cookie(request, response, _WAY_COOKIE, begun.cookie, f"/wechat/{account_id}", _WAY_SECONDS)
    return response


@router.get(
    "/wechat/{account_id}/back", response_model=SignedIn, responses=_BACK, dependencies=[paced("login back", _MANY, 60)]
)
def back(
    request: Request,
    account_id: AccountId,
    door: TheDoor,
    code: Annotated[Code, Query(description="Of the platform; works once.")],
    state: State,
) -> Response:
    """Who comes back from the platform's page is signed in, and told to OneID."""
    channel = door.open(account_id, Capability.PAGE_LOGIN)
    cookie = request.cookies.get(_WAY_COOKIE, "")
    with door.asking():
        done = service.finish_login(channel, code, state, cookie, door.clock.now())
    door.keep(done.message)
    response: Response
    if done.path:
        response = RedirectResponse(done.path, 303, _NO_STORE)
    else:
        response = JSONResponse(_told(done.session).model_dump(mode="json"), headers=_NO_STORE)
    seconds = int((done.session.expires_at - door.clock.now()).total_seconds())
    _set_cookie(request, response, MEMBER_COOKIE, done.session.token, "/", seconds)
    response.delete_cookie(_WAY_COOKIE, path=f"/wechat/{account_id}", httponly=True, samesite="lax")
    return response


@router.get(
    "/wechat/{account_id}/subscribe",
    status_code=302,
    response_class=Response,
    responses=_GONE_TO,
    dependencies=[paced("subscribe", _MANY, 60)],
)
def subscribe(
    request: Request,
    account_id: AccountId,
    door: TheDoor,
    template_id: Annotated[str, Query(min_length=1, max_length=128, pattern=r"^[!-~]+$")],
    scene: Annotated[int, Query(ge=0, le=10_000, description="The message is sent with the same.")] = 0,
    next: Annotated[str, Query(max_length=1024, description="A path on this host, where one goes afterwards.")] = "/",  # noqa: A002
) -> Response:
    """Send a visitor, within WeChat, to the platform's page that asks whether one message may be sent to them.

    The way back is open for ten minutes, in the same browser.
    """
    channel = door.open(account_id, Capability.PAGE_SUBSCRIPTION)
    redirect = f"{request.app.state.base_url}/wechat/{account_id}/subscribed"
    begun = service.begin_subscription(
        channel, redirect, door.clock.now(), template_id=template_id, scene=scene, path=next
    )
    response = RedirectResponse(begun.url, 302, _NO_STORE)
    _set_cookie(request, response, _ASKED_COOKIE, begun.cookie, f"/wechat/{account_id}", _WAY_SECONDS)
    return response


@router.get(
    "/wechat/{account_id}/subscribed",
    status_code=303,
    response_class=Response,
    responses={303: {"description": "To the page that was asked for."}},
    dependencies=[paced("subscribed", _MANY, 60)],
)
def subscribed(
    request: Request,
    account_id: AccountId,
    door: TheDoor,
    conn: Conn,
    action: Annotated[Literal["confirm", "cancel"], Query(description="What the visitor tapped.")],
    reserved: State,
    openid: Annotated[str, Query(max_length=128, description="Only where they confirmed.")] = "",
) -> Response:
    """Who comes back from there has allowed one message, or none."""
    channel = door.open(account_id, Capability.PAGE_SUBSCRIPTION)
    cookie = request.cookies.get(_ASKED_COOKIE, "")
    path = service.finish_subscription(conn, channel, openid, action, reserved, cookie, door.clock.now())
    response = RedirectResponse(path, 303, _NO_STORE)
    response.delete_cookie(_ASKED_COOKIE, path=f"/wechat/{account_id}", httponly=True, samesite="lax")
    return response


@router.post("/mini-program/{account_id}/login", dependencies=[paced("app login", _MANY, 60)])
def login(response: Response, account_id: AccountId, door: TheDoor, body: AppLogin) -> SignedIn:
    """Who signs in to a mini program with a code of ``wx.login`` is told to OneID, and gets a token."""
    channel = door.open(account_id, Capability.APP_LOGIN)
    device = door.device(body.anonymous_id, body.write_key)
    with door.asking():
        done = service.login_of_app(channel, body.code, door.clock.now(), device)
    door.keep(done.message)
    response.headers.update(_NO_STORE)
    return _told(done.session)


@router.post("/mini-program/{account_id}/phone", dependencies=[paced("app phone", _MANY, 60)])
def phone(
    response: Response,
    account_id: AccountId,
    door: TheDoor,
    session: Session,
    body: PhoneCode,
) -> PhoneTied:
    """The phone that somebody gives who signed in to the mini program; told to OneID as their own."""
    channel = door.open(account_id, Capability.APP_LOGIN)
    with door.asking():
        message, masked = service.tie_phone(channel, session, body.code, door.clock.now())
    door.keep(message)
    response.headers.update(_NO_STORE)
    return PhoneTied(phone=masked)


def _told(session: MemberSession) -> SignedIn:
    return SignedIn(token=session.token, expires_at=session.expires_at)


def _set_cookie(request: Request, response: Response, name: str, value: str, path: str, seconds: int) -> None:
    secure = request.app.state.base_url.startswith("https://")
    response.set_cookie(name, value, max_age=seconds, path=path, httponly=True, samesite="lax", secure=secure)
