"""A member's invitation: the link with its picture, who came by it, and what each brought them."""

from collections import defaultdict
from datetime import datetime
from io import BytesIO

import segno
from fastapi import Request, Response
from pydantic import BaseModel, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.identity import service as identity
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Reward
from siyu.members import service as members
from siyu.members.http import Asking

router = Router(prefix="/member/v1/invitations", tags=["members"], responses=ERROR_RESPONSES)

_SHOWN = 50


class InvitedFriend(BaseModel):
    at: datetime = Field(description="When they came.")
    rewards: list[Reward] = Field(description="What it gave, by the tasks as they stand now.")


class InvitationsRead(BaseModel):
    code: str
    link: str = Field(description="Who comes by it for the first time is brought by this member.")
    gives: list[Reward] = Field(description="What each friend gives at present; empty: nothing.")
    per_day: int | None = Field(description="So many friends of one day give something; null: all.")
    most: int | None = Field(description="And so many in all.")
    came: int = Field(description="How many came.")
    friends: list[InvitedFriend] = Field(description="Those of them who came last, at most 50, the newest first.")


@router.get("")
def invitations(request: Request, member: Asking, conn: Conn, now: Now) -> InvitationsRead:
    """Their code, made when it is first asked for, and who came by it. Who that was is not said."""
    code = members.invitation_code(conn, member, now)
    friends = members.friends_of(conn, [member.customer_id]).get(member.customer_id, [])
    shown = friends[:_SHOWN]
    given, tasks = _given(conn, member.customer_id), loyalty.friend_tasks(conn, now)
    return InvitationsRead(
        code=code,
        link=_link(request, code),
        gives=[reward for task in tasks for reward in task.rewards],
        per_day=_widest([task.friends_per_day for task in tasks]),
        most=_widest([task.friends_most for task in tasks]),
        came=len(friends),
        friends=[InvitedFriend(at=one.at, rewards=given.get(one.customer_id, [])) for one in shown],
    )


@router.get("/code.svg", responses={200: {"content": {"image/svg+xml": {}}}})
def picture(request: Request, member: Asking, conn: Conn, now: Now) -> Response:
    """The link as a picture that scanners read."""
    drawn = BytesIO()
    link = _link(request, members.invitation_code(conn, member, now))
    segno.make(link, error="m", micro=False).save(drawn, kind="svg", scale=8, border=4, light="#ffffff")
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=60"})


def _given(conn: Conn, customer_id: int) -> dict[int, list[Reward]]:
    """By friend as OneID knows them now; tasks know them as they came."""
    found = loyalty.given_for_friends(conn, customer_id)
    living = identity.living_of(conn, list(found))
    given: dict[int, list[Reward]] = defaultdict(list)
    for friend, rewards in found.items():
        given[living.get(friend, friend)] += rewards
    return given


def _widest(limits: list[int | None]) -> int | None:
    """Behind which none of several tasks gives anything."""
    own = [limit for limit in limits if limit is not None]
    return max(own) if own and len(own) == len(limits) else None


def _link(request: Request, code: str) -> str:
    return f"{request.app.state.base_url}/m/?invite={code}"
