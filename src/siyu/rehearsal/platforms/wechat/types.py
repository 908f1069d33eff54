"""What a fake account holds."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["official_account", "mini_program"]
Mode = Literal["safe", "compatible", "plain"]


@dataclass(slots=True)
class Window:
    """So many customer service messages until then (seconds since 1970)."""

    left: int
    until: int


@dataclass(slots=True)
class Person:
    """Somebody as this account knows them.

    Attributes:
        subscribed_at: seconds since 1970; 0 for who does not follow.
        windows: by the kind of act that opened them.
        accepted: how many messages of a template may still be sent.
        once: likewise of one-time subscriptions.
        broadcasts: how many came in a month, as ``2026-11``.
    """

    open_id: str
    union_id: str
    name: str
    phone: str = ""
    subscribed_at: int = 0
    scene: str = ""
    scene_str: str = ""
    tag_ids: list[int] = field(default_factory=list)
    remark: str = ""
    blacklisted: bool = False
    risky: bool = False
    windows: dict[str, Window] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    once: dict[str, int] = field(default_factory=dict)
    broadcasts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Code:
    """A code that works once.

    Attributes:
        kind: ``page``, ``app`` or ``phone``.
    """

    kind: str
    open_id: str
    until: int
    ask: bool = False
    used: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """One message that reached somebody."""

    open_id: str
    way: str
    at: int
    body: dict[str, Any]


@dataclass(slots=True)
class Rules:
    """What the platform lets through.

    Attributes:
        daily: calls of an API in a day of China.
        per_minute: calls of an API in a minute.
        sign_ins: sign-ins of one person in a minute.
        broadcasts: that a follower gets in a month.
        page: OpenIDs on a page of the list of followers.
        whitelist: addresses that may call; empty for all.
        forbidden: APIs that the account has no right to.
    """

    daily: dict[str, int] = field(
        default_factory=lambda: {
            "cgi-bin/token": 2000,
            "cgi-bin/message/custom/send": 500_000,
            "cgi-bin/message/mass/send": 100,
            "cgi-bin/message/mass/sendall": 100,
            "cgi-bin/qrcode/create": 100_000,
            "cgi-bin/user/info": 5_000_000,
            "cgi-bin/user/info/batchget": 5_000_000,
            "cgi-bin/message/subscribe/send": 10_000_000,
        }
    )
    per_minute: dict[str, int] = field(
        default_factory=lambda: {"cgi-bin/message/mass/send": 60, "cgi-bin/message/mass/sendall": 60}
    )
    sign_ins: int = 100
    broadcasts: int = 4
    to_all_a_day: int = 1
    to_all_a_month: int = 4
    page: int = 10_000
    whitelist: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)


@dataclass(slots=True)
class State:
    """Everything of one account."""

    app_id: str
    secret: str
    kind: Kind
    people: dict[str, Person] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    templates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    scenes: dict[str, tuple[str, int]] = field(default_factory=dict)  # ticket: scene and until when, 0 for ever
    broadcasts: dict[str, tuple[int, int]] = field(default_factory=dict)  # clientmsgid: id and when
    to_all: list[str] = field(default_factory=list)  # days on which a broadcast went to all
    sent_keys: dict[str, tuple[int, int]] = field(default_factory=dict)  # client_msg_id: id and when
    received: list[Received] = field(default_factory=list)
    number: int = 0
    seed: int = 7
