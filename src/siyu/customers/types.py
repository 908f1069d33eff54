"""What other rooms may know of customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
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
    FactKind(
        "relation.lasted",
        1,
        "A standing tie to the customer has lasted so many days; told where a task asks for it.",
        "关系满期",
        {
            "relation": ("string", "follower, subscriber, member, friend, group_member, fan"),
            "scope": ("string", "of what: the account, shop, staff or group"),
            "days": ("integer", "how many"),
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
    """One rung of the ladder: any of ``relations`` reaches it, or ``min_orders`` purchases where that is not 0."""

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
class DayWanted:
    """Days of people that are looked for.

    Attributes:
        day: which.
        every: whose day comes on it every year, every month, or whose day it is itself.
        year_days: the days of the year that have it (``05-17``; on some days of February two).
        month_days: the days of the month that have it.
    """

    day: date
    every: Literal["year", "month", "once"]
    year_days: tuple[str, ...]
    month_days: tuple[int, ...]


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
class FirstTrait:
    """A trait of which the first word stands for ever: ``entry_code``, the code by which the customer came first."""

    customer_id: int
    name: str
    value: Any
    at: datetime
    via: int = 0
    source_id: int = 0
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class TraitWord:
    """A trait as Siyu itself says it; ``None`` takes it away."""

    customer_id: int
    name: str
    value: Any
    at: datetime


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
class Prediction:
    """What insight expects of a customer, with what it is told from: "bought 5 times in 300 days, last 12 days ago".

    Attributes:
        model: ``bgnbd`` or ``pareto_nbd``.
        as_of: the day for which this was worked out; refits since then came to the same.
        months: how far ahead ``purchases`` and ``value_fen`` look.
        p_alive: probability that the customer still buys, 0 to 1.
        purchases: how many are expected.
        spend_fen: expected value of one, in fen.
        value_fen: expected value of all of them, discounted to ``as_of``, in fen.
        bought: purchases so far; several on one day are one.
        first_day: of the first purchase.
        last_day: of the last.
        days_since_first: from the first purchase to ``as_of``.
        days_since_last: from the last purchase to ``as_of``.
    """

    model: str
    as_of: date
    months: int
    p_alive: float
    purchases: float
    spend_fen: int
    value_fen: int
    bought: int
    first_day: date
    last_day: date
    days_since_first: int
    days_since_last: int


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


PurchaseMeans = Literal["kept", "paid"]
PURCHASE_MEANS: tuple[PurchaseMeans, ...] = ("kept", "paid")


@dataclass(frozen=True, slots=True)
class Basis:
    """What orders and layers are counted by: the same on the customer's page, in lists and in every report.

    Attributes:
        purchase: ``paid``: every paid order is a purchase. ``kept``: every paid order of which something is left, so not
            one that was refunded in full (an order for nothing that nobody took back is kept).
        repeat_purchases: from so many purchases on a customer is a repeat buyer.
    """

    purchase: PurchaseMeans = "kept"
    repeat_purchases: int = 2


Sort = Literal["last_seen", "first_seen", "value", "orders", "last_order"]
SORTS: tuple[Sort, ...] = ("last_seen", "first_seen", "value", "orders", "last_order")


@dataclass(frozen=True, slots=True)
class Bought:
    """What a customer bought so far, as commerce tells it: purchases by the :class:`Basis`, with their times in UTC.

    ``net_fen`` is paid less refunded over all paid orders, also those that are no purchase; ``places`` are platforms (``jd``) and shops on them (``jd/name of the shop``).
    """

    orders: int
    net_fen: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandingDifference:
    """A customer whose stored standing is not what a full count says; ``None`` where there is, or should be, no row."""

    customer_id: int
    stored: Mapping[str, Any] | None
    counted: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which customers an operator's list shows; everything given must hold, ``None`` leaves it open.

    Attributes:
        ids, name: either of these customers, or somebody of exactly this name.
        layer: stands on this layer of the ladder now.
        tag: has this tag.
        relation: has a standing relation of this kind.
        source_id: came in through this source first.
        seen_from, seen_before: when last seen; the end does not belong to it, here and below.
        first_seen_from, first_seen_before: when first seen.
        known_from, known_before: since when known by more than a device.
        anonymous: ``True``: known by no more than a device.
        value_from, value_to: paid less refunded, in fen, of those who bought; both ends belong to it.
        orders_from, orders_to: purchases; both ends belong to it.
        first_order_from, first_order_before, last_order_from, last_order_before: times of purchases.
        place: bought there: a platform (``jd``), or a shop on it (``jd/name of the shop``).
        predicted_from, predicted_to: what they are expected to bring, in fen, by the newest prediction; both ends belong.
    """

    ids: tuple[int, ...] | None = None
    name: str | None = field(default=None, repr=False)
    layer: int | None = None
    tag: str | None = None
    relation: RelationKind | None = None
    source_id: int | None = None
    seen_from: datetime | None = None
    seen_before: datetime | None = None
    first_seen_from: datetime | None = None
    first_seen_before: datetime | None = None
    known_from: datetime | None = None
    known_before: datetime | None = None
    anonymous: bool | None = None
    value_from: int | None = None
    value_to: int | None = None
    orders_from: int | None = None
    orders_to: int | None = None
    first_order_from: datetime | None = None
    first_order_before: datetime | None = None
    last_order_from: datetime | None = None
    last_order_before: datetime | None = None
    place: str | None = None
    predicted_from: int | None = None
    predicted_to: int | None = None


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One line of an operator's list; ``personal`` is masked.

    ``layer``, ``orders``, ``net_fen`` (in fen) and the times of orders are exact to about a second: they are counted
    again after what changes them is durable. ``known_since`` is ``None`` for a nameless device.
    """

    customer_id: int
    personal: Mapping[str, str]
    layer: Layer
    orders: int
    net_fen: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime
    known_since: datetime | None
    first_source_id: int
    platforms: tuple[str, ...]
    tags: tuple[str, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CustomerList:
    """A page; ``next`` is the cursor of the following one, ``None`` at the end.

    ``total`` is how many pass the filters in all: exact when ``total_exact``, else about so many.
    """

    customers: tuple[CustomerRow, ...]
    next: str | None
    total: int
    total_exact: bool


@dataclass(frozen=True, slots=True)
class Export:
    """One export of the list.

    Attributes:
        state: ``waiting``, ``running``, ``done``, ``failed``, or ``expired`` when the file is gone.
        wanted: the filters as JSON, without personal data.
        columns: in their order.
        reveal: personal data in clear.
        rows, bytes: written so far.
        file: name of the file in the folder of exports.
        error: why it failed.
        made_by: actor, as in the audit.
        expires_at: until when the file is kept.
    """

    id: int
    state: str
    wanted: Mapping[str, Any]
    columns: list[str]
    reveal: bool
    rows: int
    bytes: int
    file: str | None
    error: Mapping[str, Any] | None
    made_by: str
    made_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


TraitSort = Literal["text", "number", "boolean", "date"]


@dataclass(frozen=True, slots=True)
class TraitOffered:
    """A trait that somebody has.

    Attributes:
        personal: kept encrypted: of it can only be asked whether it is there.
        values: the usual ones, the most frequent first; empty where there are too many.
    """

    name: str
    sort: TraitSort
    personal: bool
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be asked of customers: names that are in use.

    Attributes:
        places: platforms and shops: ``jd``, ``jd/name of the shop``.
    """

    tags: tuple[str, ...]
    traits: tuple[TraitOffered, ...]
    places: tuple[str, ...]
