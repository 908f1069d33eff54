"""Who the people are: how they buy (a Pareto-like mix of heavy and light buyers who drop out for good), where, and the
oddities that make recognising them hard: households, recycled phones, second phones, gifts.
"""

from typing import Final

import numpy as np

from siyu.rehearsal.rules.calendar import DAY, Calendar
from siyu.rehearsal.rules.words import (
    CITIES,
    GIVEN_FEMALE,
    GIVEN_MALE,
    MAIL_HOSTS,
    PHONES,
    STREETS,
    SURNAME_WEIGHTS,
    SURNAMES,
    phone_numbers,
    spread,
)
from siyu.rehearsal.types import NEVER, SHOPS, Bools, Ints, People

MOST_PEOPLE: Final = PHONES // 3
OLD_CUSTOMERS: Final = 0.45
BUYERS: Final = 0.8
GIVES_UP_NUMBER: Final = 0.02  # about half of these numbers are handed on to somebody
WORK_PHONE: Final = 0.08
FRIENDS: Final = 0.5  # of a member of staff, in WeCom
HOUSEHOLD: Final = 3
HOUSEHOLDS: Final = 6  # one in so many groups of three is a household
HAS_MAIL: Final = 0.35
_RATE_SHAPE, _RATE_MEAN = 0.85, 1 / 19  # of the gamma law of purchases a day
_DROP_A, _DROP_B = 0.9, 6.0  # of the beta law of the chance to drop out after a purchase
_HANDED_ON_AFTER: Final = 20 * DAY


