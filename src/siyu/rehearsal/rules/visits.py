"""When people visit the website and the mini program, on which device, and what they look at."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from siyu.rehearsal.rules.calendar import DAY, ZONE, make_calendar, moments
from siyu.rehearsal.rules.catalogue import EACH
from siyu.rehearsal.types import NEVER, STORES, Bools, Brand, Ints, Shop

VISITS: Final = 2.6  # on average, of a person who is a customer for the whole window, on each of the two
STAYS: Final = 25 * DAY  # how long people go on visiting after their last purchase, on average
FAMILY_TABLET: Final = 0.35  # of the visits to the website by people of a household
BROWSER_FORGETS: Final = 75  # days after which a browser has a new anonymous id
STORE_TABLET: Final = 0.1  # of the members who join are signed up at a store's desk
MINI_BUYS: Final = 0.6  # of the mall's orders come through the mini program that tracks


class Source(IntEnum):
    """Where a visit happens."""

    WEBSITE = 0
    MINI = 1


class Device(IntEnum):
    """Whose device it is."""

    OWN = 0
    FAMILY = 1
    STORE = 2


class What(IntEnum):
    """What happens in a visit, in the order in which it happens at one moment."""

    OPEN = 0
    IDENTIFY = 1
    VIEW = 2
    ADD = 3
    CHECKOUT = 4
    ORDER = 5
    CANCEL = 6
    REFUND = 7


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """One visit each.

    Attributes:
        device: a :class:`Device`; ``which`` tells the person's own devices, or the stores, apart.
        known: the visitor is signed in; ``tells`` when the visit also says who that is.
        order: the order it ends with, -1 for none.
    """

    person: Ints
    source: Ints
    start: Ints
    device: Ints
    which: Ints
    known: Bools
    tells: Bools
    order: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Happenings:
    """What happened, by source and time. ``visit`` is a position in the visits, ``product`` -1 for none."""

    visit: Ints
    what: Ints
    at: Ints
    product: Ints


def make_visits(brand: Brand) -> Visits:
    """Every visit up to the end of the brand."""
    rng = np.random.default_rng([brand.seed, 3])
    parts = [
        _browsing(rng, brand, Source.WEBSITE, brand.people.web),
        _browsing(rng, brand, Source.MINI, brand.people.mini),
        _shopping(rng, brand, Source.WEBSITE),
        _shopping(rng, brand, Source.MINI),
        _joining(rng, brand),
    ]
    names = Visits.__slots__
    return Visits(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _browsing(rng: np.random.Generator, brand: Brand, source: Source, uses: Bools) -> Visits:
    people, orders = brand.people, brand.orders
    calendar = make_calendar(brand.end, brand.days)
    last_order = people.joined.copy()
    np.maximum.at(last_order, orders.buyer, orders.placed)
    begin = np.maximum(people.joined, brand.start)
    stop = np.minimum(np.maximum(last_order, brand.start) + rng.exponential(STAYS, len(people)), brand.end)
    share = np.clip((stop - begin) / (brand.days * DAY), 0, 1)
    mean = np.where(uses, VISITS * (0.15 + share) * rng.gamma(1.2, 1 / 1.2, len(people)), 0.0)
    person = np.repeat(np.arange(len(people), dtype=np.int64), rng.poisson(mean))
    when = begin[person] + (np.maximum(stop - begin, 0)[person] * rng.random(len(person)))
    day = np.clip((when.astype(np.int64) - brand.start) // DAY, 0, brand.days - 1)
    start = moments(rng, calendar, day)
    kept = (start < brand.end - 600) & (start >= people.joined[person])
    person, start, day = person[kept], start[kept], day[kept]
    family = (people.household[person] >= 0) & (rng.random(len(person)) < FAMILY_TABLET) & (source == Source.WEBSITE)
    known = rng.random(len(person)) < (0.55 if source == Source.WEBSITE else 0.7)
    return Visits(
        person=person,
        source=np.full(len(person), source, np.int64),
        start=start,
        device=np.where(family, Device.FAMILY, Device.OWN).astype(np.int64),
        which=_own_device(rng, source, person, day),
        known=known,
        tells=known & (rng.random(len(person)) < 0.35),
        order=np.full(len(person), -1, np.int64),
    )


def _own_device(rng: np.random.Generator, source: Source, person: Ints, day: Ints) -> Ints:
    """A mini program keeps its id; browsers, of which most people have two, forget theirs."""
    if source == Source.MINI:
        return np.full(len(person), 1, np.int64)
    second = (person % 3 > 0) & (rng.random(len(person)) < 0.3)
    return 10 + 1000 * second + (day + person % BROWSER_FORGETS) // BROWSER_FORGETS


def _shopping(rng: np.random.Generator, brand: Brand, source: Source) -> Visits:
    """The visits that end with an order: all of the website's, most of the mall's."""
    orders = brand.orders
    shop = Shop.WEBSITE if source == Source.WEBSITE else Shop.YOUZAN
    here = (orders.shop == shop) & (orders.paid_at <= brand.end)
    if source == Source.MINI:
        here &= rng.random(len(orders)) < MINI_BUYS
    order = np.flatnonzero(here)
    person = orders.buyer[order]
    start = orders.placed[order] - rng.integers(5 * 60, 40 * 60, len(order))
    always = np.ones(len(order), np.bool_)
    return Visits(
        person=person,
        source=np.full(len(order), source, np.int64),
        start=start,
        device=np.full(len(order), Device.OWN, np.int64),
        which=_own_device(rng, source, person, np.maximum(start - brand.start, 0) // DAY),
        known=always,
        tells=always,
        order=order,
    )


def _joining(rng: np.random.Generator, brand: Brand) -> Visits:
    """Members who sign up on the tablet at a store's desk, which so stands for many people."""
    people = brand.people
    joins = people.member & people.web & (people.joined > brand.start) & (people.joined < brand.end - 600)
    person = np.flatnonzero(joins & (rng.random(len(people)) < STORE_TABLET))
    always = np.ones(len(person), np.bool_)
    in_store = (people.joined[person] + ZONE) // DAY * DAY - ZONE + rng.integers(11 * 3600, 20 * 3600, len(person))
    return Visits(
        person=person,
        source=np.full(len(person), Source.WEBSITE, np.int64),
        start=np.minimum(in_store, brand.end - 600),
        device=np.full(len(person), Device.STORE, np.int64),
        which=person % len(STORES),
        known=always,
        tells=always,
        order=np.full(len(person), -1, np.int64),
    )


