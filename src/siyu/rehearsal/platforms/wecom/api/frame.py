"""One call of the API: its arguments, its refusals, its pages."""

import base64
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from siyu.kernel.errors import SiyuError
from siyu.rehearsal.platforms.wecom.fake import Corp
from siyu.rehearsal.platforms.wecom.types import Follow, Group, Staff

BAD_PARAMETER: Final = 40058
BAD_CURSOR: Final = 50100
_MOST: Final = 2**33  # beyond every time and order
SYSTEM_APP: Final = "contact"  # the secret of 客户联系 itself may change what any app made


class Errcode(Exception):
    """The call is answered with an error code."""

    def __init__(self, errcode: int, errmsg: str = "") -> None:
        self.errcode = errcode
        self.errmsg = errmsg or MESSAGES.get(errcode, "refused")
        super().__init__(f"{errcode} {self.errmsg}")


MESSAGES: Final[Mapping[int, str]] = {
    -1: "system busy",
    40001: "invalid credential",
    40003: "invalid userid",
    40007: "invalid media_id",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40058: "invalid Request Parameter",
    40068: "invalid tagid",
    40071: "invalid tag name",
    40096: "invalid external userid",
    40097: "the member has not resigned",
    40126: "too many tags",
    40128: "the customer was transferred too often",
    40129: "the customer is being transferred",
    40130: "handover and takeover are the same",
    40131: "handover_userid has not this customer",
    41001: "access_token missing",
    41044: "invalid config_id",
    41047: "invalid msgid",
    41048: "no customer to send",
    41050: "invalid welcome code",
    41051: "already delivered, or the customer is chatting",
    41054: "the member is not activated",
    41055: "too many group welcome templates",
    41060: "invalid moment_id",
    42001: "access_token expired",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    48002: "api forbidden",
    50100: "invalid cursor",
    60003: "department not found",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    84061: "not external contact",
    84074: "no permission of external contact",
    90500: "the owner of this chat is not resigned",
    90501: "chat is not external group chat",
    90511: "invalid opengid",
    95000: "invalid open_kfid",
    301002: "not allow to operate what another app made",
}
ROUTES: Final[dict[str, tuple[str, Callable[["Call"], dict[str, Any]]]]] = {}
Handler = Callable[["Call"], dict[str, Any]]


def api(path: str, method: str = "POST") -> Callable[[Handler], Handler]:
    """Put a function under a path below ``/cgi-bin/``. It answers what stands beside errcode and errmsg."""

    def add(handler: Handler) -> Handler:
        ROUTES[path] = (method, handler)
        return handler

    return add


