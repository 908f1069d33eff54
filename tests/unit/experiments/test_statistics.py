"""Intervals and alarms, on programmes with a known effect: right as often as they say, however often one looks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.unit.experiments.simulated import always_right, daily, events, growing

from siyu.experiments.statistics import (
    Moments,
    always_valid,
    compare,
    errors_always,
    harm,
    naive,
    people_needed,
    ratio,
    together,
)

ALARM = -np.log(0.05)


class TestLooks:
    def test_thirty_daily_looks_mislead_the_textbook_and_not_us(self) -> None:
        """200 newcomers a day, a tenth of them left alone, an effect of 0.5: the textbook's 95 % are about 72."""
        rng = np.random.default_rng(30)
        treated = daily(rng.normal(10.5, 1, (2000, 30, 180)))
        control = daily(rng.normal(10.0, 2, (2000, 30, 20)))
        effect = compare([treated], [control])
        assert always_right(always_valid, effect, 0.5) >= 0.95
        assert 0.24 <= 1 - always_right(naive, effect, 0.5) <= 0.33
        # Both hold what they promise at a single look.
        last = compare(
            [Moments(*[getattr(treated, one)[:, -1:] for one in treated.__slots__])],
            [Moments(*[getattr(control, one)[:, -1:] for one in control.__slots__])],
        )
        assert 0.935 <= always_right(naive, last, 0.5) <= 0.965

    @pytest.mark.parametrize(("treated", "control"), [(0.02, 0.01), (0.05, 0.05), (0.3, 0.3), (0.995, 0.99)])
    def test_rates(self, treated: float, control: float) -> None:
        rng = np.random.default_rng(5)
        effect = compare(
            [daily((rng.random((400, 30, 900)) < treated).astype(float))],
            [daily((rng.random((400, 30, 100)) < control).astype(float))],
        )
        assert always_right(always_valid, effect, treated - control) >= 0.95
        assert always_right(naive, effect, treated - control) < 0.85

    @pytest.mark.parametrize("lift", [1.0, 1.3])
    def test_money_that_grows_after_people_came(self, lift: float) -> None:
        """Looked at daily, the same people are looked at again and again, with more behind them each time."""
        rng = np.random.default_rng(6)
        effect = compare([growing(rng, 300, 180, 0.02 * lift, 1.0)], [growing(rng, 300, 20, 0.02, 1.0)])
        ages = np.array([np.mean(np.arange(1, day + 1)) for day in range(1, 31)])
        truth = 0.02 * (lift - 1) * np.exp(0.5) * ages
        assert always_right(always_valid, effect, truth) >= 0.95
        assert always_right(naive, effect, truth) < 0.75

    def test_it_is_not_much_wider(self) -> None:
        people = np.array([500, 2000, 20_000, 200_000, 2_000_000])
        errors = errors_always(people)
        assert np.argmin(errors) == 1
        assert errors[1] == pytest.approx(3.035, abs=0.001)
        assert errors.max() < 4

    def test_a_large_effect_is_found(self) -> None:
        rng = np.random.default_rng(8)
        effect = compare([daily(rng.normal(1.2, 1, (300, 30, 180)))], [daily(rng.normal(1.0, 1, (300, 30, 20)))])
        assert np.mean(always_valid(effect).low[:, -1] > 0) > 0.9

    def test_nothing_is_said_of_too_few(self) -> None:
        few = compare([Moments.of_rate(900, 80)], [Moments.of_rate(100, 24)])
        assert np.isinf(always_valid(few).high)
        enough = compare([Moments.of_rate(900, 80)], [Moments.of_rate(100, 25)])
        assert np.isfinite(always_valid(enough).high)
        # One who spent a fortune says less than many who spent a little.
        rich = compare([Moments.of(np.ones(900))], [Moments.of([*np.ones(99), 1000])])
        assert float(rich.told) < 2


