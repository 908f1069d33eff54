"""BG/NBD, Pareto/NBD and Gamma-Gamma: known answers, gradients, limits, and that counting changes nothing."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.special import hyp2f1

from siyu.insight.lifetime import bgnbd, pareto, spend
from siyu.insight.lifetime.bgnbd import BgNbd
from siyu.insight.lifetime.counts import Counts, Floats, compress, spending
from siyu.insight.lifetime.fitting import maximise
from siyu.insight.lifetime.pareto import ParetoNbd
from siyu.insight.lifetime.predicting import fit_models, look_ahead
from siyu.insight.lifetime.spend import GammaGamma
from siyu.insight.types.lifetime import NotSettled

FILE = Path(__file__).parents[4] / "shared/data/cdnow/cdnow_customers_summary_with_transactions.csv"
KNOWN_BG = BgNbd(0.243, 4.414, 0.793, 2.426)
KNOWN_PARETO = ParetoNbd(0.553, 10.578, 0.606, 11.669)
MODELS = {"bgnbd": bgnbd.likelihood, "pareto_nbd": pareto.likelihood}

people = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 300), st.integers(0, 300)).map(
        lambda one: (one[0], one[1] if one[0] else 0, (one[1] if one[0] else 0) + one[2])
    ),
    min_size=1,
    max_size=60,
)
positive = st.floats(0.05, 30)


def one(x: float, t_x: float, age: float) -> tuple[Floats, Floats, Floats]:
    return np.array([x], float), np.array([t_x], float), np.array([age], float)


def plain(found: list[tuple[int, int, int]]) -> Counts:
    """One row a customer."""
    x, t_x, age = np.array(found, float).T
    return Counts(x, t_x, age, np.ones(len(found)))


@pytest.fixture(scope="module")
def cdnow() -> Floats:
    if not FILE.exists():
        pytest.skip("../shared/data/cdnow is not here")
    with FILE.open(encoding="utf-8") as file:
        return np.array([[float(row[name]) for name in ("x", "t_x", "T", "zbar")] for row in csv.DictReader(file)]).T


class TestKnownAnswers:
    def test_bgnbd(self, cdnow: Floats) -> None:
        counts, _ = compress(*cdnow[:3], step=0.01)
        model = bgnbd.fit(counts)
        assert counts.customers == 2357
        assert list(model.parameters.values()) == pytest.approx(list(KNOWN_BG.parameters.values()), rel=0.002)
        assert model.log_likelihood == pytest.approx(-9582.4, abs=0.05)

    def test_pareto(self, cdnow: Floats) -> None:
        model = pareto.fit(compress(*cdnow[:3], step=0.01)[0])
        assert list(model.parameters.values()) == pytest.approx(list(KNOWN_PARETO.parameters.values()), rel=0.002)
        assert model.log_likelihood == pytest.approx(-9595.0, abs=0.05)

    @pytest.mark.parametrize("exact", [True, False])
    def test_gamma_gamma(self, cdnow: Floats, exact: bool) -> None:
        again = cdnow[0] > 0
        model = spend.fit(spending(cdnow[0][again], cdnow[3][again], exact=exact))
        assert list(model.parameters.values()) == pytest.approx([6.25, 3.74, 15.44], rel=0.005)

    def test_examples_of_the_papers(self) -> None:
        """A customer of CDNOW with x = 2, t_x = 30.43, T = 38.86, over 39 weeks: 1.23 purchases (FHL 2005, section 5)."""
        x, t_x, age = one(2, 30.43, 38.86)
        ahead = KNOWN_BG.p_alive(x, t_x, age) * KNOWN_BG.purchases_if_alive(x, age, 39.0)
        assert ahead[0] == pytest.approx(1.226, abs=0.001)
        worth = GammaGamma(6.25, 3.74, 15.44)
        assert worth.expected(np.array([0.0]), np.array([0.0]))[0] == pytest.approx(35.2, abs=0.1)

    def test_the_likelier_model_is_taken(self, cdnow: Floats) -> None:
        model, likelihoods = fit_models(compress(*cdnow[:3], step=0.01)[0])
        assert model.name == "bgnbd"
        assert likelihoods == pytest.approx({"bgnbd": -9582.4, "pareto_nbd": -9595.0}, abs=0.1)

    def test_the_rough_race_ends_with_a_fine_fit(self, cdnow: Floats, monkeypatch: pytest.MonkeyPatch) -> None:
        counts, _ = compress(cdnow[0], cdnow[1] * 7, cdnow[2] * 7)
        whole = bgnbd.fit(counts)
        monkeypatch.setattr("siyu.insight.lifetime.predicting._ROUGH", 300)
        model, likelihoods = fit_models(counts)
        assert model.parameters == pytest.approx(whole.parameters, rel=1e-3)
        assert set(likelihoods) == {"bgnbd", "pareto_nbd"}

    def test_the_unit_of_time_is_no_matter(self, cdnow: Floats) -> None:
        weeks = bgnbd.fit(compress(*cdnow[:3], step=0.01)[0])
        days = bgnbd.fit(compress(cdnow[0], cdnow[1] * 7, cdnow[2] * 7, step=0.07)[0])
        assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-4)
        assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-4)


class TestGradients:
    @pytest.mark.parametrize("model", MODELS)
    @given(found=people, parameters=st.tuples(positive, positive, positive, positive))
    def test_against_numerical_ones(
        self, model: str, found: list[tuple[int, int, int]], parameters: tuple[float, ...]
    ) -> None:
        counts, of = plain(found), MODELS[model]
        at = np.array(parameters)
        _, gradient = of(at, counts)
        numerical = approx_fprime(at, lambda p: of(p, counts)[0], 1e-6 * at)
        assert gradient * at == pytest.approx(numerical * at, rel=2e-3, abs=2e-4)

    @given(
        found=st.lists(st.tuples(st.integers(1, 40), st.floats(0.1, 500)), min_size=1, max_size=40),
        parameters=st.tuples(positive, st.floats(1.1, 20), positive),
    )
    def test_of_spend(self, found: list[tuple[int, float]], parameters: tuple[float, ...]) -> None:
        x, z = np.array(found, float).T
        spent, at = spending(x, z), np.array(parameters)
        _, gradient = spend.likelihood(at, spent)
        numerical = approx_fprime(at, lambda p: spend.likelihood(p, spent)[0], 1e-6 * at)
        assert gradient * at == pytest.approx(numerical * at, rel=2e-3, abs=2e-4)


class TestCompressed:
    @pytest.mark.parametrize("model", MODELS)
    @settings(max_examples=40)
    @given(found=people, parameters=st.tuples(positive, positive, positive, positive))
    def test_has_the_same_likelihood(
        self, model: str, found: list[tuple[int, int, int]], parameters: tuple[float, ...]
    ) -> None:
        whole = plain(found)
        counts, place = compress(whole.x, whole.t_x, whole.age)
        for given_, kept in ((whole.x, counts.x), (whole.t_x, counts.t_x), (whole.age, counts.age)):
            assert kept[place].tolist() == given_.tolist()
        assert len({*zip(counts.x, counts.t_x, counts.age, strict=True)}) == len(counts.x)
        for one_, other in zip(
            *(numbers_of(MODELS[model](np.array(parameters), c)) for c in (whole, counts)), strict=True
        ):
            assert one_ == pytest.approx(other, rel=1e-9, abs=1e-9)

    @given(found=people)
    def test_in_weeks_nobody_buys_after_today(self, found: list[tuple[int, int, int]]) -> None:
        whole = plain(found)
        counts, place = compress(whole.x, whole.t_x, whole.age, step=7.0)
        assert (counts.t_x <= counts.age).all()
        assert np.abs(counts.age[place] - whole.age).max() <= 3.5
        assert counts.customers == len(found)

    def test_many_distinct_keys_are_sorted_instead(self) -> None:
        x, t_x, age = np.array([0, 3, 3, 0]), np.array([0, 9_000, 9_000, 0]), np.array([9_999, 9_999, 9_999, 5])
        counts, place = compress(x, t_x, age)
        assert sorted(counts.n.tolist()) == [1, 1, 2]
        assert counts.age[place].tolist() == age.tolist()

    @given(found=st.lists(st.tuples(st.integers(1, 9), st.floats(1, 1e6)), min_size=1, max_size=60))
    def test_spend_in_bins_keeps_its_means(self, found: list[tuple[int, float]]) -> None:
        x, z = np.array(found, float).T
        exact, bins = spending(x, z), spending(x, z, exact=False)
        assert bins.n.sum() == len(found)
        assert bins.n @ bins.z == pytest.approx(z.sum())
        at = np.array([3.0, 2.5, 20.0])
        assert spend.likelihood(at, bins)[0] == pytest.approx(spend.likelihood(at, exact)[0], abs=1e-3)


class TestAlive:
    @pytest.mark.parametrize("model", [KNOWN_BG, KNOWN_PARETO], ids=lambda model: model.name)
    def test_limits(self, model: BgNbd | ParetoNbd) -> None:
        assert model.p_alive(*one(9, 1, 1e7))[0] < 1e-6  # silent for ever
        assert model.p_alive(*one(9, 30, 30))[0] > 0.8  # bought today
        silent = [model.p_alive(*one(6, 20, 20 + gap))[0] for gap in (0, 1, 5, 20, 80)]
        assert silent == sorted(silent, reverse=True)
        assert all(0 <= p <= 1 for p in silent)

    def test_who_never_came_back(self) -> None:
        assert KNOWN_BG.p_alive(*one(0, 0, 500))[0] == 1
        assert KNOWN_PARETO.p_alive(*one(0, 0, 500))[0] < 0.1

    def test_pareto_just_now_is_alive_for_sure(self) -> None:
        assert KNOWN_PARETO.p_alive(*one(3, 10, 10))[0] == 1

    @given(x=st.integers(0, 2000), t_x=st.integers(0, 2000), gap=st.integers(0, 2000))
    def test_always_a_probability(self, x: int, t_x: int, gap: int) -> None:
        for model in (KNOWN_BG, KNOWN_PARETO):
            at = one(x, t_x if x else 0, (t_x if x else 0) + gap)
            p, ahead = model.p_alive(*at)[0], model.purchases_if_alive(at[0], at[2], 52.0)[0]
            assert 0 <= p <= 1
            assert 0 < ahead < 1e6


class TestAhead:
    @given(
        x=st.integers(0, 25), age=st.floats(0.5, 100), t=st.floats(0.5, 60), r=st.floats(0.1, 3), alpha=st.floats(1, 20),
        a=st.floats(0.1, 5).filter(lambda a: abs(a - 1) > 0.02), b=st.floats(0.3, 8),
    )  # fmt: skip
    def test_equals_the_closed_form_where_that_has_its_digits(
        self, x: int, age: float, t: float, r: float, alpha: float, a: float, b: float
    ) -> None:
        model = BgNbd(r, alpha, a, b)
        c = a + b + x - 1
        if c <= 0.05:
            return
        z = t / (alpha + age + t)
        # Euler's transformation of equation (10): the same, with small parameters
        closed = c / (a - 1) * (1 - (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, c, z))
        found = model.purchases_if_alive(np.array([float(x)]), np.array([age]), t)[0]
        assert found == pytest.approx(closed, rel=1e-6, abs=1e-9)

    def test_smooth_at_one(self) -> None:
        for model in (BgNbd, ParetoNbd):
            at = (np.array([3.0]), np.array([30.0]), 39.0)
            near = [model(0.5, 5.0, s, 2.0).purchases_if_alive(*at)[0] for s in (1 - 1e-9, 1.0, 1 + 1e-9)]
            assert near == pytest.approx([near[1]] * 3, rel=1e-7)

    def test_large_x_is_no_trouble(self) -> None:
        x, age = np.array([5000.0]), np.array([1000.0])
        assert KNOWN_BG.purchases_if_alive(x, age, 10.0)[0] == pytest.approx(5000 / 1000 * 10, rel=0.05)

    def test_what_comes_later_is_worth_less(self) -> None:
        counts = Counts(*(np.array([v]) for v in (4.0, 200.0, 210.0, 1.0)))
        plain_, cheaper = (look_ahead(KNOWN_BG, counts, months=12, monthly_discount=d) for d in (0.0, 0.02))
        assert plain_.discounted[0] == pytest.approx(plain_.purchases[0])
        assert plain_.purchases[0] / 1.02**12 < cheaper.discounted[0] < plain_.purchases[0] / 1.02

    def test_simulated_customers_do_as_expected(self) -> None:
        """The generator knows nothing of the formulas: rates, lives and purchases are drawn one by one."""
        rng = np.random.default_rng(3)
        model, age, ahead = BgNbd(1.0, 10.0, 1.0, 3.0), 30.0, 20.0
        seen, came = [], 0
        for _ in range(4000):
            rate, leaving, moment, times = rng.gamma(1.0, 1 / 10), rng.beta(1.0, 3.0), 0.0, []
            while (moment := moment + rng.exponential(1 / rate)) < age + ahead:
                times.append(moment)
                if rng.random() < leaving:
                    break
            before = [t for t in times if t < age]
            seen.append((len(before), before[-1] if before else 0.0, age))
            came += len(times) - len(before)
        x, t_x, ages = np.array(seen, float).T
        expected = (model.p_alive(x, t_x, ages) * model.purchases_if_alive(x, ages, ahead)).sum()
        assert expected == pytest.approx(came, rel=0.05)


class TestFitting:
    def test_no_maximum_is_said(self) -> None:
        def uphill(parameters: Floats) -> tuple[float, Floats]:
            return float("nan"), np.full_like(parameters, np.nan)

        with pytest.raises(NotSettled, match="run away"):
            maximise(uphill, [(1.0, 1.0)])

    def test_everybody_alike(self) -> None:
        """No variance to find: parameters at a bound still predict."""
        counts = Counts(*(np.array([v]) for v in (5.0, 50.0, 60.0, 100.0)))
        model = bgnbd.fit(counts)
        ahead = model.p_alive(counts.x, counts.t_x, counts.age) * model.purchases_if_alive(counts.x, counts.age, 60.0)
        assert 1 < ahead[0] < 7


def numbers_of(found: tuple[float, Floats]) -> list[float]:
    return [found[0], *found[1].tolist()]
