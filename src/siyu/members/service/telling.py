"""What members do themselves goes the way of all messages: through the queue, to OneID and to the rooms."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.identity import service as identity
from siyu.intake.types import IdentifierClaim, Message
from siyu.members.rules.invitations import read_code
from siyu.members.service.inviting import SIGN_IN
from siyu.members.store import sessions as tables
from siyu.members.types import Member, Way

SOURCE: Final = "member pages"
_ACTOR: Final = access.system("members")


def source_of(conn: Connection, now: datetime) -> int:
    """The source of what members do on their pages, made when it is not there. Safe to repeat."""
    return access.ensure_source(conn, _ACTOR, name=SOURCE, kind="web", now=now)


def message_of_phone(
    source_id: int, code_id: int, phone: IdentifierClaim, now: datetime, *, also: IdentifierClaim | None = None
) -> Message:
    """Somebody has shown that a phone is theirs.

    Args:
        source_id: see :func:`source_of`.
        code_id: of the code; the same code is the same message.
        phone: as a claim.
        now: the present.
        also: what else they are signed in with; OneID ties both together, by its own rules.
    """
    claims = (phone,) if also is None else (also, phone)
    return Message("identify", source_id, f"sms/{code_id}", now, now, claims, {"traits": {"phone": phone.value}})


def message_of_sign_in(
    conn: Connection, source_id: int, claim: IdentifierClaim, way: Way, once: str, invite: str, now: datetime
) -> Message:
    """Somebody signs in: the pipeline notes whether it is the first time, and who brought them.

    To be made before the session is opened: who had one with this identifier was a member, also before first sign-ins
    were noted, and comes by nobody's invitation.

    Args:
        conn: an open transaction.
        source_id: see :func:`source_of`.
        claim: what they sign in with; proven.
        way: how.
        once: what they sign in with this one time; the same is the same message.
        invite: the code of an invitation as it was given, which may be anything; empty for none.
        now: the present.

    Raises:
        BadInput: the identifier identifies nobody.
    """
    code = read_code(invite)
    if code and tables.had(conn, identity.key_of(claim)):
        code = ""
    digest = hashlib.sha256(once.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Message(SIGN_IN, source_id, f"sign-in/{digest}", now, now, (claim,), {"way": way, "invite": code})


def message_of_profile(source_id: int, member: Member, key: str, traits: Mapping[str, Any], now: datetime) -> Message:
    """What a member says of themselves; ``None`` takes a trait away. The same key is the same message."""
    digest = hashlib.sha256(member.session + key.encode()).hexdigest()[:32]
    return Message("identify", source_id, f"profile/{digest}", now, now, (member.claim,), {"traits": dict(traits)})
