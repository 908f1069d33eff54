"""How members sign in: by a code to their phone, or with what a platform said of them."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import Cookie, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from siyu.channels import service as channels
from siyu.channels.types import Capability
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, check_same_site, paced
from siyu.engines.postgres import Database
from siyu.engines.vault import service as vault
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane
from siyu.kernel.errors import NotSignedIn, SiyuError
from siyu.members import service
from siyu.members.http.asking import COOKIE, PLACE, Asking
from siyu.members.http.door import TheDoor
from siyu.members.types import SessionOpened, SmsMissing, Way, WrongCode

router = Router(prefix="/member/v1", tags=["members"], responses=ERROR_RESPONSES)

_PLATFORM_COOKIE: Final = "siyu_member"  # that of a sign-in through an official account
_NEXT_CODE: Final = 60  # seconds
_MANY: Final = 120  # a minute from one address

Phone = Annotated[str, Field(min_length=5, max_length=40)]
Code = Annotated[str, Field(min_length=1, max_length=12)]


class BrandRead(BaseModel):
    name: str
    zone: str = Field(description="Of the brand: its days begin there.")
    sms: bool = Field(description="One can sign in by a code to a phone.")
    official_account: int | None = Field(description="One can sign in by it within WeChat; null: not.")


class CodeAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone: Phone = Field(description="Of mainland China.")


class CodeSent(BaseModel):
    again_in: int = Field(description="Seconds until another one can be asked for.")
    expires_at: datetime


Invite = Annotated[
    str,
    Field(
        max_length=1000,
        description="Code of the invitation by which they come. One that is wrong or their own is no error.",
    ),
]


class PhoneProof(CodeAsked):
    code: Code


class PhoneSignIn(PhoneProof):
    invite: Invite = ""


class PlatformSignIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(max_length=4096)] = Field(
        "", description="Of a mini program; without it the cookie of the official account's sign-in counts."
    )
    invite: Invite = ""


class MemberSessionRead(BaseModel):
    expires_at: datetime


class PhoneBound(BaseModel):
    phone: str = Field(description="Masked.")


@router.get("/brand")
def brand(request: Request, response: Response, conn: Conn, door: TheDoor) -> BrandRead:
    """Whose pages these are, and how one can sign in."""
    response.headers["Cache-Control"] = "public, max-age=60"
    state = request.app.state
    by_page = [
        one.id
        for one in channels.accounts(conn)
        if one.state == "active" and Capability.PAGE_LOGIN in channels.about(one.channel).capabilities
    ]
    return BrandRead(
        name=state.brand_name,
        zone=state.brand_zone.key,
        sms=door.sms is not None,
        official_account=by_page[0] if by_page else None,
    )


@router.post("/codes", status_code=202, dependencies=[paced("member code", _MANY, 60)])
def ask_code(request: Request, body: CodeAsked, door: TheDoor, now: Now) -> CodeSent:
    """Have a code sent to a phone. The answer is the same whether the brand knows it or not."""
    check_same_site(request)
    if door.sms is None:
        raise SmsMissing
    database: Database = request.app.state.database
    address = request.client.host if request.client else ""
    with door.calling():
        with database.transaction() as conn:  # its own: a code that is told has to be there
            asked = service.ask_code(conn, body.phone, address, now, most_a_day=door.most_codes)
        try:
            door.sms.tell(asked.phone, asked.code, round((asked.expires_at - now).total_seconds() / 60))
        except SiyuError:
            with database.transaction() as conn:
                service.code_not_told(conn, asked.id)
            raise
    return CodeSent(again_in=_NEXT_CODE, expires_at=asked.expires_at)


@router.post("/sign-in/phone", dependencies=[paced("member sign-in", _MANY, 60)])
def sign_in_by_phone(
    request: Request, response: Response, body: PhoneSignIn, door: TheDoor, now: Now
) -> MemberSessionRead:
    """Open a session with a code; it comes back as a cookie. OneID is told that the phone is theirs."""
    check_same_site(request)
    door.check()
    database: Database = request.app.state.database
    with database.transaction() as conn:  # its own, committed also when the code is wrong: tries are counted
        spent = service.spend_code(conn, body.phone, body.code, now)
        if spent is not None:
            code_id, phone = spent
            source_id = service.source_of(conn, now)
            message = service.message_of_phone(source_id, code_id, phone, now)
            came = service.message_of_sign_in(conn, source_id, phone, "sms", message.message_id, body.invite, now)
            intake.put(conn, Lane.LIVE, [message, came])
            opened = service.open_session(conn, phone, "sms", now, idle=door.idle, agent=_agent(request))
    if spent is None:
        raise WrongCode
    door.await_known(database, opened.token, now)
    return _opened(request, response, opened, now)


@router.post("/sign-in/platform", dependencies=[paced("member sign-in", _MANY, 60)])
def sign_in_by_platform(
    request: Request,
    response: Response,
    body: PlatformSignIn,
    door: TheDoor,
    now: Now,
    cookie: Annotated[str, Cookie(alias=_PLATFORM_COOKIE, include_in_schema=False)] = "",
) -> MemberSessionRead:
    """Open a session for whom an official account or a mini program has signed in. OneID was told of it there."""
    check_same_site(request)
    token = body.token or cookie
    if not token:
        raise NotSignedIn
    known = channels.whose_token(token, now)
    door.check()
    database: Database = request.app.state.database
    with database.transaction() as conn:
        account = channels.account(conn, known.account_id)
        about = channels.about(account.channel)
        claim = IdentifierClaim(about.identity[0], account.external_id, known.open_id)
        way: Way = "mini_program" if Capability.APP_LOGIN in about.capabilities else "official_account"
        came = service.message_of_sign_in(conn, service.source_of(conn, now), claim, way, token, body.invite, now)
        opened = service.open_session(conn, claim, way, now, idle=door.idle, login=token, agent=_agent(request))
        intake.put(conn, Lane.LIVE, [came])
    door.await_known(database, opened.token, now)
    response.delete_cookie(_PLATFORM_COOKIE, path="/", httponly=True, samesite="lax")
    return _opened(request, response, opened, now)


@router.post("/sign-out", status_code=204)
def sign_out(
    request: Request,
    response: Response,
    conn: Conn,
    now: Now,
    session: Annotated[str, Cookie(alias=COOKIE, include_in_schema=False)] = "",
) -> None:
    """End the session. Safe to repeat."""
    check_same_site(request)
    if session:
        service.sign_out(conn, session, now)
    response.delete_cookie(COOKIE, path=PLACE, httponly=True, samesite="lax")


@router.post("/phone", dependencies=[paced("member sign-in", _MANY, 60)])
def bind_phone(request: Request, member: Asking, body: PhoneProof, door: TheDoor, now: Now) -> PhoneBound:
    """Have a phone be theirs, beside what they are signed in with. OneID ties both together by its own rules."""
    door.check()
    database: Database = request.app.state.database
    with database.transaction() as conn:
        spent = service.spend_code(conn, body.phone, body.code, now)
        if spent is not None:
            code_id, phone = spent
            source_id = service.source_of(conn, now)
            message = service.message_of_phone(source_id, code_id, phone, now, also=member.claim)
            intake.put(conn, Lane.LIVE, [message])
    if spent is None:
        raise WrongCode
    return PhoneBound(phone=vault.mask("phone", phone.value))


def _opened(request: Request, response: Response, opened: SessionOpened, now: datetime) -> MemberSessionRead:
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int((opened.expires_at - now).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.app.state.base_url.startswith("https://"),
        path=PLACE,
    )
    response.headers["Cache-Control"] = "no-store"
    return MemberSessionRead(expires_at=opened.expires_at)


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")
