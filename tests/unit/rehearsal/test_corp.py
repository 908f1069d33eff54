"""The brand's WeCom: its people are the brand's own, and what staff noted is what somebody could have noted."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from siyu.kernel.clock import ManualClock
from siyu.rehearsal import service
from siyu.rehearsal.corp import make_corp
from siyu.rehearsal.platforms.wecom.fake import Corp
from siyu.rehearsal.platforms.wecom.life import EVERYDAY, Life
from siyu.rehearsal.platforms.wecom.types import Follow
from siyu.rehearsal.types import CORP, Brand, Truth

END = datetime(2026, 3, 15, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def corp(brand: Brand) -> Corp:
    return make_corp(brand)


def ties(corp: Corp) -> list[Follow]:
    return [one for follows in corp.state.follows.values() for one in follows.values()]


def test_as_many_ties_as_people(brand: Brand, corp: Corp) -> None:
    assert corp.corp_id == CORP
    assert len(ties(corp)) == len(brand.people)
    assert len(corp.state.groups) == len(brand.people) // 100
    assert set(corp.state.follows) == set(corp.state.staff)  # nobody is idle
    friends = {one.external_userid for one in ties(corp)}
    assert len(friends) == brand.people.wecom.sum()


def test_everybody_is_who_they_are(brand: Brand, truth: Truth, corp: Corp) -> None:
    for one in corp.state.people.values():
        (person,) = truth.owners["external_userid", CORP, one.external_userid]
        assert truth.owners["union_id", "", one.unionid] == (person,)
        assert one.name == brand.people.names[person]


def test_what_was_noted_is_a_phone_of_theirs_or_of_their_household(brand: Brand, truth: Truth, corp: Corp) -> None:
    strangers, own = 0, 0
    for tie in ties(corp):
        (person,) = truth.owners["external_userid", CORP, tie.external_userid]
        for phone in tie.remark_mobiles:
            owners = truth.owners["phone", "", phone]
            if person in owners:
                own += 1
                continue
            strangers += 1
            homes = {int(brand.people.household[one]) for one in owners}
            assert int(brand.people.household[person]) in homes - {-1}
    assert own > 20 * strangers > 0
    assert 0.2 < (own + strangers) / len(ties(corp)) < 0.5


def test_nothing_happened_outside_the_brands_days(brand: Brand, corp: Corp) -> None:
    assert all(brand.start <= one.createtime < brand.end for one in ties(corp))
    for group in corp.state.groups.values():
        assert all(group.create_time <= one.join_time <= brand.end for one in group.members.values())
        assert group.owner in group.members
    assert {one.state for one in ties(corp) if one.add_way == 1} >= {"store_01", "store_02", "store_03", "parcel_card"}
    assert all(not one.state for one in ties(corp) if one.add_way not in {1, 16})


def test_most_groups_are_of_friends(corp: Corp) -> None:
    friends = {one.external_userid for one in ties(corp)}
    inside = Counter(
        one.userid in friends for group in corp.state.groups.values() for one in group.members.values() if one.type == 2
    )
    assert inside[True] > 3 * inside[False] > 0


@pytest.mark.parametrize(("people", "days"), [(10, 7), (300, 180)])
def test_small_brands(people: int, days: int, tmp_path: Path) -> None:
    files = []
    for number in range(2):
        path = tmp_path / str(number) / "corp.json"
        service.write_corp(service.build(5, people, days, END), path)
        files.append(path.read_bytes())
    assert files[0] == files[1]
    corp = Corp.load(path, ManualClock(END))
    assert len(corp.state.staff) >= 5
    assert len(ties(corp)) <= people
    life = Life(corp, 1, only=EVERYDAY, known=0.7)
    life.live(300)
    assert set(life.counts) <= EVERYDAY | {"not possible"}
    assert life.counts["add"] > 30
    assert corp.state.staff.keys() == Corp.load(path, ManualClock(END)).state.staff.keys()  # nobody leaves by chance
