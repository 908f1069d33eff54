"""The brand's official account and mini program at its end: who follows, by which code they came, who uses the program.

The people are the brand's own, under the UnionIDs that its WeCom shows too.
"""

from datetime import UTC, datetime
from typing import Final

import numpy as np

from siyu.kernel.clock import ManualClock
from siyu.rehearsal import identifiers
from siyu.rehearsal.platforms.wechat.account import Account
from siyu.rehearsal.platforms.wechat.types import Person
from siyu.rehearsal.types import APP_ID, FOLLOWED_ID, STORES, Brand, Ints

STATE: Final = "mp_store_01"  # what the code at the first store's entrance carries
_OFTEN, _SELDOM = 0.45, 0.1  # follow: of those who are members, friends or in the mini program, and of the others
_STRANGERS: Final = 2_000  # who do not follow yet, so that somebody can come
_TAGS: Final = ("会员", "生日礼已领", *STORES)
_WAYS: Final = ("ADD_SCENE_QR_CODE", "ADD_SCENE_SEARCH", "ADD_SCENE_PAID", "ADD_SCENE_PROFILE_CARD", "ADD_SCENE_WXA")
_SHARES: Final = (0.4, 0.2, 0.2, 0.1, 0.1)
_STATES: Final = (STATE, "mp_store_02", "mp_store_03", "mp_parcel")
# What each template is for, by the places that it has.
BIRTHDAY: Final = ("thing1", "time2", "thing3")
_TEMPLATES: Final = (BIRTHDAY, ("character_string1", "amount2", "thing3"), ("thing1", "date2"))
_OF_THE_PROGRAM: Final = (("thing1", "time2"), ("character_string1", "phrase2", "thing3"))


def make_accounts(brand: Brand) -> list[Account]:
    """The official account and the mini program, under a clock that stands at the brand's end. The same brand, the same
    accounts.
    """
    clock = ManualClock(datetime.fromtimestamp(brand.end, UTC))
    official = Account(clock, "official_account", app_id=FOLLOWED_ID, seed=brand.seed)
    program = Account(clock, "mini_program", app_id=APP_ID, seed=brand.seed)
    _follow(official, brand)
    for person in np.flatnonzero(brand.people.mini).tolist():
        _admit(program, brand, person, identifiers.open_id(brand, person))
    for account, templates in ((official, _TEMPLATES), (program, _OF_THE_PROGRAM)):
        for places in templates:
            account.new_template(*places)
    return [official, program]


def _follow(account: Account, brand: Brand) -> None:
    """Who follows, in the order in which they began, and behind them those who may come."""
    random, people = np.random.default_rng([brand.seed, 31]), brand.people
    account.state.tags = dict(enumerate(_TAGS, start=100))
    near = people.member | people.wecom | people.mini
    follows = random.random(len(people)) < np.where(near, _OFTEN, _SELDOM)
    since = _moments(brand, random)
    ways = random.choice(len(_WAYS), len(people), p=_SHARES)
    states = random.choice(len(_STATES), len(people), p=(0.4, 0.25, 0.15, 0.2))
    tagged = random.random(len(people))
    for person in np.flatnonzero(follows)[np.argsort(since[follows], kind="stable")].tolist():
        one = _admit(account, brand, person, identifiers.follower_id(brand, person))
        one.subscribed_at, one.scene = int(since[person]), _WAYS[ways[person]]
        if ways[person] == 0:
            one.scene_str = _STATES[states[person]]
            if states[person] < len(STORES):
                one.tag_ids.append(102 + int(states[person]))
        if people.member[person] and tagged[person] < 0.5:
            one.tag_ids.append(100)
    for person in random.permutation(np.flatnonzero(~follows))[:_STRANGERS].tolist():
        _admit(account, brand, person, identifiers.follower_id(brand, person))


def _moments(brand: Brand, random: np.random.Generator) -> Ints:
    """When each began to follow: from when they were customers, up to the end."""
    begun = np.minimum(np.maximum(brand.people.joined, brand.start), brand.end - 3600)
    return begun + ((brand.end - 60 - begun) * random.random(len(begun))).astype(np.int64)


def _admit(account: Account, brand: Brand, person: int, open_id: str) -> Person:
    people = brand.people
    number = int(people.new_phone[person] or people.phone[person])
    account.new_person(
        people.names[person], union_id=identifiers.union_id(brand, person), phone=str(number), open_id=open_id
    )
    return account.person(open_id)
