"""One tree of errors. The class name is the wire code; each class knows its HTTP status and its sentence in two languages.

A message says what is wrong and what to do about it. ``{fields}`` in it are filled from the keyword arguments, which
also travel as ``details``. A field that is itself made of words comes twice: ``{reason}`` is English, ``{reason_zh}`` is
the same in Chinese. What only a library says stays in its own words, marked by :func:`original`.
"""

from datetime import timedelta
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


class WrongValue(ValueError):
    """One value is wrong, in both languages: for checks that cannot know of which error they will be the reason."""

    def __init__(self, en: str, zh: str) -> None:
        self.en = en
        self.zh = zh
        super().__init__(en)


def original(said: object) -> str:
    """What a library said in English, as a quotation within a Chinese sentence."""
    return f"（原文：“{said}”）"


def described(error: BaseException) -> dict[str, Any]:
    """Any error as :meth:`SiyuError.as_json` has it.

    Of one that is not ours only the kind is said, because what it says may hold personal data; the log has the rest. What the
    system says (no space is left) does not, and is what an operator has to know.
    """
    if isinstance(error, SiyuError):
        return error.as_json()
    code = type(error).__name__
    said = f"{code}: {error}" if isinstance(error, OSError) else code
    return {
        "code": code,
        "message": f"Siyu itself broke at this: {said}; the log has more.",
        "message_zh": f"系统内部出错{original(said)}，详情见日志。",
        "details": {},
    }


class BadInput(SiyuError):
    """What was sent cannot be understood."""

    status = 400
    en = "The request cannot be understood: {reason}"
    zh = "无法理解该请求：{reason_zh}"


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
    zh = "找不到{what_zh}“{key}”。"


class Conflict(SiyuError):
    """It cannot be done in the present state."""

    status = 409
    en = "This cannot be done now: {reason}"
    zh = "当前状态下无法执行：{reason_zh}"


class TooLarge(SiyuError):
    """More bytes than the limit."""

    status = 413
    en = "{what} has more than {limit} bytes. Send less at a time."
    zh = "{what_zh}超过 {limit} 字节，请减少单次发送量。"


class IdempotencyMismatch(SiyuError):
    """The same idempotency key came with another input."""

    status = 409
    en = "The idempotency key '{key}' was used before with another input. Use a new key."
    zh = "幂等键“{key}”已用于不同的请求内容，请更换新的键。"


class TryLater(SiyuError):
    """Siyu is protecting itself; nothing was stored."""

    status = 503
    en = "{reason} Nothing was stored; send it again in {retry_after} seconds."
    zh = "{reason_zh}本次未保存任何内容，请在 {retry_after} 秒后重试。"

    @property
    def wait(self) -> timedelta:
        """How long to wait before the next try: a second at least, and half a minute where a plugin says it in no number."""
        try:
            return timedelta(seconds=max(1.0, float(self.details["retry_after"])))
        except (TypeError, ValueError, OverflowError):
            return timedelta(seconds=30)


class TooManyRequests(SiyuError):
    """One caller asks for more than its share."""

    status = 429
    en = "Too many requests: {reason} Try again in {retry_after} seconds."
    zh = "请求过于频繁：{reason_zh}请在 {retry_after} 秒后重试。"


class EngineProblem(SiyuError):
    """An engine (PostgreSQL or ClickHouse) is not there or does not answer as it should."""

    status = 503
    en = "{engine}: {reason} {advice}"
    zh = "{engine}：{reason_zh}{advice_zh}"
