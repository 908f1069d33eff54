"""The paths of the Segment contract."""

import base64
import binascii
from typing import Any, Final

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, Field

from siyu.engines.http import ERROR_RESPONSES, Router
from siyu.intake.http.door import Call, Door, MalformedBody, PayloadTooLarge
from siyu.kernel.errors import SiyuError, TooManyRequests, TryLater, original

router = Router(tags=["intake"], responses=ERROR_RESPONSES)

_JSON: Final = "application/json"
_SHORT: Final = {"t": "track", "i": "identify", "a": "alias", "g": "group", "p": "page", "s": "screen", "b": "batch"}
_LONG: Final = ("track", "identify", "alias", "group", "page", "screen", "batch", "import")
_PATHS: Final = {f"/v1/{name}": name for name in _LONG} | {f"/v1/{short}": kind for short, kind in _SHORT.items()}
# The routes read bodies and parameters themselves, because SDKs send more than JSON; here is what the OpenAPI says of it.
_WRITE_KEY: Final[dict[str, Any]] = {
    "name": "writeKey",
    "in": "query",
    "required": False,
    "schema": {"type": "string"},
    "description": "Of a source; it may also come as Basic user name, and with events in the body.",
}
_EVENTS: Final[dict[str, Any]] = {
    "parameters": [_WRITE_KEY],
    "requestBody": {
        "required": True,
        "description": "An event of the Segment contract, or a batch of them; also in gzip, and as text/plain.",
        "content": {_JSON: {"schema": {"type": "object"}}},
    },
}
_EVENT_IN_QUERY: Final[dict[str, Any]] = {
    "parameters": [
        _WRITE_KEY,
        {
            "name": "data",
            "in": "query",
            "required": False,
            "schema": {"type": "string"},
            "description": "The event as JSON in base64; without it each parameter is a field of the event.",
        },
    ]
}
_GIF: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A transparent GIF.", "content": {"image/gif": {"schema": {"type": "string"}}}}
}
_PIXEL: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class NotTaken(BaseModel):
    """An event that was set aside, and why."""

    index: int = Field(description="Its place in the batch, from 0.")
    code: str
    message: str
    message_zh: str


class Taken(BaseModel):
    """What became of the events; they are durable."""

    success: bool
    accepted: int
    rejected: list[NotTaken] = []


