"""Retention, LTV and RFM of CDNOW, against numbers that pandas works out on its own from the file."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siyu.engines.clickhouse.client import Client
from siyu.experiments.statistics import Moments, always_valid, compare
from siyu.insight import service
from siyu.insight.lifetime import service as lifetime
from siyu.insight.lifetime.counts import Floats, Whole
from siyu.insight.types import (
    Definitions,
    FunnelDefinition,
    FunnelPlan,
    FunnelStep,
    FunnelWindow,
    LifetimePlan,
    LtvPlan,
    LtvSpreadPlan,
    RetentionPeople,
    RetentionPlan,
    RfmPeople,
    RfmPlan,
    Window,
)
from siyu.kernel.fact import Fact
from siyu.timeline.columns import facts_to_table

FILE = Path(__file__).parents[4] / "shared/data/cdnow/CDNOW_master.txt.gz"
UNTIL = datetime(1998, 6, 30, 23, 59, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="../shared/data/cdnow is not here")


@pytest.fixture(scope="module")
def purchases() -> pd.DataFrame:
    frame = pd.read_csv(FILE, sep=r"\s+", header=0, names=["customer", "day", "quantity", "dollars"])
    frame["fen"] = np.round(frame["dollars"] * 100).astype("int64")
    frame["at"] = pd.to_datetime(frame["day"].astype(str))
    frame["month"] = frame["at"].dt.to_period("M")
    frame["cohort"] = frame.groupby("customer")["month"].transform("min")
    frame["age"] = [m.ordinal - c.ordinal for m, c in zip(frame["month"], frame["cohort"], strict=True)]
    return frame


@pytest.fixture(scope="module")
def cdnow(clickhouse: Client, purchases: pd.DataFrame) -> Client:
    facts = [
        Fact(
            "order.paid",
            customer,
            1_000_000 + customer,
            at.to_pydatetime().replace(tzinfo=UTC),
            amount_fen=fen,
            properties={"platform": "generic", "shop": "cdnow", "order_no": str(place)},
        )
        for place, (customer, at, fen) in enumerate(
            zip(purchases["customer"].tolist(), purchases["at"], purchases["fen"].tolist(), strict=True)
        )
    ]
    clickhouse.insert("facts", facts_to_table(90_000, facts, 0), token="cdnow")
    return clickhouse


@pytest.fixture(scope="module")
def foretold(cdnow: Client, purchases: pd.DataFrame) -> tuple[Floats, Floats, Whole]:
    """Predicted on the evening of 30 September 1997, spent afterwards (in fen), and who: everybody who had bought by then."""
    refit = lifetime.compute(cdnow, LifetimePlan(datetime(1997, 9, 30, 23, 59, tzinfo=UTC), "UTC"))
    assert refit.model is not None, refit.reason
    assert refit.predictions is not None
    ids = refit.predictions.column("customer_id").to_numpy()
    later = purchases[purchases["at"] > "1997-09-30"].groupby("customer")["fen"].sum()
    spent = later.reindex(ids).fillna(0).to_numpy(dtype=float)
    return refit.predictions.column("value_fen").to_numpy().astype(float), spent, ids


def grid(frame: pd.DataFrame, values: str, how: str) -> pd.DataFrame:
    return frame.pivot_table(index="cohort", columns="age", values=values, aggfunc=how, fill_value=0)


class TestCdnow:
    def test_the_file_is_the_known_one(self, purchases: pd.DataFrame) -> None:
        assert (len(purchases), purchases["customer"].nunique()) == (69_659, 23_570)
        assert int(purchases["fen"].sum()) == 250_031_563

    def test_retention_by_month(self, cdnow: Client, purchases: pd.DataFrame) -> None:
        table = service.retention(cdnow, RetentionPlan(UNTIL, zone="UTC"))
        assert [cohort.start for cohort in table.cohorts] == [date(1997, 1, 1), date(1997, 2, 1), date(1997, 3, 1)]
        assert sum(cohort.customers for cohort in table.cohorts) == 23_570
        expected = grid(purchases, "customer", "nunique")
        for cohort, (_, row) in zip(table.cohorts, expected.iterrows(), strict=True):
            assert list(cohort.active) == row.tolist()[: len(cohort.active)]
            assert len(cohort.active) == 18 - cohort.start.month + 1

    def test_retention_by_week(self, cdnow: Client, purchases: pd.DataFrame) -> None:
        table = service.retention(cdnow, RetentionPlan(UNTIL, "week", zone="UTC"))
        week = purchases["at"].dt.to_period("W-SUN").map(lambda period: period.ordinal)
        first = week.groupby(purchases["customer"]).transform("min")
        frame = pd.DataFrame({"customer": purchases["customer"], "cohort": first, "age": week - first})
        expected = grid(frame, "customer", "nunique")
        assert len(table.cohorts) == len(expected)
        for cohort, (_, row) in zip(table.cohorts, expected.iterrows(), strict=True):
            assert list(cohort.active) == row.tolist()[: len(cohort.active)]

    def test_ltv(self, cdnow: Client, purchases: pd.DataFrame) -> None:
        table = service.ltv(cdnow, LtvPlan(UNTIL, zone="UTC"))
        assert (table.customers, table.net_fen) == (23_570, 250_031_563)
        expected = grid(purchases, "fen", "sum").cumsum(axis=1)
        for cohort, (_, row) in zip(table.cohorts, expected.iterrows(), strict=True):
            assert list(cohort.net_fen) == row.tolist()[: len(cohort.net_fen)]

    def test_rfm(self, cdnow: Client, purchases: pd.DataFrame) -> None:
        table = service.rfm(cdnow, RfmPlan(UNTIL))
        people = purchases.groupby("customer").agg(last=("at", "max"), orders=("at", "size"), net=("fen", "sum"))
        people["days"] = (pd.Timestamp(UNTIL).tz_localize(None) - people["last"]).dt.days

        def scores(values: pd.Series) -> np.ndarray:
            ordered = np.sort(values.to_numpy())
            bounds = [ordered[int(level * len(ordered))] for level in (0.2, 0.4, 0.6, 0.8)]
            return 1 + sum((values.to_numpy() > bound).astype(int) for bound in bounds)

        people["r"], people["f"], people["m"] = (
            6 - scores(people["days"]),
            scores(people["orders"]),
            scores(people["net"]),
        )
        expected = people.groupby(["r", "f", "m"])["net"].agg(["size", "sum"])
        assert table.customers == 23_570
        assert {(c.r, c.f, c.m): (c.customers, c.net_fen) for c in table.cells} == {
            key: (int(row["size"]), int(row["sum"])) for key, row in expected.iterrows()
        }

    def test_retention_by_day(self, cdnow: Client, purchases: pd.DataFrame) -> None:
        plan = RetentionPlan(UNTIL, "day", date(1997, 1, 1), "UTC", cohorts_to=date(1997, 1, 7))
        table = service.retention(cdnow, plan)
        first = purchases.groupby("customer")["at"].transform("min")
        frame = pd.DataFrame(
            {"customer": purchases["customer"], "cohort": first, "age": (purchases["at"] - first).dt.days}
        )
        expected = grid(frame[first < "1997-01-08"], "customer", "nunique")
        assert [cohort.start for cohort in table.cohorts] == [day.date() for day in expected.index]
        for cohort, (_, row) in zip(table.cohorts, expected.iterrows(), strict=True):
            assert list(cohort.active) == row.reindex(range(len(cohort.active)), fill_value=0).tolist()

    def test_orders_money_and_repeat_buyers(self, cdnow: Client, purchases: pd.DataFrame) -> None:
        table = service.retention(cdnow, RetentionPlan(UNTIL, zone="UTC"))
        money, made = grid(purchases, "fen", "sum"), grid(purchases, "quantity", "size")
        people = purchases.groupby("customer").agg(cohort=("cohort", "first"), n=("fen", "size"), last=("at", "max"))
        active = people["last"] >= pd.Timestamp(UNTIL).tz_localize(None) - pd.Timedelta(days=90)
        for cohort, (start, row), (_, orders) in zip(table.cohorts, money.iterrows(), made.iterrows(), strict=True):
            assert list(cohort.net_fen) == row.tolist()[: len(cohort.net_fen)]
            assert list(cohort.orders) == orders.tolist()[: len(cohort.orders)]
            mine = people["cohort"] == start
            assert cohort.repeat == int((mine & (people["n"] >= 2)).sum())
            assert cohort.active_now == int((mine & active).sum())

    def test_people_of_a_cell(self, cdnow: Client, purchases: pd.DataFrame) -> None:
        asked = RetentionPeople(RetentionPlan(UNTIL, zone="UTC"), date(1997, 2, 1), 4)
        cell = purchases[(purchases["cohort"] == "1997-02") & (purchases["age"] == 4)]
        found = [one for chunk in service.all_people(cdnow, asked) for one in chunk]
        assert found == sorted(cell["customer"].unique())
        best = service.people(cdnow, RfmPeople(RfmPlan(UNTIL), 5, 5, 5), limit=10)
        cells = {(c.r, c.f, c.m): c.customers for c in service.rfm(cdnow, RfmPlan(UNTIL)).cells}
        assert best.total == cells[5, 5, 5]

    def test_spread(self, cdnow: Client, purchases: pd.DataFrame) -> None:
        net = np.sort(purchases.groupby("customer")["fen"].sum().to_numpy())
        found = service.ltv_spread(cdnow, LtvSpreadPlan(UNTIL)).everybody
        assert found.quantiles_fen[3] == net[len(net) // 2]
        assert sum(found.bins) == len(net)
        assert found.bins[0] == 0

    @pytest.mark.parametrize("days", [7, 90])
    def test_funnel_of_two_purchases(self, cdnow: Client, purchases: pd.DataFrame, days: int) -> None:
        """A second purchase within the window of any before it, of those who bought in 1997's first quarter."""
        pay = FunnelStep("order.paid")
        definition = FunnelDefinition((pay, pay), FunnelWindow(days))
        plan = FunnelPlan(definition, UNTIL, date(1997, 1, 1), date(1997, 3, 31), "UTC")
        ordered = purchases.sort_values(["customer", "at"])
        before = ordered.groupby("customer")["at"].shift()
        again = (before < "1997-04-01") & (ordered["at"] - before <= pd.Timedelta(days=days))
        found = service.funnel(cdnow, plan).steps
        assert [step.people for step in found] == [23_570, ordered.loc[again, "customer"].nunique()]

    def test_buyers(self, cdnow: Client) -> None:
        [ever] = service.windows(cdnow, Definitions(), UNTIL, [Window(None, UNTIL)])
        assert ever.buyers == ever.new == 23_570


