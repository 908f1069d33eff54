"""The server that speaks for an account, with the faults of the wire and a door for who plays the people."""

import asyncio
import inspect
import io
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
import segno
from pydantic import Field, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from siyu.kernel.errors import BadInput, NotFound, SiyuError, original
from siyu.rehearsal.platforms.faults import Faults
from siyu.rehearsal.platforms.wechat.account import Account
from siyu.rehearsal.platforms.wechat.api import (  # noqa: F401 - each puts its paths into ROUTES
    people,
    sending,
    signing,
    tokens,
)
from siyu.rehearsal.platforms.wechat.api.frame import Declined, answer
from siyu.rehearsal.platforms.wechat.life import Life
from siyu.rehearsal.platforms.wechat.receiver import check
from siyu.rehearsal.platforms.wechat.types import Mode

_FAULTS: Final = TypeAdapter(Faults)
_MODE: Final[TypeAdapter[Mode]] = TypeAdapter(Mode)
MOST_ACTS: Final = 60  # a minute, of those that happen by themselves
_MOST_AT_ONCE: Final = 1000
_PACE: Final[TypeAdapter[float]] = TypeAdapter(Annotated[float, Field(strict=True, ge=0, le=MOST_ACTS)])
_COUNT: Final[TypeAdapter[int]] = TypeAdapter(Annotated[int, Field(ge=0)])
_WANTED: Final = TypeAdapter(dict[str, Annotated[int, Field(strict=True, ge=0, le=_MOST_AT_ONCE)]])
ACTS: Final = (
    "new_person",
    "follows",
    "unfollows",
    "scans",
    "clicks",
    "views",
    "writes",
    "new_template",
    "answers_popup",
    "forbids",
    "confirms_once",
    "page_code",
    "app_code",
    "phone_code",
)


def create_app(account: Account) -> Starlette:
    """The application: the API as the platform has it, and ``/_control`` for a developer or a test."""

    async def api(request: Request) -> Response:
        return await _api(account, request)

    async def authorize(request: Request) -> Response:
        return _authorize(account, request)

    async def subscribe(request: Request) -> Response:
        return _subscribe(account, request)

    async def picture(request: Request) -> Response:
        scene = account.state.scenes.get(request.query_params.get("ticket", ""))
        if scene is None:
            return Response("invalid ticket", 404)
        drawn = io.BytesIO()
        segno.make(f"http://weixin.qq.com/q/{request.query_params['ticket'][:24]}").save(drawn, kind="png", scale=8)
        return Response(drawn.getvalue(), media_type="image/png")

    async def control(request: Request) -> Response:
        try:
            body = await _object(request)
            told, status = await run_in_threadpool(_control, account, request, body), 200
        except SiyuError as error:
            told, status = error.as_json(), error.status
        except ValidationError as error:
            wrong = BadInput(reason=f"{error}.", reason_zh=f"取值不合法{original(error)}。")
            told, status = wrong.as_json(), wrong.status
        option = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
        return Response(orjson.dumps(told, option=option), status, media_type="application/json")

    app = Starlette(
        routes=[
            Route("/_control/{path:path}", control, methods=["GET", "POST", "PUT"]),
            Route("/connect/oauth2/authorize", authorize),
            Route("/mp/subscribemsg", subscribe),
            Route("/cgi-bin/showqrcode", picture),
            Route("/{path:path}", api, methods=["GET", "POST"]),
        ]
    )
    app.add_middleware(_Wire, account=account)
    return app


async def _api(account: Account, request: Request) -> Response:
    path = request.path_params["path"]
    try:
        body = _read(await request.body())
        told = await run_in_threadpool(answer, account, path, request.method, dict(request.query_params), body)
    except Declined as refused:
        said = {"errcode": refused.errcode, "errmsg": f"{refused.errmsg} rid: fake-0000", **refused.more}
        return Response(orjson.dumps(said), media_type="application/json")
    # Reading says no code, doing says zero: so do the samples of the platform.
    said = told if request.method == "GET" or "access_token" in told else {"errcode": 0, "errmsg": "ok", **told}
    return Response(orjson.dumps(said), media_type="application/json; encoding=utf-8")


