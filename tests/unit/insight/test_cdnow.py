"""Retention, LTV and RFM of CDNOW, against numbers that pandas works out on its own from the file."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siyu.engines.clickhouse.client import Client
from siyu.insight import service
from siyu.insight.types import LtvPlan, RetentionPlan, RfmPlan
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
        Fact("order.paid", customer, 1_000_000 + customer, at.to_pydatetime().replace(tzinfo=UTC), amount_fen=fen)
        for customer, at, fen in zip(
            purchases["customer"].tolist(), purchases["at"], purchases["fen"].tolist(), strict=True
        )
    ]
    clickhouse.run("TRUNCATE TABLE facts")
    clickhouse.run("TRUNCATE TABLE alias")
    clickhouse.run("SYSTEM RELOAD DICTIONARY alias_map")
    clickhouse.insert("facts", facts_to_table(90_000, facts, 0), token="cdnow")
    return clickhouse


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

    def test_buyers(self, cdnow: Client) -> None:
        assert service.buyers(cdnow) == 23_570
