"""How many codes an account may have open in all."""

from datetime import datetime

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.rules.windows import EVER
from siyu.channels.service.quotas import count, give_back, reserve
from siyu.channels.store import code_checks as tables
from siyu.channels.types import Account, CodeKind, Refusal, Reservation, Taken, Wanted
from siyu.kernel.errors import Conflict


def enter(conn: Connection, account: Account, kind: CodeKind, now: datetime) -> None:
    """Take the place of one more code.

    Raises:
        Conflict: the account has as many as it may have.
    """
    if not (name := registry.about(account.channel).code_quotas.get(kind)):
        return
    (answer,) = reserve(conn, account, [Wanted(kind, (name,), "")], now)
    if isinstance(answer, Refusal):
        raise Conflict(
            reason=f"{answer.en}. Archive codes that nobody uses any more.",
            reason_zh=f"{answer.zh}，已达上限。请归档不再使用的活码。",
        )


def leave(conn: Connection, account: Account, kind: CodeKind, now: datetime, many: int = 1) -> None:
    """Give the places of so many codes back that are no more, with what notes that."""
    if name := registry.about(account.channel).code_quotas.get(kind):
        give_back(conn, account, [Reservation(kind, (Taken(name, "ever", "account", "", EVER, many),))], now)


def count_codes(conn: Connection, account: Account, now: datetime) -> None:
    """Count what is open, and what is just being opened: whatever was lost on the way is right again. Safe to repeat."""
    kinds: dict[str, list[str]] = {}
    for kind, name in registry.about(account.channel).code_quotas.items():
        kinds.setdefault(name, []).append(kind)
    for name, some in kinds.items():
        count(conn, account, name, tables.open_of(conn, account.id, some, now))
