"""The address that an operator enters on the platform: ``/callback/{channel}/{account_id}``."""

from typing import Annotated, Any, Final

from fastapi import Path, Request, Response

from siyu.channels.http.door import BODY_LIMIT, PushDoor
from siyu.channels.types import PushRequest
from siyu.engines.http import ERROR_RESPONSES, Router
from siyu.kernel.errors import TooLarge

router = Router(tags=["callbacks"], responses=ERROR_RESPONSES)

_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "What the platform expects to hear.",
        "content": {
            kind: {"schema": {"type": "string"}}
            for kind in ("text/plain", "text/xml", "application/xml", "application/json")
        },
    }
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "As the platform sends it, signed and mostly encrypted.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}

ChannelName = Annotated[str, Path(max_length=100)]
AccountId = Annotated[int, Path(ge=1, le=2**63 - 1)]


async def _body(request: Request) -> bytes:
    """Never more than the limit in memory."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_LIMIT:
            raise TooLarge(what="The body", what_zh="请求体", limit=BODY_LIMIT)
        chunks.append(chunk)
    return b"".join(chunks)


async def _take(request: Request, channel: str, account_id: int, body: bytes) -> Response:
    door: PushDoor = request.app.state.push_door
    asked = PushRequest(
        method="POST" if request.method == "POST" else "GET",
        query=dict(request.query_params),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )
    answer = await door.take(channel, account_id, asked)
    return Response(answer.body, media_type=answer.media_type)


@router.get("/callback/{channel}/{account_id}", response_class=Response, responses=_ANSWER)
async def verify(request: Request, channel: ChannelName, account_id: AccountId) -> Response:
    """A platform makes sure that the address is ours."""
    return await _take(request, channel, account_id, b"")


@router.post("/callback/{channel}/{account_id}", response_class=Response, responses=_ANSWER, openapi_extra=_BODY)
async def push(request: Request, channel: ChannelName, account_id: AccountId) -> Response:
    """A platform tells that something has changed. Durable before the answer; a repeat is recognised."""
    return await _take(request, channel, account_id, await _body(request))
