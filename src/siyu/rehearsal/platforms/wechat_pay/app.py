"""The server that speaks for a fake merchant's platform."""

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from siyu.rehearsal.platforms.wechat_pay import crypto
from siyu.rehearsal.platforms.wechat_pay.merchant import Declined, FakeMerchant


def create_app(merchant: FakeMerchant) -> Starlette:
    """The API as the platform has it: who does not sign is refused, and what is answered is signed."""

    async def api(request: Request) -> Response:
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
        said = orjson.dumps(told) if told else b""
        key = merchant.own.key if merchant.faults.takes("unsigned") else merchant.platform.key
        headers = crypto.headers(key, merchant.key_id, said, now)
        return Response(said, 200 if said else 204, headers, "application/json")

    return Starlette(routes=[Route("/{path:path}", api, methods=["GET", "POST"])])


def _refusal(status: int, code: str, message: str) -> Response:
    return Response(orjson.dumps({"code": code, "message": message}), status, media_type="application/json")
