"""The server that speaks for a corp, with the faults of the wire."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, Final

import orjson
import segno
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

from siyu.kernel.errors import SiyuError
from siyu.rehearsal.platforms.tokens import TokenState
from siyu.rehearsal.platforms.wecom import control
from siyu.rehearsal.platforms.wecom.api import (  # noqa: F401 - each puts its paths into ROUTES
    contacts,
    entry,
    figures,
    groups,
    media,
    moments,
    sending,
    service,
    staff,
    tags,
    transfers,
    welcome,
)
from siyu.rehearsal.platforms.wecom.api.frame import ROUTES, Call, Errcode, acted
from siyu.rehearsal.platforms.wecom.fake import Corp

_OPEN: Final = frozenset({"gettoken"})
_NOT_FOUND: Final = 404


def create_app(corp: Corp) -> Starlette:
    """The application: the API below ``/cgi-bin/``, and ``/_control`` for who plays the customers."""

    async def endpoint(request: Request) -> Response:
        return await _answer(corp, request)

    routes = [
        Route("/cgi-bin/{path:path}", endpoint, methods=["GET", "POST"]),
        Route("/wwhead/{config_id}/0", _picture),
        Mount("/_control", routes=control.routes(corp)),
    ]
    app = Starlette(routes=routes)
    app.state.says_its_time = True
    app.add_middleware(_Wire, corp=corp)
    return app


class _Wire:
    """Slow, silent and broken answers; each says what time it is."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], corp: Corp) -> None:
        self._app = app
        self._corp = corp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        faults, corp = self._corp.faults, self._corp

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = corp.clock.now() + timedelta(seconds=faults.clock_seconds)
                header = (b"date", format_datetime(now, usegmt=True).encode())
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)

        await self._answer(scope, receive, dated)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        faults = self._corp.faults
        if scope["type"] != "http" or not scope["path"].startswith("/cgi-bin/"):
            await self._app(scope, receive, send)
            return
        if faults.silent and self._corp.draw() < faults.silent:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        if faults.slow and self._corp.draw() < faults.slow:
            await asyncio.sleep(faults.slow_seconds)
        if faults.cut and self._corp.draw() < faults.cut:
            headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"errcode":0,"errm', "more_body": True})
            return  # the server closes the connection
        await self._app(scope, receive, send)


def _picture(request: Request) -> Response:
    """The QR of a code, which the platform shows to anybody who has its address."""
    drawn = io.BytesIO()
    segno.make(f"https://work.weixin.qq.com/u/{request.path_params['config_id']}", micro=False).save(
        drawn, kind="png", scale=8, border=4
    )
    return Response(drawn.getvalue(), media_type="image/png")


async def _answer(corp: Corp, request: Request) -> Response:
    path = request.path_params["path"]
    if path not in ROUTES:
        return JSONResponse({"errcode": _NOT_FOUND, "errmsg": f"no such API: {path}"}, status_code=_NOT_FOUND)
    try:
        body, files = await _body(request)
        # Not in another thread: it takes less time than the way there.
        answer = _call(corp, path, request, body, files)
    except Errcode as refused:
        hint = f"{refused.errmsg}, hint: [fake], from ip: 127.0.0.1, more info at /devtool/query?e={refused.errcode}"
        return JSONResponse({"errcode": refused.errcode, "errmsg": hint})
    return Response(orjson.dumps({"errcode": 0, "errmsg": "ok", **answer}), media_type="application/json")


async def _body(request: Request) -> tuple[dict[str, Any], list[tuple[str, str, bytes]]]:
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with request.form() as form:
            found = [one for one in form.values() if isinstance(one, UploadFile)]
            return {}, [(one.filename or "", one.content_type or "", await one.read()) for one in found]
    raw = await request.body()
    if not raw:
        return {}, []
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Errcode(40058, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Errcode(40058, "the body is not an object")
    return body, []


def _call(
    corp: Corp, path: str, request: Request, body: dict[str, Any], files: list[tuple[str, str, bytes]]
) -> dict[str, Any]:
    method, handler = ROUTES[path]
    with corp.lock:
        if path == "externalcontact/get" and request.method == "POST" and "userid" in body:
            method, handler = ROUTES["externalcontact/remark"]  # documents print this address for it
        if request.method != method and method == "POST":
            raise Errcode(43002, "require POST method")
        if code := corp.faults.refusal(path, corp.now(), corp.draw()):
            raise Errcode(code)
        app = "" if path in _OPEN else _app_of(corp, request.query_params.get("access_token", ""))
        if corp.windows.take(path) is not None:
            raise Errcode(45009)
        try:
            return handler(Call(corp, app, request.query_params, body, files, str(request.base_url).rstrip("/")))
        except SiyuError as error:
            raise acted(error) from error


def _app_of(corp: Corp, token: str) -> str:
    if not token:
        raise Errcode(41001)
    state, app = corp.tokens.check(token)
    if state is TokenState.EXPIRED:
        raise Errcode(42001)
    if state is TokenState.UNKNOWN:
        raise Errcode(40014)
    return app