@dataclass(slots=True)
class Call:
    """What was asked.

    Attributes:
        app: whose token it is.
        files: name, type and bytes of each that was uploaded.
        host: where pictures are; the platform's own where nobody serves them.
    """

    corp: Corp
    app: str
    query: Mapping[str, str]
    body: dict[str, Any]
    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    host: str = "http://p.qpic.cn"

    def text(self, name: str, missing: int | None = None) -> str:
        """A text; empty when it is missing, unless that is an error."""
        value = self.query.get(name) if name in self.query else self.body.get(name)
        if value is None or value == "":
            if missing is not None:
                raise Errcode(missing, f"missing {name}")
            return ""
        if isinstance(value, bool | dict | list):
            raise Errcode(BAD_PARAMETER, f"{name} is not a string")
        return str(value)

    def number(self, name: str, default: int = 0) -> int:
        """An integer."""
        return number_of(self.query if name in self.query else self.body, name, default)

    def need(self, name: str, missing: int) -> int:
        """An integer that must be there."""
        self.text(name, missing)
        return self.number(name)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A switch."""
        return bool(self.body.get(name, default))

    def texts(self, name: str, most: int = 0) -> list[str]:
        """A list of texts; one text stands for a list of one."""
        found = texts_of(self.body, name)
        if most and len(found) > most:
            raise Errcode(BAD_PARAMETER, f"{name} has more than {most}")
        return found

    def numbers(self, name: str) -> list[int]:
        """A list of integers."""
        return numbers_of(self.body, name)

    def object(self, name: str) -> dict[str, Any]:
        """An object; empty when it is missing."""
        return object_of(self.body, name)

    def limit(self, most: int, default: int = 0) -> int:
        """How many are wanted on a page."""
        return max(1, min(self.number("limit", default or most), most))

    # what the app may see

    def staff(self, userid: str, missing: int = 60111) -> Staff:
        """A member of staff within the visible range."""
        if not self.corp.seen(userid):
            raise Errcode(missing)
        return self.corp.state.staff[userid]

    def serving(self, userid: str) -> Staff:
        """... who serves customers."""
        staff = self.staff(userid)
        if not staff.serves:
            raise Errcode(84074)
        return staff

    def follow(self, userid: str, external_userid: str) -> Follow:
        """What ties a member of staff to a customer."""
        self.staff(userid, 40003)
        if external_userid not in self.corp.state.people:
            raise Errcode(40096)
        found = self.corp.state.follows.get(userid, {}).get(external_userid)
        if found is None:
            raise Errcode(84061)
        return found

    def group(self, chat_id: str) -> Group:
        """A group whose owner is within the visible range."""
        found = self.corp.state.groups.get(chat_id)
        if found is None or not self.corp.shown(found):
            raise Errcode(40050, "chat_id not found")
        return found

    def own(self, maker: str) -> None:
        """Only what this app made may be changed by it."""
        if self.app not in {maker, SYSTEM_APP}:
            raise Errcode(301002)


def texts_of(body: Mapping[str, Any], name: str) -> list[str]:
    """A list of texts at any depth; one text stands for a list of one, nothing for an empty one."""
    value = body.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or any(not isinstance(one, str | int) for one in value):
        raise Errcode(BAD_PARAMETER, f"{name} is not a list")
    return [str(one) for one in value]


def number_of(body: Mapping[str, Any], name: str, default: int = 0) -> int:
    """An integer at any depth."""
    value = body.get(name)
    if value is None or value == "":
        return default
    try:
        found = int(value)
    except (TypeError, ValueError, OverflowError):
        raise Errcode(BAD_PARAMETER, f"{name} is not a number") from None
    if abs(found) > _MOST:
        raise Errcode(BAD_PARAMETER, f"{name} is out of range")
    return found


def numbers_of(body: Mapping[str, Any], name: str) -> list[int]:
    """A list of integers at any depth."""
    try:
        return [int(one) for one in texts_of(body, name)]
    except ValueError:
        raise Errcode(BAD_PARAMETER, f"{name} has something else than numbers") from None


def object_of(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object at any depth; empty when it is missing."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Errcode(BAD_PARAMETER, f"{name} is not an object")
    return value


def objects_of(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects at any depth; empty when it is missing."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or any(not isinstance(one, dict) for one in value):
        raise Errcode(BAD_PARAMETER, f"{name} is not a list of objects")
    return value


def cursor_of(*parts: str) -> str:
    """An opaque cursor that stands behind an element."""
    return base64.urlsafe_b64encode("\n".join(parts).encode()).decode().rstrip("=")


def parts_of(cursor: str, count: int) -> list[str]:
    """What :func:`cursor_of` was given."""
    try:
        parts = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("\n")
    except ValueError:
        raise Errcode(BAD_CURSOR) from None
    if len(parts) != count or cursor_of(*parts) != cursor:
        raise Errcode(BAD_CURSOR)
    return parts


def page(keys: Sequence[str], cursor: str, limit: int) -> tuple[list[str], str]:
    """One page of ids, and the cursor of the next; empty when there is none. What comes and goes shifts nothing."""
    ordered = sorted(keys)
    start = bisect_right(ordered, parts_of(cursor, 1)[0]) if cursor else 0
    found = ordered[start : start + limit]
    return found, cursor_of(found[-1]) if start + limit < len(ordered) else ""


def acted(error: SiyuError) -> Errcode:
    """What an act refused, as the API says it."""
    return Errcode(BAD_PARAMETER, error.message)
