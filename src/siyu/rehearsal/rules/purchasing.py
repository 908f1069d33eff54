"""Who buys what, when and where, and what becomes of it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from siyu.rehearsal.rules.calendar import ZONE, Calendar, day_of, moments
from siyu.rehearsal.rules.catalogue import EACH
from siyu.rehearsal.types import NEVER, STORES, Bools, Catalogue, Floats, Ints, Lines, Orders, Outcome, People, Shop

HOUR: Final = 3600
GIFTS: Final = 0.04
FOR_HOUSEHOLD: Final = 0.12
FREE_POSTAGE_FROM: Final = 9_900
POSTAGE: Final = 800
_MOST_PURCHASES: Final = 500  # of one person; the law of rates has a long tail
_OUTCOMES: Final = (0.875, 0.035, 0.03, 0.03, 0.03)  # in the order of Outcome
_LINES: Final = (0.55, 0.27, 0.12, 0.06)  # one line, two …
_DISCOUNTS: Final = (0, 0, 0, 0, 0, 5, 5, 10, 10, 15)  # percent
_CAMPAIGN_DISCOUNTS: Final = (10, 15, 20, 20, 25, 25, 30, 30, 35, 40)


def make_orders(
    rng: np.random.Generator, calendar: Calendar, people: People, catalogue: Catalogue, end: int
) -> tuple[Orders, Lines]:
    """Every order placed up to ``end``, with its lines."""
    buyer, day = _purchases(rng, calendar, people)
    shop = _shops(rng, people, buyer)
    placed = np.where(shop == Shop.STORES, moments(rng, calendar, day, in_store=True), moments(rng, calendar, day))
    kept = np.flatnonzero(placed < end - 60)
    kept = kept[np.lexsort((buyer[kept], placed[kept]))]
    buyer, shop, placed, day = buyer[kept], shop[kept], placed[kept], day[kept]
    lines, first_line = _lines(rng, people, catalogue, buyer, day == calendar.campaign, shop)
    outcome = _outcomes(rng, shop, np.diff(first_line))
    course = _course(rng, shop, outcome, placed)
    goods = _sums(lines.price * lines.quantity, first_line)
    net = _sums(lines.paid, first_line)
    postage = np.where((net < FREE_POSTAGE_FROM) & (shop != Shop.STORES), POSTAGE, 0)
    refunds = _refunds(rng, outcome, shop, lines, first_line)
    refund = _sums(refunds, first_line)
    # WeChat's export shows what came back by line only, so there the postage stays with the shop
    whole = np.isin(outcome, (Outcome.CANCELLED, Outcome.RETURNED)) & (shop != Shop.WECHAT)
    orders = Orders(
        number=_numbers(shop, placed),
        buyer=buyer,
        shop=shop,
        store=rng.integers(0, len(STORES), len(buyer)),
        receiver=_receivers(rng, people, buyer, shop),
        by_work_phone=(people.work_phone[buyer] > 0) & (rng.random(len(buyer)) < 0.3),
        outcome=outcome,
        placed=placed,
        paid_at=course.paid,
        shipped=course.shipped,
        received=course.received,
        refunded=course.refunded,
        closed=course.closed,
        goods=goods,
        postage=postage,
        paid=net + postage,
        refund=np.where(whole, net + postage, refund),
        first_line=first_line,
    )
    return orders, Lines(lines.order, lines.product, lines.quantity, lines.price, lines.paid, refunds)


def _purchases(rng: np.random.Generator, calendar: Calendar, people: People) -> tuple[Ints, Ints]:
    """(buyer, day) of each purchase: exponential gaps at everybody's own rate, and after each the chance to drop out."""
    last = float(calendar.ticks[-1])
    person = np.flatnonzero(people.buys)
    new = people.joined[person] >= calendar.midnights[0]
    day = np.clip(np.searchsorted(calendar.midnights, people.joined[person], side="right") - 1, 0, None)
    arrival = calendar.ticks[day] + rng.random(len(person)) * (calendar.ticks[day + 1] - calendar.ticks[day])
    clock = np.where(new, arrival, _gap(rng, people, person))
    found: list[tuple[Ints, Floats]] = []
    for _ in range(_MOST_PURCHASES):
        here = clock < last
        person, clock = person[here], clock[here]
        if not len(person):
            break
        found.append((person, clock))
        stays = rng.random(len(person)) >= people.drop[person]
        person, clock = person[stays], clock[stays]
        clock = clock + _gap(rng, people, person)
    buyers = np.concatenate([buyer for buyer, _ in found]) if found else np.empty(0, np.int64)
    ticks = np.concatenate([moment for _, moment in found]) if found else np.empty(0)
    return buyers, day_of(calendar, ticks)


