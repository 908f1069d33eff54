"""The brand's WeCom at its end: who of the staff serves whom, what they noted, who sits in which group.

The people are the brand's own. WeCom shows their UnionID, and of some the phone that staff noted: now and then one that
was given up since, or that of somebody in the same household.
"""

from datetime import UTC, datetime
from typing import Final

import numpy as np

from siyu.kernel.clock import ManualClock
from siyu.rehearsal import identifiers
from siyu.rehearsal.platforms.wecom.fake import Corp
from siyu.rehearsal.platforms.wecom.types import Follow, Member, State
from siyu.rehearsal.rules.calendar import DAY
from siyu.rehearsal.rules.words import GIVEN_FEMALE, GIVEN_MALE, SURNAMES
from siyu.rehearsal.types import CORP, NAME, STORES, Brand, Ints, Shop

STAFF_PER_PERSON: Final = 60 / 20_000
PEOPLE_PER_GROUP: Final = 100
_DEPARTMENTS: Final = (*STORES, "线上客服", "会员中心")
_ONLINE: Final = len(STORES)
_FEWEST_STAFF: Final = len(_DEPARTMENTS)
_STRANGERS: Final = 2_000  # whom nobody serves yet, so that somebody can come
_SIZES: Final = ("XS", "S", "M", "L", "XL", "XXL")
_LEVELS: Final = ("普通", "银卡", "金卡", "VIP")
_NOTED, _OF_THE_HOUSEHOLD = 0.3, 0.2  # phones that staff noted; of these, who gave that of the household
# add_way of WeCom and the state that its code carries, by how somebody came; weights of the first tie, then of further ones.
_ONLINE_WAYS: Final = ((1, "parcel_card"), (1, "live_618"), (16, "mall_link"), (2, ""), (6, ""))
_ONLINE_SHARES: Final = (0.45, 0.15, 0.2, 0.15, 0.05)
_FURTHER_WAYS: Final = ((3, ""), (4, ""), (201, ""), (1, "member_day"))
_FURTHER_SHARES: Final = (0.35, 0.35, 0.1, 0.2)
_SEARCHED: Final = 2  # add_way: by the phone, which staff have from an order
_GROUP_NAMES: Final = ("VIP 客户群", "福利群", "新品尝鲜群", "会员日提醒群", "搭配交流群")


def make_corp(brand: Brand) -> Corp:
    """The corp at the end of the brand, under a clock that stands there. The same brand, the same corp."""
    clock = ManualClock(datetime.fromtimestamp(brand.end, UTC))
    corp = Corp(clock, state=State(CORP, NAME, seed=brand.seed))
    random = np.random.default_rng([brand.seed, 29])
    _hire(corp, random, max(_FEWEST_STAFF, round(len(brand.people) * STAFF_PER_PERSON)))
    friends = np.flatnonzero(brand.people.wecom)
    _admit(corp, brand, random, friends)
    _serve(corp, brand, random, friends, _tags(corp, brand))
    _gather(corp, brand, random, friends)
    corp.account_is_made("会员客服", list(corp.state.staff)[_ONLINE::_FEWEST_STAFF][:3])
    corp.state.actions.clear()
    return corp


def _hire(corp: Corp, random: np.random.Generator, staff: int) -> None:
    """One department after the other is given somebody, so that neighbours work in different ones."""
    corp.department_is_made(1, NAME, 0)
    for number, name in enumerate(_DEPARTMENTS, start=2):
        corp.department_is_made(number, name)
    for at in range(staff):
        department = at % len(_DEPARTMENTS)
        last, first, second = random.integers([len(SURNAMES), 30, 30]).tolist()
        given = GIVEN_FEMALE if at % 3 else GIVEN_MALE
        position = "导购" if department < _ONLINE else "顾问"
        corp.staff_is_hired(
            f"yunxiu{at + 1:03d}", SURNAMES[last] + given[first] + given[second], departments=[department + 2],
            position=position, forgets=float(random.beta(1, 4)), minutes=int(random.integers(5, 240)),
        )  # fmt: skip


def _admit(corp: Corp, brand: Brand, random: np.random.Generator, friends: Ints) -> None:
    """Everybody whom WeCom knows: friends, and some who may become friends or sit in groups."""
    others = np.flatnonzero(~brand.people.wecom)
    for person in np.concatenate((friends, random.permutation(others)[:_STRANGERS])).tolist():
        corp.new_person(
            brand.people.names[person],
            identifiers.wecom_id(brand, person),
            identifiers.union_id(brand, person),
            gender=2 if brand.people.female[person] else 1,
        )


def _tags(corp: Corp, brand: Brand) -> list[list[str]]:
    """Which tags a member of staff who knows a person well would put on them: level, size, liking, store."""
    groups = {
        "客户等级": _LEVELS,
        "尺码": _SIZES,
        "偏好": tuple(name for name, _ in brand.catalogue.categories),
        "门店": STORES,
    }
    made = [list(corp.tag_group_is_made(name, list(tags)).tags) for name, tags in groups.items()]
    levels, sizes, likings, stores = made
    spent = np.bincount(brand.orders.buyer, brand.orders.paid_by(brand.end), len(brand.people))
    rank = np.searchsorted(np.quantile(spent, (0.6, 0.85, 0.97)), spent)
    found = [
        [levels[rank[person]], sizes[person * 7 % len(sizes)], likings[int(brand.people.liked[person, 0])]]
        for person in range(len(brand.people))
    ]
    for person, store in _stores(brand).items():
        found[person].append(stores[store])
    return found


