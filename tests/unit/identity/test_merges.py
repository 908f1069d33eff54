"""What several merges come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.identity.service import ends_of


@pytest.mark.parametrize(
    ("merged", "ends"),
    [
        ([], {}),
        ([(5, 3)], {5: 3}),
        ([(5, 3), (3, 1)], {5: 1, 3: 1}),
        ([(3, 1), (5, 3), (9, 5)], {3: 1, 5: 1, 9: 1}),
        ([(4, 4), (0, 2), (2, 0)], {}),
        ([(2, 1), (1, 2)], {}),
    ],
)
def test_chains_are_followed(merged: list[tuple[int, int]], ends: dict[int, int]) -> None:
    assert ends_of(merged) == ends


@given(st.permutations(range(1, 12)), st.data())
def test_one_after_the_other_is_the_same(order: list[int], data: st.DataObject) -> None:
    """Each merges a customer who is still there into an older one, as OneID does."""
    owner, merged = {one: one for one in order}, []
    for loser in order[:6]:
        if loser > 1:
            winner = owner[data.draw(st.integers(1, loser - 1))]
            if winner != owner[loser]:
                pair = max(winner, owner[loser]), min(winner, owner[loser])
                merged.append(pair)
                owner = {one: pair[1] if who == pair[0] else who for one, who in owner.items()}
    assert ends_of(data.draw(st.permutations(merged))) == {one: who for one, who in owner.items() if one != who}
