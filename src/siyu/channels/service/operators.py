"""Operators of the console who are members of staff on the platforms."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from siyu.channels.store import operators as tables
from siyu.channels.types import StaffMember
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, NotFound

_RIGHT = "operators.manage"


def members_of(conn: Connection, operator_id: int) -> tuple[StaffMember, ...]:
    """Which members of staff an operator is, also those who have left since."""
    return tuple(member for _, member in tables.members(conn, operator_id))


def operator_members(conn: Connection) -> dict[int, tuple[StaffMember, ...]]:
    """The same of every operator who is one."""
    found: dict[int, list[StaffMember]] = defaultdict(list)
    for operator_id, member in tables.members(conn, None):
        found[operator_id].append(member)
    return {operator_id: tuple(members) for operator_id, members in found.items()}


def check_members(conn: Connection, members: Collection[StaffMember]) -> None:
    """Pass when these members of staff are there.

    Raises:
        BadInput: one of them is not.
    """
    if lacking := tables.missing(conn, set(members)):
        who = lacking[0]
        raise BadInput(
            reason=f"account {who.account_id} has no member of staff '{who.staff_id}', or they have left. Choose another, or "
            "reconcile the account first.",
            reason_zh=f"账号 {who.account_id} 下没有员工“{who.staff_id}”，或其已离职。请另选员工，或先对该账号对账。",
        )


def tie_operator(
    conn: Connection, principal: Principal, operator_id: int, members: Collection[StaffMember], now: datetime
) -> tuple[StaffMember, ...]:
    """Say which members of staff an operator is: these and no others. Audited where that is new; safe to repeat.

    Who was tied before stays so after they have left; only who is tied anew has to be there.

    Raises:
        NotAllowed: without the right ``operators.manage``.
        NotFound: there is no such operator.
        BadInput: one of the members is not there.
    """
    access.require(principal, _RIGHT)
    if all(one.id != operator_id for one in access.operators(conn)):
        raise NotFound(what="operator", what_zh="操作员", key=operator_id)
    before, wanted = members_of(conn, operator_id), tuple(sorted(set(members)))
    if wanted == before:
        return before
    check_members(conn, set(wanted) - set(before))
    tables.replace(conn, operator_id, wanted)
    access.record(
        conn,
        actor=principal.actor,
        action="operator.tied",
        target=f"operator:{operator_id}",
        details={"staff": [f"{one.account_id}/{one.staff_id}" for one in wanted]},
        now=now,
    )
    return wanted
