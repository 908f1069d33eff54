"""What other rooms may know of customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, Literal

from siyu.kernel.fact import FactKind

RelationKind = Literal["follower", "subscriber", "member", "friend", "group_member", "fan"]
Purpose = Literal["service", "transactional", "marketing"]
ConsentState = Literal["granted", "denied", "unknown"]
RELATION_KINDS: tuple[RelationKind, ...] = ("follower", "subscriber", "member", "friend", "group_member", "fan")

_CONTEXT = {
    "$context": (
        "object",
        "where it happened: page {path, url, referrer, title}, campaign, locale, timezone, userAgent, library, app, os",
    ),
    "$truncated": ("boolean", "true when parts were left out because of their size"),
}

FACTS: tuple[FactKind, ...] = (
    FactKind(
        "profile.identified",
        1,
        "Something new was learned of the customer. Names of traits only, never their values.",
        "资料更新",
        {"changed": ("array", "traits that have a new value"), "removed": ("array", "traits that were taken away")},
    ),
    FactKind("tag.added", 1, "The customer got a tag.", "打标签", {"tag": ("string", "the tag")}),
    FactKind("tag.removed", 1, "The customer lost a tag.", "移除标签", {"tag": ("string", "the tag")}),
    FactKind(
        "consent.changed",
        1,
        "The customer allowed or forbade being reached.",
        "授权变更",
        {
            "channel": ("string", "sms, email, wecom …; `all` for every channel"),
            "purpose": ("string", "service, transactional or marketing"),
            "state": ("string", "granted or denied"),
            "before": ("string", "granted, denied or unknown"),
        },
    ),
    FactKind(
        "relation.started",
        1,
        "A standing tie to the customer began.",
        "建立关系",
        {
            "relation": ("string", "follower, subscriber, member, friend, group_member, fan"),
            "scope": ("string", "of what: the account, shop, staff or group"),
        },
    ),
    FactKind(
        "relation.ended",
        1,
        "A standing tie to the customer ended.",
        "解除关系",
        {
            "relation": ("string", "follower, subscriber, member, friend, group_member, fan"),
            "scope": ("string", "of what: the account, shop, staff or group"),
        },
    ),
    FactKind("event.tracked", 1, "What a tracking SDK saw; the name is the event's.", "行为事件", _CONTEXT, open=True),
    FactKind("page.viewed", 1, "The customer saw a page.", "浏览页面", _CONTEXT, open=True),
    FactKind("screen.viewed", 1, "The customer saw a screen of an app.", "浏览屏幕", _CONTEXT, open=True),
    FactKind(
        "group.joined",
        1,
        "A `group` call of a tracking SDK: the customer belongs to an organisation, whose id is the name. It is not a "
        "chat group and no step on the ladder.",
        "归属组织",
        _CONTEXT,
        open=True,
    ),
)


class Layer(IntEnum):
    """The layers of the relation ladder, from the outside in."""

    PASSER_BY = 0
    FOLLOWER = 1
    REPEAT_BUYER = 2
    MEMBER_OR_GROUP = 3
    FRIEND = 4


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the ladder: any of ``relations`` reaches it, or ``min_orders`` paid orders where that is not 0."""

    layer: Layer
    en: str
    zh: str
    relations: frozenset[str]
    min_orders: int = 0


@dataclass(frozen=True, slots=True)
class Tag:
    """A mark on a customer; each source (``source:3``, ``operator:7``) puts and takes its own."""

    tag: str
    source: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Relation:
    """A standing tie, with what (``scope``); ``ended_at`` is ``None`` while it stands."""

    kind: str
    scope: str
    since: datetime
    ended_at: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What the customer agreed to; channel ``all`` speaks for every channel that has no word of its own."""

    channel: str
    purpose: str
    state: str
    since: datetime
    source: str


@dataclass(frozen=True, slots=True)
class RelationChange:
    """A tie that stands (``standing``) or ended at ``at``. ``since`` is when it began, where that is known better."""

    customer_id: int
    kind: RelationKind
    scope: str
    standing: bool
    at: datetime
    source: str
    via: int = 0
    source_id: int = 0
    message_id: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """What the customer said at ``at``."""

    customer_id: int
    channel: str
    purpose: Purpose
    state: ConsentState
    at: datetime
    source: str
    via: int = 0
    source_id: int = 0
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class TagChange:
    """A tag that a source puts on a customer, or takes off."""

    customer_id: int
    tag: str
    at: datetime
    source: str
    via: int = 0
    source_id: int = 0
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything this room knows of one customer. ``personal`` is masked (``phone`` → ``138****8000``)."""

    customer_id: int
    layer: Layer
    traits: Mapping[str, Any]
    personal: Mapping[str, str]
    first_seen_at: datetime
    last_seen_at: datetime
    first_source_id: int
    tags: tuple[Tag, ...] = ()
    relations: tuple[Relation, ...] = ()
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerSummary:
    """One line of a list; ``personal`` is masked, ``relations`` are the kinds that stand."""

    customer_id: int
    personal: Mapping[str, str]
    first_seen_at: datetime
    last_seen_at: datetime
    first_source_id: int
    tags: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Customers, newest first; ``next`` is the cursor of the following page, ``None`` at the end."""

    customers: tuple[CustomerSummary, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers a list shows; everything given must hold.

    Attributes:
        personal: (kind, value) of the vault, matched exactly: ``("name", "张三")``.
        tag: has this tag.
        relation: has a standing relation of this kind.
        source_id: came in through this source.
        seen_from: was seen at or after.
        seen_before: was last seen before.
    """

    personal: tuple[str, str] | None = field(default=None, repr=False)
    tag: str | None = None
    relation: RelationKind | None = None
    source_id: int | None = None
    seen_from: datetime | None = None
    seen_before: datetime | None = None
