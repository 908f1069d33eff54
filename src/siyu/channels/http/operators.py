"""The API of which members of staff operators are."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from siyu.channels import service
from siyu.channels.types import StaffMember
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs

router = Router(prefix="/api/v1/channels/operators", tags=["channels"], responses=ERROR_RESPONSES)

CanOperators = Annotated[Principal, needs("operators.manage")]


class MemberOf(BaseModel):
    """A member of staff of an account."""

    model_config = ConfigDict(from_attributes=True)

    account_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    staff_id: Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00]*$")]


class OperatorStaff(BaseModel):
    """Which members of staff an operator is."""

    operator_id: int
    members: list[MemberOf]


class OperatorStaffChange(BaseModel):
    """Which they are from now on: these and no others."""

    members: Annotated[list[MemberOf], Field(max_length=20)]


@router.get("")
def operator_members(_: CanOperators, conn: Conn) -> list[OperatorStaff]:
    """List operators who are members of staff."""
    return [_read(operator_id, members) for operator_id, members in service.operator_members(conn).items()]


@router.put("/{operator_id}")
def tie_operator(
    operator_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    body: OperatorStaffChange,
    principal: CanOperators,
    conn: Conn,
    now: Now,
) -> OperatorStaff:
    """Say which members of staff an operator is. Safe to repeat."""
    wanted = [StaffMember(one.account_id, one.staff_id) for one in body.members]
    return _read(operator_id, service.tie_operator(conn, principal, operator_id, wanted, now))


def _read(operator_id: int, members: tuple[StaffMember, ...]) -> OperatorStaff:
    return OperatorStaff(operator_id=operator_id, members=[MemberOf.model_validate(one) for one in members])