def make_happenings(brand: Brand, visits: Visits) -> Happenings:
    """What happened in every visit, up to the end of the brand, sorted by source and time."""
    rng = np.random.default_rng([brand.seed, 4])
    every = np.arange(len(visits.person), dtype=np.int64)
    desk = visits.device == Device.STORE
    browse = np.flatnonzero((visits.order < 0) & ~desk)
    shop = np.flatnonzero(visits.order >= 0)
    looked = np.repeat(browse, rng.geometric(0.42, len(browse)))
    added = looked[rng.random(len(looked)) < 0.12]
    lines, owner = _bought(brand, visits, shop)
    orders = brand.orders
    website = shop[visits.source[shop] == Source.WEBSITE]
    bought = visits.order[website]
    parts = [
        _part(every[~desk], What.OPEN, visits.start[~desk]),
        _part(every[visits.tells], What.IDENTIFY, visits.start[visits.tells] + 9),
        _part(
            looked,
            What.VIEW,
            visits.start[looked] + rng.integers(15, 480, len(looked)),
            _liked(rng, brand, visits, looked),
        ),
        _part(
            added, What.ADD, visits.start[added] + rng.integers(480, 560, len(added)), _liked(rng, brand, visits, added)
        ),
        _part(owner, What.VIEW, visits.start[owner] + rng.integers(15, 200, len(owner)), brand.lines.product[lines]),
        _part(owner, What.ADD, visits.start[owner] + rng.integers(200, 280, len(owner)), brand.lines.product[lines]),
        _part(shop, What.CHECKOUT, orders.placed[visits.order[shop]]),
        _part(website, What.ORDER, orders.paid_at[bought]),
        _back(brand, website, bought),
    ]
    found = Happenings(*(np.concatenate([getattr(part, name) for part in parts]) for name in Happenings.__slots__))
    kept = np.flatnonzero(found.at <= brand.end)
    kept = kept[np.lexsort((found.visit[kept], found.what[kept], found.at[kept], visits.source[found.visit[kept]]))]
    return Happenings(found.visit[kept], found.what[kept], found.at[kept], found.product[kept])


def _part(visit: Ints, what: What, at: Ints, product: Ints | None = None) -> Happenings:
    nothing = np.full(len(visit), -1, np.int64)
    return Happenings(visit, np.full(len(visit), what, np.int64), at, nothing if product is None else product)


def _back(brand: Brand, visit: Ints, order: Ints) -> Happenings:
    """Money that comes back: a cancellation before the goods are sent, a refund after."""
    orders = brand.orders
    back = np.flatnonzero(orders.refunded[order] < NEVER)
    cancelled = orders.shipped[order[back]] == NEVER
    what = np.where(cancelled, What.CANCEL, What.REFUND).astype(np.int64)
    return Happenings(visit[back], what, orders.refunded[order[back]], np.full(len(back), -1, np.int64))


def _bought(brand: Brand, visits: Visits, shop: Ints) -> tuple[Ints, Ints]:
    """The lines of the orders of visits, and the visit of each."""
    order = visits.order[shop]
    first = brand.orders.first_line
    counts = first[order + 1] - first[order]
    owner = np.repeat(np.arange(len(shop), dtype=np.int64), counts)
    lines = first[order][owner] + np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]
    return lines, shop[owner]


def _liked(rng: np.random.Generator, brand: Brand, visits: Visits, visit: Ints) -> Ints:
    """Goods to look at: mostly of the categories that the person likes."""
    liked = brand.people.liked[visits.person[visit]]
    luck = rng.random(len(visit))
    category = np.where(luck < 0.5, liked[:, 0], np.where(luck < 0.75, liked[:, 1], rng.integers(0, 8, len(visit))))
    return category * EACH + (EACH * rng.random(len(visit)) ** 2).astype(np.int64)
