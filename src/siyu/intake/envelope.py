"""How messages lie in an envelope: a JSON array of arrays, put together from parts that were serialised at the door.

A part is ``[type, source_id, message_id, occurred_ms, received_ms, claims | null, payload]``. The Segment door leaves
``claims`` null and puts the event as it came into ``payload``: naming its identifiers is work for the worker, not for
a request that somebody waits for.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from siyu.intake.types import IdentifierClaim, Message
from siyu.kernel.clock import from_millis, to_millis

_TRAIT_IDENTIFIERS = ("phone", "email")


def part(message: Message) -> bytes:
    """One message, serialised."""
    occurred, received = to_millis(message.occurred_at), to_millis(message.received_at)
    said = content(message.claims, message.payload)
    return part_of(message.type, message.source_id, message.message_id, occurred, received, said)


def content(claims: Iterable[IdentifierClaim], payload: Mapping[str, Any]) -> bytes:
    """What a message says, serialised: the last two fields of its part."""
    return orjson.dumps([[(claim.type, claim.scope, claim.value, claim.strength) for claim in claims], payload])


def part_of(kind: str, source_id: int, message_id: str, occurred_ms: int, received_ms: int, said: bytes) -> bytes:
    """A part from its fields and its :func:`content`, for a door that needs the content by itself too."""
    return orjson.dumps([kind, source_id, message_id, occurred_ms, received_ms])[:-1] + b"," + said[1:]


def tracking_part(
    kind: str, source_id: int, message_id: str, occurred_ms: int, received_ms: int, event: Mapping[str, Any]
) -> bytes:
    """A part of an event of a tracking SDK, whose identifiers the worker will name."""
    return orjson.dumps([kind, source_id, message_id, occurred_ms, received_ms, None, event])


def seal(parts: Iterable[bytes]) -> bytes:
    """An envelope's body."""
    return b"[" + b",".join(parts) + b"]"


def open_body(body: bytes) -> list[Message]:
    """The messages of an envelope; inverse of :func:`seal`."""
    messages: list[Message] = []
    last_ms, received = 0, from_millis(0)  # what came together was received together
    for kind, source_id, message_id, occurred_ms, received_ms, claims, payload in orjson.loads(body):
        if claims is None:
            named = tracking_claims(kind, source_id, payload)
        else:
            named = tuple([IdentifierClaim(*claim) for claim in claims])
        if received_ms != last_ms:
            last_ms, received = received_ms, from_millis(received_ms)
        occurred = from_millis(occurred_ms)
        messages.append(Message(kind, source_id, message_id, occurred, received, named, payload))
    return messages


def tracking_claims(kind: str, source_id: int, event: Mapping[str, Any]) -> tuple[IdentifierClaim, ...]:
    """The identifiers that an event of a tracking SDK names.

    ``userId``, ``anonymousId`` and, for alias, ``previousId`` are unique within the source. ``phone`` and ``email``
    come from the traits of an identify call or from ``context.traits``; other ids from ``context.externalIds``
    (``{id, type, collection, encoding}``), whose collection is the scope.
    """
    scope = str(source_id)
    claims: list[IdentifierClaim] = []
    user_id, anonymous_id = event.get("userId"), event.get("anonymousId")
    if user_id:
        claims.append(IdentifierClaim("user_id", scope, str(user_id)))
    if anonymous_id:
        claims.append(IdentifierClaim("anonymous_id", scope, str(anonymous_id)))
    if kind == "alias" and event.get("previousId"):
        claims.append(IdentifierClaim("user_id", scope, str(event["previousId"])))
    context = event.get("context")
    if isinstance(context, dict):
        if "externalIds" in context:
            claims += _external_ids(context["externalIds"])
        if "traits" in context:
            claims += _traits(context["traits"])
    if kind == "identify":
        claims += _traits(event.get("traits"))
    return tuple(claims)


def _traits(traits: Any) -> list[IdentifierClaim]:
    if not isinstance(traits, dict):
        return []
    return [
        IdentifierClaim(name, "", str(traits[name]))
        for name in _TRAIT_IDENTIFIERS
        if isinstance(traits.get(name), (str, int))
    ]


def _external_ids(ids: Any) -> list[IdentifierClaim]:
    if not isinstance(ids, list):
        return []
    return [
        IdentifierClaim(str(item["type"]), _scope(item.get("collection")), str(item["id"]))
        for item in ids
        if isinstance(item, dict) and isinstance(item.get("id"), (str, int)) and item.get("type")
    ]


def _scope(collection: Any) -> str:
    # Segment writes "users" where the identifier stands by itself.
    return "" if collection in (None, "", "users") else str(collection)
