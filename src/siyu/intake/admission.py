"""From an item of a Segment request to a message in its serialised form, or to the reason why not."""

import os
from typing import Any

import orjson

from siyu.intake import rules
from siyu.intake.envelope import tracking_part
from siyu.intake.rules import Refusal

_WRAPPING = 512  # what the serialised form adds to the event itself, at most


def admit(
    item: Any,
    *,
    kind: str,
    source_id: int,
    sent_ms: int | None,
    received_ms: int,
    max_bytes: int = rules.MAX_EVENT_BYTES,
) -> bytes | Refusal:
    """Take one event, or say why not.

    Args:
        item: the event as parsed; its ids are tidied in place.
        kind: the call it came by, or empty when the event names its own type.
        source_id: the source it came through.
        sent_ms: when the batch was sent by the sender's clock; the event's own ``sentAt`` wins.
        received_ms: when it reached us.
        max_bytes: how large an event may be.
    """
    if not isinstance(item, dict):
        return rules.NOT_AN_OBJECT
    called = kind or item.get("type")
    rules.tidy_ids(item)
    wrong = rules.refusal(called, item)
    if wrong is not None:
        return wrong
    message_id = item.get("messageId")
    if message_id is None or message_id == "":
        message_id = f"siyu-{os.urandom(16).hex()}"
    elif type(message_id) is int:
        message_id = str(message_id)
    if not isinstance(message_id, str) or len(message_id) > rules.MAX_MESSAGE_ID:
        return rules.BAD_MESSAGE_ID
    original = item.get("originalTimestamp") or item.get("timestamp")
    original_ms = None
    if original is not None:
        original_ms = rules.parse_time(original)
        if original_ms is None:
            return rules.BAD_TIMESTAMP
    own_sent = item.get("sentAt")
    if own_sent is not None:
        sent_ms = rules.parse_time(own_sent) or sent_ms
    occurred = rules.occurred_ms(original_ms, sent_ms, received_ms)
    serialised = tracking_part(str(called), source_id, message_id, occurred, received_ms, item)
    if len(serialised) > max_bytes + _WRAPPING:
        return rules.too_large(max_bytes)
    return serialised


def refused_body(item: Any, *, kind: str, source_id: int, sent_ms: int | None, received_ms: int) -> bytes:
    """What is kept of a refused item: everything :func:`admit` needs to be asked again."""
    return orjson.dumps([item, kind, source_id, sent_ms, received_ms])


def admit_again(body: bytes) -> bytes | Refusal:
    """Ask :func:`admit` about a refused item once more, with the rules of today."""
    item, kind, source_id, sent_ms, received_ms = orjson.loads(body)
    return admit(item, kind=kind, source_id=source_id, sent_ms=sent_ms, received_ms=received_ms)