class TestCuped:
    """What the first period foretells of the second is noise that a comparison of two groups can do without."""

    def test_a_third_and_more_of_the_variance_goes(self, foretold: tuple[Floats, Floats, Whole]) -> None:
        """Random splits of the second period: by the estimate, and by how far the differences really lie apart."""
        before, after, ids = foretold
        assert len(ids) == 23_570
        saved, plain, adjusted, right = [], [], [], []
        rng = np.random.default_rng(1997)
        for _ in range(400):
            treated = rng.random(len(ids)) < 0.5
            groups = [treated, ~treated]
            without = compare(*[[Moments.of(after[group])] for group in groups])
            found = compare(*[[Moments.of(after[group], before[group])] for group in groups])
            interval = always_valid(found)
            saved.append(float(found.saved))
            plain.append(float(without.difference))
            adjusted.append(float(found.difference))
            right.append(bool(interval.low <= 0 <= interval.high))
        assert np.min(saved) >= 0.35
        assert np.mean(saved) == pytest.approx(0.448, abs=0.01)
        assert 1 - np.var(adjusted) / np.var(plain) >= 0.35
        # Nobody was treated: the adjusted difference stays about nothing.
        assert abs(np.mean(adjusted)) < 4 * np.std(adjusted) / np.sqrt(400)
        assert np.mean(right) >= 0.95

    def test_a_lift_is_told_more_closely(self, foretold: tuple[Floats, Floats, Whole]) -> None:
        """A tenth is left alone, the others spend a quarter more: the truth is inside, of a much narrower interval."""
        before, after, ids = foretold
        treated = np.random.default_rng(5).random(len(ids)) < 0.9
        raised = after + np.where(treated, 0.25 * after.mean(), 0)
        groups = [treated, ~treated]
        plain = compare(*[[Moments.of(raised[group])] for group in groups])
        found = compare(*[[Moments.of(raised[group], before[group])] for group in groups])
        for effect in (plain, found):
            interval = always_valid(effect)
            assert interval.low <= 0.25 * after.mean() <= interval.high
        assert found.variance < 0.65 * plain.variance