def _read(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Declined(47001)
    return body


def _authorize(account: Account, request: Request) -> Response:
    """Where a page sends a visitor. ``_as`` says who that is; without it, whoever came last."""
    query = request.query_params
    open_id = query.get("_as") or next(reversed(account.state.people), "")
    if query.get("appid") != account.state.app_id or open_id not in account.state.people:
        return Response("invalid appid or nobody there", 400)
    code = account.page_code(open_id, ask=query.get("scope") == "snsapi_userinfo")
    redirect = query.get("redirect_uri", "")
    back = urlencode({"code": code, "state": query.get("state", "")})
    return RedirectResponse(f"{redirect}{'&' if '?' in redirect else '?'}{back}", 302)


def _subscribe(account: Account, request: Request) -> Response:
    """Where a page asks for one message. ``_as`` says who answers, ``_action`` what: ``confirm`` where it says nothing."""
    query = request.query_params
    open_id, action = query.get("_as") or next(reversed(account.state.people), ""), query.get("_action", "confirm")
    if query.get("appid") != account.state.app_id or open_id not in account.state.people:
        return Response("invalid appid or nobody there", 400)
    template_id, redirect = query.get("template_id", ""), query.get("redirect_url", "")
    told = {"template_id": template_id, "action": action, "scene": query.get("scene", "")}
    if action == "confirm":
        account.confirms_once(open_id, template_id)
        told["openid"] = open_id
    back = urlencode({**told, "reserved": query.get("reserved", "")})
    return RedirectResponse(f"{redirect}{'&' if '?' in redirect else '?'}{back}", 302)


def _control(account: Account, request: Request, body: dict[str, Any]) -> Any:
    path, method = request.path_params["path"], request.method
    match method, path.partition("/"):
        case "GET", ("state", _, _):
            return account.describe()
        case "GET", ("truth", _, _):
            return account.truth()
        case "GET", ("received", _, _):
            return account.state.received
        case "PUT", ("faults", _, _):
            return _switch(account, body)
        case "PUT", ("callback", _, _):
            return _call_back(account, body)
        case "GET", ("people", _, _):
            return list(account.state.people)[: _COUNT.validate_python(request.query_params.get("limit", "100"))]
        case "GET", ("callbacks", _, _):
            return _callbacks(account)
        case "PUT", ("pace", _, _):
            return _pace(account, body)
        case "POST", ("life", _, _):
            return _live(account, body)
        case "POST", ("tokens", _, "die"):
            account.tokens.die()
            return account.describe()
        case "POST", ("deliver", _, _):
            return {"sent": account.deliver()}
        case "POST", ("acts", _, name) if name in ACTS:
            return _act(account, name, body)
        case _:
            raise NotFound(what="page", what_zh="页面", key=path)


def _call_back(account: Account, body: dict[str, Any]) -> Any:
    """Set where callbacks go, and verify it as the platform does; an empty address: nowhere."""
    url, token, key = (str(body.get(name, "")) for name in ("url", "token", "aes_key"))
    if not url:
        account.hang_up()
        return {"verified": False, "reason": ""}
    mode = _MODE.validate_python(body.get("mode", "safe"))
    check(url, token, key, mode)
    account.call_back(url, token, key, mode, by_itself=True)
    verified, reason = account.verify()
    return {"verified": verified, "reason": reason}


def _callbacks(account: Account) -> Any:
    """The latest callbacks that were sent, newest first."""
    if account.deliverer is None:
        return {"counts": {}, "waiting": 0, "sent": []}
    sent = list(account.deliverer.history)[::-1]
    return {"counts": dict(account.deliverer.counts), "waiting": account.deliverer.waiting(), "sent": sent}


def _pace(account: Account, body: dict[str, Any]) -> Any:
    """How much happens by itself: ``acts_per_minute``."""
    account.acts_per_minute = _PACE.validate_python(body.get("acts_per_minute"))
    return {"acts_per_minute": account.acts_per_minute}


def _live(account: Account, body: dict[str, Any]) -> Any:
    """So many of each act at once, by people whom chance chooses; answers how many were possible."""
    wanted = _WANTED.validate_python(body)
    with account.lock:
        return Life(account, account.state.seed + account.state.number).live_through(wanted)


def _switch(account: Account, body: dict[str, Any]) -> Any:
    wanted = _FAULTS.validate_python(body)
    for name in body:
        if hasattr(account.faults, name):
            setattr(account.faults, name, getattr(wanted, name))
    return account.faults


def _act(account: Account, name: str, body: dict[str, Any]) -> Any:
    """Do what a person would do; the body has the arguments, ``args`` those without a name."""
    act = getattr(account, name)
    try:
        given = body.pop("args", [])
        bound = inspect.signature(act).bind(*given, **body)
        return {"result": act(*bound.args, **bound.kwargs)}
    except (TypeError, ValueError, AttributeError) as error:
        raise BadInput(reason=f"{name}: {error}.", reason_zh=f"{name} 的参数有误{original(error)}。") from None


async def _object(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        body = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError as error:
        raise BadInput(reason=f"not JSON: {error}.", reason_zh=f"不是有效的 JSON{original(error)}。") from None
    if not isinstance(body, dict):
        raise BadInput(reason="send a JSON object.", reason_zh="请发送一个 JSON 对象。")
    return body


class _Wire:
    """Slow, silent and broken answers."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], account: Account) -> None:
        self._app = app
        self._account = account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        faults = self._account.faults
        if scope["type"] != "http" or scope["path"].startswith("/_control"):
            await self._app(scope, receive, send)
            return
        if faults.silent and self._account.draw() < faults.silent:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        if faults.slow and self._account.draw() < faults.slow:
            await asyncio.sleep(faults.slow_seconds)
        if faults.cut and self._account.draw() < faults.cut:
            headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"errcode":0,"errm', "more_body": True})
            return  # the server closes the connection
        await self._app(scope, receive, send)
