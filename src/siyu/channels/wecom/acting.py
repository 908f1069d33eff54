"""What an account does beyond reading and sending, in the words of the protocol."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from siyu.channels.types import (
    MESSAGES,
    Acts,
    Handover,
    Heirless,
    Note,
    PlatformRefused,
    Reaction,
    Results,
    Said,
    SaidPage,
    StaffDay,
    Tag,
    TransferOutcome,
    Uploaded,
)
from siyu.channels.wecom.about import MOMENT_FILES
from siyu.channels.wecom.calls import contacts, figures, media, moments, sends, service, tags, transfers
from siyu.channels.wecom.client import Client
from siyu.channels.wecom.contents import MOMENTS
from siyu.channels.wecom.errors import OF_ONE_MEMBER, advice
from siyu.channels.wecom.results import moment_results, results
from siyu.kernel.errors import BadInput, TryLater

_STAFF_AT_ONCE: Final = 100
# As what a file is uploaded for an attachment of a kind, and in which field its id stands.
_MEDIA_FIELDS: Final[Mapping[str, tuple[media.MediaType, str]]] = {
    "image": ("image", "media_id"),
    "mini_program": ("image", "pic_media_id"),
    "video": ("video", "media_id"),
    "file": ("file", "media_id"),
    "link": ("image", "media_id"),
}
# Already under way, or there already, counts as taken: so a request may be repeated.
_OUTCOMES: Final[Mapping[int, TransferOutcome]] = {40129: "waiting", 40128: "limit", 40099: "limit", 90504: "done"}
_FAILED: Final[TransferOutcome] = "failed"
_STATES: Final[Mapping[str, TransferOutcome]] = {
    "done": "done",
    "waits": "waiting",
    "refused": "refused",
    "limit": "limit",
}
_ADDRESSED: Final = (
    "only a moment shows a link with an uploaded picture; elsewhere fill in picurl, the address of the picture.",
    "仅朋友圈的图文链接支持上传封面图；其他方式请填写封面图地址 picurl。",
)
_LIMIT: Final = (
    "The member who was to take them over has as many customers as they may.",
    "接替成员的客户数量已达上限。",
)
_REFUSED: Final = ("The customer refused.", "客户拒绝了转接。")


class WecomActs(Acts):
    """Tags of the corp, notes of members, and handovers."""

    client: Client

    def make_tags(self, names: Sequence[str], *, group_id: str = "", group_name: str = "") -> list[Tag]:
        wanted = [(name, 0) for name in names]
        return tags.add_tags(self.client, self._agent, wanted, group_id=group_id, group_name=group_name)

    def change_tag(self, tag_id: str, *, name: str = "", order: int | None = None) -> None:
        tags.edit_tag(self.client, self._agent, tag_id, name=name, order=order)

    def delete_tags(self, tag_ids: Sequence[str], group_ids: Sequence[str] = ()) -> None:
        tags.delete_tags(self.client, self._agent, tag_ids, group_ids)

    def mark(self, staff_id: str, contact_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        tags.mark(self.client, staff_id, contact_id, add, remove)

    def note(self, staff_id: str, contact_id: str, note: Note) -> None:
        fields: dict[str, Any] = {"remark": note.remark, "description": note.description}
        if note.phones is not None:
            fields["remark_mobiles"] = list(note.phones) or [""]  # an empty text clears them
        contacts.remark(
            self.client, staff_id, contact_id, {name: value for name, value in fields.items() if value is not None}
        )

    def upload(self, kind: str, name: str, content: bytes, media_type: str, use: str = MESSAGES) -> Uploaded:
        of, field = _MEDIA_FIELDS[kind]
        if kind == "link" and use != MOMENT_FILES:
            raise BadInput(reason=_ADDRESSED[0], reason_zh=_ADDRESSED[1])
        upload = media.upload_attachment if use == MOMENT_FILES else media.upload
        made = upload(self.client, of, name, content, media_type)
        return Uploaded({field: made.id}, made.until)

    def feedback(self, staff_ids: Sequence[str], since: datetime, until: datetime) -> dict[datetime, int]:
        found: dict[datetime, int] = {}
        begin, end = int(since.timestamp()), int(until.timestamp())
        for at in range(0, len(staff_ids), _STAFF_AT_ONCE):
            for one in figures.behaviour(self.client, begin, end, staff=staff_ids[at : at + _STAFF_AT_ONCE]):
                if one.day is not None:
                    found[one.day] = found.get(one.day, 0) + one.counts.get("negative_feedback_cnt", 0)
        return found

    def staff_days(self, staff_ids: Sequence[str], since: datetime, until: datetime) -> Iterator[StaffDay]:
        begin, end = int(since.timestamp()), int(until.timestamp())
        for one in staff_ids:
            try:
                counted = figures.behaviour(self.client, begin, end, staff=[one])
            except PlatformRefused as refusal:
                if refusal.errcode not in OF_ONE_MEMBER:
                    raise
                continue
            yield from (_day_of(one, day) for day in counted if day.day is not None)

    def hand_over(
        self, giver: str, taker: str, contact_ids: Sequence[str], *, left: bool, said: str = ""
    ) -> list[Handover]:
        answers = {
            one.id: one.errcode
            for one in transfers.transfer(self.client, giver, taker, contact_ids, resigned=left, said=said)
        }
        return [_answered(one, answers.get(one, 0), "waiting") for one in contact_ids]

    def handovers(self, giver: str, taker: str, *, left: bool) -> Iterator[Handover]:
        cursor = ""
        while True:
            page, cursor = transfers.transfer_results(self.client, giver, taker, cursor, resigned=left)
            for one in page:
                if outcome := _STATES.get(one.status):
                    en, zh = {"limit": _LIMIT, "refused": _REFUSED}.get(outcome, ("", ""))
                    yield Handover(one.contact_id, outcome, 0, en, zh, one.at)
            if not cursor:
                return

    def hand_over_groups(self, group_ids: Sequence[str], taker: str, *, left: bool) -> list[Handover]:
        failed = {one.id: one for one in transfers.transfer_groups(self.client, group_ids, taker, resigned=left)}
        return [_answered(one, failed[one].errcode if one in failed else 0, "done") for one in group_ids]

    def heirless(self) -> Iterator[Heirless]:
        cursor = ""
        while True:
            page, cursor = transfers.unassigned(self.client, cursor)
            for one in page:
                yield Heirless(one.staff_id, one.contact_id, one.left_at)
            if not cursor:
                return

    def results(self, way: str, handle: str, object_id: str = "") -> Results:
        return moment_results(self.client, handle, object_id) if way in MOMENTS else results(self.client, handle)

    def remind(self, way: str, handle: str) -> None:
        """Up to three times in 24 hours; of moments the platform reminds by itself."""
        if way in MOMENTS:
            raise BadInput(reason="nobody is reminded of a moment.", reason_zh="朋友圈任务不支持提醒。")
        sends.remind(self.client, handle)

    def cancel(self, way: str, handle: str, object_id: str = "") -> None:
        if way not in MOMENTS:
            sends.cancel(self.client, handle)
        elif found := object_id or moments.moment_job(self.client, handle).moment_id:
            moments.cancel_moment(self.client, found)
        else:
            raise TryLater(
                reason="The moment is still being handed out.", reason_zh="朋友圈任务正在派发中。", retry_after=60
            )

    def reactions(self, object_id: str, staff_id: str) -> list[Reaction]:
        comments, likes = moments.moment_reactions(self.client, object_id, staff_id)
        return [
            *(Reaction(one.contact_id, "commented", one.at) for one in comments if one.contact_id),
            *(Reaction(one.contact_id, "liked", one.at) for one in likes if one.contact_id),
        ]

    def said(self, service_id: str, cursor: str, token: str) -> SaidPage:
        page = service.messages(self.client, service_id, cursor, token)
        written = [one for one in page.messages if one.origin == "customer" and one.contact_id]
        return SaidPage(
            tuple(Said(one.id, one.contact_id, one.kind, one.at) for one in written),
            service.grants(page.messages),
            page.cursor,
            page.more,
        )

    @property
    def _agent(self) -> str:
        return self.client.account.settings.get("agent_id", "")


def _day_of(staff_id: str, said: figures.Counted) -> StaffDay:
    assert said.day is not None
    counts = said.counts
    return StaffDay(
        staff_id,
        said.day,
        counts.get("chat_cnt", 0),
        counts.get("message_cnt", 0),
        said.replied,
        counts.get("avg_reply_time"),
        counts.get("negative_feedback_cnt", 0),
    )


def _answered(subject_id: str, code: int, taken: TransferOutcome) -> Handover:
    if code == 0:
        return Handover(subject_id, taken)
    en, zh = advice(code)
    return Handover(subject_id, _OUTCOMES.get(code, _FAILED), code, en, zh)