class TestCompare:
    def test_one_stratum_is_the_difference_of_means(self) -> None:
        rng = np.random.default_rng(1)
        treated, control = rng.gamma(2, 3, 900), rng.gamma(2, 2, 100)
        found = compare([Moments.of(treated)], [Moments.of(control)])
        assert float(found.difference) == pytest.approx(treated.mean() - control.mean())
        welch = stats.ttest_ind(treated, control, equal_var=False)
        assert float(found.difference / np.sqrt(found.variance)) == pytest.approx(welch.statistic)
        low, high = naive(found).low, naive(found).high
        assert (float(low), float(high)) == pytest.approx(tuple(welch.confidence_interval(0.95)), rel=0.02)

    def test_a_changed_share_misleads_nobody(self) -> None:
        """Early people buy more and half of them are left alone, later ones buy less and a tenth are: no effect."""
        rng = np.random.default_rng(2)
        early, late = rng.normal(10, 1, 2000), rng.normal(1, 1, 8000)
        treated = [Moments.of(early[:1000]), Moments.of(late[:7200])]
        control = [Moments.of(early[1000:]), Moments.of(late[7200:])]
        assert abs(float(compare(treated, control).difference)) < 0.15
        pooled = compare([Moments.sum(treated)], [Moments.sum(control)])
        assert float(pooled.difference) < -2

    def test_what_was_known_before_takes_noise_and_nothing_else(self) -> None:
        rng = np.random.default_rng(3)
        before = rng.gamma(1, 10, (500, 1000))
        after = 0.8 * before + rng.normal(0, 5, (500, 1000))
        after[:, :900] += 2
        plain = compare([Moments.of(after[:, :900])], [Moments.of(after[:, 900:])])
        found = compare([Moments.of(after[:, :900], before[:, :900])], [Moments.of(after[:, 900:], before[:, 900:])])
        assert np.mean(found.difference) == pytest.approx(2, abs=0.1)
        removed = 64 / (64 + 25)
        assert np.mean(found.saved) == pytest.approx(removed, abs=0.03)
        assert np.var(found.difference) / np.var(plain.difference) == pytest.approx(1 - removed, abs=0.05)
        assert np.mean(found.variance) == pytest.approx(np.var(found.difference), rel=0.15)
        assert np.allclose(found.treated - found.control, found.difference)

    def test_a_covariate_of_which_nothing_is_known_changes_nothing(self) -> None:
        treated, control = [1.0, 2, 3, 4], [0.0, 1, 1]
        plain = compare([Moments.of(treated)], [Moments.of(control)])
        same = compare([Moments.of(treated, [7.0] * 4)], [Moments.of(control, [7.0] * 3)])
        assert float(same.difference) == float(plain.difference)
        assert float(same.saved) == 0

    @given(
        st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=30),
        st.integers(0, 30),
    )
    def test_moments_add_up(self, people: list[tuple[int, int]], cut: int) -> None:
        y, x = [float(one) for one, _ in people], [float(other) for _, other in people]
        whole = Moments.of(y, x)
        parts = Moments.sum([Moments.of(y[:cut], x[:cut]), Moments.of(y[cut:], x[cut:])])
        assert all(float(getattr(whole, one)) == float(getattr(parts, one)) for one in whole.__slots__)
        if len(people) > 1:
            assert [float(one) for one in whole.spread()] == pytest.approx(
                [np.var(y, ddof=1), np.var(x, ddof=1), np.cov(y, x)[0, 1]], rel=1e-6, abs=1e-3
            )

    def test_how_many_more_it_needs(self) -> None:
        now = compare([Moments.of_rate(1800, 100)], [Moments.of_rate(200, 8)])
        needed = people_needed(now)
        assert needed is not None
        later = compare([Moments.of_rate(needed * 0.9, needed * 0.05)], [Moments.of_rate(needed * 0.1, needed * 0.004)])
        radius = always_valid(later).high - later.difference
        assert float(radius) == pytest.approx(float(later.difference), rel=0.01)
        assert people_needed(compare([Moments.of([1.0, 2])], [Moments.of([1.0, 2])])) is None


