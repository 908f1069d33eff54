"""Corps to begin with: so many staff, customers, groups and tags, the same for the same seed."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from siyu.kernel.clock import Clock
from siyu.kernel.errors import BadInput
from siyu.rehearsal.platforms.faults import Faults
from siyu.rehearsal.platforms.wecom.fake import Corp
from siyu.rehearsal.platforms.wecom.types import Follow, Member, Rules, State
from siyu.rehearsal.rules.words import GIVEN_FEMALE, GIVEN_MALE, SURNAMES, hash_text

_DEPARTMENTS: Final = ("门店运营", "线上客服", "会员中心", "市场部")
_TAGS: Final = {
    "客户等级": ("普通", "银卡", "金卡", "钻石"),
    "兴趣": ("护肤", "母婴", "零食", "数码", "家居"),
    "来源": ("门店", "直播间", "公众号", "朋友推荐"),
}
_WAYS: Final = (1, 1, 1, 2, 3, 4, 6, 16)
_STATES: Final = ("", "", "store_01", "store_02", "live_618")
_DAYS: Final = 180
_NEW: Final = 0.85  # so many ties are a customer's first; some customers have several members of staff
_MOST: Final = 5_000_000


def build(
    clock: Clock,
    *,
    seed: int = 7,
    staff: int = 20,
    follows: int = 1000,
    groups: int = 10,
    corp_id: str = "",
    rules: Rules | None = None,
    faults: Faults | None = None,
) -> Corp:
    """A corp that has lived for half a year up to now, without a word to anybody. The same arguments, the same corp.

    Raises:
        BadInput: fewer than one member of staff, a number below zero, or too much.
    """
    if staff < 1 or follows < 0 or groups < 0 or max(staff, follows, groups) > _MOST:
        raise BadInput(
            reason=f"a corp has 1 to {_MOST:,} staff and 0 to {_MOST:,} customers and groups.",
            reason_zh=f"企业员工数应为 1 至 {_MOST:,}，客户数和客户群数应为 0 至 {_MOST:,}。",
        )
    random = np.random.default_rng([seed, 1])
    corp = Corp(
        clock,
        state=State(corp_id or f"ww{hash_text(f'corp{seed}', 16).lower()}", seed=seed),
        rules=rules,
        faults=faults,
    )
    _hire(corp, random, staff)
    _tag(corp)
    _meet(corp, random, follows)
    _gather(corp, random, groups)
    corp.account_is_made("会员客服", list(corp.state.staff)[:3])
    corp.state.actions.clear()
    return corp


def _name(random: np.random.Generator, female: bool) -> str:
    given = GIVEN_FEMALE if female else GIVEN_MALE
    first, second, third = random.integers([len(SURNAMES), len(given), len(given)])
    return SURNAMES[first] + given[second] + (given[third] if random.random() < 0.6 else "")


def _hire(corp: Corp, random: np.random.Generator, staff: int) -> None:
    corp.department_is_made(1, corp.state.corp_name, 0)
    for number, name in enumerate(_DEPARTMENTS, start=2):
        corp.department_is_made(number, name)
    for number in range(1, staff + 1):
        department = 2 + number % len(_DEPARTMENTS)
        forgets, minutes = float(random.beta(1, 4)), int(random.integers(5, 240))
        name = _name(random, number % 2 == 0)
        corp.staff_is_hired(
            f"staff{number:04d}", name, departments=[department], position="导购", forgets=forgets, minutes=minutes
        )


def _tag(corp: Corp) -> None:
    for order, (group, tags) in enumerate(_TAGS.items()):
        corp.tag_group_is_made(group, list(tags), order=order)


def _people(corp: Corp, random: np.random.Generator, count: int) -> list[str]:
    genders = random.choice(3, count, p=[0.1, 0.35, 0.55]).tolist()
    kinds = np.where(random.random(count) < 0.97, 1, 2).tolist()
    made = []
    for gender, kind in zip(genders, kinds, strict=True):
        corp_name = "友好往来有限公司" if kind == 2 else ""
        person = corp.new_person(_name(random, gender == 2), gender=gender, type=kind, corp_name=corp_name)
        made.append(person.external_userid)
    return made


def _pairs(random: np.random.Generator, people: int, staff: int, follows: int) -> Iterator[tuple[int, int]]:
    """Different pairs (person, member of staff): everybody once, then again with the next until there are enough."""
    first = random.integers(staff, size=people).tolist()
    for place in range(follows):
        person, again = place % people, place // people
        yield person, (first[person] + again) % staff


def _meet(corp: Corp, random: np.random.Generator, follows: int) -> None:
    staff, now = list(corp.state.staff), corp.now()
    tags = [tag for group in corp.state.tag_groups.values() for tag in group.tags]
    people = _people(corp, random, max(1, -(-follows // min(len(staff), 4)), round(follows * _NEW)) if follows else 0)
    ages = random.integers(60, _DAYS * 86_400, follows).tolist()
    ways, states = (
        random.integers(len(_WAYS), size=follows).tolist(),
        random.integers(len(_STATES), size=follows).tolist(),
    )
    chances = random.random((follows, 3))
    firsts, counts = random.integers(len(tags), size=follows).tolist(), random.integers(1, 4, follows).tolist()
    for number, (person, member) in enumerate(_pairs(random, len(people), len(staff), follows)):
        way, userid = _WAYS[ways[number]], staff[member]
        state = _STATES[states[number]] if way in {1, 16} else ""
        follow = Follow(userid, people[person], now - ages[number], way, state, userid)
        tagged, remarked, gone = chances[number]
        if tagged < 0.5:
            follow.tags = [tags[(firsts[number] + 5 * step) % len(tags)] for step in range(counts[number])]
        if remarked < 0.3:
            follow.remark = corp.person(people[person]).name + "·老客"
        follow.gone = bool(gone < 0.03)
        corp.tie(follow)


def _gather(corp: Corp, random: np.random.Generator, groups: int) -> None:
    staff, people, now = list(corp.state.staff), list(corp.state.people), corp.now()
    for number in range(1, groups + 1):
        owner = staff[int(random.integers(len(staff)))]
        group = corp.group_is_made(owner, f"会员福利群{number}")
        group.create_time = group.members[owner].join_time = now - int(random.integers(86_400, _DAYS * 86_400))
        size = min(len(people), int(random.integers(3, 40)))
        for one in random.choice(len(people), size, replace=False) if size else ():
            joined = int(random.integers(group.create_time, now + 1))
            scene = int(random.integers(1, 4))
            state = str(random.choice(_STATES)) if scene == 3 else ""
            invitor = owner if scene == 1 else ""
            group.members[people[one]] = Member(people[one], 2, joined, scene, invitor, "", state)
