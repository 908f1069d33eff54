"""Signing in through a platform, and what of it OneID is told."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection

from siyu.channels.rules import logins as rules
from siyu.channels.service.quotas import grant
from siyu.channels.types import (
    Account,
    Channel,
    Known,
    Login,
    LoginBegun,
    LoginBroken,
    LoginUnavailable,
    MemberSession,
    PlatformRefused,
)
from siyu.engines.vault import service as vault
from siyu.intake.types import IdentifierClaim, Message
from siyu.kernel.errors import NotSignedIn

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")

_WAY: Final = "login on its way"
_SESSION: Final = "member session"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody signed in.

    Attributes:
        message: for the live lane of the intake.
        session: for their browser or app.
        path: where they want to go on this host; empty for nowhere.
    """

    message: Message
    session: MemberSession
    path: str = ""


def begin_login(
    channel: Channel, redirect: str, now: datetime, *, path: str = "", device: IdentifierClaim | None = None, ask: bool
) -> LoginBegun:
    """Send a visitor to the platform's page. Asks no platform and writes nothing.

    Args:
        channel: can sign in visitors of pages.
        redirect: where the platform sends them back: whole, of this host.
        now: the present; the way back is open for ten minutes, in the same browser.
        path: where they go after that.
        device: an anonymous id of their browser, to be tied to them.
        ask: they are asked for name and picture as well.

    Raises:
        BadInput: ``path`` leads to another host.
    """
    said: dict[str, Any] = {"account": channel.account.id, "once": secrets.token_hex(16)}
    if path:
        said["next"] = rules.local_path(path)
    if device is not None:
        said["device"] = [device.scope, device.value]
    cookie = rules.cookie_of(said)
    state = rules.state_of(cookie, now + rules.WAY_LIFE, partial(vault.sign, _WAY))
    return LoginBegun(channel.authorize_url(redirect, state, ask=ask), cookie)


def finish_login(channel: Channel, code: str, state: str, cookie: str, now: datetime) -> SignedIn:
    """Who came back from the platform's page. Asks the platform; a code works once.

    Raises:
        LoginBroken: they did not go there with this browser, or long ago.
        CodeSpent: the code is wrong, too old or was used.
        BadInput: the visitor is nobody yet.
        LoginRefused: the platform does not let them.
        LoginUnavailable, TryLater: the platform refuses, or cannot answer now.
    """
    said = rules.read_state(state, cookie, now, partial(vault.signed, _WAY))
    if said is None or said.get("account") != channel.account.id or "template" in said:
        raise LoginBroken
    return _signed_in(channel, code, now, _device(said), said.get("next", ""))


def begin_subscription(
    channel: Channel, redirect: str, now: datetime, *, template_id: str, scene: int, path: str
) -> LoginBegun:
    """Send a visitor to the platform's page that asks whether one message of this template may be sent.

    Asks no platform and writes nothing. The way back is open for ten minutes, in the same browser.

    Raises:
        BadInput: ``path`` leads to another host, or the platform takes no such template or scene.
    """
    said: dict[str, Any] = {
        "account": channel.account.id,
        "once": secrets.token_hex(16),
        "template": template_id,
        "next": rules.local_path(path),
    }
    cookie = rules.cookie_of(said)
    state = rules.state_of(cookie, now + rules.WAY_LIFE, partial(vault.sign, _WAY))
    return LoginBegun(channel.subscribe_url(redirect, state, template_id, scene), cookie)


def finish_subscription(
    conn: Connection, channel: Channel, open_id: str, action: str, state: str, cookie: str, now: datetime
) -> str:
    """Keep what the visitor allowed; returns the path on which they go on. Safe to repeat: they allow one message.

    Raises:
        LoginBroken: they did not go there with this browser, or long ago.
        BadInput: this is not what the platform comes back with.
    """
    said = rules.read_state(state, cookie, now, partial(vault.signed, _WAY))
    if said is None or said.get("account") != channel.account.id or "template" not in said:
        raise LoginBroken
    allowed = channel.accepted_once(open_id, said["template"], action)
    if allowed:
        grant(conn, channel.account, allowed, now)
    return str(said["next"])


def login_of_app(channel: Channel, code: str, now: datetime, device: IdentifierClaim | None = None) -> SignedIn:
    """Who signs in to an app with this code; raises as :func:`finish_login`."""
    return _signed_in(channel, code, now, device, "")


def tie_phone(channel: Channel, session: MemberSession, code: str, now: datetime) -> tuple[Message, str]:
    """The phone that a member gives: the message for the live lane of the intake, and the phone as it may be shown.

    Raises:
        CodeSpent: the code is wrong, too old or was used.
        BadInput: it was given to another app.
        LoginUnavailable, TryLater: the platform refuses, or cannot answer now.
    """
    phone = _asked(channel, lambda: channel.phone(code))
    known = channel.claims_of(Login(session.open_id), phone)
    return _message(channel.account, f"phone/{_digest(code)}", known, {}, now), vault.mask("phone", phone)


def session_of(token: str, account_id: int, now: datetime) -> MemberSession:
    """Whose session at this account a token stands for.

    Raises:
        NotSignedIn: it is none of ours, of another account, or has ended.
    """
    found = rules.read_token(token, now, partial(vault.signed, _SESSION))
    if found is None or found[0] != account_id:
        raise NotSignedIn
    return MemberSession(*found, token)


def whose_token(token: str, now: datetime) -> MemberSession:
    """Whose session at whichever account a token stands for.

    Raises:
        NotSignedIn: it is none of ours, or has ended.
    """
    found = rules.read_token(token, now, partial(vault.signed, _SESSION))
    if found is None:
        raise NotSignedIn
    return MemberSession(*found, token)


def _signed_in(channel: Channel, code: str, now: datetime, device: IdentifierClaim | None, path: str) -> SignedIn:
    login: Login = _asked(channel, lambda: channel.login(code))
    known = channel.claims_of(login)
    traits = {name: value for name, value in (("name", login.name), ("avatar", login.avatar)) if value}
    account, until = channel.account, now + rules.SESSION_LIFE
    message = _message(account, f"login/{_digest(code)}", known, traits, now, device)
    token = rules.token_of(account.id, login.open_id, until, partial(vault.sign, _SESSION))
    return SignedIn(message, MemberSession(account.id, login.open_id, until, token), path)


def _asked(channel: Channel, ask: Callable[[], Answer]) -> Answer:
    """What the platform says of the account is not for its visitors."""
    try:
        return ask()
    except PlatformRefused as refusal:
        log.warning("channels.login_refused", account=channel.account.id, errcode=refusal.errcode)
        raise LoginUnavailable(account=channel.account.id) from None


def _message(
    account: Account,
    key: str,
    known: tuple[Known, ...],
    traits: Mapping[str, str],
    now: datetime,
    device: IdentifierClaim | None = None,
) -> Message:
    """The person acts themselves: every claim is their own. The same code is the same message."""
    claims = [IdentifierClaim(one.type, one.scope, one.value) for one in known]
    if device is not None:
        claims.append(device)
    payload = {"account": account.id, "traits": dict(traits)}
    return Message("identify", account.source_id, f"account:{account.id}/{key}", now, now, tuple(claims), payload)


def _device(said: Mapping[str, Any]) -> IdentifierClaim | None:
    return IdentifierClaim("anonymous_id", *said["device"]) if "device" in said else None


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()[:32]
