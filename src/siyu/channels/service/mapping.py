"""Which contacts the visitors of our apps are: asked once, kept, and told as messages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.service import telling
from siyu.channels.service.quotas import reserve
from siyu.channels.store import accounts as account_tables
from siyu.channels.store import mapped as tables
from siyu.channels.types import Account, Capability, Recognised, Reservation, Visitor, Wanted
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import Lane

QUOTA: Final = "union_id"
_PAGE: Final = 2000


def visitors(
    conn: Connection, account: Account, now: datetime, after: int, limit: int
) -> tuple[dict[str, Visitor], int | None]:
    """People known by an app of ours and not as contacts of this account, of whom the platform has said nothing yet.

    Args:
        conn: an open transaction.
        account: of a channel that recognises visitors.
        now: the present.
        after: where the last page ended; 0 for the first.
        limit: how many to ask for at once.

    Returns:
        the visitors by UnionID, and where the next page begins; ``None`` behind the last.
    """
    own = registry.about(account.channel).identity[0]
    found = identity.paired(
        conn,
        ("union_id", "open_id"),
        scopes=[one.external_id for one, _ in account_tables.accounts(conn) if _is_app(one)],
        without=(own, account.external_id),
        after=after,
        limit=_PAGE,
    )
    known = tables.known(conn, account.id, [one.stronger for one in found], now)
    asked: dict[str, Visitor] = {}
    for one in found:
        if one.stronger in known:
            continue
        asked[one.stronger] = Visitor(one.stronger, one.weaker)
        if len(asked) == limit:
            return asked, one.place
    return asked, found[-1].place if len(found) == _PAGE else None


def may_ask(conn: Connection, account: Account, count: int, now: datetime) -> bool:
    """Take so many questions from the account's quotas, with this transaction, or none."""
    (answer,) = reserve(conn, account, [Wanted("visitors", (QUOTA,), "", count=count)], now)
    return isinstance(answer, Reservation)


def keep_recognised(conn: Connection, account: Account, answers: Mapping[str, Recognised], now: datetime) -> int:
    """Keep what the platform said of visitors, also that they are nobody, and tell OneID who is a contact.

    Safe to repeat: the same link is the same message.

    Args:
        conn: an open transaction.
        account: who was asked.
        answers: by UnionID.
        now: the present.

    Returns:
        how many are contacts.
    """
    tables.write(conn, account.id, answers, now)
    found = sorted((union_id, one.contact_id) for union_id, one in answers.items() if one.contact_id)
    _tell(conn, account, found, now)
    return len(found)


def newcomers(conn: Connection, account: Account, now: datetime, limit: int) -> list[str]:
    """Contacts who may be visitors of before, and of whom the platform was not asked yet."""
    return tables.newcomers(conn, account.id, now, limit)


def keep_pending(
    conn: Connection, account: Account, asked: Sequence[str], pending: Mapping[str, str], now: datetime
) -> int:
    """Keep that these contacts were asked of, and tell OneID which of them were visitors; returns how many. Safe to repeat.

    Args:
        conn: an open transaction.
        account: who was asked.
        asked: contacts.
        pending: the pending id of each who has one.
        now: the present.
    """
    found = tables.settle(conn, account.id, asked, pending, now)
    _tell(conn, account, found, now)
    return len(found)


def _tell(conn: Connection, account: Account, found: Sequence[tuple[str, str]], now: datetime) -> None:
    told = [telling.Telling(contact_id, f"mapping/{union_id}", union_id=union_id) for union_id, contact_id in found]
    intake.put(conn, Lane.BULK, [telling.message(account, one, now) for one in told])


def _is_app(account: Account) -> bool:
    """The platform takes both ids of one and the same mini program only."""
    about = {one.name: one for one in registry.abouts()}.get(account.channel)
    return about is not None and Capability.APP_LOGIN in about.capabilities
