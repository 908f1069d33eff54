"""An account that is not wanted any more: what is open ends at once, ties end piece by piece, history stays."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.channels.service import contacts, groups
from siyu.channels.service.contacts import Sums
from siyu.channels.store import accounts as account_tables
from siyu.channels.store import ending as tables
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.jobs import LONG, defer
from siyu.intake import service as intake
from siyu.intake.types import Lane
from siyu.kernel.errors import Conflict, NotFound

END_TIES: Final = "channels.end_ties"  # name of the job
_CONTACTS_AT_ONCE: Final = 1_000
_GROUPS_AT_ONCE: Final = 20
_REASON: Final = ("The account was deleted from Siyu.", "该渠道账号已从 Siyu 删除。")


def delete_account(conn: Connection, principal: Principal, account_id: int, now: datetime) -> None:
    """Delete an account that is paused. It cannot be undone; the same one can be connected anew, as another account.

    At once its secrets, settings and whatever only served it are gone, its codes are put away, and what was to be sent, done
    or confirmed ends with the reason. Behind this transaction the ties of its contacts end. The platform hears nothing:
    codes that are not archived before go on bringing people to the staff.

    Raises:
        NotAllowed: without the right ``channels.manage``.
        NotFound: no such account.
        Conflict: it is not paused, so that the platform may be asked something at this moment.
    """
    access.require(principal, "channels.manage")
    found = account_tables.account(conn, account_id, lock=True)
    if found is None:
        raise NotFound(what="account", what_zh="账号", key=account_id)
    account = found[0]
    if account.state != "paused":
        raise Conflict(reason="the account is in use: pause it first.", reason_zh="账号正在使用，请先停用。")
    codes = tables.archive_codes(conn, account_id, now)
    tables.end_acts(conn, account_id, *_REASON, now)
    tables.close(conn, account_id, now)
    defer(conn, END_TIES, {"account_id": account_id}, once=f"{END_TIES}:{account_id}", queue=LONG)
    details = {"channel": account.channel, "name": account.name, "external_id": account.external_id, "codes": codes}
    access.record(
        conn, actor=principal.actor, action="channel.deleted", target=f"channel:{account_id}", details=details, now=now
    )


def end_ties(conn: Connection, account_id: int, now: datetime) -> int:
    """End a piece of what stands with a deleted account; returns how much that was, 0 when nothing stands.

    Each contact is told of once: what has ended does not stand any more.
    """
    account = account_tables.deleted(conn, account_id)
    if account is None:
        return 0
    if people := tables.standing_contacts(conn, account_id, _CONTACTS_AT_ONCE):
        told = contacts.end(conn, account, people, now=now, sums=Sums())
        intake.put(conn, Lane.BULK, told)
        return len(people)
    if chats := tables.standing_groups(conn, account_id, _GROUPS_AT_ONCE):
        told = groups.read_again(conn, account, {}, chats, now=now, sums=Sums())
        intake.put(conn, Lane.BULK, told)
        return len(chats)
    tables.end_rest(conn, account_id, now)
    return 0
