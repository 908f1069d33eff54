"""What a member of staff notes of a contact, written from here."""

from collections.abc import Sequence
from typing import Final

from siyu.channels.service.acting import Desk, at_work, note
from siyu.channels.service.mirroring import mirror
from siyu.channels.service.rereading import ask_again
from siyu.channels.types import Account, Capability, Channel, Contact, Note
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, NotFound, SiyuError

MOST_REMARK: Final = 20
MOST_DESCRIPTION: Final = 150
_MOST_PHONES: Final = 5
_LONGEST_PHONE: Final = 20


def note_contact(
    desk: Desk,
    principal: Principal,
    account_id: int,
    staff_id: str,
    contact_id: str,
    *,
    remark: str | None = None,
    description: str | None = None,
    phones: Sequence[str] | None = None,
    replace_phones: bool = False,
) -> None:
    """Write what a member notes of a contact; what is ``None`` stays, what is empty is cleared. Safe to repeat.

    Args:
        desk: where it is done.
        principal: who does it.
        account_id: of which account.
        staff_id: whose note.
        contact_id: of whom.
        remark: up to 20 characters.
        description: up to 150 characters.
        phones: are added to those that the member noted, up to 5 in all.
        replace_phones: instead, these are all: others are lost on the platform.

    Raises:
        NotAllowed: without the right ``channels.act``.
        BadInput: nothing is to be written, or something is too long.
        NotFound: there is no such account, or the member has no such contact.
        CannotAct, Conflict: nothing can be done with the account.
        PlatformRefused, TryLater: of the platform.
    """
    _check(remark, description, phones)
    account, channel = at_work(desk, principal, account_id, Capability.REMARKS)
    written = tuple(dict.fromkeys(phones)) if phones is not None else None
    if written is not None and not replace_phones:
        written = _all_phones(channel, staff_id, contact_id, written)
    try:
        channel.note(staff_id, contact_id, Note(remark, description, written))
    except SiyuError as error:
        if error.details.get("unsure"):
            with desk.database.transaction() as conn:
                ask_again(conn, account.id, [("contact", contact_id)], desk.clock.now())
        raise
    given = {"remark": remark, "description": description, "phones": phones}
    fields = [name for name, value in given.items() if value is not None]
    _finish(desk, principal, account, channel, staff_id, contact_id, fields)


def _finish(
    desk: Desk,
    principal: Principal,
    account: Account,
    channel: Channel,
    staff_id: str,
    contact_id: str,
    fields: Sequence[str],
) -> None:
    with desk.database.transaction() as conn:  # names of fields only: what was written is personal data
        details: dict[str, object] = {"staff": staff_id, "contact": contact_id, "fields": list(fields)}
        note(conn, principal, account, details, desk.clock.now(), action="contact.noted")
        ask_again(conn, account.id, [("contact", contact_id)], desk.clock.now())
    began = desk.clock.now()
    try:
        seen = channel.read("contact", [contact_id])
    except SiyuError:
        return  # it is written; the worker reads it again
    with desk.database.transaction() as conn:
        mirror(conn, account, seen, began, heard=True)


def _all_phones(channel: Channel, staff_id: str, contact_id: str, more: Sequence[str]) -> tuple[str, ...]:
    """With those that the member noted: the platform writes over all of them."""
    noted = [
        follow.phones
        for one in channel.read("contact", [contact_id])
        if isinstance(one, Contact)
        for follow in one.follows
        if follow.staff_id == staff_id
    ]
    if not noted:
        raise NotFound(what="contact of this member of staff", what_zh="该员工的客户", key=contact_id)
    phones = tuple(dict.fromkeys([*noted[0], *more]))
    if len(phones) > _MOST_PHONES:
        raise _too_many()
    return phones


def _check(remark: str | None, description: str | None, phones: Sequence[str] | None) -> None:
    if remark is None and description is None and phones is None:
        raise BadInput(reason="there is nothing to write.", reason_zh="没有需要写入的内容。")
    for text, most, what, what_zh in (
        (remark, MOST_REMARK, "a remark", "备注"),
        (description, MOST_DESCRIPTION, "a description", "描述"),
    ):
        if text is not None and len(text) > most:
            raise BadInput(
                reason=f"{what} has at most {most} characters.", reason_zh=f"{what_zh}不得超过 {most} 个字符。"
            )
    if phones is not None and len(set(phones)) > _MOST_PHONES:
        raise _too_many()
    for phone in phones or ():
        if not phone or len(phone) > _LONGEST_PHONE or not phone.removeprefix("+").replace("-", "").isdigit():
            raise BadInput(reason="a phone has digits, + and - only.", reason_zh="电话号码只能包含数字、+ 与 -。")


def _too_many() -> BadInput:
    return BadInput(
        reason=f"a member notes at most {_MOST_PHONES} phones of a contact.",
        reason_zh=f"每位员工最多为客户备注 {_MOST_PHONES} 个电话。",
    )
