"""One WeCom corp, seen through one application of its own."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import ClassVar

from siyu.channels.types import (
    About,
    Account,
    Channel,
    CodeKind,
    Content,
    Finding,
    Handle,
    Item,
    ObjectKind,
    OpenCode,
    Opening,
    Ports,
    PushAnswer,
    PushRequest,
    Recognised,
    Seen,
    Sent,
    Visitor,
)
from siyu.channels.wecom import codes
from siyu.channels.wecom.about import ABOUT
from siyu.channels.wecom.acting import WecomActs
from siyu.channels.wecom.calls import people
from siyu.channels.wecom.client import Client
from siyu.channels.wecom.health import health
from siyu.channels.wecom.pushes import Keys, answer
from siyu.channels.wecom.reading import read
from siyu.channels.wecom.sending import find_sent, send, welcome
from siyu.channels.wecom.walking import walk


class Wecom(WecomActs, Channel):
    """企业微信: staff, customers and who serves them, tags, groups; group sends that staff confirm."""

    about: ClassVar[About] = ABOUT

    def __init__(self, account: Account, ports: Ports) -> None:
        super().__init__(account, ports)
        self.client = Client(account, ports)

    def health(self) -> list[Finding]:
        return health(self.client)

    def read_push(self, request: PushRequest) -> PushAnswer:
        keys = Keys(
            self.ports.secret("callback_token"), self.ports.secret("encoding_aes_key"), self.account.external_id
        )
        return answer(request, keys, self.ports.clock.now())

    def read(self, kind: ObjectKind, ids: Sequence[str]) -> list[Seen]:
        """Tags are read whole whatever the ids; staff under the empty id as well, with the departments."""
        return read(self.client, kind, ids)

    def walk(self, cursor: str) -> Iterator[tuple[Sequence[Seen], str]]:
        return walk(self.client, cursor)

    def recognise(self, visitor: Visitor) -> Recognised:
        return people.recognise(self.client, visitor)

    def pending_ids(self, contact_ids: Sequence[str]) -> dict[str, str]:
        return people.pending_ids(self.client, contact_ids)

    def welcome(self, code: str, content: Content) -> Sent:
        return welcome(self.client, code, content)

    def send(self, way: str, items: Sequence[Item]) -> list[Sent]:
        return send(self.client, way, items)

    def open_code(self, code: Opening) -> Handle:
        return codes.open_code(self.client, code)

    def change_code(self, handle: Handle, code: Opening) -> None:
        codes.change_code(self.client, handle, code)

    def close_code(self, handle: Handle, kind: CodeKind) -> None:
        codes.close_code(self.client, handle, kind)

    def code_now(self, handle: Handle, kind: CodeKind) -> OpenCode | None:
        return codes.code_now(self.client, handle, kind)

    def code_picture(self, handle: Handle, kind: CodeKind) -> bytes:
        return codes.code_picture(self.client, handle, kind)

    def find_sent(self, way: str, items: Sequence[Item], since: datetime, known: Collection[str]) -> list[Sent]:
        return find_sent(self.client, way, items, since, known)
