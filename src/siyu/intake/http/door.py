"""One request at the door: who sends, what of it is taken, durable before the answer."""

import asyncio
import base64
import binascii
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import orjson

from siyu.intake import rules
from siyu.intake.admission import admit, refused_body
from siyu.intake.http.coalescer import Coalescer
from siyu.intake.http.pressure import Pressure
from siyu.intake.rules import Refusal
from siyu.intake.types import DeadLetter, Lane
from siyu.kernel.clock import Clock, from_millis, to_millis
from siyu.kernel.errors import SiyuError, original

_KEY_TTL: Final = 0.5  # seconds for which a write key's answer is remembered, beside the half second of WriteKeys
_KEYS_REMEMBERED: Final = 10_000


class UnknownWriteKey(SiyuError):
    """The write key is missing, unknown or revoked."""

    status = 401
    en = "The write key is missing, unknown or revoked. Send the key of a source, as Basic user name or 'writeKey'."
    zh = "写入密钥缺失、未知或已被吊销。请通过 Basic 用户名或 writeKey 发送来源的密钥。"


class MalformedBody(SiyuError):
    """The body is not JSON, or its compression is broken."""

    status = 400
    en = "The body cannot be read: {reason}"
    zh = "请求体无法读取：{reason_zh}"


class PayloadTooLarge(SiyuError):
    """The body is over the limit; Segment answers 400 to that, and so do we."""

    status = 400
    en = "The body has more than {limit} bytes {what}. Send smaller batches."
    zh = "请求体{what_zh}超过 {limit} 字节，请减小批次。"


