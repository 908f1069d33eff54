"""What wraps every request, as plain ASGI: it runs at each single event, so it must cost next to nothing."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from siyu.engines.http.errors import ENGINE_DOWN, Incident, answer, engine_down
from siyu.kernel.errors import SiyuError, TooLarge

log = structlog.get_logger(__name__)

_REQUEST_ID = b"x-request-id"
_SECURITY: list[tuple[bytes, bytes]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_HTTPS = (b"strict-transport-security", b"max-age=31536000")
_LONGEST_ID = 64
# Unique is enough for a request id: asking the system for random bytes at each event would cost more than all the rest.
_PROCESS = secrets.token_hex(6).encode()
_COUNTER = count()


async def _anybody(_request: Request, _size: int) -> None:
    """Where no route takes files."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """How large bodies may be. A form is written to the disk before its route, and what that asks who is there, is called.

    Attributes:
        limit: bytes after which a request is refused with 413.
        counted: prefixes of paths whose routes count for themselves (intake).
        files: prefixes of paths where a form may bring a file.
        file_limit: bytes of such a form.
        admit: asked before the first byte of such a form is read, with the bytes that its sender declares, 0 where it declares
            none. What it raises is the answer.
    """

    limit: int
    counted: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    file_limit: int = 0
    admit: Callable[[Request, int], Awaitable[None]] = _anybody


class EdgeMiddleware:
    """Request id, security headers, the limit on bodies, and the answer to what nobody expected.

    Args:
        app: what it wraps.
        bodies: how large they may be.
        secure: whether browsers come by https.
    """

    def __init__(self, app: ASGIApp, *, bodies: Bodies, secure: bool = False) -> None:
        self._app = app
        self._bodies = bodies
        self._headers = [*_SECURITY, _HTTPS] if secure else _SECURITY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _given_id(scope["headers"]) or b"%s%x" % (_PROCESS, next(_COUNTER))
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = message.get("headers", ())
                named = {name for name, _ in own}
                missing = [header for header in self._headers if header[0] not in named]
                message["headers"] = [*own, (_REQUEST_ID, request_id), *missing]
            await send(message)

        try:
            await self._app(scope, await self._limited(scope, receive), with_headers)
        except Exception as problem:
            if started:
                raise  # the answer has begun: only cutting the connection can still say that it is incomplete
            await _answer_unexpected(scope, problem, request_id.decode(), receive, with_headers)

    async def _limited(self, scope: Scope, receive: Receive) -> Receive:
        bodies, path = self._bodies, scope["path"]
        if path.startswith(bodies.counted):
            return receive
        if path.startswith(bodies.files):
            request = Request(scope)
            if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
                size = request.headers.get("content-length", "")
                await bodies.admit(request, int(size) if size.isdecimal() else 0)
                return _Limit(receive, bodies.file_limit)
        return _Limit(receive, bodies.limit)


class _Limit:
    """Counts the bytes of a body as they come."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._seen = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            if self._seen > self._limit:
                raise TooLarge(what="The body", what_zh="请求体", limit=self._limit)
        return message


def _given_id(headers: list[tuple[bytes, bytes]]) -> bytes | None:
    """The id a proxy in front gave, if it is a harmless word."""
    for name, value in headers:
        if name == _REQUEST_ID:
            return value if 0 < len(value) <= _LONGEST_ID and value.replace(b"-", b"").isalnum() else None
    return None


async def _answer_unexpected(scope: Scope, problem: Exception, request_id: str, receive: Receive, send: Any) -> None:
    if isinstance(problem, SiyuError):
        response: Response = answer(problem)
    elif isinstance(problem, ENGINE_DOWN):  # before a route: what those raise is answered there
        response = engine_down(Request(scope), problem)
    else:
        incident = secrets.token_hex(4)
        log.error(
            "http.incident",
            incident=incident,
            request_id=request_id,
            method=scope["method"],
            path=scope["path"],
            exc_info=problem,
        )
        response = answer(Incident(incident=incident))
    await response(scope, receive, send)
