"""A small but complete channel for the tests of the core: it signs with an HMAC, and speaks JSON over real HTTP."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from siyu.channels import registry
from siyu.channels.registry import Plugins
from siyu.channels.types import (
    About,
    Arrival,
    Capability,
    Channel,
    Contact,
    Content,
    Departure,
    Field,
    Finding,
    Grant,
    Item,
    ObjectKind,
    Push,
    PushAnswer,
    PushRefused,
    PushRequest,
    Quota,
    Rate,
    Seen,
    Sent,
    Token,
    Way,
)
from siyu.kernel.clock import from_millis
from siyu.kernel.errors import BadInput

ABOUT = About(
    name="parrot",
    en="Parrot",
    zh="鹦鹉",
    zone="Asia/Shanghai",
    fields=(
        Field("base_url", "Address", "地址", default="http://127.0.0.1:9"),
        Field(
            "app_id", "App id", "应用 ID", pattern=r"p[0-9a-f]{4}", help_en="p and four digits.", help_zh="p 加四位。"
        ),
        Field("plan", "Plan", "套餐", choices=("small", "large"), default="small"),
        Field("crowd", "Crowd", "人数", required=False, default="2"),
        Field("secret", "Secret", "密钥", secret=True),
        Field("nickname_key", "Key of nicknames", "昵称密钥", secret=True, required=False),
    ),
    capabilities=frozenset({Capability.CONTACTS, Capability.PUSH, Capability.WELCOME, Capability.SEND}),
    quotas=(
        Quota("mass", "customer", "day", 1, "one a day for each customer", "每位客户每天 1 条"),
        Quota("mass", "customer", "month", 4, "four a month for each customer", "每位客户每月 4 条"),
        Quota("mass", "account", "day", 100, "a hundred a day", "每天 100 条", when={"plan": "small"}),
        Quota("mass", "account", "day", 1000, "a thousand a day", "每天 1000 条", when={"plan": "large"}),
        Quota("talk", "staff", "hour", 30, "thirty an hour for each member of staff", "每位员工每小时 30 条"),
        Quota("days", "customer", "month", 0, "one for each day of the month", "每月按天数"),
        Quota("reply", "customer", "grant", 5, "five replies to a message", "每条来信可回复 5 条"),
        Quota("nudge", "task", "24h", 2, "two reminders in 24 hours", "24 小时内最多提醒 2 次"),
        Quota("letter", "customer", "month", 4, "four letters a month", "每月 4 封", shared="letter_to_all"),
        Quota("letter_to_all", "account", "month", 3, "three letters to all a month", "每月 3 次全员信"),
        Quota("shelf", "account", "ever", 2, "two on the shelf", "最多 2 个"),
        Quota("crowd", "account", "day", 10, "ten for each of the crowd", "人数 × 10", times="crowd"),
        Quota("notice", "customer", "grant", 3, "one for each subscription", "每次订阅 1 条"),
    ),
    rates=(Rate(60, 200), Rate(3600, 2000), Rate(60, 300, each=False)),
    ways=(
        Way("mass", "Message to all", "群发", "customer", quotas=("mass", "talk"), most=10),
        Way("letter", "Letter", "信件", "customer", quotas=("letter",)),
        Way("letter_to_all", "Letter to all", "全员信", "account", quotas=("letter_to_all",)),
        Way("reply", "Reply", "回复", "customer", quotas=("reply",)),
    ),
    identity=("parrot_id",),
)


class Parrot(Channel):
    about: ClassVar[About] = ABOUT

    def fetch(self) -> Token:
        answer = self.ports.http.post(
            f"{self.account.settings['base_url']}/token", json={"secret": self.ports.secret("secret")}
        ).json()
        return Token(answer["token"], self.ports.clock.now() + timedelta(seconds=answer["expires_in"]))

    def token(self, stale: str | None = None) -> str:
        return self.ports.token("secret", self.fetch, stale=stale)

    def health(self) -> list[Finding]:
        self.ports.take("token")
        self.token()
        return [Finding("token", True, "the secret is right.", "密钥正确。")]

    def read_push(self, request: PushRequest) -> PushAnswer:
        said = request.query.get("echo", "").encode() if request.method == "GET" else request.body
        if not hmac.compare_digest(sign(self.ports.secret("secret"), said), request.query.get("sign", "")):
            raise PushRefused(reason="the signature is wrong.", reason_zh="签名错误。")
        if request.method == "GET":
            return PushAnswer(said)
        try:
            told = json.loads(said)
        except ValueError:
            raise BadInput(reason="it is not JSON.", reason_zh="不是 JSON。") from None
        arrival = told.get("arrival")
        return PushAnswer(
            b"ok",
            push=Push(
                id=hashlib.sha256(said).hexdigest(),
                event=told["event"],
                at=from_millis(told["at"]),
                hints=tuple((kind, id_) for kind, id_ in told.get("hints", [])),
                departures=tuple(Departure(**{**one, "at": from_millis(one["at"])}) for one in told.get("left", [])),
                arrival=arrival and Arrival(**{**arrival, "until": from_millis(arrival["until"])}),
                grants=tuple(Grant(*one, from_millis(told["at"]) + timedelta(hours=48)) for one in told.get("may", [])),
            ),
        )

    def read(self, kind: ObjectKind, ids: Sequence[str]) -> list[Seen]:
        return [Contact(id_, f"name of {id_}", "wechat") for id_ in ids if kind == "contact"]

    def walk(self, cursor: str) -> Iterator[tuple[Sequence[Seen], str]]:
        if not cursor:
            yield self.read("contact", ["c1"]), "end"

    def welcome(self, code: str, content: Content) -> Sent:
        return Sent(code, "sent")

    def send(self, way: str, items: Sequence[Item]) -> list[Sent]:
        return [Sent(item.key, "sent") for item in items]


def sign(secret: str, said: bytes) -> str:
    return hmac.new(secret.encode(), said, "sha256").hexdigest()


def installed() -> Plugins:
    """As if it had come by its entry point."""
    return Plugins({"parrot": Parrot}, ())


def install() -> None:
    """In a process of its own, for good."""
    registry.plugins = installed  # type: ignore[assignment]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
