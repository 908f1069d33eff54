"""Where the platform of payments tells what has happened: ``/pay/notify/{merchant_id}``."""

from typing import Annotated, Any, Final

from fastapi import Depends, Path, Request, Response

from siyu.engines.http import ERROR_RESPONSES, Router
from siyu.kernel.errors import TooLarge
from siyu.payments import service
from siyu.payments.http.till import till_of

router = Router(tags=["callbacks"], responses=ERROR_RESPONSES)

_LIMIT: Final = 256 * 1024  # bytes; a notification has a few thousand
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "As the platform sends it, signed and sealed.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def _body(request: Request) -> bytes:
    """Never more than the limit in memory."""
    found = b""
    async for chunk in request.stream():
        found += chunk
        if len(found) > _LIMIT:
            raise TooLarge(what="The body", what_zh="请求体", limit=_LIMIT)
    return found


@router.post("/pay/notify/{merchant_id}", status_code=204, openapi_extra=_BODY)
def notify(
    merchant_id: Annotated[int, Path(ge=1, le=2**63 - 1)], request: Request, body: Annotated[bytes, Depends(_body)]
) -> Response:
    """The platform tells that something was paid, went back, or was received. Durable before the answer; repeats are
    answered as the first was.
    """
    service.take_notify(till_of(request), merchant_id, dict(request.headers), body)
    return Response(status_code=204)
