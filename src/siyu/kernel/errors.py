"""One tree of errors. The class name is the wire code; each class knows its HTTP status and its sentence in two languages.

A message says what is wrong and what to do about it. ``{fields}`` in it are filled from the keyword arguments, which
also travel as ``details``.
"""

from typing import Any, ClassVar


class SiyuError(Exception):
    """Something that the caller can understand; never raised itself, only its subclasses."""

    status: ClassVar[int] = 500
    en: ClassVar[str] = "Something went wrong inside Siyu."
    zh: ClassVar[str] = "系统内部出错。"
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.message)

    @property
    def code(self) -> str:
        """The wire code: the name of the class."""
        return type(self).__name__

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.en.format_map(self.details)

    @property
    def message_zh(self) -> str:
        """The sentence in Chinese."""
        return self.zh.format_map(self.details)

    def as_json(self) -> dict[str, Any]:
        """The one shape in which every route answers an error."""
        return {"code": self.code, "message": self.message, "message_zh": self.message_zh, "details": self.details}


class BadInput(SiyuError):
    """What was sent cannot be understood."""

    status = 400
    en = "The request cannot be understood: {reason}"
    zh = "无法理解该请求：{reason}"


class NotSignedIn(SiyuError):
    """No valid session, API key or write key came with the request."""

    status = 401
    en = "Sign in first, or send a valid key."
    zh = "请先登录，或提供有效的密钥。"


class NotAllowed(SiyuError):
    """The operator or key is known but may not do this."""

    status = 403
    en = "This needs the right '{right}'. Ask an owner to grant it."
    zh = "此操作需要“{right}”权限，请联系所有者授权。"


class NotFound(SiyuError):
    """There is no such thing."""

    status = 404
    en = "There is no {what} '{key}'."
    zh = "找不到 {what}“{key}”。"


class Conflict(SiyuError):
    """It cannot be done in the present state."""

    status = 409
    en = "This cannot be done now: {reason}"
    zh = "当前状态下无法执行：{reason}"


class TooLarge(SiyuError):
    """More bytes than the limit."""

    status = 413
    en = "{what} is {size} bytes; the limit is {limit}. Send less at a time."
    zh = "{what} 为 {size} 字节，上限为 {limit} 字节，请减少单次发送量。"


class IdempotencyMismatch(SiyuError):
    """The same idempotency key came with another input."""

    status = 409
    en = "The idempotency key '{key}' was used before with another input. Use a new key."
    zh = "幂等键“{key}”已用于不同的请求内容，请更换新的键。"


class TryLater(SiyuError):
    """Siyu is protecting itself; nothing was stored."""

    status = 503
    en = "{reason} Nothing was stored; send it again in {retry_after} seconds."
    zh = "{reason} 本次未保存任何内容，请在 {retry_after} 秒后重试。"


class TooManyRequests(SiyuError):
    """One caller asks for more than its share."""

    status = 429
    en = "Too many requests: {reason} Try again in {retry_after} seconds."
    zh = "请求过于频繁：{reason} 请在 {retry_after} 秒后重试。"


class EngineProblem(SiyuError):
    """An engine (PostgreSQL or ClickHouse) is not there or does not answer as it should."""

    status = 503
    en = "{engine}: {reason} {advice}"
    zh = "{engine}：{reason} {advice}"
