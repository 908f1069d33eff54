"""Customers over HTTP: find, look at, merge, split."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Body, Query, Request
from pydantic import BaseModel, Field

from siyu.app import people, social
from siyu.app.api.people import rows
from siyu.app.api.report import REPORT
from siyu.app.api.wanted import Wanted
from siyu.app.people import Known, Person, Waiting
from siyu.app.social import SocialValue
from siyu.commerce import service as commerce
from siyu.commerce.types import OrderPage
from siyu.customers.types import CustomerList, CustomerRow, Sort
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router, needs
from siyu.identity import service as identity
from siyu.identity.types import AssetCounts, Evidence, LedgerEntry
from siyu.members.types import Referral, Way
from siyu.timeline.types import TimelinePage

router = Router(prefix="/api/v1", tags=["customers"], responses=ERROR_RESPONSES)

CanRead = Annotated[Principal, needs("customers.read")]
CanJoin = Annotated[Principal, needs("identity.manage")]
CanReveal = Annotated[Principal, needs("personal.reveal")]
Reason = Annotated[str, Field(min_length=3, max_length=500)]
Limit = Annotated[int, Query(ge=1, le=500)]


class Found(BaseModel):
    """Ids of the customers with an identifier."""

    customers: list[int]


class Graph(BaseModel):
    """The identity graph: identifiers (personal ones masked), why they belong together or not, and what happened.

    ``elsewhere`` are identifiers of other customers that edges lead to.
    """

    customer_id: int
    identifiers: list[Known]
    edges: list[Evidence]
    elsewhere: list[Known]
    history: list[LedgerEntry]


class Brought(BaseModel):
    """Somebody on the other side of an invitation; ``customer`` is null where nothing is known of them any more."""

    customer_id: int
    customer: CustomerRow | None
    at: datetime = Field(description="When who was invited came.")
    way: Way = Field(description="How they signed in.")


class ReferralsRead(BaseModel):
    """Who brought them (null: nobody), the latest 50 whom they brought, and what these are worth."""

    came_by: Brought | None
    friends: list[Brought]
    social: SocialValue


class Merge(BaseModel):
    """Make these two one."""

    customer_id: Id
    other_id: Id
    reason: Reason


class Split(BaseModel):
    """Give these identifiers to a new customer."""

    identifier_ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]
    reason: Reason


class SplitShown(BaseModel):
    """Who would leave, who would stay, and the evidence between them that would be overruled."""

    customer_id: int
    leaving: list[Known]
    staying: list[Known]
    overruled: list[Evidence]


class One(BaseModel):
    """The id of a customer."""

    customer_id: int


class Why(BaseModel):
    """For the audit."""

    reason: Reason


class Verdict(BaseModel):
    """What an operator decides of a link that waits for review."""

    stronger: Id
    weaker: Id
    same_person: bool
    reason: Reason


@router.get("/customers")
def list_customers(
    conn: Conn,
    _: CanRead,
    wanted: Annotated[Wanted, Query()],
    sort: Annotated[Sort, Query(description="`last_seen` is by the hour; the last three list only who bought.")] = (
        "last_seen"
    ),
    order: Literal["desc", "asc"] = "desc",
    cursor: str | None = None,
    limit: Limit = 50,
) -> CustomerList:
    """List customers with what an operator sees of each; personal data is masked. Quick at any size.

    `total` is exact on a list that fits on one page, else an estimate.
    """
    return people.search(
        conn, wanted.words, wanted.filter(conn), sort=sort, descending=order == "desc", cursor=cursor, limit=limit
    )


@router.get("/customers/find")
def find(
    conn: Conn,
    _: CanRead,
    value: Annotated[str, Query(min_length=1, max_length=256)],
    type: Annotated[str | None, Query(description="Type of the identifier; any when absent.")] = None,  # noqa: A002
) -> Found:
    """Find customers by any identifier: a phone, a member number, an anonymous id …"""
    return Found(customers=people.find(conn, value, type))


@router.get("/customers/{customer_id}")
def show(conn: Conn, _: CanRead, customer_id: int) -> Person:
    """Show a customer: profile, layer on the ladder, identifiers, value. Personal data is masked."""
    return people.person(conn, customer_id)


@router.get("/customers/{customer_id}/timeline")
def timeline(
    request: Request,
    conn: Conn,
    _: CanRead,
    customer_id: int,
    kind: Annotated[list[str] | None, Query(description="Only facts of these kinds.")] = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> TimelinePage:
    """What happened to a customer, newest first."""
    return people.person_timeline(
        conn,
        request.app.state.context.clickhouse,
        customer_id,
        cursor=cursor,
        limit=limit,
        kinds=kind or (),
        since=since,
        until=until,
    )


@router.get("/customers/{customer_id}/orders")
def orders(conn: Conn, _: CanRead, customer_id: int, cursor: str | None = None, limit: Limit = 50) -> OrderPage:
    """The orders of a customer, newest first, amounts in fen."""
    return commerce.orders_of(conn, identity.living(conn, customer_id), cursor=cursor, limit=limit)


@router.get("/customers/{customer_id}/referrals")
def referred(conn: Conn, _: CanRead, customer_id: int) -> ReferralsRead:
    """Who brought a customer to these pages, whom they brought, and what these are worth. Personal data is masked."""
    found = social.referrals(conn, identity.living(conn, customer_id))
    told = [*([found.came_by] if found.came_by else []), *found.friends]
    others = {one.inviter_id if one is found.came_by else one.customer_id for one in told}
    shown = {one.customer_id: one for one in rows(conn, tuple(others))}

    def brought(customer_id: int, of: Referral) -> Brought:
        return Brought(customer_id=customer_id, customer=shown.get(customer_id), at=of.at, way=of.way)

    return ReferralsRead(
        came_by=brought(found.came_by.inviter_id, found.came_by) if found.came_by else None,
        friends=[brought(one.customer_id, one) for one in found.friends],
        social=found.social,
    )


@router.get("/customers/{customer_id}/graph")
def graph(conn: Conn, _: CanRead, customer_id: int) -> Graph:
    """The identity graph of a customer with the evidence of every edge."""
    found = identity.graph(conn, identity.living(conn, customer_id))
    shown = people.shown(conn, found.identifiers)
    return Graph(
        customer_id=found.customer_id,
        identifiers=list(shown),
        edges=found.edges,
        elsewhere=list(people.elsewhere(conn, found)),
        history=found.history,
    )


@router.post("/customers/{customer_id}/reveal")
def reveal(conn: Conn, principal: CanReveal, customer_id: int, why: Why) -> dict[str, list[str]]:
    """Show phone, mail, name and address in clear. The look goes into the audit."""
    return people.reveal(conn, principal, customer_id, why.reason)


@router.post("/customers/merge")
def merge(conn: Conn, now: Now, principal: CanJoin, wanted: Merge) -> One:
    """Make two customers one, whatever the limits say. Can be undone by a split."""
    kept = people.merge(conn, principal, wanted.customer_id, wanted.other_id, wanted.reason, now)
    return One(customer_id=kept)


@router.post("/customers/{customer_id}/split-preview")
def split_preview(
    conn: Conn,
    _: CanJoin,
    customer_id: int,
    identifier_ids: Annotated[list[Id], Body(embed=True, min_length=1, max_length=1000)],
) -> SplitShown:
    """Say what a split would do."""
    found = people.split_preview(conn, customer_id, identifier_ids)
    return SplitShown(
        customer_id=found.customer_id,
        leaving=list(people.shown(conn, found.leaving)),
        staying=list(people.shown(conn, found.staying)),
        overruled=found.overruled,
    )


@router.post("/customers/{customer_id}/split")
def split(conn: Conn, now: Now, principal: CanJoin, customer_id: int, wanted: Split) -> One:
    """Give some identifiers of a customer, and what came in under them, to a new customer."""
    return One(customer_id=people.split(conn, principal, customer_id, wanted.identifier_ids, wanted.reason, now))


@router.get("/identity/review")
def review(conn: Conn, _: CanJoin, limit: Limit = 50) -> list[Waiting]:
    """Links that wait for an operator, oldest first."""
    return people.waiting(conn, limit=limit)


@router.post("/identity/review")
def decide(conn: Conn, now: Now, principal: CanJoin, verdict: Verdict) -> dict[Literal["merged"], bool]:
    """Confirm or reject a link that waits for review."""
    pair = (verdict.stronger, verdict.weaker)
    if verdict.same_person:
        people.confirm_link(conn, principal, pair, verdict.reason, now)
    else:
        identity.reject_merge(conn, *pair, actor=principal.actor, reason=verdict.reason, now=now)
        access.record(
            conn,
            actor=principal.actor,
            action="identity.link_rejected",
            target=f"link:{verdict.stronger}-{verdict.weaker}",
            details={"reason": verdict.reason},
            now=now,
        )
    return {"merged": verdict.same_person}


@router.get("/identity/assets", openapi_extra=REPORT)
def assets(conn: Conn, _: CanRead) -> AssetCounts:
    """Count the OneID assets: identifiers by type, people by how many channels they are known on, anonymous and known."""
    return identity.asset_counts(conn)
