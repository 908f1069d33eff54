"""What the columns say of everybody at once is what the rules say of each alone."""

from math import inf

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from siyu.touch.rules.history import PURPOSES, History
from siyu.touch.rules.room import DAY, budget_blocks, exclusion_blocks, repeated
from siyu.touch.types.ruleset import Budget, Exclusion

PEOPLE = range(1, 6)
KINDS = ("", "coupon", "red_packet", "coupon red_packet")
NOW = 1_000_000_000.0

moments = st.one_of(
    st.just(inf), st.integers(-40, 40).map(lambda days: NOW + days * DAY), st.floats(NOW - 3 * DAY, NOW + 3 * DAY)
)
touches = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE), moments, st.integers(0, len(PURPOSES) - 1), st.integers(-3, 3), st.sampled_from(KINDS)
    ),
    max_size=30,
)


def history(given_: list[tuple[int, float, int, int, str]]) -> History:
    ordered = sorted(given_, key=lambda one: one[0])
    owners, at, purposes, contents, kinds = zip(*ordered, strict=True) if ordered else ((),) * 5
    return History(
        np.array(owners, np.int64), np.array(at), np.array(purposes, np.int64), np.array(contents, np.int64), kinds
    )


@given(touches)
def test_each_has_what_was_theirs(received: list[tuple[int, float, int, int, str]]) -> None:
    kept = history(received)
    for person in PEOPLE:
        own = [(one.at, one.purpose, one.content, one.kinds) for one in kept.of(person)]
        assert sorted(own, key=str) == sorted(
            [
                (at, PURPOSES[p], content, frozenset(kinds.split()))
                for who, at, p, content, kinds in received
                if who == person
            ],
            key=str,
        )


@given(touches, st.integers(1, 3), st.sampled_from([24, 168, 720]), st.sets(st.sampled_from(PURPOSES), min_size=1))
def test_who_has_no_room(
    received: list[tuple[int, float, int, int, str]], most: int, hours: int, counts: set[str]
) -> None:
    budget = Budget("one", hours, most, tuple(sorted(counts)))  # type: ignore[arg-type]
    kept = history(received)
    full = set(kept.full(budget, NOW).tolist())
    assert full == {one for one in PEOPLE if budget_blocks(budget, kept.of(one), NOW) is not None}


@given(touches, st.integers(1, 30))
def test_who_may_have_received_the_same_leaves_nobody_out(
    received: list[tuple[int, float, int, int, str]], days: int
) -> None:
    kept = history(received)
    asked = [(person, content) for person in PEOPLE for content in range(-3, 4)]
    owners, contents = (np.array(column, np.int64) for column in zip(*asked, strict=True))
    for (person, content), may in zip(asked, kept.repeats(owners, contents, days, NOW).tolist(), strict=True):
        assert may or not repeated(days, content, kept.of(person), NOW)


@given(touches)
def test_who_received_kinds_leaves_nobody_out(received: list[tuple[int, float, int, int, str]]) -> None:
    kept, exclusion = history(received), Exclusion(("coupon", "red_packet"), 30)
    for person in PEOPLE:
        blocked = exclusion_blocks(exclusion, frozenset({"coupon"}), kept.of(person), NOW)
        assert blocked is None or person in kept.carried()
