"""Whose invitation brought whom, whatever the order in which sign-ins are looked at."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.members.rules.invitations import LENGTH, LETTERS, Owner, SignIn, firsts, read_code

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
OWNERS = {"a": Owner(1, 10), "b": Owner(2, 20)}
SIGN_INS = st.lists(
    st.builds(
        lambda minute, identifier, customer, code: SignIn(
            NOON + timedelta(minutes=minute), 100 * customer + identifier, customer, "sms", code
        ),
        st.integers(0, 3),
        st.integers(1, 2),
        st.sampled_from([10, 20, 30, 40]),
        st.sampled_from(["", "a", "b", "none"]),
    ),
    max_size=5,
    unique_by=lambda one: one[:2],
)


@given(SIGN_INS, st.sets(st.sampled_from([10, 20, 30, 40])))
def test_firsts(signed_in: list[SignIn], members: set[int]) -> None:
    found = firsts(signed_in, members, OWNERS)
    assert len({one.signed_in.identifier_id for one in found}) == len(found)
    assert {one.identifier_id for one in signed_in} == {one.signed_in.identifier_id for one in found}
    brought = [one for one in found if one.inviter]
    assert len({one.signed_in.customer_id for one in brought}) == len(brought)
    for one in brought:
        assert one.inviter == OWNERS[one.signed_in.code]
        assert one.inviter.customer_id != one.signed_in.customer_id
        assert one.signed_in.customer_id not in members
        earlier = [o for o in signed_in if o.customer_id == one.signed_in.customer_id and o < one.signed_in]
        assert not earlier
    assert all(firsts(order, members, OWNERS) == found for order in permutations(signed_in))


@given(st.text(alphabet=LETTERS, min_size=LENGTH, max_size=LENGTH))
def test_a_code_is_read_however_it_is_written(code: str) -> None:
    assert read_code(f" {code.upper()}\n") == code


@pytest.mark.parametrize("said", ["", "a", "0123456789", "abcdefghjkm", "邀请好友一二三四五六", "abcdefgh\x00k"])
def test_what_is_no_code(said: str) -> None:
    assert read_code(said) == ""
