"""The address book as far as the application sees it."""

from typing import Final

from siyu.channels.types import Department, Staff
from siyu.channels.wecom.client import CONTACTS, Client
from siyu.channels.wecom.row import Row

_ACTIVE: Final = 1


def departments(client: Client) -> tuple[Department, ...]:
    """All departments that the application sees, those below them included."""
    answer = client.get("department/list")
    answer.whole("department")
    return tuple(
        Department(one.required("id"), one.text("name"), one.name("parentid")) for one in answer.rows("department")
    )


def staff_of(client: Client, department_id: str, serving: frozenset[str]) -> list[Staff]:
    """The members of one department, without those of the departments below it."""
    answer = client.get("user/list", {"department_id": department_id})
    answer.whole("userlist")
    return [_staff(one, serving) for one in answer.rows("userlist")]


def member(client: Client, staff_id: str, serving: frozenset[str]) -> Staff:
    """One member."""
    return _staff(client.get("user/get", {"userid": staff_id}), serving)


def serving(client: Client) -> tuple[str, ...]:
    """Ids of the members who may have customers and whom the application sees."""
    answer = client.get("externalcontact/get_follow_user_list", secret=CONTACTS)
    answer.whole("follow_user")
    return answer.names("follow_user")


def _staff(row: Row, serving: frozenset[str]) -> Staff:
    staff_id = row.required("userid")
    return Staff(
        id=staff_id,
        name=row.text("name") or staff_id,
        department_ids=row.names("department"),
        position=row.text("position"),
        serves=staff_id in serving,
        active=row.number("status", _ACTIVE) == _ACTIVE,
    )
