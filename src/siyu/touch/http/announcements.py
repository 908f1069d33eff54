"""The API of what is said to whole group chats."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router
from siyu.kernel.errors import BadInput
from siyu.touch import service
from siyu.touch.http.rules import CanManage, CanSee
from siyu.touch.http.touches import Before, Limit, PathNumber
from siyu.touch.types import GroupNews, Message

router = Router(prefix="/api/v1/touch/announcements", tags=["touch"], responses=ERROR_RESPONSES)

GroupId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]


class ScriptPicked(BaseModel):
    """A version of a script, and which of its baits where it has some."""

    id: Id
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    bait: Literal["a", "b"] = "a"


class AnnouncementAttachment(BaseModel):
    """What goes with the text; the fields are those of the kind."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    fields: Annotated[dict[str, Annotated[str, Field(max_length=2048)]], Field(max_length=20)] = {}


class AnnouncementNew(BaseModel):
    """What is to be said; `key` makes it safe to repeat."""

    key: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-}]+$")]
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    account_id: Annotated[int, Field(ge=1, le=2**53)]
    text: Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")] = ""
    attachments: Annotated[list[AnnouncementAttachment], Field(max_length=9)] = []
    script: ScriptPicked | None = Field(None, description="Says it, in the place of text and attachments.")
    group_ids: Annotated[list[GroupId], Field(max_length=2000, description="All that stand when empty.")] = []
    begins_at: AwareDatetime | None = None
    valid_until: AwareDatetime | None = Field(None, description="A day after it begins when absent.")
    per_minute: Annotated[int, Field(ge=0, le=2000, description="Groups at most; 0 for no pace.")] = 0


class AnnouncementRead(BaseModel):
    """What was asked to be said, and to how many groups it has come."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    key: str
    name: str
    programme_id: int
    account_id: int
    way: str
    valid_until: datetime
    asked_by: str
    asked_at: datetime
    groups: int
    waiting: int
    handed: int = Field(description="Handed to the platform.")
    dropped: int = Field(description="Not let through by the gate.")


class AnnouncedRead(BaseModel):
    """What became of it for one group."""

    model_config = ConfigDict(from_attributes=True)

    group_id: str
    staff_id: str
    state: str = Field(description="waiting, dropped, or as channels say: ready, waits_for_staff, sent, refused")
    code: str
    due_at: datetime
    reason: str
    reason_zh: str


class AnnouncementWhole(BaseModel):
    """An announcement with every group."""

    announcement: AnnouncementRead
    text: str
    attachments: list[AnnouncementAttachment]
    groups: list[AnnouncedRead]


@router.get("")
def list_announcements(_: CanSee, conn: Conn, before: Before = None, limit: Limit = 50) -> list[AnnouncementRead]:
    """List what was said to groups, newest first."""
    return [AnnouncementRead.model_validate(one) for one in service.announcements(conn, before=before, limit=limit)]


@router.post("", status_code=201)
def announce(wanted: AnnouncementNew, principal: CanManage, conn: Conn, now: Now) -> AnnouncementRead:
    """Have something said to group chats; their owners confirm it."""
    before = next((one for one in service.announcements(conn, limit=200) if one.key == wanted.key), None)
    # A repeat comes at another moment, and means the same one.
    valid_until = wanted.valid_until or (
        before.valid_until if before else (wanted.begins_at or now) + timedelta(days=1)
    )
    news = GroupNews(
        wanted.key,
        wanted.name,
        wanted.account_id,
        _message(conn, wanted),
        valid_until,
        tuple(wanted.group_ids),
        wanted.begins_at,
        wanted.per_minute,
    )
    return AnnouncementRead.model_validate(service.announce(conn, principal, news, now))


@router.get("/{announcement_id}")
def show(announcement_id: PathNumber, _: CanSee, conn: Conn) -> AnnouncementWhole:
    """Show what became of it for each group."""
    said = service.announcement_said(conn, announcement_id)
    return AnnouncementWhole(
        announcement=AnnouncementRead.model_validate(service.announcement(conn, announcement_id)),
        text=said.text,
        attachments=[AnnouncementAttachment(kind=kind, fields=dict(fields)) for kind, fields in said.attachments],
        groups=[AnnouncedRead.model_validate(one) for one in service.announced(conn, announcement_id)],
    )


def _message(conn: Connection, wanted: AnnouncementNew) -> Message:
    if wanted.script is not None:
        if wanted.text.strip() or wanted.attachments:
            raise BadInput(
                reason="it has both a script and words of its own. Leave one of them out.",
                reason_zh="同时选择了话术并填写了内容，请只保留一种。",
            )
        return service.scripted_for_all(conn, wanted.script.id, wanted.script.version, wanted.script.bait)
    return Message(wanted.text, tuple([(one.kind, one.fields) for one in wanted.attachments]))
