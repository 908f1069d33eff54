"""Workers of journeys and of the gate are killed in the middle of what they do: each step of everybody happens once.

A short form runs with every `make test`; `make chaos` runs 50 rounds.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from tests.forking import Forking
from tests.unit.journeys.journeying import ZONE, begin, definition, enter
from tests.unit.touch.conftest import Brand
from tests.unit.touch.conftest import brand as brand_of_the_gate

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import rows
from siyu.journeys import service as journeys
from siyu.touch import service as touch

__all__ = ["brand_of_the_gate"]

ROUNDS = int(os.environ.get("SIYU_CHAOS_ROUNDS", "6"))
PEOPLE = 1500
NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
HOUR = timedelta(hours=1)
NO_CLICKHOUSE = cast("Client", None)

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120 + 30 * ROUNDS)]


WECOM = {"channel": "wecom", "way": "group_send"}


def hourly(rounds: int) -> dict[str, dict[str, Any]]:
    """A call, a message and a tag in every hour. No wait behind the last: with it 50 rounds would be a step too many."""
    steps: dict[str, dict[str, Any]] = {}
    for number in range(rounds):
        steps[f"call{number}"] = {"kind": "webhook", "url": "http://x.example/", "next": f"say{number}"}
        steps[f"say{number}"] = {"kind": "send", "text": f"{number}", "wishes": [WECOM], "next": f"tag{number}"}
        after = f"wait{number}" if number + 1 < rounds else "goal"
        steps[f"tag{number}"] = {"kind": "tag", "add": [f"t{number}"], "next": after}
        steps[f"wait{number}"] = {"kind": "wait", "duration": "1h", "next": f"call{number + 1}"}
    del steps[f"wait{rounds - 1}"]
    return steps | {"goal": {"kind": "goal"}}


@pytest.fixture
def walkers() -> Iterator[Forking]:
    forking = Forking("tests.chaos.walker")
    yield forking
    forking.close()


def test_each_step_happens_exactly_once_through_kills(brand_of_the_gate: Brand, walkers: Forking) -> None:
    brand, database = brand_of_the_gate, brand_of_the_gate.database
    brand.run("UPDATE experiments.programme SET key = 'other:1'")  # room for that of the first journey
    people = brand.people(PEOPLE)
    seed = int(os.environ.get("SIYU_CHAOS_SEED", str(time.time_ns())))
    rng = random.Random(seed)
    with database.transaction() as conn:
        journey = begin(conn, definition(hourly(ROUNDS), start="call0"), now=NOW)
        enter(conn, NO_CLICKHOUSE, journey, people, NOW)
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
                touch.decide_due(conn, NOW + (ROUNDS + number) * HOUR)
    with database.transaction() as conn:
        figures = journeys.figures(conn, journey.id)
        passed = {one.step: one.passed for one in figures.steps}
        made = rows(conn, "SELECT body ->> 'step' AS step, count(*) AS calls FROM journeys.call GROUP BY 1")
        tags = rows(conn, "SELECT tag, count(*) AS people FROM customers.tag GROUP BY tag")
        said = rows(conn, "SELECT count(*), count(DISTINCT customer_id) FROM touch.touch GROUP BY message_hash")
        handed = rows(conn, "SELECT key, count(*) AS times FROM channels.delivery GROUP BY key HAVING count(*) > 1")
        ended = Counter(row.how for row in rows(conn, "SELECT how FROM journeys.past"))
    assert killed_at_work, seed
    assert passed == dict.fromkeys(passed, PEOPLE), seed
    assert {row.step: row.calls for row in made} == {f"call{n}": PEOPLE for n in range(ROUNDS)}, seed
    assert {row.tag: row.people for row in tags} == {f"t{n}": PEOPLE for n in range(ROUNDS)}, seed
    assert ([tuple(row) for row in said], handed) == ([(PEOPLE, PEOPLE)] * ROUNDS, []), seed
    assert (figures.inside, ended) == (0, {"goal": PEOPLE}), seed
