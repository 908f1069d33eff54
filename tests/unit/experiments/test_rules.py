"""Buckets and draws: even, the same for ever, and nothing to do with each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from siyu.engines.clickhouse.client import Client
from siyu.experiments import rules

EVERYBODY = np.arange(1, 200_001, dtype=np.uint64)


def test_clickhouse_has_the_same_bucket(clickhouse: Client) -> None:
    ids = [0, 1, 2, 9999, 123_456_789, 2**40 + 17, 2**63 - 1, 2**64 - 1, *range(3, 500)]
    found = clickhouse.rows("SELECT intHash64(id) % 10000 FROM (SELECT arrayJoin({ids:Array(UInt64)}) AS id)", ids=ids)
    assert [row[0] for row in found] == rules.bucket(np.array(ids, np.uint64)).tolist()


def test_a_bucket_is_for_life() -> None:
    """Written down: whoever changes the rule moves every control group there is."""
    assert rules.bucket(np.array([1, 2, 3, 1_000_000], np.uint64)).tolist() == [3072, 7749, 5994, 5669]
    groups, points = rules.draw(np.arange(1, 9, dtype=np.uint64), rules.salt_of("journey:1"), 5000, 0)
    assert (groups.tolist(), rules.arm_at(points, [1, 1]).tolist()) == (
        [1, 1, 0, 1, 1, 1, 1, 0],
        [0, 1, 1, 1, 1, 0, 1, 1],
    )


def test_buckets_are_even() -> None:
    counts = np.bincount(rules.bucket(EVERYBODY), minlength=10_000)
    assert len(counts) == 10_000
    assert stats.chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("control_bp", [0, 500, 1000, 5000, 9000])
def test_the_control_group_has_its_share(control_bp: int) -> None:
    groups, _ = rules.draw(EVERYBODY, rules.salt_of("broadcast:9"), control_bp, 0)
    share, wanted = np.mean(groups == rules.CONTROL), control_bp / 10_000
    assert abs(share - wanted) <= 4 * np.sqrt(wanted * (1 - wanted) / len(EVERYBODY))


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_programmes_draw_independently(one: str, other: str) -> None:
    if one != other:
        first, _ = rules.draw(EVERYBODY, rules.salt_of(one), 1000, 0)
        second, _ = rules.draw(EVERYBODY, rules.salt_of(other), 1000, 0)
        both = np.mean((first == rules.CONTROL) & (second == rules.CONTROL))
        assert abs(both - 0.01) < 6 * np.sqrt(0.01 / len(EVERYBODY))


def test_the_holdout_is_the_same_for_every_programme_and_goes_first() -> None:
    for key in ("journey:1", "journey:2"):
        groups, _ = rules.draw(EVERYBODY, rules.salt_of(key), 1000, 500)
        assert np.array_equal(groups == rules.HOLDOUT, rules.bucket(EVERYBODY) < 500)


def test_arms_go_by_weight_and_not_by_the_control_group() -> None:
    weights = [1, 2, 5]
    few, points = rules.draw(EVERYBODY, rules.salt_of("a"), 1000, 0)
    _, same = rules.draw(EVERYBODY, rules.salt_of("a"), 5000, 300)
    arms = rules.arm_at(points, weights)
    assert np.array_equal(arms, rules.arm_at(same, weights))
    table = np.array([[np.sum((arms == arm) & (few == group)) for arm in range(3)] for group in range(2)])
    assert stats.chi2_contingency(table).pvalue > 0.001
    assert stats.chisquare(table.sum(0), np.array(weights) / 8 * len(EVERYBODY)).pvalue > 0.001