class EventsRefused(SiyuError):
    """Strict mode: something in the request does not meet the contract; nothing was stored."""

    status = 400
    en = "{count} of the events do not meet the contract; nothing was stored."
    zh = "有 {count} 个事件不符合规范，本次未保存任何内容。"

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "success": False, "errors": self.details["errors"]}


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """Sizes in bytes: of a body as sent, after unpacking, and of one event."""

    body: int
    expanded: int
    event: int


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the route read it.

    Attributes:
        kind: the event type that the path names; ``batch`` or ``import`` for many.
        body: as sent.
        encoding: the header Content-Encoding.
        authorization: the header Authorization.
        query_key: ``writeKey`` of the query.
        strict: refuse the whole request when one event is wrong.
    """

    kind: str
    body: bytes
    encoding: str
    authorization: str
    query_key: str
    strict: bool


class Door:
    """Takes requests of the Segment contract.

    Args:
        coalescer: makes messages durable.
        pressure: says whether any may come.
        find_source: the id of the source of a write key, ``None`` when there is none; it may block.
        clock: what time it is.
        limits: sizes.
    """

    ANSWER_ONE: ClassVar[bytes] = b'{"success":true,"accepted":1}'

    def __init__(
        self,
        coalescer: Coalescer,
        pressure: Pressure,
        find_source: Callable[[str], int | None],
        clock: Clock,
        limits: DoorLimits,
    ) -> None:
        self._coalescer = coalescer
        self._pressure = pressure
        self._find_source = find_source
        self._clock = clock
        self._limits = limits
        self._sources: dict[str, tuple[float, int | None]] = {}

    @property
    def limits(self) -> DoorLimits:
        """The sizes it accepts."""
        return self._limits

    def start(self) -> None:
        """Begin; called in the event loop that serves the requests."""
        self._coalescer.start()
        self._pressure.start()

    async def stop(self) -> None:
        """Make durable what waits, then end."""
        await self._pressure.stop()
        await self._coalescer.stop()

    def check(self, lane: Lane) -> None:
        """Pass when messages may come in that this door did not read itself.

        Raises:
            TryLater, TooManyRequests: come back later.
        """
        self._pressure.check(lane)

    async def put(self, lane: Lane, parts: list[bytes]) -> None:
        """Return when such messages are durable.

        Raises:
            TryLater: they are not.
        """
        self._pressure.let_in(len(parts), await self._coalescer.put(lane, parts, []))

    async def take(self, call: Call) -> bytes:
        """Store what can be taken, set the rest aside with its reason, and return the answer's body.

        Raises:
            MalformedBody, PayloadTooLarge, UnknownWriteKey, EventsRefused: nothing was stored.
            TryLater, TooManyRequests: nothing was stored; come back later.
        """
        lane = Lane.BULK if call.kind == "import" else Lane.LIVE
        self._pressure.check(lane)
        content = self._parse(call)
        source_id = await self.source_of(write_key(call, content))
        now_ms = to_millis(self._clock.now())
        many = call.kind in ("batch", "import")
        items, sent_ms = _items(content) if many else ([content], None)
        kind = "" if many else call.kind
        parts: list[bytes] = []
        refused: list[tuple[int, Any, Refusal]] = []
        if len(items) > rules.MAX_EVENTS_IN_BATCH:
            refused = [(0, content, rules.TOO_MANY_EVENTS)]
            items = []
        for index, item in enumerate(items):
            answer = admit(
                item,
                kind=kind,
                source_id=source_id,
                sent_ms=sent_ms,
                received_ms=now_ms,
                max_bytes=self._limits.event,
            )
            if isinstance(answer, bytes):
                parts.append(answer)
            else:
                refused.append((index, item, answer))
        errors = [
            {"index": index, "code": why.code, "message": why.reason, "message_zh": why.reason_zh}
            for index, _, why in refused
        ]
        if call.strict and refused:
            raise EventsRefused(count=len(refused), errors=errors)
        letters = [_letter(item, why, kind, source_id, sent_ms, now_ms) for _, item, why in refused]
        if parts or letters:
            self._pressure.let_in(len(parts), await self._coalescer.put(lane, parts, letters))
        if not errors and len(parts) == 1:
            return self.ANSWER_ONE
        return orjson.dumps({"success": True, "accepted": len(parts), "rejected": errors})

    async def source_of(self, key: str) -> int:
        """The id of the source with this write key.

        Raises:
            UnknownWriteKey: there is none.
        """
        remembered = self._sources.get(key)
        if remembered is not None and time.monotonic() < remembered[0]:
            source = remembered[1]
        else:
            source = await asyncio.to_thread(self._find_source, key) if key else None
            if len(self._sources) >= _KEYS_REMEMBERED:
                self._sources.clear()
            self._sources[key] = (time.monotonic() + _KEY_TTL, source)
        if source is None:
            raise UnknownWriteKey
        return source

    def _parse(self, call: Call) -> dict[str, Any]:
        raw = call.body
        if len(raw) > self._limits.body:
            raise PayloadTooLarge(limit=self._limits.body, what="as sent", what_zh="原始大小")
        if "gzip" in call.encoding or raw[:2] == b"\x1f\x8b":
            raw = _unpack(raw, self._limits.expanded)
        try:
            content: Any = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise MalformedBody(
                reason=f"it is not JSON ({error}).", reason_zh=f"不是 JSON{original(error)}。"
            ) from None
        if isinstance(content, list) and call.kind in ("batch", "import"):
            content = {"batch": content}
        if not isinstance(content, dict):
            raise MalformedBody(reason="it must be a JSON object.", reason_zh="应为 JSON 对象。")
        if b"\\u0000" in raw:
            content = rules.without_nul(content)
        assert isinstance(content, dict)
        return content


def write_key(call: Call, content: dict[str, Any]) -> str:
    """Where clients put their write key, in the order in which it counts: Basic user, body, first event, query."""
    scheme, _, credentials = call.authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            user = base64.b64decode(credentials, validate=False).decode("utf-8", "replace").partition(":")[0]
        except (binascii.Error, ValueError):
            user = ""
        if user:
            return user
    if isinstance(content.get("writeKey"), str) and content["writeKey"]:
        return str(content["writeKey"])
    batch = content.get("batch")
    if isinstance(batch, list) and batch and isinstance(batch[0], dict) and isinstance(batch[0].get("writeKey"), str):
        return str(batch[0]["writeKey"])
    return call.query_key


def _items(content: dict[str, Any]) -> tuple[list[Any], int | None]:
    """The events of a batch, with its ``context`` and ``integrations`` merged into each, and when it was sent."""
    batch = content.get("batch")
    if not isinstance(batch, list):
        raise MalformedBody(reason="'batch' must be a list of events.", reason_zh="batch 应为事件列表。")
    for name in ("context", "integrations"):
        common = content.get(name)
        if isinstance(common, dict) and common:
            for item in batch:
                if isinstance(item, dict):
                    own = item.get(name)
                    item[name] = {**common, **own} if isinstance(own, dict) else common
    return batch, rules.parse_time(content.get("sentAt"))


def _unpack(raw: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(raw, limit + 1)
        if len(unpacked) <= limit and not unpacker.eof:
            raise MalformedBody(reason="its gzip data ends too early.", reason_zh="gzip 数据不完整。")
    except zlib.error as error:
        raise MalformedBody(
            reason=f"its gzip data is broken ({error}).", reason_zh=f"gzip 数据已损坏{original(error)}。"
        ) from None
    if len(unpacked) > limit:
        raise PayloadTooLarge(limit=limit, what="after unpacking", what_zh="解压后大小")
    return unpacked


def _letter(item: Any, why: Refusal, kind: str, source_id: int, sent_ms: int | None, now_ms: int) -> DeadLetter:
    named = item if isinstance(item, dict) else {}
    return DeadLetter(
        source_id=source_id,
        message_id=str(named.get("messageId") or "")[: rules.MAX_MESSAGE_ID],
        message_type=str(kind or named.get("type") or "")[:64],
        stage="door",
        code=why.code,
        reason=why.reason,
        reason_zh=why.reason_zh,
        received_at=from_millis(now_ms),
        body=refused_body(item, kind=kind, source_id=source_id, sent_ms=sent_ms, received_ms=now_ms),
    )
