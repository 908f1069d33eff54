"""The brand's official account and mini program: its own people, under the UnionIDs that its WeCom shows too."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from siyu.kernel.clock import ManualClock, SystemClock
from siyu.kernel.errors import BadInput
from siyu.rehearsal import identifiers, service
from siyu.rehearsal.accounts import BIRTHDAY, STATE, make_accounts
from siyu.rehearsal.platforms.wechat import keeping
from siyu.rehearsal.platforms.wechat.account import Account, pair
from siyu.rehearsal.platforms.wechat.life import Life
from siyu.rehearsal.types import APP_ID, FOLLOWED_ID, Brand, Truth


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 26, 4, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def accounts(brand: Brand) -> list[Account]:
    return make_accounts(brand)


def test_everybody_is_who_they_are(brand: Brand, truth: Truth, accounts: list[Account]) -> None:
    official, program = accounts
    assert (official.state.app_id, program.state.app_id) == (FOLLOWED_ID, APP_ID)
    assert len(program.state.people) == brand.people.mini.sum()
    for one in program.state.people.values():
        (person,) = truth.owners["union_id", "", one.union_id]
        assert identifiers.open_id(brand, person) == one.open_id
        assert one.phone in {str(brand.people.phone[person]), str(brand.people.new_phone[person])}
    for one in official.state.people.values():
        (person,) = truth.owners["union_id", "", one.union_id]
        assert identifiers.follower_id(brand, person) == one.open_id


def test_a_part_of_them_follows_in_the_order_of_time(brand: Brand, accounts: list[Account]) -> None:
    official, program = accounts
    since = [one.subscribed_at for one in official.state.people.values() if one.subscribed_at]
    assert since == sorted(since)
    assert brand.start <= since[0]
    assert since[-1] <= brand.end
    assert 0.2 < len(since) / len(brand.people) < 0.6
    assert len(since) < len(official.state.people)  # somebody is left who can come
    assert any(one.scene_str == STATE for one in official.state.people.values())
    assert program.truth() == {}
    assert BIRTHDAY in official.state.templates.values()


def test_the_same_brand_has_the_same_accounts(brand: Brand, accounts: list[Account]) -> None:
    assert [one.state for one in make_accounts(brand)] == [one.state for one in accounts]


def test_they_outlast_a_restart(brand: Brand, tmp_path: Path) -> None:
    service.write_accounts(brand, tmp_path / "accounts.json")
    first = [one.state for one in make_accounts(brand)]
    kept = keeping.load(tmp_path / "accounts.json", SystemClock())
    assert [one.state for one in kept] == first
    assert kept[0].new_person("新客") not in first[0].people
    (tmp_path / "other.json").write_text('{"corp": 1}')
    with pytest.raises(BadInput, match="does not hold fake accounts"):
        keeping.load(tmp_path / "other.json", SystemClock())


class TestLife:
    @pytest.fixture
    def official(self, clock: ManualClock) -> Account:
        official, _ = pair(clock, 40)
        official.state.scenes["ticket"] = ("shop", 0)
        return official

    def test_people_do_what_is_possible(self, official: Account) -> None:
        life = Life(official, 3)
        before = len(official.truth())
        wanted = {"follow": 2, "come by a code": 3, "scan": 2, "click": 2, "view": 1, "write": 4, "unfollow": 1}
        assert life.live_through(wanted) == wanted
        assert len(official.truth()) == before + 4
        assert sum(one.scene_str == "shop" for one in official.truth().values()) == 3
        assert life.live_through({"accept": 5, "forbid": 1}) == {"accept": 5, "forbid": 1}
        assert any("message" in one.windows for one in official.truth().values())

    def test_nobody_does_what_there_is_not(self, clock: ManualClock) -> None:
        empty = Account(clock, "mini_program")
        assert Life(empty).live_through({"accept": 3, "forbid": 1}) == {"accept": 0, "forbid": 0}
        with pytest.raises(BadInput, match="nobody does 'follow' here"):
            Life(empty).live_through({"follow": 1})

    def test_the_same_seed_is_the_same_life(self, clock: ManualClock) -> None:
        lives = []
        for _ in range(2):
            official, _ = pair(clock, 40)
            Life(official, 3).live(60)
            lives.append(official.state)
        assert lives[0] == lives[1]


def test_two_accounts_of_one_brand_share_their_people(clock: ManualClock) -> None:
    official, program = pair(clock, 11)
    followers = {one.union_id: one.open_id for one in official.state.people.values()}
    assert len(program.state.people) == 6
    assert all(followers[one.union_id] != one.open_id for one in program.state.people.values())
