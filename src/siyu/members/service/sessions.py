"""Sessions of members: opened by what a platform or a code says of somebody, held by a token, ended by time or by themselves."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

import orjson
from sqlalchemy import Connection

from siyu.engines.vault import service as vault
from siyu.identity import service as identity
from siyu.intake.types import IdentifierClaim
from siyu.kernel.errors import NotSignedIn
from siyu.members.store import sessions as tables
from siyu.members.types import LoginSpent, Member, NotYetKnown, SessionOpened, Way

SESSION_LONGEST: Final = timedelta(days=180)
_TOUCH_EVERY: Final = timedelta(hours=1)  # a read must not become a write at every request
_SOON: Final = 1  # seconds in which the queue has taken a sign-in in
_LONGEST_AGENT: Final = 200


def open_session(
    conn: Connection,
    claim: IdentifierClaim,
    way: Way,
    now: datetime,
    *,
    idle: timedelta,
    login: str = "",
    agent: str = "",
) -> SessionOpened:
    """Open a session for whom an identifier belongs to. The message that tells OneID of it is the caller's.

    Args:
        conn: an open transaction.
        claim: what they signed in with; proven.
        way: how.
        now: the present.
        idle: so long it lives without use.
        login: the platform's token it is opened with; one opens one session, so that a token that is kept somewhere is
            worth nothing after signing out.
        agent: of the browser.

    Raises:
        LoginSpent: ``login`` has opened a session before.
        BadInput: the identifier identifies nobody.
    """
    key = identity.key_of(claim)
    token = secrets.token_urlsafe(32)
    opened = tables.insert(
        conn,
        token_hash=_hash(token),
        way=way,
        key=key,
        claim=vault.seal(orjson.dumps([claim.type, claim.scope, claim.value])),
        login_hash=_hash(login) if login else None,
        agent=agent.replace("\0", "")[:_LONGEST_AGENT],
        now=now,
        idle=idle,
    )
    if not opened:
        raise LoginSpent
    return SessionOpened(token, now + idle)


def authenticate(conn: Connection, token: str, now: datetime) -> Member:
    """Who holds this session. Use pushes its end out, up to 180 days after the sign-in.

    Raises:
        NotSignedIn: the session is not good.
        NotYetKnown: their sign-in is still in the queue.
    """
    hashed = _hash(token)
    found = tables.session(conn, hashed, now)
    if found is None:
        raise NotSignedIn
    if now - found.last_used_at > _TOUCH_EVERY:
        tables.touch(conn, hashed, now, SESSION_LONGEST)
    holder = identity.holder_of(conn, found.key)
    if holder is None:
        raise NotYetKnown(retry_after=_SOON)
    claim = IdentifierClaim(*orjson.loads(vault.open_sealed(found.claim)))
    way: Way = found.way  # type: ignore[assignment]  # the table has what open_session was given
    return Member(holder.customer_id, holder.identifier_id, hashed, way, claim, found.expires_at)


def is_known(conn: Connection, token: str, now: datetime) -> bool:
    """Whether OneID knows who holds this session; a session that is not good is nobody's."""
    found = tables.session(conn, _hash(token), now)
    return found is not None and identity.holder_of(conn, found.key) is not None


def sign_out(conn: Connection, token: str, now: datetime) -> None:
    """End the session. Safe to repeat."""
    tables.end(conn, _hash(token), now)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
