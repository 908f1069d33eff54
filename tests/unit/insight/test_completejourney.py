"""Every report over a grocer's loyalty card, against numbers that pandas works out on its own from the file."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siyu.engines.clickhouse.client import Client
from siyu.insight import service
from siyu.insight.types import (
    FunnelDefinition,
    FunnelPlan,
    FunnelStep,
    FunnelWindow,
    LtvPeople,
    LtvSpreadPlan,
    PropertyFilter,
    RetentionPeople,
    RetentionPlan,
    RfmPlan,
)
from siyu.kernel.fact import Fact
from siyu.timeline.columns import facts_to_table

FILE = Path(__file__).parents[4] / "shared/data/completejourney/transactions_sample.csv.gz"
UNTIL = datetime(2018, 1, 2, tzinfo=UTC)
ZONE = "America/New_York"  # the clock changes within the data
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="../shared/data/completejourney is not here")


@pytest.fixture(scope="module")
def baskets() -> pd.DataFrame:
    """A row a basket: household, store, fen, at (UTC); every seventh is refunded in full two days later."""
    lines = pd.read_csv(FILE, parse_dates=["transaction_timestamp"], dtype={"basket_id": str})
    lines["fen"] = (lines["sales_value"] * 100).round().astype("int64")
    found = lines.groupby("basket_id").agg(
        household=("household_id", "first"),
        store=("store_id", "first"),
        fen=("fen", "sum"),
        at=("transaction_timestamp", "min"),
    )
    found = found.reset_index()
    at = found["at"]
    found["at"] = at.dt.tz_localize("UTC") if at.dt.tz is None else at.dt.tz_convert("UTC")
    found["refunded"] = (np.arange(len(found)) % 7 == 0) & (found["fen"] > 0)
    return found


@pytest.fixture(scope="module")
def journey(clickhouse: Client, baskets: pd.DataFrame) -> Client:
    facts = []
    for row in baskets.itertuples():
        properties = {"platform": "generic", "shop": f"store {row.store}", "order_no": str(row.basket_id)}
        household = int(row.household)
        facts.append(
            Fact("order.paid", household, 0, row.at.to_pydatetime(), amount_fen=row.fen, properties=properties)
        )
        if row.refunded:
            later = (row.at + pd.Timedelta(days=2)).to_pydatetime()
            facts.append(Fact("order.refunded", household, 0, later, amount_fen=-row.fen, properties=properties))
    clickhouse.insert("facts", facts_to_table(91_000, facts, 0), token="journey")
    return clickhouse


@pytest.fixture(scope="module")
def purchases(baskets: pd.DataFrame) -> pd.DataFrame:
    """Those that count at ``UNTIL``, with their month in the zone, their cohort and its first store."""
    kept = baskets[~(baskets["refunded"] & (baskets["at"] + pd.Timedelta(days=2) <= UNTIL))].copy()
    kept["month"] = kept["at"].dt.tz_convert(ZONE).dt.tz_localize(None).dt.to_period("M")
    kept["cohort"] = kept.groupby("household")["month"].transform("min")
    kept["age"] = [month.ordinal - cohort.ordinal for month, cohort in zip(kept["month"], kept["cohort"], strict=True)]
    kept["label"] = "generic/store " + kept["store"].astype(str)
    first = kept.sort_values(["at", "label"]).groupby("household")["label"].first()
    kept["first_shop"] = kept["household"].map(first)
    return kept


@pytest.fixture(scope="module")
def net(baskets: pd.DataFrame, purchases: pd.DataFrame) -> pd.Series:
    """Money of each household that has a purchase."""
    counted = baskets["fen"].where(~(baskets["refunded"] & (baskets["at"] + pd.Timedelta(days=2) <= UNTIL)), 0)
    money = counted.groupby(baskets["household"]).sum()
    return money[money.index.isin(purchases["household"])]


class TestCompleteJourney:
    def test_the_file_is_the_known_one(self, baskets: pd.DataFrame) -> None:
        assert (len(baskets), baskets["household"].nunique()) == (47_243, 2377)

    def test_retention_by_month(self, journey: Client, purchases: pd.DataFrame) -> None:
        table = service.retention(journey, RetentionPlan(UNTIL, zone=ZONE))
        people = purchases.pivot_table(
            index="cohort", columns="age", values="household", aggfunc="nunique", fill_value=0
        )
        orders = purchases.pivot_table(index="cohort", columns="age", values="fen", aggfunc="size", fill_value=0)
        assert [cohort.start.month for cohort in table.cohorts] == [period.month for period in people.index]
        for cohort, (_, active), (_, made) in zip(table.cohorts, people.iterrows(), orders.iterrows(), strict=True):
            assert list(cohort.active) == active.reindex(range(len(cohort.active)), fill_value=0).tolist()
            assert list(cohort.orders) == made.reindex(range(len(cohort.orders)), fill_value=0).tolist()

    def test_money_by_cohort(self, journey: Client, baskets: pd.DataFrame, purchases: pd.DataFrame) -> None:
        back = baskets[baskets["refunded"]].assign(fen=lambda b: -b["fen"], at=lambda b: b["at"] + pd.Timedelta(days=2))
        moves = pd.concat([baskets, back])
        moves = moves[moves["at"] <= UNTIL]
        cohorts = purchases.groupby("household")["cohort"].first()
        moves = moves[moves["household"].isin(cohorts.index)]
        months = moves["at"].dt.tz_convert(ZONE).dt.tz_localize(None).dt.to_period("M")
        starts = moves["household"].map(cohorts)
        moves = moves.assign(
            cohort=starts, age=[max(m.ordinal - c.ordinal, 0) for m, c in zip(months, starts, strict=True)]
        )
        expected = moves.pivot_table(index="cohort", columns="age", values="fen", aggfunc="sum", fill_value=0)
        table = service.retention(journey, RetentionPlan(UNTIL, zone=ZONE))
        for cohort, (_, row) in zip(table.cohorts, expected.iterrows(), strict=True):
            assert list(cohort.net_fen) == row.reindex(range(len(cohort.net_fen)), fill_value=0).tolist()

    def test_retention_by_first_shop(self, journey: Client, purchases: pd.DataFrame) -> None:
        table = service.retention(journey, RetentionPlan(UNTIL, by="shop", zone=ZONE))
        expected = purchases.groupby(["first_shop", "age"])["household"].nunique()
        assert len(table.totals) == purchases["first_shop"].nunique()
        for total in table.totals:
            row = expected[total.group]
            assert list(total.active) == row.reindex(range(len(total.active)), fill_value=0).tolist()

    def test_who_came_back(self, journey: Client, purchases: pd.DataFrame) -> None:
        asked = RetentionPeople(RetentionPlan(UNTIL, zone=ZONE), date(2017, 1, 1), 3)
        cell = purchases[(purchases["cohort"] == pd.Period("2017-01")) & (purchases["age"] == 3)]
        found = [one for chunk in service.all_people(journey, asked) for one in chunk]
        assert found == sorted(cell["household"].unique())

    def test_rfm(self, journey: Client, purchases: pd.DataFrame, net: pd.Series) -> None:
        people = purchases.groupby("household").agg(last=("at", "max"), orders=("at", "size"))
        people["net"] = net
        people["days"] = (UNTIL - people["last"]).dt.days
        table = service.rfm(
            journey, RfmPlan(UNTIL, days=(3, 7, 30, 90), orders=(2, 5, 10, 20), net=(1000, 5000, 10_000, 50_000))
        )
        people["r"] = 5 - np.searchsorted([3, 7, 30, 90], people["days"])
        people["f"] = 1 + np.searchsorted([2, 5, 10, 20], people["orders"])
        people["m"] = 1 + np.searchsorted([1000, 5000, 10_000, 50_000], people["net"])
        expected = people.groupby(["r", "f"])["net"].agg(["size", "sum"])
        assert {(s.r, s.f): (s.customers, s.net_fen) for s in table.grid} == {
            key: (int(row["size"]), int(row["sum"])) for key, row in expected.iterrows()
        }
        champions = people[(people[["r", "f", "m"]] >= 4).all(axis=1)]
        assert table.segments[0].customers == len(champions)

    def test_spread(self, journey: Client, net: pd.Series) -> None:
        edges = (0, 1000, 5000, 20_000)
        table = service.ltv_spread(journey, LtvSpreadPlan(UNTIL, edges=edges, zone=ZONE)).everybody
        assert (table.customers, table.net_fen) == (len(net), int(net.sum()))
        ordered = np.sort(net.to_numpy())
        assert list(table.quantiles_fen) == [ordered[int(level * len(ordered))] for level in LEVELS]
        places = np.bincount(np.searchsorted(edges, net.to_numpy(), side="right"), minlength=5)
        assert list(table.bins) == places.tolist()
        rich = service.people(journey, LtvPeople(LtvSpreadPlan(UNTIL, zone=ZONE), 20_000), limit=500)
        assert rich.total == int((net >= 20_000).sum())

    def test_funnel_of_three_baskets(self, journey: Client, baskets: pd.DataFrame) -> None:
        """A basket of at least ten dollars, within a week any other, then one of at least twenty."""
        big = FunnelStep("order.paid", None, (PropertyFilter("amount_fen", "gt", 999),))
        huge = FunnelStep("order.paid", None, (PropertyFilter("amount_fen", "gt", 1999),))
        steps = (big, FunnelStep("order.paid"), huge)
        plan = FunnelPlan(FunnelDefinition(steps, FunnelWindow(7)), UNTIL, date(2017, 3, 1), date(2017, 4, 30), ZONE)
        start = pd.Timestamp("2017-03-01", tz=ZONE)
        end, follow = pd.Timestamp("2017-05-01", tz=ZONE), pd.Timestamp("2017-05-08", tz=ZONE)
        reached = np.zeros(3, int)
        gaps: list[float] = []
        inside = baskets[(baskets["at"] >= start) & (baskets["at"] < follow)]
        for _, mine in inside.sort_values("at").groupby("household"):
            times, amounts = mine["at"].tolist(), mine["fen"].tolist()
            ways = [
                (i, j, k)
                for i in range(len(times))
                if amounts[i] > 999 and times[i] < end
                for j in [None, *range(i + 1, len(times))]
                for k in ([None] if j is None else [None, *range(j + 1, len(times))])
                if (j is None or times[j] - times[i] <= pd.Timedelta(days=7))
                and (k is None or (amounts[k] > 1999 and times[k] - times[i] <= pd.Timedelta(days=7)))
            ]
            if ways:
                reached[0] += 1
            seconds = [j for _, j, _ in ways if j is not None]
            if seconds:
                reached[1] += 1
                arrived = min(seconds)
                begun = max(i for i, j, _ in ways if j == arrived)
                gaps.append((times[arrived] - times[begun]).total_seconds())
            reached[2] += any(k is not None for _, _, k in ways)
        found = service.funnel(journey, plan).steps
        assert [step.people for step in found] == reached.tolist()
        assert found[1].median_seconds == sorted(gaps)[(len(gaps) - 1) // 2]
