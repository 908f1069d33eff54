"""Who is assigned to what: once, for good, whatever else happens."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from time import perf_counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines.postgres import Database, rows, run
from siyu.experiments import service
from siyu.experiments.types import Arm, Assignment, Programme

Start = Callable[..., Programme]
SOME = range(1, 2001)


def test_the_first_assignment_stays(conn: Connection, now: datetime, start: Start) -> None:
    made = start(conn, arms=(Arm("a"), Arm("b")))
    first = service.assign(conn, made.id, SOME, now)
    assert set(first) == set(SOME)
    shares = Counter((place.group, place.arm) for place in first.values())
    assert set(shares) == {(group, arm) for group in ("treated", "control") for arm in ("a", "b")}
    service.change_control(conn, made.id, 9000, "try", "operator:1", now)
    service.change_holdout(conn, 5000, "try", "operator:1", now)
    later = now + timedelta(days=1)
    again = service.assign(conn, made.id, range(1001, 3001), later)
    assert {one: again[one] for one in range(1001, 2001)} == {one: first[one] for one in range(1001, 2001)}
    fresh = Counter(again[one].group for one in range(2001, 3001))
    assert fresh["holdout"] == sum(service.bucket(np.arange(2001, 3001, dtype=np.uint64)) < 5000)
    assert fresh["control"] > 5 * fresh["treated"]
    assert {again[one].control_bp for one in range(2001, 3001)} == {9000}


def test_many_programmes_at_once(conn: Connection, now: datetime, start: Start) -> None:
    one, other = start(conn, "journey:1"), start(conn, "journey:2", arms=(Arm("a"), Arm("b")))
    places = service.assign_many(conn, [(one.id, 5), (other.id, 5), (other.id, 6), (one.id, 5)], now)
    assert set(places) == {(one.id, 5), (other.id, 5), (other.id, 6)}
    assert places[one.id, 5].arm is None
    assert places[other.id, 6].arm in {"a", "b"}
    assert service.places_of(conn, 5) == [places[other.id, 5], places[one.id, 5]]
    assert service.assign_many(conn, [], now) == {}


def test_exposed_once(conn: Connection, now: datetime, start: Start) -> None:
    made = start(conn)
    service.assign(conn, made.id, [1, 2], now)
    later = now + timedelta(hours=1)
    service.expose(conn, made.id, [1, 7], later)
    service.expose(conn, made.id, [1], later + timedelta(hours=1))
    both = service.assign(conn, made.id, [1, 2, 3], later + timedelta(hours=2), expose=True)
    exposed = {one: place.exposed_at for one, place in both.items()}
    assert exposed == {1: later, 2: later + timedelta(hours=2), 3: later + timedelta(hours=2)}
    assert service.assign(conn, made.id, [1, 2, 3], later) == both
    counts = service.counted(conn, [made.id])
    assert Counter(place.group for place in both.values()) == {one.group: one.exposed for one in counts}
    assert [(sum(one.assigned for one in counts), sum(one.mixed for one in counts))] == [(3, 0)]
    assert 7 not in {place.customer_id for place in both.values()}


def test_what_they_were_expected_to_bring_is_kept(conn: Connection, now: datetime, start: Start) -> None:
    made = start(conn)
    for one in (1, 2, 3):
        customers.start_profile(conn, one, now)
    predict(conn, {1: 500, 2: 800})
    service.assign(conn, made.id, [1], now)
    service.expose(conn, made.id, [1], now)
    service.assign(conn, made.id, [2, 3], now, expose=True)
    predict(conn, {1: 900, 2: 0})
    service.expose(conn, made.id, [1, 2, 3], now)
    assert expected(conn) == {1: 500, 2: 800, 3: None}


def predict(conn: Connection, values: dict[int, int]) -> None:
    run(conn, "DELETE FROM customers.prediction")
    run(
        conn,
        """INSERT INTO customers.prediction
               (customer_id, as_of, model, months, p_alive, purchases, spend_fen, value_fen, bought, first_day, last_day)
           SELECT id, '2026-02-28', 'bgnbd', 12, 0.5, 1, 1, value, 1, '2026-01-01', '2026-01-01'
           FROM unnest(CAST(:ids AS bigint[]), CAST(:values AS bigint[])) AS new (id, value)""",
        ids=list(values),
        values=list(values.values()),
    )


def expected(conn: Connection) -> dict[int, int | None]:
    return {row[0]: row[1] for row in rows(conn, "SELECT customer_id, expected_fen FROM experiments.assignment")}


def test_workers_agree(database: Database, now: datetime, start: Start) -> None:
    """Eight at once, over people who overlap, while the share is changed: one answer a person."""
    with database.transaction() as conn:
        made = start(conn, control_bp=5000)
    answers: list[dict[int, Assignment]] = []
    begin = threading.Barrier(8)

    def work(number: int) -> None:
        begin.wait()
        for round_ in range(3):
            with database.transaction() as conn:
                people = range(100 * number + 500 * round_, 100 * number + 500 * round_ + 500)
                found = service.assign(conn, made.id, people, now + timedelta(seconds=number), expose=number % 2 == 0)
            answers.append(found)
            if number == 0:
                with database.transaction() as conn:
                    service.change_control(conn, made.id, 5000 + 1000 * round_, "try", "operator:1", now)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 24
    with database.transaction() as conn:
        last = service.assign(conn, made.id, range(2300), now)
    for found in answers:
        assert {one: (place.group, place.assigned_at) for one, place in found.items()} == {
            one: (last[one].group, last[one].assigned_at) for one in found
        }


def test_merged_people_keep_the_earlier_place(conn: Connection, now: datetime, start: Start) -> None:
    made = start(conn, control_bp=5000)
    later = now + timedelta(hours=1)
    trial = service.assign(conn, made.id, range(1, 60), now)
    run(conn, "DELETE FROM experiments.assignment")
    treated = [one for one, place in trial.items() if place.group == "treated"]
    control = [one for one, place in trial.items() if place.group == "control"]
    # alike: 0 stays; different: the earlier one is the loser; who has none gets the other's
    alike, unlike, alone = (treated[0], treated[1]), (control[0], treated[2]), (treated[3], treated[4])
    service.assign(conn, made.id, [alike[0], unlike[1], alone[1]], now)
    service.assign(conn, made.id, [alike[1], unlike[0]], later, expose=True)
    for _ in range(2):
        service.reassign(conn, [(alike[1], alike[0]), (unlike[1], unlike[0]), (alone[1], alone[0])])
    found = service.assign(conn, made.id, [alike[0], unlike[0], alone[0]], later)
    shown = {one: (place.group, place.assigned_at, place.exposed_at, place.mixed) for one, place in found.items()}
    assert shown == {
        alike[0]: ("treated", now, later, False),
        unlike[0]: ("treated", now, later, True),
        alone[0]: ("treated", now, None, False),
    }
    assert service.places_of(conn, alike[1]) == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=6),
    st.permutations(range(1, 7)),
    st.booleans(),
)
def test_in_whatever_order_people_merge(
    conn: Connection, now: datetime, start: Start, minutes: list[int], people: list[int], at_once: bool
) -> None:
    """All of them become the one with the least id; what is left does not depend on the order of the merges."""
    made = start(conn, "journey:merge", control_bp=5000)
    run(conn, "DELETE FROM experiments.assignment")
    places: dict[int, Assignment] = {}
    for customer_id, minute in enumerate(minutes, 1):
        at = now + timedelta(minutes=minute)
        places |= service.assign(conn, made.id, [customer_id], at, expose=minute % 2 == 0)
    pairs = [(max(pair), min(pair)) for pair in _tree(people)]
    for pair in [pairs] if at_once else [[pair] for pair in pairs]:
        service.reassign(conn, pair)
    (left,) = service.assign(conn, made.id, [1], now).values()
    earliest = min(places.values(), key=lambda place: (place.assigned_at, place.customer_id))
    exposures = [place.exposed_at for place in places.values() if place.exposed_at]
    assert left.assigned_at == earliest.assigned_at
    assert left.group in {p.group for p in places.values() if p.assigned_at == earliest.assigned_at}
    assert left.exposed_at == min(exposures, default=None)
    assert left.mixed == (len({place.group for place in places.values()}) > 1)


def _tree(people: list[int]) -> list[tuple[int, int]]:
    """Merges one after the other, each between two who are still there; in the end one is left."""
    living, merges = set(range(1, 7)), []
    for one, other in pairwise(people):
        first, second = min(living, key=lambda who: abs(who - one)), min(living, key=lambda who: abs(who - other))
        if first == second:
            second = min(living - {first})
        merges.append((first, second))
        living.discard(max(first, second))
    return merges


@pytest.mark.parametrize("expose", [False, True])
def test_twenty_thousand_take_a_part_of_a_second(conn: Connection, now: datetime, start: Start, expose: bool) -> None:
    """Of the gate's second; measured generously, because the machine may be busy."""
    made = start(conn)
    begin = perf_counter()
    for first in range(1, 20_001, 5000):
        service.assign(conn, made.id, range(first, first + 5000), now, expose=expose)
    took = perf_counter() - begin
    assert took < 5