async def read_body(request: Request, limit: int) -> bytes:
    """The body, never more than ``limit`` bytes of it in memory."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise PayloadTooLarge(limit=limit, what="as sent", what_zh="原始大小")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise PayloadTooLarge(limit=limit, what="as sent", what_zh="原始大小")
        chunks.append(chunk)
    return b"".join(chunks)


def cors(request: Request) -> dict[str, str]:
    """Browsers on any site may send events."""
    origin = request.headers.get("origin")
    if origin is None:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After", "Vary": "Origin"}


def refused(error: SiyuError, headers: dict[str, str]) -> Response:
    """The error as the contract wants it: JSON with code and message, Retry-After where coming back helps."""
    headers = dict(headers)
    if isinstance(error, TryLater | TooManyRequests):
        headers["Retry-After"] = headers["X-RateLimit-Reset"] = str(max(1, int(error.details["retry_after"])))
    return Response(orjson.dumps(error.as_json()), error.status, headers, _JSON)


async def take(request: Request) -> Response:
    """Take one event, or a batch, of a tracking SDK. Durable before the answer.

    The write key comes as Basic user name, as ``writeKey`` in the body, in the first event, or in the query.
    ``X-Strict-Mode: 1`` asks for 400 with the reasons when an event is wrong; otherwise the answer is 200, and what
    is wrong waits among the dead letters.
    """
    door: Door = request.app.state.door
    headers = cors(request)
    incoming = request.headers
    try:
        call = Call(
            kind=_kind(request.url.path),
            body=await read_body(request, door.limits.body),
            encoding=incoming.get("content-encoding", ""),
            authorization=incoming.get("authorization", ""),
            query_key=request.query_params.get("writeKey", ""),
            strict=incoming.get("x-strict-mode") == "1" or request.app.state.strict,
        )
        return Response(await door.take(call), 200, headers, _JSON)
    except SiyuError as error:
        return refused(error, headers)


async def preflight(request: Request) -> Response:
    """Answer a browser that asks whether it may send."""
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Origin": request.headers.get("origin", "*"),
            "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
            "Access-Control-Allow-Headers": request.headers.get("access-control-request-headers")
            or "authorization, content-type, x-retry-count, anonymousid",
            "Access-Control-Expose-Headers": "Retry-After",
            "Access-Control-Max-Age": "86400",
            "Vary": "Origin, Access-Control-Request-Headers",
        },
    )


async def pixel(request: Request) -> Response:
    """Take one event from an image's address, for mails and pages without script; answers a transparent GIF.

    The event comes as ``data`` (JSON in base64) or in plain parameters.
    """
    door: Door = request.app.state.door
    event: dict[str, Any] = dict(request.query_params)
    headers = {"Cache-Control": "no-store", **cors(request)}
    try:
        if "data" in event:
            event = _decoded(event["data"])
        for name in ("properties", "context", "traits"):
            if isinstance(event.get(name), str):
                event[name] = orjson.loads(event[name])
        call = Call(
            kind=request.url.path.rpartition("/")[2],
            body=orjson.dumps(event),
            encoding="",
            authorization=request.headers.get("authorization", ""),
            query_key=request.query_params.get("writeKey", ""),
            strict=False,
        )
        await door.take(call)
    except orjson.JSONDecodeError as error:
        problem = MalformedBody(
            reason=f"a parameter is not JSON ({error}).", reason_zh=f"有参数不是 JSON{original(error)}。"
        )
        return refused(problem, headers)
    except SiyuError as error:
        return refused(error, headers)
    return Response(_PIXEL, 200, headers, "image/gif")


async def segment_settings(request: Request, write_key: str) -> Response:
    """What analytics.js asks before it sends: that it is to send here."""
    door: Door = request.app.state.door
    try:
        await door.source_of(write_key)
    except SiyuError as error:
        return refused(error, cors(request))
    host = f"{request.url.netloc}/v1"
    content = {
        "integrations": {"Segment.io": {"apiKey": write_key, "apiHost": host, "protocol": request.url.scheme}},
        "plan": {"track": {"__default": {"enabled": True}}, "identify": {"__default": {"enabled": True}}},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }
    return Response(orjson.dumps(content), 200, cors(request), _JSON)


async def rudder_settings(request: Request) -> Response:
    """What RudderStack's browser SDK asks before it sends."""
    door: Door = request.app.state.door
    key = request.query_params.get("writeKey", "")
    try:
        basic = request.headers.get("authorization", "")
        if not key and basic.lower().startswith("basic "):
            key = base64.b64decode(basic[6:]).decode("utf-8", "replace").partition(":")[0]
        source_id = await door.source_of(key)
    except binascii.Error:
        problem = MalformedBody(
            reason="the header Authorization is not Basic.", reason_zh="请求头 Authorization 不是 Basic 格式。"
        )
        return refused(problem, cors(request))
    except SiyuError as error:
        return refused(error, cors(request))
    source = {
        "id": str(source_id),
        "name": str(source_id),
        "writeKey": key,
        "enabled": True,
        "config": {"statsCollection": {"errors": {"enabled": False}, "metrics": {"enabled": False}}},
        "destinations": [],
        "dataplanes": {},
        "workspaceId": "siyu",
    }
    content = {"source": source, "consentManagementMetadata": {"providers": []}}
    return Response(orjson.dumps(content), 200, cors(request), _JSON)


def _kind(path: str) -> str:
    return "batch" if path.startswith("/beacon") else _PATHS[path.rstrip("/")]


def _decoded(data: str) -> dict[str, Any]:
    try:
        event = orjson.loads(base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)))
    except (binascii.Error, ValueError):
        raise MalformedBody(
            reason="'data' must be JSON in base64.", reason_zh="data 应为 base64 编码的 JSON。"
        ) from None
    if not isinstance(event, dict):
        raise MalformedBody(reason="'data' must be a JSON object.", reason_zh="data 应为 JSON 对象。")
    return event


for _path in (*_PATHS, "/beacon/v1/batch"):
    router.add_api_route(
        _path,
        take,
        methods=["POST"],
        response_model=Taken,
        openapi_extra=_EVENTS,
        include_in_schema=len(_path) > len("/v1/x"),
    )
    router.add_api_route(_path, preflight, methods=["OPTIONS"], include_in_schema=False)
for _path in ("/pixel/v1/track", "/pixel/v1/page", "/v1/pixel/track", "/v1/pixel/page"):
    router.add_api_route(
        _path, pixel, methods=["GET"], response_class=Response, responses=_GIF, openapi_extra=_EVENT_IN_QUERY
    )
router.add_api_route(
    "/v1/projects/{write_key}/settings", segment_settings, methods=["GET"], response_model=dict[str, Any]
)
router.add_api_route(
    "/sourceConfig/",
    rudder_settings,
    methods=["GET"],
    response_model=dict[str, Any],
    openapi_extra={"parameters": [_WRITE_KEY]},
)
router.add_api_route("/sourceConfig", rudder_settings, methods=["GET"], include_in_schema=False)
