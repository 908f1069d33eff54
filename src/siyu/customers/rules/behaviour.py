"""A tracked message → the fact of it. Every event passes here, so what is clean already is not touched."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from siyu.customers.rules.personal import private_in_events
from siyu.intake.types import Message
from siyu.kernel.fact import Fact

KINDS: Final = {
    "track": "event.tracked",
    "page": "page.viewed",
    "screen": "screen.viewed",
    "group": "group.joined",
}
MAX_NAME: Final = 200
MAX_BYTES: Final = 32 * 1024
# Of the context: texts that are kept, and objects with what is kept of them.
_CONTEXT: Final[dict[str, frozenset[str]]] = {
    "locale": frozenset(),
    "timezone": frozenset(),
    "userAgent": frozenset(),
    "page": frozenset({"path", "title", "url", "referrer"}),
    "campaign": frozenset({"name", "source", "medium", "term", "content", "id"}),
    "app": frozenset({"name", "version", "build"}),
    "os": frozenset({"name", "version"}),
    "library": frozenset({"name", "version"}),
}
_LINKS: Final = frozenset({"path", "url", "referrer"})
_DEPTH: Final = 8


def behaviour_fact(message: Message, customer_id: int, via: int) -> Fact:
    """The fact of a track, page, screen or group call. Personal data is left out by the names of properties."""
    payload = message.payload
    kind = message.type
    if kind == "track":
        name, said = payload.get("event"), payload.get("properties")
    elif kind == "group":
        name, said = payload.get("groupId"), payload.get("traits")
    else:
        said = payload.get("properties")
        name = payload.get("name") or (said.get("name") if isinstance(said, dict) else None)
    properties = _clean(said) if said and isinstance(said, dict) else {}
    if kind == "page":
        properties = _without_queries(properties)
    context = payload.get("context")
    if context and (kept := _context(context)):
        properties = {**properties, "$context": kept}
    text = name if type(name) is str else str(name or "")
    if len(text) > MAX_NAME or "\0" in text:
        text = text.replace("\0", "")[:MAX_NAME]
    return Fact(
        KINDS[kind],
        customer_id,
        via,
        message.occurred_at,
        message.source_id,
        message.message_id,
        text,
        0,
        properties,
    )


def _clean(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties as they are, unless one look at their JSON shows a reason to go through them."""
    try:
        raw = orjson.dumps(properties)
    except TypeError:
        raw = b"\\u0000"
    if len(raw) <= MAX_BYTES and b"\\u0000" not in raw and b":{" not in raw and b"[{" not in raw:
        for name in properties:
            if private_in_events(name):
                break
        else:
            return properties
    cleaned = _deep(properties, _DEPTH)
    if len(raw) > MAX_BYTES and len(orjson.dumps(cleaned)) > MAX_BYTES:
        return _shrunk(cleaned)
    assert isinstance(cleaned, dict)
    return cleaned


def _deep(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        return {
            str(name).replace("\0", ""): _deep(inner, depth - 1)
            for name, inner in value.items()
            if depth and not private_in_events(str(name)[:MAX_NAME])
        }
    if isinstance(value, list | tuple):
        return [_deep(inner, depth - 1) for inner in value] if depth else []
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()  # half a surrogate pair is no text
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(str(value)[:300])
    return str(value)[:MAX_NAME]


def _shrunk(properties: dict[str, Any]) -> dict[str, Any]:
    """Too large: the smallest properties first, as many as fit in half of the limit."""
    sizes = sorted((len(orjson.dumps(value)) + len(name), name) for name, value in properties.items())
    kept, total = {}, 0
    for size, name in sizes:
        total += size + 8
        if total > MAX_BYTES // 2:
            break
        kept[name] = properties[name]
    return {**kept, "$truncated": True}


def _without_queries(properties: dict[str, Any]) -> dict[str, Any]:
    """Query strings carry mail addresses and tokens; the campaign in them is in the context anyway."""
    if "search" in properties or "url" in properties or "referrer" in properties:
        properties = {key: value for key, value in properties.items() if key != "search"}
        for key in ("url", "referrer"):
            if isinstance(value := properties.get(key), str) and ("?" in value or "#" in value):
                properties[key] = _path(value)
    return properties


def _path(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]


def _context(context: Any) -> dict[str, Any]:
    """What is worth keeping of the context; never traits, ids, addresses of the network or device."""
    if not isinstance(context, dict):
        return {}
    kept: dict[str, Any] = {}
    for key, value in context.items():
        names = _CONTEXT.get(key)
        if names is None:
            continue
        if not names:
            if type(value) is str:
                kept[key] = _short(value, 300)
        elif type(value) is dict and (shown := _texts(value, names)):
            if key == "page":
                for link in _LINKS & shown.keys():
                    shown[link] = _path(shown[link])
            kept[key] = shown
    return kept


def _texts(source: dict[str, Any], names: frozenset[str]) -> dict[str, str]:
    return {
        name: _short(value, 500) for name, value in source.items() if name in names and type(value) is str and value
    }


def _short(value: str, limit: int) -> str:
    if "\0" in value:
        value = value.replace("\0", "")
    return value if len(value) <= limit else value[:limit]
