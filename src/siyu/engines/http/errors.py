"""The one shape in which every route answers an error: ``{"code", "message", "message_zh", "details"}``."""

from http import HTTPStatus
from math import isfinite
from typing import Any, Final

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import DataError, InterfaceError, OperationalError
from psycopg.errors import (
    CharacterNotInRepertoire,
    DatetimeFieldOverflow,
    DeadlockDetected,
    NumericValueOutOfRange,
    SerializationFailure,
    UntranslatableCharacter,
)
from pydantic import BaseModel, Field
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from siyu.engines.validation import explained
from siyu.kernel.errors import BadInput, EngineProblem, NotFound, SiyuError, TryLater, original

log = structlog.get_logger(__name__)

ENGINE_DOWN: Final = (OperationalError, InterfaceError, PoolTimeoutError)
_MOST_PROBLEMS: Final = 20  # of one request that the answer names
_BAD_TEXT: Final = (
    "a text has a NUL character or half of a character in it.",
    "文本中含有空字符（NUL）或不完整的字符。",
)
_TOO_FAR: Final = ("a number or a time is beyond what can be stored.", "有数字或时间超出可存储的范围。")


class WrongMethod(SiyuError):
    """The path exists, with another method."""

    status = 405
    en = "{method} is not possible here; try {allowed}."
    zh = "此处不支持 {method}，请使用 {allowed}。"


class Incident(SiyuError):
    """A fault of ours; the log has the rest under the same number."""

    status = 500
    en = "Something went wrong inside Siyu. The log has more under incident {incident}."
    zh = "系统内部出错，详情见日志，事件编号 {incident}。"


class Refused(SiyuError):
    """The HTTP layer refused the request before a route saw it."""

    status = 400
    en = "The request was refused: {reason}"
    zh = "请求被拒绝：{reason_zh}"


class ErrorBody(BaseModel):
    """Every error of every route has this shape."""

    code: str = Field(description="The error's name; docs/reference/errors.md lists them all.")
    message: str = Field(description="What is wrong and what to do, in English.")
    message_zh: str = Field(description="The same in Chinese.")
    details: dict[str, Any] = Field(description="The values in the message, for programs.")


ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorBody, "description": "The request cannot be done as it is."},
    "5XX": {"model": ErrorBody, "description": "Siyu or an engine has a problem; send it again later."},
}


def answer(error: SiyuError, status: int | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
    """The response for an error; 429 and 503 carry ``Retry-After``."""
    sent = {**error.headers, **(headers or {})}
    retry_after = error.details.get("retry_after")
    if isinstance(retry_after, int) and retry_after > 0:
        sent["Retry-After"] = str(retry_after)
    elif error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        sent.setdefault("Retry-After", "2")
    if error.status == HTTPStatus.UNAUTHORIZED:
        sent.setdefault("WWW-Authenticate", "Bearer")
    return JSONResponse(_plain(error.as_json()), status_code=status or error.status, headers=sent)


def install(app: FastAPI) -> None:
    """Answer everything that goes wrong in ``app`` in the one shape. Unexpected faults are caught by the middleware."""
    app.add_exception_handler(SiyuError, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _plain_http)
    for failure in ENGINE_DOWN:
        app.add_exception_handler(failure, engine_down)
    for unheld in (DataError, UnicodeEncodeError, orjson.JSONEncodeError):
        app.add_exception_handler(unheld, _unholdable)


def _known(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, SiyuError)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("http.failed", code=problem.code, details=problem.details)
    return answer(problem)


def _malformed(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    # What was sent is not repeated: it may be a password.
    found = []
    for error in problem.errors()[:_MOST_PROBLEMS]:
        en, zh = explained(error)
        found.append({"where": ".".join(str(part) for part in error["loc"]), "what": en, "what_zh": zh})
    first = found[0]
    return answer(
        BadInput(
            reason=f"{first['where']}: {first['what']}.",
            reason_zh=f"{first['where']}：{first['what_zh']}。",
            problems=found,
        )
    )


def _plain_http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    if isinstance(problem.__cause__, SiyuError):
        return answer(problem.__cause__)  # FastAPI wraps what was raised while it read the body
    headers = dict(problem.headers or {})
    said = str(problem.detail)
    error: SiyuError
    match problem.status_code:
        case HTTPStatus.NOT_FOUND:
            error = NotFound(what="page", what_zh="页面", key=request.url.path[:200])
        case HTTPStatus.METHOD_NOT_ALLOWED:
            error = WrongMethod(method=request.method, allowed=headers.get("allow") or headers.get("Allow") or "GET")
        case HTTPStatus.BAD_REQUEST:
            error = BadInput(reason=f"{said}.", reason_zh=f"无法解析{original(said)}。")
        case _:
            error = Refused(reason=said, reason_zh=f"不符合要求{original(said)}。")
    return answer(error, status=problem.status_code, headers=headers)


def engine_down(_request: Request, problem: Exception) -> Response:
    """The answer where the database cannot be asked."""
    if isinstance(problem, DeadlockDetected | SerializationFailure):
        log.warning("http.overtaken", error=str(problem)[:300])
        return answer(
            TryLater(
                reason="Somebody else changes the same at this moment.",
                reason_zh="其他操作正在修改相同的数据。",
                retry_after=1,
            )
        )
    log.error("http.database_unreachable", error=str(problem)[:300])
    return answer(
        EngineProblem(
            engine="PostgreSQL",
            reason="it does not answer.",
            reason_zh="没有响应。",
            advice="Try again soon; `siyu doctor` says more.",
            advice_zh="请稍后重试，或运行 `siyu doctor` 查看详情。",
        )
    )


def _unholdable(_request: Request, problem: Exception) -> Response:
    """A value that is well formed and that no engine can hold; whatever else the engines find wrong is a fault of ours."""
    match problem:
        case UnicodeEncodeError():
            error = _BAD_TEXT
        case UntranslatableCharacter() | CharacterNotInRepertoire():
            error = _BAD_TEXT
        case NumericValueOutOfRange() | DatetimeFieldOverflow():
            error = _TOO_FAR
        case DataError() if problem.sqlstate is None:  # of the driver itself: a text with NUL in it
            error = _BAD_TEXT
        case orjson.JSONEncodeError() if "surrogates" in str(problem):
            error = _BAD_TEXT
        case orjson.JSONEncodeError() if "64-bit" in str(problem):
            error = _TOO_FAR
        case _:
            raise problem
    return answer(BadInput(reason=error[0], reason_zh=error[1]))


def _plain(value: Any) -> Any:
    """Details may hold anything; the answer holds only JSON."""
    match value:
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case None | bool() | int() | str():
            return value
        case float() if isfinite(value):
            return value
        case _:
            return str(value)
