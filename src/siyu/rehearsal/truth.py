"""What is true of a brand, from what it was made of, not from what it wrote."""

from collections import defaultdict

import numpy as np

from siyu.rehearsal import identifiers
from siyu.rehearsal.rules.visits import Source, make_happenings, make_visits
from siyu.rehearsal.tracking import MEMBERS, anonymous_id
from siyu.rehearsal.types import (
    APP_ID,
    CORP,
    MINI_PROGRAM,
    SHOPS,
    STORES,
    WEBSITE,
    Brand,
    Shop,
    Truth,
)

_Owners = dict[tuple[str, str, str], set[int]]


def true_of(brand: Brand) -> Truth:
    """Everything that is true of a brand at its end."""
    owners: _Owners = defaultdict(set)
    _add_phones(brand, owners)
    _add_accounts(brand, owners)
    _add_devices(brand, owners)
    orders = brand.orders
    size = len(brand.people)
    paid, refunded = orders.paid_by(brand.end), orders.refunded_by(brand.end)
    is_paid = orders.paid_at <= brand.end
    known = np.array([shop.knows_buyer for shop in SHOPS])[orders.shop]
    unknown = np.bincount(orders.buyer[is_paid & ~known], minlength=size)
    # an unpaid order of the website is no event, so nobody can see it
    seen = is_paid | (orders.shop != Shop.WEBSITE)
    buyers: dict[tuple[str, str, str], int] = {}
    shops: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for at in np.flatnonzero(seen).tolist():
        place = shop_of(brand, at)
        buyers[(*place, orders.number[at])] = int(orders.buyer[at])
        before = shops[place]
        shops[place] = (before[0] + int(paid[at]), before[1] + int(refunded[at]))
    return Truth(
        owners={name: tuple(sorted(people)) for name, people in owners.items()},
        buyers=buyers,
        orders=np.bincount(orders.buyer[is_paid], minlength=size).astype(np.int64),
        net=np.bincount(orders.buyer, paid - refunded, size).astype(np.int64),
        shops=dict(shops),
        recognisable=unknown == 0,
    )


def shop_of(brand: Brand, order: int) -> tuple[str, str]:
    """Platform and shop of an order, as its export names them."""
    info = SHOPS[int(brand.orders.shop[order])]
    store = brand.orders.shop[order] == Shop.STORES
    return info.platform, STORES[int(brand.orders.store[order])] if store else info.name


def _add_phones(brand: Brand, owners: _Owners) -> None:
    people = brand.people
    for person in range(len(people)):
        owners["phone", "", str(people.phone[person])].add(person)
        if people.changed[person] <= brand.end:
            owners["phone", "", str(people.new_phone[person])].add(person)
        if people.work_phone[person]:
            owners["phone", "", str(people.work_phone[person])].add(person)
        if people.emails[person]:
            owners["email", "", people.emails[person]].add(person)


def _add_accounts(brand: Brand, owners: _Owners) -> None:
    orders = brand.orders
    for person in np.unique(orders.buyer[orders.shop == Shop.TMALL]).tolist():
        owners["platform_buyer", "taobao", identifiers.taobao_nick(brand, person)].add(person)
        if "*" not in (account := identifiers.alipay_account(brand, person)):
            owners["alipay", "", account].add(person)
    for person in np.unique(orders.buyer[orders.shop == Shop.JD]).tolist():
        owners["platform_buyer", "jd", identifiers.jd_account(brand, person)].add(person)
    for person in range(len(brand.people)):  # of everybody: who is no friend yet may be one tomorrow
        owners["external_userid", CORP, identifiers.wecom_id(brand, person)].add(person)
        owners["union_id", "", identifiers.union_id(brand, person)].add(person)


def _add_devices(brand: Brand, owners: _Owners) -> None:
    """What the tracking says: devices, accounts, and the ids that an identify names."""
    visits = make_visits(brand)
    shown = np.unique(make_happenings(brand, visits).visit)
    for visit in shown.tolist():
        person, mini = int(visits.person[visit]), visits.source[visit] == Source.MINI
        source = MINI_PROGRAM if mini else WEBSITE
        owners["anonymous_id", source, anonymous_id(brand, visits, visit)].add(person)
        if not visits.known[visit]:
            continue
        if mini:
            owners["open_id", APP_ID, identifiers.open_id(brand, person)].add(person)
        else:
            owners["user_id", source, identifiers.user_id(brand, person)].add(person)
        if visits.tells[visit] and (number := identifiers.member_no(brand, person)):
            owners["member_no", MEMBERS, number].add(person)
