"""Customer service: that a customer wrote becomes a fact of theirs, and allows answers. What they wrote is not kept.

Nothing reads it yet, and a conversation is the most personal thing there is; who shows conversations decides how they are
kept.
"""

from datetime import timedelta
from typing import Final

import structlog

from siyu.channels.service import telling
from siyu.channels.service.accounts import account as find_account
from siyu.channels.service.acting import LEASE, Desk, pause
from siyu.channels.service.quotas import grant
from siyu.channels.service.telling import Telling
from siyu.channels.store import conversations as tables
from siyu.channels.types import Account, Said
from siyu.intake import service as intake
from siyu.intake.types import Lane, Message
from siyu.kernel.clock import to_millis
from siyu.kernel.errors import SiyuError, TryLater

log = structlog.get_logger(__name__)

_LOOK_ANYWAY: Final = timedelta(hours=1)  # a push can be lost


def do_conversations(desk: Desk) -> int:
    """Read a page of what was said to one account of customer service; returns 1, or 0 when none is due.

    The cursor is kept in the transaction that makes the facts durable: nothing is lost, and what is read again after a kill
    has the same ids as before.
    """
    with desk.database.transaction() as conn:
        unread = tables.claim(conn, desk.clock.now(), LEASE)
        account = find_account(conn, unread.account_id) if unread else None
    if unread is None or account is None:
        return 0
    try:
        page = desk.opens(account).said(unread.service_id, unread.cursor, unread.token)
    except Exception as error:
        log.info("conversing.failed", account=account.id, exc_info=not isinstance(error, SiyuError))
        now = desk.clock.now()
        wait = pause(unread.tries, error if isinstance(error, TryLater) else None)
        with desk.database.transaction() as conn:
            tables.move(conn, unread, unread.cursor, tries=unread.tries + 1, now=now + wait, due_at=now + wait)
        return 1
    now = desk.clock.now()
    with desk.database.transaction() as conn:
        grant(conn, account, page.grants, now)
        intake.put(conn, Lane.LIVE, [_message(account, unread.service_id, one) for one in page.said])
        tables.move(conn, unread, page.cursor, tries=0, now=now, due_at=now if page.more else now + _LOOK_ANYWAY)
    return 1


def _message(account: Account, service_id: str, said: Said) -> Message:
    told = Telling(said.contact_id, f"said/{said.id}")
    properties = {"account": account.id, "service": service_id, "kind": said.kind}
    told.happened = [{"kind": "message.received", "at": to_millis(said.at), "properties": properties}]
    told.act(said.at)
    return telling.message(account, told, said.at)
