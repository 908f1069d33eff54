"""What happens now, as server-sent events: on everybody's timelines, and to the messages of one source."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Annotated, Any, Final

from fastapi import Header, Request
from fastapi.responses import StreamingResponse
from fastapi.security.http import HTTPAuthorizationCredentials
from psycopg import OperationalError

from siyu.app import live
from siyu.app.context import Context
from siyu.app.live import Event, Hub, Watcher
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, SESSION_COOKIE, Router, needs
from siyu.engines.http.security import caller
from siyu.kernel.errors import BadInput, SiyuError, TooManyRequests

router = Router(prefix="/api/v1", tags=["live"], responses=ERROR_RESPONSES)

CanRead = Annotated[Principal, needs("customers.read")]
CanSeeSources = Annotated[Principal, needs("sources.read")]
LastId = Annotated[
    str | None, Header(alias="Last-Event-ID", description="Go on after this fact; browsers send it by themselves.")
]

# Seconds that a stream waits for its reader to begin; where the database does not answer it opens nevertheless.
BEGINNING: Final = 5.0
HEARTBEAT: Final = 15.0  # seconds; proxies cut what is silent for a minute
STILL_ALLOWED: Final = 5.0  # seconds between looks whether the session or key is still good
_MOST: Final = 200  # connections a process; each holds a little memory and no thread
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Events without end.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


@router.get("/live", response_class=StreamingResponse, responses=_STREAM)
async def watch(request: Request, _: CanRead, last_event_id: LastId = None) -> StreamingResponse:
    """Facts as they come: `event: fact` with fact_id, kind, name, customer_id, amount_fen, occurred_at, source_id.

    The last 50 come first. `event: skipped` says how many were left out because too many came at once. A comment line
    comes every 15 seconds. The stream ends when the session ends. Long numbers and mail in names are masked.
    """
    return _stream(request, "customers.read", last_event_id, lambda event: event.kind == "fact", list)


@router.get("/sources/{source_id}/live", response_class=StreamingResponse, responses=_STREAM)
async def watch_source(
    request: Request, _: CanSeeSources, source_id: int, last_event_id: LastId = None
) -> StreamingResponse:
    """What becomes of each message of a source: `event: message` with message_id and what.

    `accepted` names its facts, `dead_letter` says stage (door or pipeline), code and reason, `duplicate` was here
    before, `nothing_new` was understood and changed nothing. The last accepted ones come first. Personal data is masked.

    Raises:
        NotFound: there is no such source.
    """
    await asyncio.to_thread(_known_source, request, source_id)
    return _stream(request, "sources.read", last_event_id, lambda event: event.source_id == source_id, live.by_message)


def _known_source(request: Request, source_id: int) -> None:
    context: Context = request.app.state.context
    with context.database.transaction() as conn:
        access.source(conn, source_id)


def _stream(
    request: Request,
    right: str,
    last_event_id: str | None,
    fits: Callable[[Event], bool],
    shape: Callable[[Iterable[Event]], list[Event]],
) -> StreamingResponse:
    last = _read_id(last_event_id)
    hub = hub_of(request)
    if hub.watched >= _MOST:
        raise TooManyRequests(reason="too many live views are open.", reason_zh="打开的实时视图过多。", retry_after=30)
    events = _events(request, hub, right, last, fits, shape)
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)


async def _events(
    request: Request,
    hub: Hub,
    right: str,
    last: int | None,
    fits: Callable[[Event], bool],
    shape: Callable[[Iterable[Event]], list[Event]],
) -> AsyncIterator[bytes]:
    context: Context = request.app.state.context
    watcher = Watcher(fits)
    hub.join(watcher)
    try:
        await asyncio.to_thread(hub.begun, BEGINNING)
        yield b"retry: 3000\n\n"  # who reads this misses nothing that happens from now on
        shown = await asyncio.to_thread(live.missed, context.database, last, fits)
        told = {event.id for event in shown}
        for event in shape(shown):
            yield event.encoded()
        asked = beaten = time.monotonic()
        while not watcher.ended:
            found = [event for event in await watcher.take(1.0) if not (event.id and event.id in told)]
            for event in shape(found):
                yield event.encoded()
            now = time.monotonic()
            if now - asked > STILL_ALLOWED:
                if not await asyncio.to_thread(_still_allowed, request, right):
                    return
                asked = now
            if now - beaten > HEARTBEAT:
                yield b": here\n\n"
                beaten = now
    finally:
        hub.leave(watcher)


def _still_allowed(request: Request, right: str) -> bool:
    """Whether whoever opened the stream would be let in now; a database that does not answer throws nobody out."""
    context: Context = request.app.state.context
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    key = HTTPAuthorizationCredentials(scheme=scheme, credentials=token) if scheme.lower() == "bearer" else None
    try:
        with context.database.transaction() as conn:
            found = caller(request, conn, context.clock.now(), request.cookies.get(SESSION_COOKIE), key)
            access.require(found, right)
    except SiyuError:
        return False
    except OperationalError:
        return True
    return True


def _read_id(given: str | None) -> int | None:
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise BadInput(
            reason="Last-Event-ID is not the id of an event of this stream.",
            reason_zh="Last-Event-ID 不是此事件流给出的编号。",
        )
    return int(given)


def hub_of(request: Request) -> Hub:
    """The one reader of this process, made when the first asks for it."""
    state = request.app.state
    if not hasattr(state, "live"):
        context: Context = state.context
        state.live = Hub(context.database)
    hub: Hub = state.live
    return hub