def _gap(rng: np.random.Generator, people: People, person: Ints) -> Floats:
    return rng.exponential(1.0, len(person)) / np.maximum(people.rate[person], 1e-9)


def _shops(rng: np.random.Generator, people: People, buyer: Ints) -> Ints:
    """Mostly the shop they came through, sometimes one of the two others that they know."""
    luck = rng.random(len(buyer))
    return np.where(luck < 0.7, people.home[buyer], np.where(luck < 0.9, people.second[buyer], people.third[buyer]))


@dataclass(frozen=True, slots=True, eq=False)
class _Goods:
    order: Ints
    product: Ints
    quantity: Ints
    price: Ints
    paid: Ints


def _lines(
    rng: np.random.Generator, people: People, catalogue: Catalogue, buyer: Ints, campaign: Bools, shop: Ints
) -> tuple[_Goods, Ints]:
    """What is in each basket: more of what the person likes, more of what sells best; no product twice."""
    count = 1 + np.searchsorted(np.cumsum(_LINES)[:-1], rng.random(len(buyer)), side="right")
    count = np.where(shop == Shop.PINDUODUO, 1, count)  # it has no baskets
    order = np.repeat(np.arange(len(buyer), dtype=np.int64), count)
    liked = people.liked[buyer[order]]
    luck = rng.random(len(order))
    other = rng.integers(0, len(catalogue.categories), len(order))
    category = np.where(luck < 0.5, liked[:, 0], np.where(luck < 0.72, liked[:, 1], other))
    popularity = np.cumsum(1 / (2.0 + np.arange(EACH)))
    rank = np.searchsorted(popularity / popularity[-1], rng.random(len(order)), side="right")
    pairs = np.unique(order * 10_000 + category * EACH + rank)
    order, product = pairs // 10_000, pairs % 10_000
    quantity = 1 + np.searchsorted((0.88, 0.97), rng.random(len(order)), side="right")
    price = catalogue.price[product]
    choice = rng.integers(0, len(_DISCOUNTS), len(buyer))
    discount = np.where(campaign, np.array(_CAMPAIGN_DISCOUNTS)[choice], np.array(_DISCOUNTS)[choice])
    discount = discount + np.where(shop == Shop.PINDUODUO, 30, 0)  # an outlet
    paid = price * quantity * (100 - discount[order]) // 100
    first_line = np.concatenate(([0], np.cumsum(np.bincount(order, minlength=len(buyer))))).astype(np.int64)
    return _Goods(order, product, quantity.astype(np.int64), price, paid), first_line


def _outcomes(rng: np.random.Generator, shop: Ints, line_count: Ints) -> Ints:
    """What becomes of each order, as far as the export of its platform can show it."""
    outcome = np.searchsorted(np.cumsum(_OUTCOMES)[:-1], rng.random(len(shop)), side="right").astype(np.int64)
    partly, unpaid = outcome == Outcome.PARTLY, outcome == Outcome.UNPAID
    outcome[(shop == Shop.JD) & (partly | (outcome == Outcome.RETURNED))] = Outcome.KEPT  # JD shows cancelled ones only
    outcome[(shop == Shop.PINDUODUO) & (partly | unpaid)] = Outcome.KEPT
    outcome[(shop == Shop.DOUDIAN) & partly & (line_count < 2)] = Outcome.KEPT  # Doudian shows refunds of whole lines
    outcome[(shop == Shop.WEBSITE) & unpaid] = Outcome.KEPT  # an unpaid order is no event
    outcome[(shop == Shop.STORES) & np.isin(outcome, (Outcome.UNPAID, Outcome.CANCELLED))] = Outcome.KEPT
    return outcome


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    paid: Ints
    shipped: Ints
    received: Ints
    refunded: Ints
    closed: Ints


