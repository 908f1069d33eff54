"""The SQL of plans, word for word, in ``golden/``: a change of a query is seen, and meant.

After a change that is meant: ``SIYU_GOLDEN=write .venv/bin/python -m pytest tests/unit/insight/test_store.py``, and
read the difference.
"""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from siyu.customers.service import ladder_of
from siyu.insight import store
from siyu.insight.types import (
    CalibrationPeople,
    Definitions,
    FunnelDefinition,
    FunnelPlan,
    FunnelStep,
    FunnelWindow,
    LifetimePlan,
    LtvPeople,
    LtvSpreadPlan,
    PeopleAsked,
    PropertyFilter,
    RetentionPeople,
    RetentionPlan,
    RfmPeople,
    RfmPlan,
)

FOLDER = Path(__file__).parent / "golden"
UNTIL = datetime(2026, 4, 15, tzinfo=UTC)
PAID = Definitions("paid")
BOUNDS = ([1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4])
STEPS = (
    FunnelStep("page.viewed", "Home", (PropertyFilter("$context.page.path", "contains", "/new"),)),
    FunnelStep("order.paid", None, (PropertyFilter("amount_fen", "gt", 100), PropertyFilter("platform", "in", ["jd"]))),
)
FUNNEL = FunnelPlan(FunnelDefinition(STEPS, FunnelWindow(2)), UNTIL, date(2026, 3, 1), date(2026, 3, 31))
STRICT = FunnelPlan(FunnelDefinition(STEPS, FunnelWindow(2), True, "first_source"), UNTIL)


def funnel(plan: FunnelPlan) -> str:
    values = store.funnels.Values()
    return store.funnels.counts_sql(plan, values) + "\n" + "\n".join(f"-- {k} = {v!r}" for k, v in values.all.items())


def people(asked: PeopleAsked) -> str:
    source, condition, values = store.people.found_by(asked, BOUNDS)
    kept = "\n".join(f"-- {name} = {value!r}" for name, value in values.items())
    return f"{store.people.ids_sql(source, condition)}\n{kept}"


QUERIES: dict[str, Callable[[], str]] = {
    "retention_by_month": lambda: store.cohorts.cohorts_sql(RetentionPlan(UNTIL)),
    "retention_of_paid_by_week": lambda: store.cohorts.cohorts_sql(RetentionPlan(UNTIL, "week", definitions=PAID)),
    "retention_by_day_and_shop": lambda: store.cohorts.cohorts_sql(RetentionPlan(UNTIL, "day", by="shop")),
    "retention_people": lambda: people(
        RetentionPeople(RetentionPlan(UNTIL, by="platform"), UNTIL.date(), 2, "jd", False)
    ),
    "spread": lambda: store.spread.spread_sql(LtvSpreadPlan(UNTIL), "none"),
    "spread_of_paid_by_source": lambda: store.spread.spread_sql(LtvSpreadPlan(UNTIL, definitions=PAID), "source"),
    "spread_people": lambda: people(LtvPeople(LtvSpreadPlan(UNTIL, by="shop"), 100, 200, "jd/a")),
    "calibration_people": lambda: people(CalibrationPeople(LifetimePlan(UNTIL, "UTC"), UNTIL.date(), 2)),
    "rfm_bounds": lambda: store.rfm.bounds_sql(RfmPlan(UNTIL)),
    "rfm": lambda: store.rfm.cells_sql(RfmPlan(UNTIL, definitions=PAID)),
    "rfm_people": lambda: people(RfmPeople(RfmPlan(UNTIL), 5, segment="champion")),
    "funnel": lambda: funnel(FUNNEL),
    "funnel_strict_by_first_source": lambda: funnel(STRICT),
    "ladder": lambda: store.ladder.stood_sql(Definitions(), ladder_of(3))[0],
    "ladder_of_paid": lambda: store.ladder.stood_sql(PAID, ladder_of(3))[0],
    "lift_people": store.lift.people_sql,
    "lift_did": lambda: store.lift.did_sql(Definitions()),
    "lift_did_of_paid": lambda: store.lift.did_sql(PAID),
    "windows": lambda: store.windows.windows_sql(Definitions(), 2),
}


def words(sql: str) -> str:
    return " ".join(sql.split())


@pytest.mark.parametrize("name", QUERIES)
def test_golden_sql(name: str) -> None:
    path, made = FOLDER / f"{name}.sql", QUERIES[name]()
    if os.environ.get("SIYU_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(made.strip() + "\n", "utf-8")
    assert words(made) == words(path.read_text("utf-8"))


def test_nothing_golden_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} == set(QUERIES)


def test_values_never_stand_in_the_text() -> None:
    nasty = "'; DROP TABLE facts --"
    step = FunnelStep("event.tracked", nasty, (PropertyFilter(nasty, "eq", nasty), PropertyFilter("x", "in", [nasty])))
    plan = FunnelPlan(FunnelDefinition((step, step), FunnelWindow(1)), UNTIL, zone="UTC")
    for sql in (
        store.funnels.counts_sql(plan, store.funnels.Values()),
        store.people.found_by(RetentionPeople(RetentionPlan(UNTIL, by="shop"), UNTIL.date(), 1, nasty), None)[1],
        store.people.found_by(LtvPeople(LtvSpreadPlan(UNTIL, by="shop"), 1, 2, nasty), None)[1],
    ):
        assert "DROP" not in sql