def _stores(brand: Brand) -> dict[int, int]:
    """The store in which a person first bought."""
    orders = brand.orders
    there = np.flatnonzero(orders.shop == Shop.STORES)
    who, first = np.unique(orders.buyer[there], return_index=True)
    return dict(zip(who.tolist(), orders.store[there[first]].tolist(), strict=True))


def _serve(corp: Corp, brand: Brand, random: np.random.Generator, friends: Ints, tags: list[list[str]]) -> None:
    """As many ties as the brand has people: everybody has one member of staff first, some two or more."""
    staff, stores = list(corp.state.staff), _stores(brand)
    again = random.permutation(np.tile(friends, len(staff) - 1)) if len(friends) else friends
    people = np.concatenate((friends, again[: max(0, len(brand.people) - len(friends))])).tolist()
    begun = np.maximum(brand.people.joined, brand.start)
    served: dict[int, int] = {}
    chances = random.random((len(people), 6)).tolist()
    rows = len(staff) // len(_DEPARTMENTS)
    for person, (where, when, how, tagged, remarked, noted) in zip(people, chances, strict=True):
        before = served.get(person, 0)
        served[person] = before + 1
        store = stores.get(person)
        department = _ONLINE + person % 2 if store is None else store
        # who is next in the list works in another department
        place = (department + len(_DEPARTMENTS) * (person * 7 % rows) + before) % len(staff)
        first = min(int(begun[person]), brand.end - 3600)
        moment = first + int((brand.end - 60 - first) * when)
        way, state = _way(before, store, how, where)
        member, external = staff[place], identifiers.wecom_id(brand, person)
        operator = external if way < 100 else member
        follow = Follow(member, external, moment, way, state, operator)
        if tagged < 0.7:
            follow.tags = tags[person][: 1 + int(tagged * 5)]
        if remarked < 0.3:
            follow.remark = f"{brand.people.names[person]}·{STORES[store][-4:] if store is not None else '线上'}"
        if way == _SEARCHED or noted < _NOTED:
            follow.remark_mobiles = [_phone(brand, person, moment, noted / _NOTED)]
        corp.tie(follow)


def _way(before: int, store: int | None, how: float, where: float) -> tuple[int, str]:
    if before:
        return _FURTHER_WAYS[int(np.searchsorted(np.cumsum(_FURTHER_SHARES), how))]
    if store is not None and where < 0.8:
        return 1, f"store_{store + 1:02d}"
    return _ONLINE_WAYS[int(np.searchsorted(np.cumsum(_ONLINE_SHARES), how))]


def _phone(brand: Brand, person: int, moment: int, chance: float) -> str:
    """The number that staff noted: of the time of the noting, and for some that of another in the household."""
    people = brand.people
    household = int(people.household[person])
    if household >= 0 and chance < _OF_THE_HOUSEHOLD:
        person = int(np.flatnonzero(people.household == household)[0])
    return str(int((people.phone if moment < people.changed[person] else people.new_phone)[person]))


def _gather(corp: Corp, brand: Brand, random: np.random.Generator, friends: Ints) -> None:
    """Groups of a few to a hundred and more, mostly of friends; some come by a code without being anybody's friend."""
    known = [identifiers.wecom_id(brand, person) for person in friends.tolist()]
    everybody, staff = list(corp.state.people), list(corp.state.staff)
    for number in range(max(2, len(brand.people) // PEOPLE_PER_GROUP)):
        at = int(random.integers(len(staff)))
        owner = staff[at]
        name = f"{_DEPARTMENTS[at % len(_DEPARTMENTS)]}{_GROUP_NAMES[number % len(_GROUP_NAMES)]}{number + 1}"
        group = corp.group_is_made(owner, name)
        born = brand.end - int(random.integers(DAY, max(DAY + 1, min(brand.days, 170) * DAY)))
        group.create_time = group.members[owner].join_time = born
        size = min(int(random.gamma(2.2, 20)) + 5, len(everybody) // 3, corp.most_members - 1)
        of_friends = min(round(size * 0.85), len(known))
        inside = [known[one] for one in random.choice(len(known), of_friends, replace=False)] if known else []
        inside += [everybody[one] for one in random.choice(len(everybody), size - of_friends, replace=False)]
        scenes = random.choice((1, 2, 3), size, p=(0.3, 0.15, 0.55)).tolist()
        times = random.integers(born, brand.end, size).tolist()
        for one, scene, time in zip(inside, scenes, times, strict=True):
            state, invitor = f"group_{number + 1:03d}" if scene == 3 else "", owner if scene == 1 else ""
            group.members.setdefault(one, Member(one, 2, time, scene, invitor, "", state))
