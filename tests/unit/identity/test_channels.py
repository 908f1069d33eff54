"""On how many channels a person is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.identity.rules.channels import BUYER, CHANNEL_OF, Kind, channel_of, spread, told_apart
from siyu.identity.types import IDENTIFIER_TYPES, TYPES, Grade

PLATFORMS = ("jd", "taobao", "tmall", "TMALL", "doudian", "wechat_shop", "pinduoduo", "")
KINDS = st.one_of(
    st.sampled_from([(name, "") for name in TYPES if name != BUYER]),
    st.sampled_from(PLATFORMS).map(lambda platform: (BUYER, platform)),
)


class TestChannelOf:
    def test_of_every_type_it_is_said(self) -> None:
        accounts = {kind.name for kind in IDENTIFIER_TYPES if kind.grade == Grade.ACCOUNT}
        assert CHANNEL_OF.keys() == accounts - {BUYER, "custom_id"}  # nobody said what a custom id is

    @pytest.mark.parametrize(
        ("kind", "channel"),
        [
            (("user_id", ""), "own"),
            (("member_no", ""), "own"),
            (("open_id", ""), "wechat"),
            ((BUYER, "jd"), "jd"),
            ((BUYER, "Tmall"), "taobao"),
            ((BUYER, "doudian"), "douyin"),
            ((BUYER, "wechat_shop"), "wechat"),
            ((BUYER, ""), ""),
            (("phone", ""), ""),
            (("email", ""), ""),
            (("custom_id", ""), ""),
            (("anonymous_id", ""), ""),
        ],
    )
    def test_each(self, kind: Kind, channel: str) -> None:
        assert channel_of(kind) == channel


class TestSpread:
    @given(st.lists(st.sets(KINDS, min_size=1), max_size=20))
    def test_as_counting_one_by_one(self, everybody: list[set[Kind]]) -> None:
        kinds = told_apart(kind for person in everybody for kind in sorted(person))
        kinds = list(dict.fromkeys(kinds))
        people: dict[int, int] = {}
        for person in everybody:
            bits = sum(1 << kinds.index(kind) + 1 for kind in person)
            people[bits] = people.get(bits, 0) + 1
        known, anonymous = spread(people, kinds)
        named = [person for person in everybody if any(TYPES[name].grade > Grade.DEVICE for name, _ in person)]
        numbers = [len({channel_of(kind) for kind in person} - {""}) for person in named]
        assert known == {number: numbers.count(number) for number in numbers}
        assert list(known) == sorted(known)
        assert anonymous == len(everybody) - len(named)

    def test_platforms_that_are_not_told_apart_are_one_more(self) -> None:
        many = [(BUYER, f"p{number}") for number in range(100)]
        kinds = told_apart(many)
        assert (len(kinds), kinds[-1]) == (62, (BUYER, "p46"))
        assert spread({1: 3, 1 | 1 << 62: 2, 1 << 62: 1}, kinds) == ({1: 4, 2: 2}, 0)
