"""The lift report, against numbers that NumPy works out on its own from the same people, one by one."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Connection
from tests.unit.insight.telling import become, did, money, tell

from siyu.customers import service as customers
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import run
from siyu.experiments import service as experiments
from siyu.experiments.statistics import Moments, always_valid, compare
from siyu.experiments.types import Arm, Programme
from siyu.insight import service
from siyu.insight.types import Definitions, LiftOutcome, LiftPlan
from siyu.kernel.errors import BadInput, NotFound
from siyu.kernel.fact import Fact

BEGIN = datetime(2026, 3, 1, 4, tzinfo=UTC)
NOW = datetime(2026, 4, 15, tzinfo=UTC)


def started(
    conn: Connection, control_bp: int = 5000, key: str = "journey:1", *, arms: tuple[Arm, ...] = ()
) -> Programme:
    return experiments.start_programme(
        conn,
        key=key,
        kind="journey",
        name="Six links",
        actor="operator:1",
        now=BEGIN,
        control_bp=control_bp,
        arms=arms,
        reason="a test",
    )


def at(day: float) -> datetime:
    return BEGIN + timedelta(days=day)


def text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


@dataclass
class Person:
    """What is known of somebody, kept beside the engines."""

    group: str
    arm: str
    control_bp: int
    since: datetime
    expected: float = 0
    predicted: float = 0
    visits: list[datetime] = field(default_factory=list)
    orders: list[tuple[datetime, int, datetime | None]] = field(default_factory=list)

    def outcome(self, name: str, days: int) -> float:
        def counts(moment: datetime | None) -> bool:
            return moment is not None and self.since <= moment < self.since + timedelta(days=days) and moment <= NOW

        if name == "visit":
            return float(any(map(counts, self.visits)))
        if name == "order":
            return float(any(counts(paid) for paid, _, refunded in self.orders if refunded is None))
        if name == "money":
            return float(sum(fen * (counts(paid) - counts(refunded)) for paid, fen, refunded in self.orders))
        return self.predicted


def live(conn: Connection, client: Client, programme: Programme, people: int, seed: int) -> dict[int, Person]:
    """People who are exposed over a month and do this and that, the treated more; half of them were known before."""
    rng = np.random.default_rng(seed)
    found: dict[int, Person] = {}
    for customer in range(1, people + 1):
        customers.start_profile(conn, customer, BEGIN)
    expected = {one: int(rng.gamma(1, 5000)) for one in range(1, people + 1, 2)}
    predict(conn, expected)
    for day, some in enumerate(np.array_split(np.arange(1, people + 1), 10)):
        if day == 5:
            experiments.change_control(conn, programme.id, 2000, "enough", "operator:1", at(day))
        places = experiments.assign(conn, programme.id, some.tolist(), at(day * 3), expose=True)
        for one, place in places.items():
            found[one] = Person(place.group, place.arm or "", place.control_bp, at(day * 3), expected.get(one, 0))
    facts: list[Fact] = []
    for customer, person in found.items():
        more = 1.5 if person.group == "treated" else 1.0
        person.visits = [at(day) for day in rng.uniform(-5, 44, rng.poisson(0.8 * more))]
        facts += [did(customer, text(one), "Home", "page.viewed") for one in person.visits]
        for number in range(rng.poisson(0.6 * more)):
            paid, fen = at(float(rng.uniform(-10, 40))), int(1000 + person.expected * rng.uniform(0, 2))
            back = paid + timedelta(days=3) if rng.random() < 0.2 else None
            person.orders.append((paid, fen, back))
            order = f"{customer}-{number}"
            facts.append(money(customer, text(paid), fen, order=order))
            if back:
                facts.append(money(customer, text(back), -fen, "order.refunded", order=order))
    tell(client, *facts)
    for person in found.values():
        person.predicted = 2 * person.expected + float(rng.integers(0, 3000)) if person.expected else 0
    predict(conn, {one: int(person.predicted) for one, person in found.items() if person.expected})
    for person in found.values():
        person.predicted = float(int(person.predicted))
    return found


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


def worked_out(people: list[Person], name: str, days: int, arm: str | None = None) -> tuple[float, float, float]:
    """Difference and its interval, person by person."""
    strata: dict[int, tuple[list[Person], list[Person]]] = defaultdict(lambda: ([], []))
    for one in people:
        if one.group == "control" or arm in {None, one.arm}:
            strata[one.control_bp][one.group == "control"].append(one)
    sides = [
        [
            Moments.of([one.outcome(name, days) for one in groups[side]], [one.expected for one in groups[side]])
            for groups in strata.values()
        ]
        for side in (0, 1)
    ]
    effect = compare(*sides)
    interval = always_valid(effect)
    return float(effect.difference), float(interval.low), float(interval.high)


def shown(outcome: LiftOutcome) -> tuple[float, float, float]:
    low = -np.inf if outcome.low is None else outcome.low
    return outcome.difference, low, np.inf if outcome.high is None else outcome.high


@pytest.mark.parametrize("days", [7, 30])
def test_every_figure_is_that_of_the_people(conn: Connection, empty: Client, days: int) -> None:
    programme = started(conn, arms=(Arm("short"), Arm("long")))
    people = live(conn, empty, programme, 1500, 1)
    found = service.lift(conn, empty, LiftPlan(programme.id, NOW, days), NOW)
    assert (found.treated, found.control) == (
        sum(one.group == "treated" for one in people.values()),
        sum(one.group == "control" for one in people.values()),
    )
    assert (found.mixed, found.blind, found.unbalanced) == (0, 0, False)
    everybody = list(people.values())
    for outcome in found.outcomes:
        assert shown(outcome) == pytest.approx(worked_out(everybody, outcome.outcome, days), rel=1e-6), outcome.outcome
        assert outcome.total == pytest.approx(outcome.difference * found.treated)
    assert [one.arm for one in found.arms] == ["short", "long"]
    for arm in found.arms:
        for outcome in arm.outcomes:
            assert shown(outcome) == pytest.approx(worked_out(everybody, outcome.outcome, days, arm.arm), rel=1e-6)
    if days == 30:
        assert found.outcomes[0].verdict == "more"
        assert found.outcomes[2].saved > 0.02


def test_mixed_people_are_left_out_and_merged_ones_counted_once(conn: Connection, empty: Client) -> None:
    programme = started(conn)
    people = live(conn, empty, programme, 600, 2)
    treated = [one for one, person in people.items() if person.group == "treated" and person.control_bp == 5000]
    control = [one for one, person in people.items() if person.group == "control" and person.control_bp == 5000]
    unlike = [tuple(sorted(pair)) for pair in zip(treated[:20], control[:20], strict=True)]
    alike = [tuple(sorted(pair)) for pair in zip(treated[20:40], treated[40:60], strict=True)]
    pairs = [(loser, winner) for winner, loser in (*unlike, *alike)]
    experiments.reassign(conn, pairs)
    become(empty, *pairs)
    for winner, loser in unlike:
        del people[winner], people[loser]
    for winner, loser in alike:
        gone = people.pop(loser)
        stays = people[winner]
        first = min(stays, gone, key=lambda one: one.since)
        stays.since, stays.expected = first.since, first.expected
        stays.visits += gone.visits
        stays.orders += gone.orders
    found = service.lift(conn, empty, LiftPlan(programme.id, NOW), NOW)
    assert (found.mixed, found.treated + found.control) == (20, len(people))
    for outcome in found.outcomes[:3]:
        assert shown(outcome) == pytest.approx(worked_out(list(people.values()), outcome.outcome, 30), rel=1e-6)


def test_a_look_in_between(conn: Connection, empty: Client) -> None:
    """What is asked of an earlier moment knows neither later exposures nor later deeds; a repeat is the same."""
    programme = started(conn)
    people = live(conn, empty, programme, 300, 3)
    then = at(10)
    found = service.lift(conn, empty, LiftPlan(programme.id, then), NOW)
    assert found == service.lift(conn, empty, LiftPlan(programme.id, then), NOW)
    early = [one for one in people.values() if one.since <= then]
    assert found.treated + found.control == len(early) < len(people)
    visited = sum(any(one.since <= moment <= then for moment in one.visits) for one in early if one.group == "treated")
    plain = service.lift(conn, empty, LiftPlan(programme.id, then, 1), NOW)
    assert plain.outcomes[0].treated < found.outcomes[0].treated
    assert found.outcomes[0].treated == pytest.approx(visited / found.treated, abs=0.05)
    # Another exposure is another load.
    experiments.assign(conn, programme.id, [9001, 9002, 9003], at(1), expose=True)
    again = service.lift(conn, empty, LiftPlan(programme.id, then), NOW)
    assert again.treated + again.control + again.blind == len(early) + 3


def test_not_enough_to_say(conn: Connection, empty: Client) -> None:
    programme = started(conn)
    live(conn, empty, programme, 60, 4)
    found = service.lift(conn, empty, LiftPlan(programme.id, NOW), NOW)
    orders = found.outcomes[1]
    assert (orders.verdict, orders.low, orders.high) == ("not_enough", None, None)
    assert orders.more_people is not None
    assert orders.more_people > 60


def test_nobody_is_exposed(conn: Connection, empty: Client) -> None:
    programme = started(conn)
    experiments.assign(conn, programme.id, [1, 2, 3], NOW)
    found = service.lift(conn, empty, LiftPlan(programme.id, NOW), NOW)
    assert (found.treated, found.control, found.outcomes, found.harm_alarm) == (0, 0, (), False)


def test_without_a_control_group_nothing_is_compared(conn: Connection, empty: Client) -> None:
    programme = started(conn, 0)
    experiments.assign(conn, programme.id, range(1, 101), BEGIN, expose=True)
    found = service.lift(conn, empty, LiftPlan(programme.id, NOW), NOW)
    assert (found.outcomes, found.blind, found.treated) == ((), 100, 0)


def test_groups_that_are_not_as_drawn_are_told(conn: Connection, empty: Client) -> None:
    programme = started(conn)
    places = experiments.assign(conn, programme.id, range(1, 1001), BEGIN)
    experiments.expose(conn, programme.id, [one for one, place in places.items() if place.group == "treated"], BEGIN)
    control = [one for one, place in places.items() if place.group == "control"]
    experiments.expose(conn, programme.id, control[:300], BEGIN)
    assert service.lift(conn, empty, LiftPlan(programme.id, NOW), NOW).unbalanced


def test_what_the_touches_cost(conn: Connection, empty: Client) -> None:
    programme = started(conn)
    live(conn, empty, programme, 600, 5)
    experiments.change_costs(conn, programme.id, {"sms": 5}, "operator:1", NOW)
    plan = LiftPlan(programme.id, NOW, touches={"sms": 300, "group_send": 100})
    found = service.lift(conn, empty, plan, NOW)
    assert [(one.way, one.touches, one.cost_fen) for one in found.costs] == [("group_send", 100, 0), ("sms", 300, 1500)]
    earned = found.outcomes[2]
    assert found.gain_fen == round(earned.difference * found.treated) - 1500
    with pytest.raises(BadInput):
        experiments.change_costs(conn, programme.id, {"sms": -1}, "operator:1", NOW)


def test_what_cannot_be_asked(conn: Connection, empty: Client) -> None:
    with pytest.raises(NotFound):
        service.lift(conn, empty, LiftPlan(7, NOW), NOW)
    with pytest.raises(BadInput):
        service.lift(conn, empty, LiftPlan(started(conn).id, NOW, 0), NOW)


def test_refunded_orders_count_where_paid_is_bought(conn: Connection, empty: Client) -> None:
    programme = started(conn)
    places = experiments.assign(conn, programme.id, range(1, 201), BEGIN, expose=True)
    for one in places:
        tell(
            empty,
            money(one, text(at(1)), 100, order=str(one)),
            money(one, text(at(2)), -100, "order.refunded", order=str(one)),
        )
        if one > 30:
            break
    kept = service.lift(conn, empty, LiftPlan(programme.id, NOW), NOW).outcomes[1]
    paid = service.lift(conn, empty, LiftPlan(programme.id, NOW, definitions=Definitions("paid")), NOW).outcomes[1]
    assert (kept.treated, kept.control) == (0, 0)
    assert paid.treated > 0
