"""What customers would read, shown to a member of staff first. Nobody outside the brand is reached, so no rule of the gate is
asked; the platform's quota of messages to staff holds.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.channels.types import Account, Delivery, StaffMember, Way
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput
from siyu.touch.service.held import decide_beside_others
from siyu.touch.service.outgoing import to_staff
from siyu.touch.service.sending import RIGHT

_VALID: Final = timedelta(hours=1)  # whoever tries something waits for it


def show_to_staff(
    conn: Connection, principal: Principal, member: StaffMember, text: str, key: str, now: datetime
) -> Delivery:
    """Send a text to a member of staff in the brand's application. Audited, without what it says; safe to repeat.

    Args:
        conn: an open transaction.
        principal: who does it.
        member: to whom.
        text: what it says.
        key: of the request: the same again sends nothing.
        now: the present.

    Raises:
        NotAllowed: without the right ``touch.manage``.
        NotFound: there is no such account.
        BadInput: it says nothing or too much, or nobody like that is there; says what to change.
        IdempotencyMismatch: the key was used for something else.
    """
    access.require(principal, RIGHT)
    account = channels.account(conn, member.account_id)
    way = _way(account)
    _check(text, way)
    channels.check_members(conn, [member])
    decide_beside_others(conn)
    shown = to_staff(conn, account, way.name, f"trial:{key}", member.staff_id, text, now + _VALID, now)
    access.record(
        conn,
        actor=principal.actor,
        action="touch.shown_to_staff",
        target=f"channel:{account.id}",
        details={"staff": member.staff_id, "key": key, "state": shown.state},
        now=now,
    )
    return shown


def _way(account: Account) -> Way:
    found = next((one for one in channels.about(account.channel).ways if one.subject == "staff"), None)
    if found is None:
        raise BadInput(
            reason=f"by account '{account.name}' no message reaches staff. Choose another.",
            reason_zh=f"账号“{account.name}”无法向员工发送消息，请另选账号。",
        )
    return found


def _check(text: str, way: Way) -> None:
    if not text.strip() or "\x00" in text:
        raise BadInput(reason="it says nothing: write a text.", reason_zh="内容为空，请填写文案。")
    limit = next((one.max_bytes for one in way.contents if one.name == "text"), 0)
    if limit and len(text.encode()) > limit:
        raise BadInput(
            reason=f"the text has {len(text.encode())} bytes; '{way.name}' carries {limit}. Shorten it.",
            reason_zh=f"文案为 {len(text.encode())} 字节，“{way.zh}”最多 {limit} 字节，请缩短。",
        )
