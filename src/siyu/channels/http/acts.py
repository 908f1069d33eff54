"""The API of what is done on platforms: tags, what staff note, and who serves whom."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import BaseModel, Field

from siyu.channels import service
from siyu.channels.http.accounts import AccountId, CanSee, Read
from siyu.channels.service import Desk
from siyu.channels.types import MarkWanted
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs

router = Router(prefix="/api/v1/channels/accounts/{account_id}", tags=["channels"], responses=ERROR_RESPONSES)

CanAct = Annotated[Principal, needs("channels.act")]
PlatformId = Annotated[str, Field(min_length=1, max_length=256)]
PathId = Annotated[str, Path(min_length=1, max_length=256)]
RowId = Annotated[int, Path(ge=1, le=2**63 - 1)]
After = Annotated[int, Query(ge=0, le=2**63 - 1, description="The id behind which the page begins.")]

Before = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only what is older than the one with this id.")]


class TagsNew(BaseModel):
    group_id: Annotated[str, Field(max_length=256)] = ""
    group_name: Annotated[str, Field(max_length=200, description="In the place of its id; made where missing.")] = ""
    names: Annotated[list[Annotated[str, Field(max_length=200)]], Field(min_length=1, max_length=100)]


class TagsMade(BaseModel):
    tags: dict[str, str] = Field(description="The platform's id of each tag, by name.")


class TagChange(BaseModel):
    name: Annotated[str, Field(max_length=200)] = ""
    order: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class TagsGone(BaseModel):
    tag_ids: Annotated[list[PlatformId], Field(max_length=100)] = []
    group_ids: Annotated[list[PlatformId], Field(max_length=100)] = []


class MarkNew(BaseModel):
    contact_id: PlatformId
    staff_id: Annotated[
        str, Field(max_length=256, description="In whose name; empty: of those who have the contact, who came last.")
    ] = ""
    add: Annotated[list[PlatformId], Field(max_length=100)] = []
    remove: Annotated[list[PlatformId], Field(max_length=100)] = []


class MarksNew(BaseModel):
    marks: Annotated[list[MarkNew], Field(min_length=1, max_length=10_000)]


class MarkOrderRead(Read):
    id: int
    actor: str
    asked_at: datetime
    total: int
    waiting: int
    done: int
    failed: int


class MarkRead(Read):
    id: int
    staff_id: str
    contact_id: str
    adds: list[str]
    removes: list[str]
    state: str = Field(description="waiting, done or failed")
    code: int = Field(description="The platform's error code, 0 when none.")
    reason: str
    reason_zh: str
    done_at: datetime | None


class MarksRead(BaseModel):
    order: MarkOrderRead
    marks: list[MarkRead]


class NoteNew(BaseModel):
    remark: Annotated[str, Field(max_length=20)] | None = None
    description: Annotated[str, Field(max_length=150)] | None = None
    phones: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=5)] | None = None
    replace_phones: Annotated[
        bool, Field(description="The phones are all there are: what the member noted besides is lost.")
    ] = False


class HandoverNew(BaseModel):
    giver: PlatformId
    taker: PlatformId
    contact_ids: Annotated[list[PlatformId], Field(min_length=1, max_length=10_000)]
    said: Annotated[
        str, Field(max_length=200, description="What the customers are told; only where the giver stays.")
    ] = ""


class GroupHandoverNew(BaseModel):
    taker: PlatformId
    group_ids: Annotated[list[PlatformId], Field(min_length=1, max_length=10_000)]


class HandoverRead(Read):
    id: int
    kind: str = Field(description="contact or group")
    subject_id: str
    giver: str
    taker: str
    giver_left: bool
    state: str = Field(description="asked, sending, waiting, done, refused, limit or failed")
    code: int = Field(description="The platform's error code, 0 when none.")
    reason: str
    reason_zh: str
    actor: str
    asked_at: datetime
    ended_at: datetime | None


class HeirlessRead(Read):
    staff_id: str
    contact_id: str
    left_at: datetime


@router.post("/tags", status_code=201)
def make_tags(request: Request, account_id: AccountId, body: TagsNew, principal: CanAct) -> TagsMade:
    """Make tags on the platform. Safe to repeat: a name that is there is not made again."""
    made = service.make_tags(
        desk_of(request), principal, account_id, body.names, group_id=body.group_id, group_name=body.group_name
    )
    return TagsMade(tags=made)


@router.patch("/tags/{tag_id}", status_code=204)
def change_tag(request: Request, account_id: AccountId, tag_id: PathId, body: TagChange, principal: CanAct) -> None:
    """Name or order a tag, or a group of tags, anew. An application may change only what it made."""
    service.change_tag(desk_of(request), principal, account_id, tag_id, name=body.name, order=body.order)


@router.post("/tags/delete", status_code=204)
def delete_tags(request: Request, account_id: AccountId, body: TagsGone, principal: CanAct) -> None:
    """Delete tags and whole groups, and take them off everybody. Safe to repeat."""
    service.delete_tags(desk_of(request), principal, account_id, body.tag_ids, body.group_ids)


@router.post("/marks", status_code=202)
def order_marks(account_id: AccountId, body: MarksNew, principal: CanAct, conn: Conn, now: Now) -> MarkOrderRead:
    """Have tags put on contacts and taken off, in the background; each has an answer of its own."""
    wanted = [MarkWanted(one.contact_id, one.staff_id, tuple(one.add), tuple(one.remove)) for one in body.marks]
    made = service.order_marks(conn, principal, service.account(conn, account_id), wanted, now)
    return MarkOrderRead.model_validate(made)


@router.get("/marks")
def mark_orders(account_id: AccountId, _: CanSee, conn: Conn) -> list[MarkOrderRead]:
    """The last thirty orders, newest first."""
    found = service.mark_orders(conn, service.account(conn, account_id).id)
    return [MarkOrderRead.model_validate(one) for one in found]


@router.get("/marks/{order_id}")
def marks(account_id: AccountId, order_id: RowId, _: CanSee, conn: Conn, after: After = 0) -> MarksRead:
    """An order with a thousand of its marks, behind the one with the id ``after``."""
    order, found = service.marks(conn, account_id, order_id, after=after)
    return MarksRead(order=MarkOrderRead.model_validate(order), marks=[MarkRead.model_validate(one) for one in found])


@router.post("/staff/{staff_id}/contacts/{contact_id}/note", status_code=204)
def note_contact(
    request: Request, account_id: AccountId, staff_id: PathId, contact_id: PathId, body: NoteNew, principal: CanAct
) -> None:
    """Write what a member notes of a contact. What is not given stays; what is empty is cleared."""
    service.note_contact(
        desk_of(request), principal, account_id, staff_id, contact_id,
        remark=body.remark, description=body.description, phones=body.phones, replace_phones=body.replace_phones,
    )  # fmt: skip


@router.post("/handovers", status_code=202)
def hand_over(account_id: AccountId, body: HandoverNew, principal: CanAct, conn: Conn, now: Now) -> list[HandoverRead]:
    """Have customers go from one member to another, in the background. Who is under way stays as they are."""
    account = service.account(conn, account_id)
    made = service.hand_over(conn, principal, account, body.giver, body.taker, body.contact_ids, now, said=body.said)
    return [HandoverRead.model_validate(one) for one in made]


@router.post("/handovers/groups", status_code=202)
def hand_over_groups(
    account_id: AccountId, body: GroupHandoverNew, principal: CanAct, conn: Conn, now: Now
) -> list[HandoverRead]:
    """Have groups get another owner, in the background. What is under way stays as it is."""
    account = service.account(conn, account_id)
    made = service.hand_over_groups(conn, principal, account, body.taker, body.group_ids, now)
    return [HandoverRead.model_validate(one) for one in made]


@router.get("/handovers")
def handovers(account_id: AccountId, _: CanSee, conn: Conn, before: Before = None) -> list[HandoverRead]:
    """Two hundred requests, the newest first."""
    found = service.handover_page(conn, service.account(conn, account_id).id, before=before)
    return [HandoverRead.model_validate(one) for one in found]


@router.get("/heirless")
def heirless(request: Request, account_id: AccountId, principal: CanAct) -> list[HeirlessRead]:
    """Customers of members who left, whom nobody has taken over; this calls the platform."""
    return [HeirlessRead.model_validate(one) for one in service.heirless(desk_of(request), principal, account_id)]


def desk_of(request: Request) -> Desk:
    """Where the acts of this process are done."""
    state: Any = request.app.state
    return Desk(
        state.database,
        state.clock,
        lambda account: service.open_account(state.database, account, state.clock, state.outward()),
    )
