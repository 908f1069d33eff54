"""What other rooms may know of identities: the types of identifiers as data, and what the services answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siyu.intake.types import IdentifierClaim
from siyu.kernel.fact import Fact, FactKind


class Grade(IntEnum):
    """How much an identifier says about a person. Between equals a conflict needs a human; else the weaker yields."""

    DEVICE = 1  # a browser or an app installation: may be shared
    CONTACT = 2  # a phone or a mailbox: may be given away, or given for somebody else
    ACCOUNT = 3  # something that one person signs in to


@dataclass(frozen=True, slots=True)
class IdentifierType:
    """One type of identifier.

    Attributes:
        name: what claims call it.
        en: for people.
        zh: for operators.
        priority: on one message the highest decides whose fact it is; of a pair the lower is the weaker one.
        grade: how much it says about a person.
        limit: how many of it one customer may hold within one scope.
        careful_limit: the limit when a link is only by contact or through a device.
        fan_out: how many different people an identifier of this type may be claimed for before it counts as shared.
        personal: the stored value is a fingerprint from the vault.
    """

    name: str
    en: str
    zh: str
    priority: int
    grade: Grade
    limit: int = 1
    careful_limit: int = 1
    fan_out: int = 5
    personal: bool = False


# Limits are strict on purpose: a person seen as two is mended by one confirmed merge, two people seen as one have
# already been shown each other's orders. Browsers forget their anonymous id within days, so one person has dozens.
IDENTIFIER_TYPES: tuple[IdentifierType, ...] = (
    IdentifierType("user_id", "User id", "用户ID", 100, Grade.ACCOUNT),
    IdentifierType("member_no", "Member number", "会员号", 95, Grade.ACCOUNT),
    IdentifierType("union_id", "WeChat UnionID", "微信UnionID", 90, Grade.ACCOUNT),
    IdentifierType("external_userid", "WeCom external contact", "企业微信客户ID", 85, Grade.ACCOUNT),
    IdentifierType("platform_buyer", "Buyer account", "平台买家账号", 80, Grade.ACCOUNT),
    IdentifierType("alipay", "Alipay account", "支付宝账号", 78, Grade.ACCOUNT, personal=True),
    IdentifierType("open_id", "WeChat OpenID", "微信OpenID", 76, Grade.ACCOUNT),
    IdentifierType("douyin_open_id", "Douyin OpenID", "抖音OpenID", 75, Grade.ACCOUNT),
    IdentifierType("kuaishou_open_id", "Kuaishou OpenID", "快手OpenID", 74, Grade.ACCOUNT),
    IdentifierType("xiaohongshu_open_id", "Xiaohongshu OpenID", "小红书OpenID", 73, Grade.ACCOUNT),
    IdentifierType("youzan_open_id", "Youzan OpenID", "有赞OpenID", 72, Grade.ACCOUNT),
    IdentifierType("custom_id", "Other account", "其他账号", 60, Grade.ACCOUNT),
    IdentifierType("phone", "Phone", "手机号", 50, Grade.CONTACT, limit=3, personal=True),
    IdentifierType("email", "E-mail", "邮箱", 40, Grade.CONTACT, limit=3, personal=True),
    IdentifierType("device_id", "Device", "设备号", 20, Grade.DEVICE, limit=20, careful_limit=20, fan_out=6),
    IdentifierType("anonymous_id", "Anonymous id", "匿名ID", 10, Grade.DEVICE, limit=50, careful_limit=50, fan_out=6),
)
TYPES: Mapping[str, IdentifierType] = {kind.name: kind for kind in IDENTIFIER_TYPES}
MAX_MEMBERS = 1000  # identifiers of one customer, whatever an operator confirms


class EvidenceState(StrEnum):
    """What became of a link."""

    MERGED = "merged"  # it brought the two together
    SAME = "same"  # they were together already
    CONFIRMED = "confirmed"  # an operator said so
    DEMOTED = "demoted"  # it would break a limit; facts follow the stronger identifier
    REVIEW = "review"  # it would break a limit and both are equally strong: an operator decides
    REJECTED = "rejected"  # an operator said no


class IdentifierState(StrEnum):
    """Whether an identifier may still bring people together."""

    ACTIVE = "active"
    SHARED = "shared"  # claimed for too many people (a store tablet): stays on its own


class Attribution(NamedTuple):
    """Whose message it is.

    Attributes:
        customer_id: the customer; 0 for nobody, when the message has no usable identifier.
        via: the id of the identifier that decided; 0 for nobody.
    """

    customer_id: int
    via: int


NOBODY = Attribution(0, 0)


class IdentifierKey(NamedTuple):
    """An identifier as OneID keeps it; of a personal one the value is its fingerprint."""

    type: str
    scope: str
    value: str


class Holder(NamedTuple):
    """Whose an identifier is now."""

    identifier_id: int
    customer_id: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """What :func:`siyu.identity.service.resolve` found.

    Attributes:
        attributions: one for each message, in the order of the messages.
        created: customers that are new.
        merged: (loser, winner) of every merge of customers that existed before.
        facts: to be appended to the timeline by the caller, in the same transaction.
    """

    attributions: list[Attribution]
    created: list[int] = field(default_factory=list)
    merged: list[tuple[int, int]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    @property
    def moved(self) -> list[tuple[list[int], int]]:
        """(identifiers, the customer they went to) of every split, automatic or by an operator."""
        return _moved(self.facts)


@dataclass(frozen=True, slots=True)
class BulkLink:
    """Two identifiers that belong together, as a bulk import knows it.

    The link is by contact when either claim is.

    Attributes:
        one: one claim, not yet normalised.
        other: the other one.
        source_id: who says so.
        message_id: in which message first.
        first_seen: when first, tz-aware.
        last_seen: when last.
        times: how often.
    """

    one: IdentifierClaim
    other: IdentifierClaim
    source_id: int
    message_id: str
    first_seen: datetime
    last_seen: datetime
    times: int = 1


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What a bulk import did.

    Attributes:
        identifiers: how many are new.
        customers: how many are new.
        links: how many pairs came of each outcome (``merged``, ``same``, ``demoted``, ``review``, ``rejected``).
        unusable: links of which one side identifies nobody, or both sides are the same.
        merged: (loser, winner) of customers that existed before.
        facts: to be appended to the timeline by the caller, in the same transaction.
    """

    identifiers: int
    customers: int
    links: Mapping[str, int]
    unusable: int
    merged: list[tuple[int, int]]
    facts: list[Fact]

    @property
    def moved(self) -> list[tuple[list[int], int]]:
        """(identifiers, the customer they went to) of those that left a customer."""
        return _moved(self.facts)


