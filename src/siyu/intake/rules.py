"""The Segment contract, item by item. Pure: what an event must have, and when it happened."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

TRACKING_TYPES: Final = frozenset({"track", "identify", "alias", "group", "page", "screen"})
MAX_EVENT_BYTES: Final = 32 * 1024
MAX_MESSAGE_ID: Final = 256
MAX_IDENTIFIER: Final = 256
MAX_EVENTS_IN_BATCH: Final = 2500


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one item of a request is not taken: a stable code and a sentence in both languages."""

    code: str
    reason: str
    reason_zh: str


NOT_AN_OBJECT = Refusal("not_an_object", "an event is a JSON object; send {...}", "事件必须是 JSON 对象，请发送 {...}")
NO_IDENTIFIER = Refusal(
    "no_user_anon_id",
    "neither userId nor anonymousId is given; send at least one, as text",
    "缺少 userId 与 anonymousId，请至少提供其一（文本）",
)
NO_EVENT = Refusal("no_event", "a track call needs its event's name in 'event'", "track 调用必须在 event 中给出事件名")
NO_GROUP = Refusal("no_group_id", "a group call needs 'groupId'", "group 调用必须提供 groupId")
NO_PREVIOUS = Refusal(
    "no_previous_id", "an alias call needs 'previousId' and 'userId'", "alias 调用必须提供 previousId 与 userId"
)
BAD_MESSAGE_ID = Refusal(
    "bad_message_id",
    f"messageId must be text of at most {MAX_MESSAGE_ID} characters",
    f"messageId 必须是不超过 {MAX_MESSAGE_ID} 个字符的文本",
)
TOO_LONG_IDENTIFIER = Refusal(
    "identifier_too_long",
    f"an identifier has at most {MAX_IDENTIFIER} characters",
    f"身份标识不得超过 {MAX_IDENTIFIER} 个字符",
)
TOO_MANY_EVENTS = Refusal(
    "too_many_events",
    f"a batch has at most {MAX_EVENTS_IN_BATCH} events; send smaller batches",
    f"单个批次不得超过 {MAX_EVENTS_IN_BATCH} 个事件，请减小批次",
)
BAD_TIMESTAMP = Refusal(
    "bad_timestamp",
    "the timestamp is not an ISO 8601 time such as 2026-01-31T08:00:00Z",
    "timestamp 不是 ISO 8601 时间，例如 2026-01-31T08:00:00Z",
)
BAD_OBJECT = Refusal(
    "bad_object",
    "properties, traits and context are JSON objects",
    "properties、traits 与 context 必须是 JSON 对象",
)


def too_large(limit: int) -> Refusal:
    return Refusal(
        "event_too_large",
        f"an event has at most {limit} bytes; send less with it",
        f"单个事件不得超过 {limit} 字节，请减少携带的内容",
    )


def unknown_type(kind: object) -> Refusal:
    known = ", ".join(sorted(TRACKING_TYPES))
    return Refusal(
        "unknown_type", f"'{str(kind)[:64]}' is not one of {known}", f"“{str(kind)[:64]}”不是以下类型之一：{known}"
    )


def tidy_ids(event: dict[str, Any]) -> None:
    """Numbers as ids become text, ``null`` and empty ids are as good as absent. Changes ``event``."""
    for name in ("userId", "anonymousId", "previousId", "groupId"):
        value = event.get(name)
        if value is None:
            event.pop(name, None)
        elif type(value) is int or type(value) is float:
            event[name] = str(value)
        elif isinstance(value, str) and not value.strip():
            del event[name]


def refusal(kind: object, event: dict[str, Any]) -> Refusal | None:
    """What is wrong with an event whose ids are tidy; ``None`` when it is taken."""
    if kind not in TRACKING_TYPES:
        return unknown_type(kind)
    for name in ("properties", "traits", "context"):
        value = event.get(name)
        if value is not None and not isinstance(value, dict):
            return BAD_OBJECT
    for name in ("userId", "anonymousId", "previousId", "groupId"):
        value = event.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > MAX_IDENTIFIER):
            return TOO_LONG_IDENTIFIER if isinstance(value, str) else NO_IDENTIFIER
    if "userId" not in event and "anonymousId" not in event and not _external_ids(event):
        return NO_PREVIOUS if kind == "alias" else NO_IDENTIFIER
    if kind == "track" and not (isinstance(event.get("event"), str) and event["event"].strip()):
        return NO_EVENT
    if kind == "group" and "groupId" not in event:
        return NO_GROUP
    if kind == "alias" and ("previousId" not in event or "userId" not in event):
        return NO_PREVIOUS
    return None


def _external_ids(event: dict[str, Any]) -> bool:
    context = event.get("context")
    return isinstance(context, dict) and bool(context.get("externalIds"))


def parse_time(value: object) -> int | None:
    """Milliseconds since the epoch of an ISO 8601 text; a text without zone is UTC. ``None`` when it is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return round(moment.timestamp() * 1000)
    except (OverflowError, ValueError):
        return None


def occurred_ms(original_ms: int | None, sent_ms: int | None, received_ms: int) -> int:
    """When it happened by our clock.

    The sender's clock may be wrong, its sense of *age* is not: ``received − (sent − original)``. Without ``sent`` the
    original stands; without either it happened as it was received. Nothing happens after it was received.
    Source: Segment's documented rule for ``timestamp``.
    """
    if original_ms is None:
        return received_ms
    corrected = original_ms if sent_ms is None else received_ms - max(sent_ms - original_ms, 0)
    return min(corrected, received_ms)


def without_nul(value: Any) -> Any:
    """The same JSON without NUL characters, which PostgreSQL cannot keep and nobody means."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, dict):
        return {without_nul(key): without_nul(item) for key, item in value.items()}
    return value
