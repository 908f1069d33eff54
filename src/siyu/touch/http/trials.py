"""The API of what is shown to staff before customers read it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from siyu.channels.types import StaffMember
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.touch import service
from siyu.touch.http.rules import CanManage

router = Router(prefix="/api/v1/touch/trials", tags=["touch"], responses=ERROR_RESPONSES)


class ShownNew(BaseModel):
    """A text for a member of staff; `key` makes it safe to repeat."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,100}$")]
    account_id: Annotated[int, Field(ge=1, le=2**53)]
    staff_id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
    text: Annotated[str, Field(max_length=4000)]


class ShownRead(BaseModel):
    """What became of it at once: `ready` is sent within seconds; `held`: the platform's quota has no room."""

    model_config = ConfigDict(from_attributes=True)

    state: Literal["ready", "sending", "waits_for_staff", "sent", "refused", "held"]
    reason: str
    reason_zh: str


@router.post("", status_code=202)
def show_to_staff(wanted: ShownNew, principal: CanManage, conn: Conn, now: Now) -> ShownRead:
    """Show a member of staff what customers would read: it comes as a message of the brand's application."""
    member = StaffMember(wanted.account_id, wanted.staff_id)
    return ShownRead.model_validate(service.show_to_staff(conn, principal, member, wanted.text, wanted.key, now))