def _moved(facts: Sequence[Fact]) -> list[tuple[list[int], int]]:
    return [
        (fact.properties["identifiers"], fact.properties["other"]) for fact in facts if fact.kind == "customer.split"
    ]


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier as stored; ``value`` of a personal type is a fingerprint, shown through the vault only."""

    id: int
    type: str
    scope: str
    value: str
    customer_id: int
    state: IdentifierState
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """Values of two identifiers of one customer that evidence ties to each other; ``place``: where a list goes on."""

    stronger: str = field(repr=False)
    weaker: str = field(repr=False)
    place: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why two identifiers are, or are not, one person.

    Attributes:
        stronger: id of the identifier that facts follow.
        weaker: id of the other one.
        strength: ``contact``, ``self`` or ``operator``.
        state: what became of it.
        reason: why, when it did not simply merge: ``limit:user_id``, ``shared``, ``apart``, ``claimed``, ``released``.
        source_id: the source of the first message that said so; 0 for an operator.
        message_id: that message.
        first_seen: when that was.
        last_seen: when it was last said, exact to an hour.
        times: in how many different hours it was said; by a bulk import: in how many messages.
    """

    stronger: int
    weaker: int
    strength: str
    state: EvidenceState
    reason: str
    source_id: int
    message_id: str
    first_seen: datetime
    last_seen: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Graph:
    """One customer's identifiers, every edge that touches them, and what happened to them."""

    customer_id: int
    identifiers: list[Identifier]
    edges: list[Evidence]
    history: list["LedgerEntry"]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One act on the partition of identifiers into customers.

    Attributes:
        seq: position in the log; the acts that one link or one operator caused share it.
        op: ``merge``, ``release``, ``share`` (Siyu's own), ``confirm``, ``split``, ``reject``, ``propose``.
        customer_id: the customer that stays.
        other_id: the customer that was merged away, or that is new after a split or release; 0 when none.
        identifiers: those that moved.
        stronger: of the evidence that caused it; 0 when none.
        weaker: likewise.
        actor: who; ``siyu`` for an automatic act.
        reason: why.
        at: when.
    """

    seq: int
    op: str
    customer_id: int
    other_id: int
    identifiers: Sequence[int]
    stronger: int
    weaker: int
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Aliases:
    """Under which ids a customer's facts are found.

    A fact is this customer's when its ``via`` is in ``moved_in``, or when its ``customer_id`` is in ``customer_ids``
    and its ``via`` is not in ``moved_away``.
    """

    customer_id: int
    customer_ids: list[int]
    moved_in: list[int]
    moved_away: list[int]


@dataclass(frozen=True, slots=True)
class ManyAliases:
    """The same of many customers at once, as arrays.

    A fact is of ``customers[i]`` when its ``via`` is ``identifiers[i]``; else, when its ``via`` is in neither
    ``identifiers`` nor ``departed``, of whom the ``customer_id`` it was written for stands for: ``merged_into[i]`` for
    ``merged[i]``, itself for any other.
    """

    merged: NDArray[np.int64]
    merged_into: NDArray[np.int64]
    identifiers: NDArray[np.int64]
    customers: NDArray[np.int64]
    departed: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SplitPreview:
    """What a split would do: who leaves, who stays, and the evidence between them that it would overrule."""

    customer_id: int
    leaving: list[Identifier]
    staying: list[Identifier]
    overruled: list[Evidence]


@dataclass(frozen=True, slots=True)
class AssetCounts:
    """The OneID assets.

    Attributes:
        identifiers: how many of each type.
        people_by_channels: how many of the known people are known on 0, 1, 2 … channels; numbers that nobody has are
            absent. On none is who has no account anywhere, only a phone, say: :mod:`siyu.identity.rules.channels` says what counts.
        anonymous: people of whom only devices are known.
        known: everybody else.
    """

    identifiers: Mapping[str, int]
    people_by_channels: Mapping[int, int]
    anonymous: int
    known: int


@dataclass(frozen=True, slots=True)
class Difference:
    """An identifier or an edge that is not as the log says it should be."""

    what: str
    key: str
    stored: str
    rebuilt: str


FACTS: tuple[FactKind, ...] = (
    FactKind(
        "customer.merged",
        1,
        "Two customers turned out to be one person; this one stays.",
        "客户合并",
        {
            "loser": ("integer", "id of the customer that was merged into this one"),
            "reason": ("string", "`link` when a message tied them together, `confirm` when an operator did"),
            "stronger": ("integer", "id of the stronger identifier of the evidence"),
            "weaker": ("integer", "id of the weaker identifier of the evidence"),
        },
    ),
    FactKind(
        "customer.split",
        1,
        "Identifiers left this customer, because they belong to somebody else.",
        "客户拆分",
        {
            "other": ("integer", "id of the customer to whom they belong now"),
            "identifiers": ("array", "ids of the identifiers that left"),
            "reason": ("string", "`split` by an operator, `claimed` by its owner, `shared` by too many people"),
        },
    ),
)
