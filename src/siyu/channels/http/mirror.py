"""The API of the mirror: staff and whom they serve, groups, tags, one contact, and the reports of reconciles."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from siyu.channels import service
from siyu.channels.http.accounts import AccountId, CanManage, CanSee, Read
from siyu.channels.types.mirrored import GroupSummary, Served
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.kernel.errors import BadInput

router = Router(prefix="/api/v1/channels/accounts/{account_id}", tags=["channels"], responses=ERROR_RESPONSES)

_PERIOD: Final = timedelta(days=30)

PathId = Annotated[str, Path(min_length=1, max_length=256)]
Since = Annotated[
    AwareDatetime | None, Query(description="Begin of the period; 30 days before its end when not given.")
]
Until = Annotated[AwareDatetime | None, Query(description="Its end, which does not belong to it; now when not given.")]


class UnseenRead(BaseModel):
    """What could not be seen; nothing of it has ended for us."""

    kind: str
    id: str
    reason: str
    reason_zh: str


class Problem(BaseModel):
    """What the platform, or Siyu itself, said."""

    code: str
    message: str
    message_zh: str
    details: dict[str, Any]


class WalkRead(Read):
    id: int
    state: str = Field(description="running, done or failed")
    counts: dict[str, int] = Field(description="Seen of each kind; ties that began and ended; messages; pieces.")
    unseen: list[UnseenRead]
    problem: Problem | None
    began_at: datetime
    moved_at: datetime = Field(description="When its last piece was done.")
    ended_at: datetime | None


class Ordered(BaseModel):
    queued: Annotated[bool, Field(description="False when one was waiting already.")]


class StandingRead(Read):
    waiting: int = Field(description="Objects that are to be read again.")
    read_at: datetime | None = Field(description="When the platform last answered.")
    refused_at: datetime | None = Field(description="When it last refused, unless it has answered since.")
    refused: Problem | None
    last: WalkRead | None = Field(description="The newest reconcile.")


class WorkloadRead(Read):
    staff_id: str
    name: str
    department_ids: list[str]
    departments: list[str] = Field(description="Their names, in the same order; the id of one that is not known.")
    position: str
    serves: bool
    active: bool
    gone_at: datetime | None
    contacts: int = Field(description="Customers who stand with them now.")
    added: int = Field(description="In the period, without transfers; so is lost.")
    lost: int
    taken_over: int = Field(description="By transfer, in the period.")
    handed_over: int
    chats: int = Field(description="Customers to whom they wrote, summed over the days of the period; as WeCom counts.")
    messages: int = Field(description="What they wrote to customers in the period.")
    replied: float | None = Field(description="Percent of the chats that customers began which they answered that day.")
    first_reply_minutes: float | None = Field(description="How long customers waited for the first reply, on average.")
    deleted_by: int = Field(description="Customers who deleted or blocked them in the period, as the platform counts.")
    confirmed: int = Field(description="Tasks asked for in the period that they confirmed.")
    forgotten: int = Field(description="Tasks of the period whose time was over before they confirmed.")


class GroupRead(Read):
    group_id: str
    name: str
    owner_id: str
    created_at: datetime | None
    gone_at: datetime | None
    customers: int = Field(description="In it now.")
    staff: int
    joined: int = Field(description="Customers whose last stay began in the period.")
    left: int


class TagRead(Read):
    tag_id: str
    name: str
    group_id: str
    group_name: str
    place: int
    contacts: int = Field(description="Customers who have it now.")


class RelationshipRead(Read):
    staff_id: str
    since: datetime
    ended_at: datetime | None
    ended_by: str = Field(description="staff, customer, transfer, left or unknown; empty while it stands.")
    transferred_to: str
    way: str
    state: str
    tags: list[str]


class ServedRead(Read):
    contact_id: str
    since: datetime
    way: str
    state: str
    tags: list[str] = Field(description="Names of those that this member put.")


class MemberRead(Read):
    member_id: str
    kind: str = Field(description="staff or customer")
    joined_at: datetime
    left_at: datetime | None
    way: str
    invited_by: str
    state: str = Field(description="What the code carried through which they came.")


class ContactRead(Read):
    contact_id: str
    kind: str
    union_id: str
    seen_at: datetime | None
    gone_at: datetime | None
    tags: list[str]
    follows: list[RelationshipRead]


@router.get("/mirror")
def standing(account_id: AccountId, _: CanSee, conn: Conn) -> StandingRead:
    """How the mirror of the account stands."""
    return StandingRead.model_validate(service.standing(conn, service.account(conn, account_id).id))


@router.get("/staff")
def staff(
    account_id: AccountId, _: CanSee, conn: Conn, now: Now, since: Since = None, until: Until = None
) -> list[WorkloadRead]:
    """Staff with whom they serve, the busiest first; also those who are no more."""
    service.account(conn, account_id)
    return [WorkloadRead.model_validate(one) for one in service.workload(conn, account_id, *_period(since, until, now))]


@router.get("/staff/{staff_id}/contacts", response_model=list[ServedRead])  # checked once: they may be many
def served(account_id: AccountId, staff_id: PathId, _: CanSee, conn: Conn) -> list[Served]:
    """Up to 10,000 contacts who stand with a member of staff now, who came last first."""
    service.account(conn, account_id)
    return service.served(conn, account_id, staff_id)


@router.get("/groups", response_model=list[GroupRead])
def groups(
    account_id: AccountId, _: CanSee, conn: Conn, now: Now, since: Since = None, until: Until = None
) -> list[GroupSummary]:
    """Group chats with who is in them; also those that are no more, at the end."""
    service.account(conn, account_id)
    return service.group_list(conn, account_id, *_period(since, until, now))


@router.get("/groups/{group_id}/members")
def members(account_id: AccountId, group_id: PathId, _: CanSee, conn: Conn) -> list[MemberRead]:
    """Who is or was in a group, each with their last stay; who is there comes first."""
    service.account(conn, account_id)
    return [MemberRead.model_validate(one) for one in service.group_members(conn, account_id, group_id)]


@router.get("/tags")
def tags(account_id: AccountId, _: CanSee, conn: Conn) -> list[TagRead]:
    """Tags of the account, by group."""
    service.account(conn, account_id)
    return [TagRead.model_validate(one) for one in service.tag_list(conn, account_id)]


@router.get("/contacts/{contact_id}")
def contact(account_id: AccountId, contact_id: PathId, _: CanSee, conn: Conn) -> ContactRead:
    """One contact with everybody who serves or served them, newest first."""
    service.account(conn, account_id)
    return ContactRead.model_validate(service.contact_follows(conn, account_id, contact_id))


@router.get("/walks")
def walks(account_id: AccountId, _: CanSee, conn: Conn) -> list[WalkRead]:
    """The last thirty reconciles, newest first."""
    service.account(conn, account_id)
    return [WalkRead.model_validate(one) for one in service.walks(conn, account_id)]


@router.get("/walks/{walk_id}")
def walk(account_id: AccountId, walk_id: Annotated[int, Path(ge=1, le=2**63 - 1)], _: CanSee, conn: Conn) -> WalkRead:
    """One reconcile with its report."""
    return WalkRead.model_validate(service.walk(conn, account_id, walk_id))


@router.post("/walks", status_code=202)
def order(account_id: AccountId, principal: CanManage, conn: Conn, now: Now) -> Ordered:
    """Reconcile soon instead of tonight."""
    return Ordered(queued=service.order_reconcile(conn, principal, service.account(conn, account_id), now))


def _period(since: datetime | None, until: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    end = until or now
    try:
        begin = since or end - _PERIOD
    except OverflowError:
        begin = end
    if begin > end:
        raise BadInput(reason="the period ends before it begins.", reason_zh="时间段的结束早于开始。")
    return begin, end