def _course(rng: np.random.Generator, shop: Ints, outcome: Ints, placed: Ints) -> _Course:
    """When each order was paid, sent, received, refunded and closed, whether that is past or still to come."""
    count = len(placed)
    store = shop == Shop.STORES
    paid = placed + np.where(store, 0, rng.integers(8, 15 * 60, count))
    shipped = np.where(store, paid, paid + (HOUR * rng.gamma(3.0, 8.0, count)).astype(np.int64) + HOUR)
    received = np.where(store, paid, shipped + rng.integers(36 * HOUR, 8 * 24 * HOUR, count))
    early = paid + rng.integers(600, 20 * HOUR, count)
    late = received + rng.integers(12 * HOUR, 9 * 24 * HOUR, count)
    paid[outcome == Outcome.UNPAID] = NEVER
    not_sent = np.isin(outcome, (Outcome.UNPAID, Outcome.CANCELLED))
    shipped[not_sent] = received[not_sent] = NEVER
    refunded = np.full(count, NEVER, np.int64)
    refunded = np.where(outcome == Outcome.CANCELLED, early, refunded)
    refunded = np.where(np.isin(outcome, (Outcome.RETURNED, Outcome.PARTLY)), late, refunded)
    closed = np.where(np.isin(outcome, (Outcome.CANCELLED, Outcome.RETURNED)), refunded, NEVER)
    closed = np.where(outcome == Outcome.UNPAID, placed + 24 * HOUR, closed)
    return _Course(paid, shipped, received, refunded, closed)


def _refunds(rng: np.random.Generator, outcome: Ints, shop: Ints, lines: _Goods, first_line: Ints) -> Ints:
    """What comes back of each line: all, or of an order's last line the whole or a part."""
    whole = np.isin(outcome, (Outcome.CANCELLED, Outcome.RETURNED))
    refunds = np.where(whole[lines.order], lines.paid, 0)
    partly = np.flatnonzero(outcome == Outcome.PARTLY)
    last = first_line[partly + 1] - 1
    whole_line = ((last - first_line[partly]) > 0) & (rng.random(len(partly)) < 0.6) | (shop[partly] == Shop.DOUDIAN)
    percent = np.where(whole_line, 100, rng.integers(2, 9, len(partly)) * 10)
    refunds[last] = lines.paid[last] * percent // 100
    return refunds


def _receivers(rng: np.random.Generator, people: People, buyer: Ints, shop: Ints) -> Ints:
    luck = rng.random(len(buyer))
    at_home = people.household[buyer]
    mate = np.where(at_home >= 0, at_home * 3 + rng.integers(0, 3, len(buyer)), buyer)
    receiver = np.where(luck < GIFTS, people.friend[buyer], buyer)
    receiver = np.where((luck >= GIFTS) & (luck < GIFTS + FOR_HOUSEHOLD), mate, receiver)
    return np.where(shop == Shop.STORES, buyer, receiver)


def _sums(values: Ints, first_line: Ints) -> Ints:
    """Sums over the lines of each order."""
    total = np.concatenate(([0], np.cumsum(values)))
    return (total[first_line[1:]] - total[first_line[:-1]]).astype(np.int64)


def _numbers(shop: Ints, placed: Ints) -> list[str]:
    """Order numbers as each platform makes them."""
    days = np.datetime_as_string((placed + ZONE).astype("datetime64[s]"), unit="s")
    return [
        _number(Shop(kind), at, "".join(filter(str.isdigit, when)))
        for at, (kind, when) in enumerate(zip(shop.tolist(), days.tolist(), strict=True))
    ]


def _number(shop: Shop, at: int, when: str) -> str:
    long = at * 7_919_000_013
    match shop:
        case Shop.TMALL:
            return str(3_400_000_000_000_000_000 + long)
        case Shop.JD:
            return str(290_000_000_000 + at * 7_919)
        case Shop.DOUDIAN:
            return str(6_930_000_000_000_000_000 + long)
        case Shop.WECHAT:
            return str(3_720_000_000_000_000_000 + long)
        case Shop.PINDUODUO:
            return f"{when[2:8]}-{long % 10**15:015d}"
        case Shop.WEBSITE:
            return f"W{when[:8]}{at * 7_919 % 10**8:08d}"
        case _:
            return f"E{when}{at * 7_919 % 10**8:08d}{shop.value}"