class TestHarm:
    SHARE = np.array([0.9])

    def test_no_effect_raises_an_alarm_in_five_of_a_hundred_at_most(self) -> None:
        """Looked at after every 200 people, up to a quarter of a million."""
        rng = np.random.default_rng(11)
        treated, control = events(rng, 1500, 1250, 180, 0.005), events(rng, 1500, 1250, 20, 0.005)
        evidence = harm(treated[:, ::5, None], control[:, ::5, None], self.SHARE)
        assert np.mean(np.any(evidence >= ALARM, axis=1)) <= 0.05

    def test_a_programme_that_does_good_raises_none(self) -> None:
        rng = np.random.default_rng(12)
        evidence = harm(
            events(rng, 500, 300, 1800, 0.003)[..., None], events(rng, 500, 300, 200, 0.005)[..., None], self.SHARE
        )
        assert np.mean(np.any(evidence >= ALARM, axis=1)) <= 0.01

    @pytest.mark.parametrize(
        ("control_share", "rate", "half_by", "most_by"),
        [
            (0.1, 0.010, 19_000, 50_000),
            (0.1, 0.015, 7_000, 15_000),
            (0.1, 0.025, 3_000, 5_500),
            (0.5, 0.010, 7_000, 17_500),
        ],
    )
    def test_a_harmful_programme_is_stopped(
        self, control_share: float, rate: float, half_by: int, most_by: int
    ) -> None:
        """The figures that the docstring promises, with a tenth of room."""
        rng = np.random.default_rng(13)
        step, looks = 200, int(most_by * 1.2 / 200)
        treated = events(rng, 1000, looks, round(step * (1 - control_share)), rate)
        control = events(rng, 1000, looks, round(step * control_share), 0.005)
        alarm = harm(treated[..., None], control[..., None], np.array([1 - control_share])) >= ALARM
        at = np.where(alarm.any(1), (alarm.argmax(1) + 1) * step, np.inf)
        assert np.mean(at <= half_by * 1.1) >= 0.5
        assert np.mean(at <= most_by * 1.1) >= 0.9

    def test_several_kinds_and_shares(self) -> None:
        """Five kinds of harm, a control group that was enlarged: still five of a hundred at most."""
        rng = np.random.default_rng(14)
        kinds = []
        for rate in (0.005, 0.01, 0.002, 0.02, 0.001):
            treated = np.stack([events(rng, 600, 150, 900, rate), events(rng, 600, 150, 500, rate)], -1)
            control = np.stack([events(rng, 600, 150, 100, rate), events(rng, 600, 150, 500, rate)], -1)
            kinds.append(harm(treated, control, np.array([0.9, 0.5])))
        assert np.mean(np.any(together(np.stack(kinds, -1)) >= ALARM, axis=1)) <= 0.05

    @given(st.integers(0, 500), st.integers(0, 100), st.floats(0.5, 0.99))
    def test_more_left_alone_to_whom_it_happened_is_less_evidence(
        self, treated: int, control: int, share: float
    ) -> None:
        part = np.array([share])
        assert harm([treated], [control + 1], part) < harm([treated], [control], part)
        assert harm([treated], [control], part, tolerated=1.5) <= harm([treated], [control], part) + 1e-9
        assert float(harm([0], [0], part)) == pytest.approx(0)


class TestRatio:
    @pytest.mark.parametrize("times", [0.5, 1.0, 2.0])
    def test_the_truth_is_inside_at_every_look(self, times: float) -> None:
        rng = np.random.default_rng(15)
        treated, control = events(rng, 300, 30, 900, 0.01 * times), events(rng, 300, 30, 100, 0.01)
        found = ratio(treated[..., None], control[..., None], np.array([0.9]))
        assert np.mean(np.all((found.low <= times) & (times <= found.high), axis=1)) >= 0.95

    def test_of_nothing_nothing_is_known(self) -> None:
        found = ratio([0], [0], [0.9])
        assert (float(found.low), float(found.high)) == (0, np.inf)
        assert float(ratio([40], [0], [0.9]).high) == np.inf
        assert float(ratio([0], [40], [0.9]).low) == 0

    def test_it_closes_in(self) -> None:
        found = ratio([18_000.0], [1000.0], [0.9])
        assert float(found.low) == pytest.approx(2, rel=0.15)
        assert float(found.high) == pytest.approx(2, rel=0.15)
        assert found.low < 2 < found.high
