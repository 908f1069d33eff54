"""Whatever the journey, however many workers, whoever dies and wherever the clock jumps: each step once, nobody lost."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from tests.unit.journeys.journeying import NOW, ZONE, begin, definition, enter

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database, rows, run
from siyu.journeys import service as journeys

MOST_STEPS = 8
PEOPLE = 40


class Died(Exception):
    """A worker dies before its transaction is durable."""


@st.composite
def journeys_that_end(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Steps that lead forward, so that each ends; a webhook in front of every one tells that it was passed."""
    count = draw(st.integers(1, MOST_STEPS))
    steps: dict[str, dict[str, Any]] = {}
    for number in range(count):
        onward = st.sampled_from([f"call{n}" for n in range(number + 1, count)] + ["end"])
        kind = draw(st.sampled_from(["wait", "branch", "tag", "wait_for", "plain"]))
        name = f"s{number}"
        steps[f"call{number}"] = {"kind": "webhook", "url": "http://x.example/", "next": name}
        match kind:
            case "wait":
                hours = draw(st.integers(1, 30))
                steps[name] = {"kind": "wait", "duration": f"{hours}h", "next": draw(onward)}
            case "branch":
                test = {"property": "n", "comparison": "lt", "value": draw(st.integers(0, 9))}
                case = {"when": {"by": "entry", "where": [test]}, "next": draw(onward)}
                steps[name] = {"kind": "branch", "cases": [case], "otherwise": draw(onward)}
            case "tag":
                steps[name] = {"kind": "tag", "add": [name], "next": draw(onward)}
            case "wait_for":
                steps[name] = {
                    "kind": "wait_for",
                    "fact": {"kind": "message.received"},
                    "timeout": f"{draw(st.integers(1, 30))}h",
                    "next": draw(onward),
                    "otherwise": draw(onward),
                }
            case _:
                steps[name] = {"kind": "trait", "trait": name, "value": 1, "next": draw(onward)}
    steps["end"] = {"kind": "exit"}
    return steps


def expected(steps: Mapping[str, Mapping[str, Any]], n: int) -> Counter[str]:
    """Which calls somebody of whom nothing is heard has behind them in the end."""
    passed: Counter[str] = Counter()
    at = "call0"
    while at != "end":
        step = steps[at]
        if step["kind"] == "webhook":
            passed[at] += 1
        if step["kind"] == "branch":
            (case,) = step["cases"]
            at = case["next"] if n < case["when"]["where"][0]["value"] else step["otherwise"]
        else:
            at = step["otherwise"] if step["kind"] == "wait_for" else step["next"]
    return passed


def reachable_only(steps: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Without the steps to which no way leads: a check would refuse them."""
    found, todo = set(), ["call0"]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            step = steps[name]
            todo += [step[way] for way in ("next", "otherwise") if way in step]
            todo += [case["next"] for case in step.get("cases", ())]
    return {name: step for name, step in steps.items() if name in found}


def walk_and_die(database: Database, clickhouse: Client, now: datetime, most: int, dies: list[bool]) -> None:
    """Until nobody is due; where it is this worker's fate, the batch is lost before it is durable."""
    while True:
        try:
            with database.transaction() as conn:
                done = journeys.step_once(conn, clickhouse, now, ZONE, most=most)
                if not done.enrolments:
                    return
                if dies and dies.pop():
                    raise Died  # noqa: TRY301 - it is the transaction that has to see it
        except Died:
            continue


def calls(conn: Connection) -> Counter[tuple[int, str]]:
    """(customer, step) of every call that was asked for; the key of each is another, or the table would have refused it."""
    found = rows(conn, "SELECT CAST(body ->> 'customer' AS bigint) AS one, body ->> 'step' AS step FROM journeys.call")
    return Counter((row.one, row.step) for row in found)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=journeys_that_end(),
    jumps=st.lists(st.integers(1, 60), min_size=12, max_size=12),
    most=st.integers(3, 50),
    dies=st.lists(st.booleans(), max_size=8),
    workers=st.integers(1, 3),
)
def test_each_step_happens_exactly_once_to_everybody(
    database: Database,
    clickhouse: Client,
    steps: dict[str, dict[str, Any]],
    jumps: list[int],
    most: int,
    dies: list[bool],
    workers: int,
) -> None:
    steps = reachable_only(steps)
    with database.transaction() as conn:
        for table in ("enrolment", "past", "passage", "call", "version", "journey"):
            run(conn, f"DELETE FROM journeys.{table}")
        run(conn, "DELETE FROM experiments.assignment")
        run(conn, "DELETE FROM customers.tag")
        journey = begin(conn, definition(steps, start="call0"))
        for n in range(10):
            enter(conn, clickhouse, journey, range(1 + n, PEOPLE + 1, 10), entry={"n": n})
    now = NOW
    fate = list(dies)
    for hours in [0, *jumps, 31 * MOST_STEPS, *[31] * MOST_STEPS]:
        now += timedelta(hours=hours)
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda _: walk_and_die(database, clickhouse, now, most, fate), range(workers)))  # noqa: B023
    with database.transaction() as conn:
        told = calls(conn)
        left = rows(conn, "SELECT customer_id, how FROM journeys.past")
        inside = rows(conn, "SELECT customer_id, step FROM journeys.enrolment")
        figures = journeys.figures(conn, journey.id)
    assert inside == []
    assert sorted(row.customer_id for row in left) == list(range(1, PEOPLE + 1))
    wanted: Counter[tuple[int, str]] = Counter()
    for one in range(1, PEOPLE + 1):
        wanted.update({(one, step): times for step, times in expected(steps, (one - 1) % 10).items()})
    assert told == wanted
    assert figures.ended == {"exit": PEOPLE}
    passed = {one.step: one.passed for one in figures.steps}
    for name in steps:
        if name.startswith("call"):
            assert passed[name] == sum(count for (_, step), count in wanted.items() if step == name)
