"""A parrot that has entry codes: it remembers what it was told, and refuses when a test says so."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import ClassVar

from tests.unit.channels.parrot import ABOUT, Parrot

from siyu.channels.registry import Plugins
from siyu.channels.rules import qr
from siyu.channels.types import (
    Capability,
    CodeKind,
    Content,
    ContentKind,
    Handle,
    Note,
    OpenCode,
    Opening,
    PlatformRefused,
    Quota,
    Sent,
    Uploaded,
    Way,
)

_WELCOME = Way(
    "welcome",
    "Welcome",
    "欢迎语",
    "customer",
    attachments=2,
    contents=(ContentKind("text", max_bytes=300), ContentKind("link", fields={"title": 30}), ContentKind("image")),
)


@dataclass
class Roost:
    """The platform: codes by handle, pictures asked for, contacts marked, welcomes sent."""

    codes: dict[str, Opening] = field(default_factory=dict)
    opened: int = 0
    calls: list[str] = field(default_factory=list)
    marks: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    notes: list[tuple[str, str, str | None]] = field(default_factory=list)
    greeted: list[tuple[str, Content]] = field(default_factory=list)
    trouble: tuple[str, str] | None = None
    troubles: list[Exception] = field(default_factory=list)
    answers: list[Sent] = field(default_factory=list)

    def call(self, what: str) -> None:
        self.calls.append(what)
        if self.troubles:
            raise self.troubles.pop(0)


def refusal(code: int = 41054) -> PlatformRefused:
    return PlatformRefused(
        platform="Cockatoo",
        platform_zh="凤头鹦鹉",
        errcode=code,
        errmsg="no",
        advice="Activate them.",
        advice_zh="请先激活。",
    )


class Cockatoo(Parrot):
    about: ClassVar = replace(
        ABOUT,
        name="parrot",
        capabilities=frozenset(Capability),
        ways=(*ABOUT.ways, _WELCOME),
        identity=("external_userid", "union_id"),
        quotas=(*ABOUT.quotas, Quota("code", "account", "ever", 500, "500 codes in all", "活码合计最多 500 个")),
        code_quotas={"staff": "code", "group": "code"},
        shows_codes=True,
        codes=("staff", "group", "link", "follow"),
    )
    roost: ClassVar = Roost()

    def open_code(self, code: Opening) -> Handle:
        self.roost.call("open")
        self.roost.opened += 1
        handle = f"h{self.roost.opened}"
        self.roost.codes[handle] = code
        url = f"https://parrot.example/{handle}?channel={code.state}" if code.kind == "link" else ""
        return Handle(handle, url, "" if url else f"https://pictures.example/{handle}")

    def change_code(self, handle: Handle, code: Opening) -> None:
        self.roost.call("change")
        self.roost.codes[handle.id] = code

    def close_code(self, handle: Handle, kind: CodeKind) -> None:
        self.roost.call("close")
        self.roost.codes.pop(handle.id, None)

    def code_now(self, handle: Handle, kind: CodeKind) -> OpenCode | None:
        self.roost.call("now")
        code = self.roost.codes.get(handle.id)
        if code is None:
            return None
        groups = code.chats.group_ids if code.chats else ()
        return OpenCode(
            code.staff_ids, code.skip_verify, group_ids=groups, state=code.state, trouble=self.roost.trouble
        )

    def code_picture(self, handle: Handle, kind: CodeKind) -> bytes:
        self.roost.call("picture")
        return qr.png(handle.picture_url, scale=2)

    def mark(self, staff_id: str, contact_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        self.roost.call("mark")
        self.roost.marks.append((staff_id, contact_id, tuple(add)))

    def note(self, staff_id: str, contact_id: str, note: Note) -> None:
        self.roost.call("note")
        self.roost.notes.append((staff_id, contact_id, note.remark))

    def upload(self, kind: str, name: str, content: bytes, media_type: str, use: str = "message") -> Uploaded:
        self.roost.call("upload")
        return Uploaded({f"{kind}_id": f"m{len(self.roost.calls)}"}, self.ports.clock.now() + timedelta(days=3))

    def welcome(self, code: str, content: Content) -> Sent:
        self.roost.call("welcome")
        self.roost.greeted.append((code, content))
        return self.roost.answers.pop(0) if self.roost.answers else Sent(code, "sent")


def installed() -> Plugins:
    return Plugins({"parrot": Cockatoo}, ())
