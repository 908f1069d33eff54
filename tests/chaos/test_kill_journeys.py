"""Workers of journeys are killed in the middle of what they do: each step of everybody happens exactly once.

A short form runs with every `make test`; `make chaos` runs 50 rounds.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from tests.forking import Forking
from tests.unit.journeys.journeying import NOW, ZONE, begin, definition, enter

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database, rows
from siyu.journeys import service as journeys

ROUNDS = int(os.environ.get("SIYU_CHAOS_ROUNDS", "6"))
PEOPLE = 3000
HOUR = timedelta(hours=1)
NO_CLICKHOUSE = cast("Client", None)

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120 + 30 * ROUNDS)]


def hourly(rounds: int) -> dict[str, dict[str, Any]]:
    """A call, a tag and a trait in every hour."""
    steps: dict[str, dict[str, Any]] = {}
    for number in range(rounds):
        steps[f"call{number}"] = {"kind": "webhook", "url": "http://x.example/", "next": f"tag{number}"}
        steps[f"tag{number}"] = {"kind": "tag", "add": [f"t{number}"], "next": f"wait{number}"}
        steps[f"wait{number}"] = {"kind": "wait", "duration": "1h", "next": f"call{number + 1}"}
    return steps | {f"call{rounds}": {"kind": "goal"}}


@pytest.fixture
def walkers() -> Iterator[Forking]:
    forking = Forking("tests.chaos.walker")
    yield forking
    forking.close()


def test_each_step_happens_exactly_once_through_kills(database: Database, walkers: Forking) -> None:
    seed = int(os.environ.get("SIYU_CHAOS_SEED", str(time.time_ns())))
    rng = random.Random(seed)
    with database.transaction() as conn:
        journey = begin(conn, definition(hourly(ROUNDS), start="call0"))
        enter(conn, NO_CLICKHOUSE, journey, range(1, PEOPLE + 1))
    killed_at_work = 0
    for number in range(ROUNDS):
        one, other = [walkers.start(database.url, (NOW + number * HOUR).isoformat()) for _ in range(2)]
        time.sleep(rng.uniform(0.0, 0.6))
        killed_at_work += walkers.lives(one)
        walkers.kill(one)
        if rng.random() < 0.5:
            walkers.kill(other)
        walkers.wait(one)
        walkers.wait(other)
    for number in range(2 * ROUNDS + 2):  # what is left, by one that lives
        while True:
            with database.transaction() as conn:
                if not journeys.step_once(conn, NO_CLICKHOUSE, NOW + (ROUNDS + number) * HOUR, ZONE).enrolments:
                    break
    with database.transaction() as conn:
        figures = journeys.figures(conn, journey.id)
        passed = {one.step: one.passed for one in figures.steps}
        made = rows(conn, "SELECT body ->> 'step' AS step, count(*) AS calls FROM journeys.call GROUP BY 1")
        tags = rows(conn, "SELECT tag, count(*) AS people FROM customers.tag GROUP BY tag")
        ended = Counter(row.how for row in rows(conn, "SELECT how FROM journeys.past"))
    assert killed_at_work, seed
    assert passed == dict.fromkeys(passed, PEOPLE), seed
    assert {row.step: row.calls for row in made} == {f"call{n}": PEOPLE for n in range(ROUNDS)}, seed
    assert {row.tag: row.people for row in tags} == {f"t{n}": PEOPLE for n in range(ROUNDS)}, seed
    assert (figures.inside, ended) == (0, {"goal": PEOPLE}), seed