def make_people(rng: np.random.Generator, calendar: Calendar, count: int, seed: int) -> People:
    """``count`` people."""
    at = np.arange(count, dtype=np.int64)
    start, end = int(calendar.midnights[0]), int(calendar.midnights[-1]) + DAY
    old = rng.random(count) < OLD_CUSTOMERS
    joined = np.where(
        old,
        start - rng.integers(DAY, 400 * DAY, count),
        start + ((end - start) * rng.random(count) ** 0.85).astype(np.int64),
    )
    home = _draw_shop(rng, count)
    female = rng.random(count) < np.where(home == 0, 0.66, 0.56)
    household = np.where((at // HOUSEHOLD) % HOUSEHOLDS == 2, at // HOUSEHOLD, -1)
    household[household == (count - 1) // HOUSEHOLD] = -1  # the last group may not be whole
    phone = phone_numbers(3 * at, seed)
    changed, new_phone = _changes(rng, count, start, end, seed)
    previous_owner = _hand_on(rng, joined, changed, phone, start)
    city, address = _homes(rng, count, household)
    return People(
        joined=joined,
        buys=rng.random(count) < BUYERS,
        rate=rng.gamma(_RATE_SHAPE, _RATE_MEAN / _RATE_SHAPE, count),
        drop=rng.beta(_DROP_A, _DROP_B, count),
        home=home,
        second=_draw_shop(rng, count),
        third=_draw_shop(rng, count),
        liked=_liked(rng, female),
        household=household,
        friend=(at + rng.integers(1, max(count, 2), count)) % count,
        phone=phone,
        new_phone=new_phone,
        changed=changed,
        work_phone=np.where(rng.random(count) < WORK_PHONE, phone_numbers(3 * at + 2, seed), 0),
        previous_owner=previous_owner,
        member=rng.random(count) < np.where(home == 6, 0.9, 0.32),
        web=(rng.random(count) < 0.36) | (household >= 0) | (home == 7),
        mini=(rng.random(count) < 0.42) | (home == 3),
        wecom=rng.random(count) < FRIENDS,
        names=_names(rng, female),
        female=female,
        born=_birthdays(rng, count),
        emails=_emails(rng, at, seed),
        city=city,
        address=address,
    )


def _draw_shop(rng: np.random.Generator, count: int) -> Ints:
    shares = np.cumsum([shop.share for shop in SHOPS]) / sum(shop.share for shop in SHOPS)
    return np.searchsorted(shares, rng.random(count), side="right").astype(np.int64)


def _liked(rng: np.random.Generator, female: Bools) -> Ints:
    women, men = np.array([24, 3, 14, 22, 12, 10, 9, 6.0]), np.array([4, 26, 20, 4, 12, 7, 16, 11.0])
    liked = np.empty((len(female), 2), np.int64)
    for column in range(2):
        for group, weights in ((female, women), (~female, men)):
            shares = np.cumsum(weights) / weights.sum()
            liked[group, column] = np.searchsorted(shares, rng.random(int(group.sum())), side="right")
    return liked


def _changes(rng: np.random.Generator, count: int, start: int, end: int, seed: int) -> tuple[Ints, Ints]:
    """When somebody gives up a number, in the first half of the window, and the number that follows."""
    gives_up = rng.random(count) < GIVES_UP_NUMBER
    moment = start + ((end - start) * (0.1 + 0.4 * rng.random(count))).astype(np.int64)
    following = phone_numbers(3 * np.arange(count, dtype=np.int64) + 1, seed)
    return np.where(gives_up, moment, NEVER), np.where(gives_up, following, 0)


def _hand_on(rng: np.random.Generator, joined: Ints, changed: Ints, phone: Ints, start: int) -> Ints:
    """Give numbers that were given up to people who come later. Changes ``phone``."""
    previous = np.full(len(joined), -1, np.int64)
    free = np.flatnonzero(changed < NEVER)
    takers = np.flatnonzero((joined > start) & (changed == NEVER))
    takers = rng.permutation(takers)[: len(free)]
    free, takers = free[np.argsort(changed[free])], takers[np.argsort(joined[takers])]
    late = 0
    for owner in free[: len(free) // 2]:
        while late < len(takers) and joined[takers[late]] < changed[owner] + _HANDED_ON_AFTER:
            late += 1
        if late == len(takers):
            break
        phone[takers[late]], previous[takers[late]] = phone[owner], owner
        late += 1
    return previous


def _homes(rng: np.random.Generator, count: int, household: Ints) -> tuple[Ints, list[str]]:
    weights = np.cumsum([weight for *_, weight in CITIES])
    city = np.searchsorted(weights / weights[-1], rng.random(count), side="right").astype(np.int64)
    parts = rng.integers(0, (len(STREETS), 300, 20, 25, 4), (count, 5))
    first = np.where(household >= 0, np.arange(count) // HOUSEHOLD * HOUSEHOLD, np.arange(count))
    city, parts = city[first], parts[first]
    address = [
        f"{STREETS[street]}{number + 1}号{block + 1}幢{floor + 1}0{door + 1}室"
        for street, number, block, floor, door in parts.tolist()
    ]
    return city, address


def _names(rng: np.random.Generator, female: Bools) -> list[str]:
    count = len(female)
    weights = np.cumsum(SURNAME_WEIGHTS)
    surname = np.searchsorted(weights / weights[-1], rng.random(count), side="right").tolist()
    given = rng.integers(0, 30, (count, 2)).tolist()
    short = (rng.random(count) < 0.2).tolist()
    return [
        SURNAMES[last] + _given(GIVEN_FEMALE if woman else GIVEN_MALE, first, second, brief)
        for last, (first, second), brief, woman in zip(surname, given, short, female.tolist(), strict=True)
    ]


def _given(letters: str, first: int, second: int, brief: bool) -> str:
    return letters[first] if brief else letters[first] + letters[second]


def _birthdays(rng: np.random.Generator, count: int) -> list[str]:
    days = np.datetime64("1960-01-01") + rng.integers(0, 47 * 365, count).astype("timedelta64[D]")
    return list(map(str, np.datetime_as_string(days)))


def _emails(rng: np.random.Generator, at: Ints, seed: int) -> list[str]:
    has = (rng.random(len(at)) < HAS_MAIL).tolist()
    number = spread(at, 10**8, seed).tolist()
    return [
        f"yx{value:08d}@{MAIL_HOSTS[value % len(MAIL_HOSTS)]}" if given else ""
        for given, value in zip(has, number, strict=True)
    ]
