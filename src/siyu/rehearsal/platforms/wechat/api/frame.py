"""What every API has: its path, who may call it, how often, and how a refusal is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from siyu.rehearsal.platforms.tokens import TokenState
from siyu.rehearsal.platforms.wechat.account import Account
from siyu.rehearsal.platforms.wechat.types import Code, Kind, Person

MESSAGES: Final[Mapping[int, str]] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40007: "invalid media_id",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40037: "invalid template_id",
    40066: "invalid url",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    40163: "code been used",
    40164: "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
    40226: "code blocked",
    41001: "access_token missing",
    41030: "invalid page",
    42001: "access_token expired",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45028: "has no masssend quota",
    45047: "out of response count limit",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45067: "clientmsgid size out of limit",
    45157: "invalid tag name",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
}
_TOKEN_LENGTH: Final = 128


class Declined(Exception):
    """Answered with a code; ``more`` stands beside it."""

    def __init__(self, errcode: int, errmsg: str = "", **more: Any) -> None:
        self.errcode = errcode
        self.errmsg = errmsg or MESSAGES.get(errcode, "refused")
        self.more = more
        super().__init__(f"{errcode} {self.errmsg}")


@dataclass(slots=True)
class Call:
    """What was asked."""

    account: Account
    query: Mapping[str, str]
    body: dict[str, Any]

    def text(self, name: str, missing: int = 0) -> str:
        """A text of the query or the body; with ``missing`` it must be there."""
        value = self.query.get(name, self.body.get(name, ""))
        if isinstance(value, bool | dict | list) or value is None:
            raise Declined(47001)
        if missing and value == "":
            raise Declined(missing)
        return str(value)

    def rows(self, name: str, most: int, code: int = 47001) -> list[Any]:
        """A list with one to ``most`` elements."""
        value = self.body.get(name)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise Declined(code)
        return value

    def person(self, open_id: object, missing: int = 40003) -> Person:
        """Somebody whom the account knows."""
        found = self.account.state.people.get(open_id) if isinstance(open_id, str) else None
        if found is None:
            raise Declined(missing)
        return found

    def spend(self, name: str, kind: str, used: int = 40163) -> Code:
        """A code that was not used before, within its life."""
        code = self.account.state.codes.get(self.text(name))
        if code is None or code.kind != kind or code.until <= self.account.now():
            raise Declined(40029)
        if code.used:
            raise Declined(used)
        code.used = True
        return code

    def own_secret(self) -> None:
        """The app's secret must be right."""
        if self.text("appid") != self.account.state.app_id:
            raise Declined(40013)
        if self.text("secret") != self.account.state.secret:
            raise Declined(40125)


Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One API; ``open``: it takes no token of the account."""

    method: str
    handler: Handler
    kinds: frozenset[Kind]
    open: bool


ROUTES: Final[dict[str, Route]] = {}
_BOTH: Final[frozenset[Kind]] = frozenset({"official_account", "mini_program"})
OFFICIAL: Final[frozenset[Kind]] = frozenset({"official_account"})
MINI: Final[frozenset[Kind]] = frozenset({"mini_program"})


def api(
    path: str, method: str = "POST", kinds: frozenset[Kind] = _BOTH, *, without_token: bool = False
) -> Callable[[Handler], Handler]:
    """Put a function under a path. It answers what stands beside errcode and errmsg."""

    def add(handler: Handler) -> Handler:
        ROUTES[path] = Route(method, handler, kinds, without_token)
        return handler

    return add


def answer(account: Account, path: str, method: str, query: Mapping[str, str], body: dict[str, Any]) -> Any:
    """What the platform answers.

    Raises:
        Declined: a code.
    """
    route = ROUTES.get(path)
    if route is None:
        raise Declined(40066)
    with account.lock:
        if code := account.faults.refusal(path, account.now(), account.draw()):
            raise Declined(code)
        if route.method == "POST" and method != "POST":
            raise Declined(43002)
        if account.rules.whitelist and "127.0.0.1" not in account.rules.whitelist:
            raise Declined(40164)
        if not route.open:
            check_token(account, query.get("access_token", ""))
        if account.state.kind not in route.kinds or path in account.rules.forbidden:
            raise Declined(48001)
        count(account, path)
        return route.handler(Call(account, query, body))


def check_token(account: Account, token: str) -> None:
    """Refuse a token that is not the newest of its kind."""
    if not token:
        raise Declined(41001)
    if len(token) != _TOKEN_LENGTH or not all(one in "0123456789abcdef" for one in token):
        raise Declined(40014)
    state, client = account.tokens.check(token)
    way, _, generation = client.partition("#")
    if state is TokenState.EXPIRED:
        raise Declined(42001)
    if state is TokenState.UNKNOWN or int(generation) != account.generation[way]:
        raise Declined(40001)


def count(account: Account, path: str) -> None:
    """Count a call against the day and the minute."""
    for window, limits, code in (
        (account.day(), account.rules.daily, 45009),
        (str(account.now() // 60), account.rules.per_minute, 45011),
    ):
        most = limits.get(path)
        if most is None:
            continue
        if account.calls[path, window] >= most:
            raise Declined(code)
        account.calls[path, window] += 1
