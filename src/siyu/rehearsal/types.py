"""What the demo brand is made of. Arrays of one class are parallel; people, orders and products are positions in them.

Moments are whole seconds since 1970 UTC, :data:`NEVER` for what does not happen; amounts are fen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

NEVER: Final = 1 << 60
NAME: Final = "云岫百货"


class Shop(IntEnum):
    """The brand's shops; the value is the position in :data:`SHOPS`."""

    TMALL = 0
    JD = 1
    DOUDIAN = 2
    YOUZAN = 3
    WECHAT = 4
    PINDUODUO = 5
    STORES = 6
    WEBSITE = 7


@dataclass(frozen=True, slots=True)
class ShopInfo:
    """A shop as its platform calls it.

    Attributes:
        platform: as orders name it.
        name: of the shop.
        share: of first purchases, in percent.
        knows_buyer: its orders carry something by which a person can be recognised.
    """

    platform: str
    name: str
    share: int
    knows_buyer: bool = True


SHOPS: Final = (
    ShopInfo("taobao", f"{NAME}旗舰店", 28),
    ShopInfo("jd", f"{NAME}京东旗舰店", 12),
    ShopInfo("doudian", f"{NAME}抖音旗舰店", 10, knows_buyer=False),
    ShopInfo("youzan", f"{NAME}微商城", 14),
    ShopInfo("wechat_shop", f"{NAME}微信小店", 8),
    ShopInfo("pinduoduo", f"{NAME}品牌折扣店", 6, knows_buyer=False),
    ShopInfo("youzan", f"{NAME}门店", 16),  # each order names one of STORES
    ShopInfo("tracking", f"{NAME}官网", 6),
)
STORES: Final = (f"{NAME}·梧桐路店", f"{NAME}·望江门店", f"{NAME}·星海广场店")
WEBSITE, MINI_PROGRAM = "demo-website", "demo-mini-program"  # names of the sources that send tracking events
CORP = "ww7d3mo0yunxiu0000"  # the brand's WeCom
APP_ID, FOLLOWED_ID = "wxd3e0000000000001", "wxd3e0000000000002"  # its mini program, and its official account
MCH_ID = "1603090001"  # its merchant of WeChat Pay


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """What the brand sells; the same goods in every shop. ``category`` is a position in ``categories``."""

    categories: tuple[tuple[str, str], ...]
    names: list[str]
    variants: list[str]
    codes: list[str]
    category: Ints
    price: Ints


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Everybody, buyer or not.

    Attributes:
        joined: when they first bought or, never buying, first came; before the window for old customers.
        buys: whether they ever buy.
        rate: purchases a day while they are customers.
        drop: chance that a purchase is their last.
        home: the shop they came through; ``second`` and ``third`` are where they also buy.
        liked: positions of their favourite categories, two a person.
        household: those with the same number share a home and a tablet; -1 for who lives alone.
        friend: to whom they send gifts.
        phone: the first number; ``new_phone`` (0 for none) replaces it at ``changed``; ``work_phone`` (0 for none) is
            used besides it.
        previous_owner: who had ``phone`` before them; -1 for nobody.
        member, web, mini, wecom: joined the membership in a store; has an account on the website; uses the mini program;
            is a WeCom friend of a member of staff.
    """

    joined: Ints
    buys: Bools
    rate: Floats
    drop: Floats
    home: Ints
    second: Ints
    third: Ints
    liked: Ints
    household: Ints
    friend: Ints
    phone: Ints
    new_phone: Ints
    changed: Ints
    work_phone: Ints
    previous_owner: Ints
    member: Bools
    web: Bools
    mini: Bools
    wecom: Bools
    names: list[str]
    female: Bools
    born: list[str]
    emails: list[str]
    city: Ints
    address: list[str]

    def __len__(self) -> int:
        return len(self.joined)

    def phone_at(self, person: Ints, moment: Ints) -> Ints:
        """The number by which somebody is reached at a moment."""
        return np.where(moment < self.changed[person], self.phone[person], self.new_phone[person])


class Outcome(IntEnum):
    """What becomes of an order in the end."""

    KEPT = 0
    UNPAID = 1
    CANCELLED = 2  # paid, and all of it back before it was sent
    RETURNED = 3  # all of it back after it was received
    PARTLY = 4  # a part back after it was received


class State(IntEnum):
    """What an order is at a moment."""

    PLACED = 0
    PAID = 1
    SHIPPED = 2
    RECEIVED = 3
    CLOSED_UNPAID = 4
    CLOSED_REFUNDED = 5


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Every order, in the order of time. ``first_line`` has one entry more: lines of ``i`` are ``[i]`` to ``[i + 1]``.

    Attributes:
        receiver: to whom it is sent: mostly the buyer.
        by_work_phone: the buyer gave the work phone.
        refund: what comes back at ``refunded``, whole for :data:`Outcome.CANCELLED` and ``RETURNED``.
        goods: sum of list prices; ``paid`` is what is left of it after the discount, with ``postage``.
    """

    number: list[str]
    buyer: Ints
    shop: Ints
    store: Ints
    receiver: Ints
    by_work_phone: Bools
    outcome: Ints
    placed: Ints
    paid_at: Ints
    shipped: Ints
    received: Ints
    refunded: Ints
    closed: Ints
    goods: Ints
    postage: Ints
    paid: Ints
    refund: Ints
    first_line: Ints

    def __len__(self) -> int:
        return len(self.buyer)

    def state_at(self, moment: int) -> Ints:
        """The :class:`State` of each order at a moment after it was placed."""
        state = (self.paid_at <= moment).astype(np.int64)
        state += (self.shipped <= moment).astype(np.int64) + (self.received <= moment)
        state[(self.outcome == Outcome.UNPAID) & (self.closed <= moment)] = State.CLOSED_UNPAID
        back = np.isin(self.outcome, (Outcome.CANCELLED, Outcome.RETURNED)) & (self.refunded <= moment)
        state[back] = State.CLOSED_REFUNDED
        return state

    def paid_by(self, moment: int) -> Ints:
        """Fen paid for each order by then."""
        return np.where(self.paid_at <= moment, self.paid, 0)

    def refunded_by(self, moment: int) -> Ints:
        """Fen given back for each order by then."""
        return np.where(self.refunded <= moment, self.refund, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """What was bought, in the order of the orders. ``refund`` comes back when the order's does, without postage."""

    order: Ints
    product: Ints
    quantity: Ints
    price: Ints
    paid: Ints
    refund: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Brand:
    """A brand that lived from ``start`` to ``end``. ``key`` tells brands of different parameters apart."""

    key: str
    seed: int
    days: int
    start: int
    end: int
    people: People
    catalogue: Catalogue
    orders: Orders
    lines: Lines


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A written file.

    Attributes:
        kind: of its rows.
        shop: to be told to the importer, because the file does not say it; empty where it does.
        rows: without the header.
    """

    path: Path
    kind: Literal["orders", "customers"]
    platform: str
    shop: str
    rows: int


@dataclass(frozen=True, slots=True)
class TrackingBatch:
    """Events for one request.

    Attributes:
        source: name of the source whose write key sends it.
        path: ``/v1/import`` for what is long past, ``/v1/batch`` for what is recent.
        events: in Segment's shape, at most 500 and well under 500 KB.
    """

    source: str
    path: str
    events: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is true of a brand at its end, to compare with what Siyu finds.

    Attributes:
        owners: (type, scope, value as sent) of an identifier → positions of the people who use or used it. Some phones,
            mail addresses and ids of WeChat stand in no file and no event. The scope of ``user_id`` and ``anonymous_id`` is the source's name.
        buyers: (platform, shop, order number) of every order that Siyu can see → position of its buyer.
        orders: paid orders of each person; ``net`` what they paid less what they got back.
        shops: (platform, shop) → (paid, refunded) in fen.
        recognisable: whether a person's paid orders are all from shops that know the buyer.
    """

    owners: Mapping[tuple[str, str, str], tuple[int, ...]]
    buyers: Mapping[tuple[str, str, str], int]
    orders: Ints
    net: Ints
    shops: Mapping[tuple[str, str], tuple[int, int]]
    recognisable: Bools


@dataclass(frozen=True, slots=True)
class MerchantKeys:
    """What is needed to speak for a merchant of WeChat Pay. Keys are in PEM, but for the APIv3 key."""

    mch_id: str
    app_id: str
    serial: str
    private_key: str
    api_key: str
    platform_key_id: str
    platform_key: str


@dataclass(frozen=True, slots=True)
class Example:
    """Somebody worth looking at: the phone to find them by, and what is special about them."""

    title: str
    phone: str
