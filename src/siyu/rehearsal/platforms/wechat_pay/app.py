"""The server that speaks for a fake merchant's platform: its API, the pages that people see, and a door for who plays them."""

from typing import Any, Final

import orjson
from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from siyu.rehearsal.platforms.wechat_pay import crypto, pages
from siyu.rehearsal.platforms.wechat_pay.merchant import PAGE, Declined, FakeMerchant, PayFaults

_FAULTS: Final = TypeAdapter(PayFaults)
_ACTS: Final = ("pays", "pays_in_browser", "confirms", "settles")


def create_app(merchant: FakeMerchant) -> Starlette:
    """The API as the platform has it: who does not sign is refused, and what is answered is signed. Beside it the pages that
    people see, and ``/_control`` for a developer or a test.
    """

    async def api(request: Request) -> Response:
        return await _api(merchant, request)

    async def pay(request: Request) -> Response:
        return await pages.pay(merchant, request)

    async def phones(request: Request) -> Response:
        return await pages.phones(merchant, request)

    async def control(request: Request) -> Response:
        body = await request.body()
        try:
            told = await run_in_threadpool(_control, merchant, request, body)
        except (ValueError, KeyError, TypeError, StopIteration, ValidationError) as error:
            return _refusal(400, "PARAM_ERROR", repr(error))
        return Response(orjson.dumps(told, option=orjson.OPT_INDENT_2), media_type="application/json")

    return Starlette(
        routes=[
            Route("/", phones, methods=["GET", "POST"]),
            Route(PAGE, pay, methods=["GET", "POST"]),
            Route("/_control/{path:path}", control, methods=["GET", "POST", "PUT"]),
            Route("/{path:path}", api, methods=["GET", "POST"]),
        ]
    )


async def _api(merchant: FakeMerchant, request: Request) -> Response:
    body = await request.body()
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    now = int(merchant.clock.now().timestamp())
    header = request.headers.get("authorization", "")
    asked = (request.method, target, body)
    if not crypto.is_allowed(header, merchant.own.key, merchant.mch_id, merchant.serial, asked, now):
        return _refusal(401, "SIGN_ERROR", "the signature is wrong")
    if merchant.faults.takes("refused"):
        return _refusal(500, "SYSTEM_ERROR", "try again")
    try:
        wanted = orjson.loads(body) if body else {}
        told = await run_in_threadpool(merchant.answer, request.method, request.url.path, wanted)
    except Declined as declined:
        return _refusal(declined.status, declined.code, str(declined))
    except (KeyError, TypeError, orjson.JSONDecodeError) as error:
        return _refusal(400, "PARAM_ERROR", repr(error))
    if merchant.faults.takes("unanswered"):
        return _refusal(502, "", "")
    if "h5_url" in told:
        told["h5_url"] = f"{str(request.base_url).rstrip('/')}{told['h5_url']}"
    said = orjson.dumps(told) if told else b""
    key = merchant.own.key if merchant.faults.takes("unsigned") else merchant.platform.key
    headers = crypto.headers(key, merchant.key_id, said, now)
    return Response(said, 200 if said else 204, headers, "application/json")


def _control(merchant: FakeMerchant, request: Request, body: bytes) -> Any:
    """``state`` tells all that there is; ``acts/<name>`` does what people do; ``faults`` sets what goes wrong."""
    path, method = request.path_params["path"], request.method
    match method, path.partition("/"):
        case "GET", ("state", _, _):
            with merchant.lock:
                names = ("mch_id", "app_id", "name", "balance", "trades", "refunds", "bills")
                return {name: getattr(merchant, name) for name in names} | {"waiting": merchant.waiting()}
        case "PUT", ("faults", _, _):
            merchant.faults = _FAULTS.validate_json(body)
            return merchant.faults
        case "POST", ("acts", _, name) if name in _ACTS:
            getattr(merchant, name)(**orjson.loads(body))
            return {}
        case _:
            raise ValueError(path)


def _refusal(status: int, code: str, message: str) -> Response:
    return Response(orjson.dumps({"code": code, "message": message}), status, media_type="application/json")
