"""Codes by SMS: asked for, told, tried."""

import hmac
import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.vault import service as vault
from siyu.identity import service as identity
from siyu.intake.types import IdentifierClaim
from siyu.kernel.errors import TooManyRequests
from siyu.members.rules import codes as rules
from siyu.members.store import codes as tables
from siyu.members.types import CodeToTell

_PURPOSE: Final = "sms code"
_ADDRESS: Final = "sms address"


def ask_code(conn: Connection, phone: str, address: str, now: datetime, *, most_a_day: int) -> CodeToTell:
    """Keep a new code for a phone; the caller commits, has it told, and calls :func:`code_not_told` where that fails.

    Says nothing of whether the brand knows the phone. The code before it does not count any more.

    Args:
        conn: an open transaction.
        phone: as people write it; of mainland China.
        address: from where it is asked.
        now: the present.
        most_a_day: so many codes in 24 hours over all phones.

    Raises:
        BadInput: it is no such phone.
        TooManyRequests: this phone, this address or everybody together had enough.
    """
    clean = rules.mainland(identity.clean_value("phone", phone))
    print_, place = vault.fingerprint("phone", clean), vault.sign(_ADDRESS, address.encode()).hex()[:32]
    tables.hold_asking(conn)
    since = now - rules.LONGEST
    rules.check_pace(tables.sent_to(conn, print_, since), rules.OF_PHONE, now)
    rules.check_pace(tables.asked_by(conn, place, since), rules.OF_ADDRESS, now)
    if tables.count_since(conn, since) >= most_a_day:
        raise TooManyRequests(
            reason="no more codes are sent today; sign in another way.",
            reason_zh="今日验证码发送量已达上限，请使用其他方式登录。",
            retry_after=3600,
        )
    code = f"{secrets.randbelow(10**rules.DIGITS):0{rules.DIGITS}d}"
    until = now + rules.CODE_LIFE
    made = tables.insert(conn, phone=print_, address=place, code_hash=_hash(clean, code), now=now, expires_at=until)
    return CodeToTell(made, clean, code, until)


def code_not_told(conn: Connection, code_id: int) -> None:
    """A code reached nobody: it does not count, and the phone may get another one at once. Safe to repeat."""
    tables.fail(conn, code_id)


def spend_code(conn: Connection, phone: str, code: str, now: datetime) -> tuple[int, IdentifierClaim] | None:
    """Use a code up: its id and the phone as a claim; ``None`` when it does not count.

    Returned, not raised, so that the caller commits the count of tries: of five a code is worth nothing. The newest code
    of a phone counts, once and for five minutes.

    Raises:
        BadInput: it is no phone of mainland China.
    """
    clean = rules.mainland(identity.clean_value("phone", phone))
    if not rules.is_code(code):
        return None
    found = tables.newest(conn, vault.fingerprint("phone", clean), now)
    if found is None or found.tries >= rules.MOST_TRIES:
        return None
    fits = hmac.compare_digest(found.code_hash, _hash(clean, code))
    tables.tried(conn, found.id, used=fits)
    return (found.id, IdentifierClaim("phone", "", clean)) if fits else None


def _hash(phone: str, code: str) -> bytes:
    """Keyed: a million codes are tried in a second by who reads the table and has no key."""
    return vault.sign(_PURPOSE, f"{phone}/{code}".encode())
