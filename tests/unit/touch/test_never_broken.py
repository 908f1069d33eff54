"""No budget, quota, quiet hour, exclusion or control group is ever broken: whatever workers do at once, whoever is merged,
whatever the platform answers, and wherever the clock jumps.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection
from tests.unit.touch.conftest import ME, NOON, Brand

from siyu.app import people as app_people
from siyu.engines.postgres import rows
from siyu.identity import service as identity
from siyu.touch import service
from siyu.touch.rules.hours import quiet_until
from siyu.touch.types import Budget, Exclusion, Proposal, RuleSet

RULES = RuleSet(
    budgets=(Budget("day", 24, 2, ("marketing",)), Budget("three days", 72, 3, ("marketing",))),
    exclusions=(Exclusion(("coupon", "red_packet"), 2),),
)
SHANGHAI = ZoneInfo("Asia/Shanghai")
KINDS = (frozenset[str](), frozenset({"coupon"}), frozenset({"red_packet"}))
_CAP = 7  # of a customer in a week, by the corp's own choice


class Row(NamedTuple):
    """A touch that a person received, or that is on its way to them."""

    id: int
    customer_id: int
    programme_id: int
    purpose: str
    kinds: frozenset[str]
    at: datetime | None  # None: on its way


class Gate(RuleBasedStateMachine):
    """Every step lets several workers loose at once, and then looks at what they have done."""

    def __init__(self, brand: Brand, half: int) -> None:
        super().__init__()
        self.brand, self.half = brand, half
        self.people = brand.people(3)
        self.who = {one: one for one in self.people}  # whom each of them is now
        self.denied: set[int] = set()
        self.merged: set[int] = set()
        self.went: set[int] = set()  # what those who had not said no were sent before two became one
        self.before: set[int] = set()
        self.stepped = False
        brand.now = NOON

    def together(self, *acts: Callable[[Connection], Any]) -> None:
        with ThreadPoolExecutor(len(acts)) as pool:
            for done in [pool.submit(self.brand.done, act) for act in acts]:
                done.result(60)
        self.stepped = True

    def proposals(self, rng: random.Random) -> list[Proposal]:
        return [
            self.brand.proposal(
                rng.choice(self.people),
                programme_id=rng.choice((self.brand.programme.id, self.half)),
                purpose=rng.choice(("marketing", "marketing", "marketing", "transactional")),
                kinds=rng.choice(KINDS),
                value_fen=rng.randrange(3),
                valid_until=self.brand.now + timedelta(days=rng.randrange(1, 9)),
            )
            for _ in range(rng.randrange(1, 5))
        ]

    @rule(seed=st.integers(0, 2**32))
    def workers_at_once(self, seed: int) -> None:
        rng = random.Random(seed)
        now = self.brand.now
        batches = [self.proposals(rng) for _ in range(3)]
        if rng.random() < 0.5:
            batches.append(batches[0])  # somebody asks the same again, at the same moment
        acts: list[Callable[[Connection], Any]] = [
            lambda conn, batch=batch: service.propose(conn, batch, now) for batch in batches
        ]
        acts += [lambda conn: service.decide_due(conn, now), lambda conn: service.take_outcomes(conn, now)]
        rng.shuffle(acts)
        self.together(*acts)

    @rule(seed=st.integers(0, 2**32))
    def the_platform_answers(self, seed: int) -> None:
        rng = random.Random(seed)
        ready = self.brand.rows("SELECT key FROM channels.delivery WHERE state = 'ready' ORDER BY key")
        for (key,) in ready:
            state, result = rng.choice((("sent", ""), ("refused", "no_friend"), ("refused", "late"), ("ready", "")))
            self.brand.run(
                "UPDATE channels.delivery SET state = :state, result = :result, ended_at = :now WHERE key = :key",
                state=state, result=result, now=self.brand.now, key=key,
            )  # fmt: skip
        now = self.brand.now
        self.together(
            lambda conn: service.take_outcomes(conn, now),
            lambda conn: service.take_outcomes(conn, now),
            lambda conn: service.decide_due(conn, now),
        )

    @rule(hours=st.sampled_from((1, 5, 12, 24, 24, 48, 24 * 40, -3, -24, -24 * 39)))
    def the_clock_jumps(self, hours: int) -> None:
        self.brand.now += timedelta(hours=hours)

    @precondition(lambda self: len(self.people) > 1)
    @rule(seed=st.integers(0, 2**32))
    def two_are_one(self, seed: int) -> None:
        rng = random.Random(seed)
        one, other = rng.sample(self.people, 2)
        now, batch, free = self.brand.now, self.proposals(rng), set(self.people) - self.denied
        self.merged |= {one, other}

        def merge(conn: Connection) -> None:
            identity.hold_people(conn, alone=True)  # as the merge does: nothing is decided meanwhile
            found = rows(conn, "SELECT id, customer_id FROM touch.touch WHERE received_at IS NOT NULL")
            self.went = {touch for touch, customer in found if self.who.get(customer) in free}
            app_people.merge(conn, ME, one, other, "a test", now)

        self.together(
            merge,
            lambda conn: service.propose(conn, batch, now),
            lambda conn: service.decide_due(conn, now),
        )
        self.people.remove(max(one, other))
        self.who = {each: min(one, other) if who == max(one, other) else who for each, who in self.who.items()}
        if {one, other} & self.denied:
            self.denied |= {one, other}

    @rule(seed=st.integers(0, 2**32))
    def somebody_says_no(self, seed: int) -> None:
        one = random.Random(seed).choice(self.people)
        self.brand.says(one, "denied")
        self.denied.add(one)

    def rows(self) -> list[Row]:
        found = self.brand.rows(
            """SELECT id, customer_id, programme_id, purpose, kinds, nullif(received_at, 'infinity')
               FROM touch.touch WHERE received_at IS NOT NULL AND customer_id = ANY(CAST(:ids AS bigint[]))""",
            ids=list(self.who),
        )
        return [Row(row[0], self.who[row[1]], row[2], row[3], frozenset(row[4]), row[5]) for row in found]

    @invariant()
    def nothing_is_broken(self) -> None:
        if not self.stepped:
            return
        self.stepped = False
        rows, now = self.rows(), self.brand.now
        fresh = [row for row in rows if row.id not in self.before and row.at is None]
        self.before = {row.id for row in rows}
        for one in fresh:
            if one.purpose != "marketing":
                continue
            assert quiet_until(RULES.quiet_hours, SHANGHAI, now) is None
            # Whoever said no gets nothing more; what went to the other of two before they were one had been let through.
            assert one.customer_id not in self.denied or one.id in self.went
            if one.customer_id not in self.merged:
                self.fits(one, [row for row in rows if row.customer_id == one.customer_id], now)
        self.merged.clear()
        self.went = set()
        over = self.brand.rows("SELECT FROM channels.quota_use WHERE quota = 'group_send' AND used > :cap", cap=_CAP)
        assert over == []
        controls = self.brand.rows(
            """SELECT FROM touch.touch JOIN experiments.assignment USING (programme_id, customer_id)
               WHERE received_at IS NOT NULL AND purpose = 'marketing' AND group_no = 1 AND NOT mixed"""
        )
        assert controls == []

    def fits(self, one: Row, rows: list[Row], now: datetime) -> None:
        """With one that was let through at this moment, the person received no more than any rule allows."""
        for budget in RULES.budgets:
            near = [row for row in rows if row.purpose in budget.counts and _near(row, now, budget.hours)]
            assert len(near) <= budget.most, (budget, near)
        for row in rows:
            together = one.kinds | row.kinds
            assert len(together) < 2 or one.kinds == row.kinds or not _near(row, now, 48), (one, row)


def _near(row: Row, now: datetime, hours: int) -> bool:
    return row.at is None or abs(row.at - now) < timedelta(hours=hours)


@pytest.mark.hypothesis
def test_nothing_is_ever_broken(brand: Brand) -> None:
    long = settings().max_examples > 100  # of make chaos
    brand.rule(RULES)
    brand.run('UPDATE channels.account SET settings = settings || \'{"group_send_cap": "per_week"}\'')
    half = brand.start("journey:half", 5000).id
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: Gate(brand, half),
        settings=settings(
            max_examples=120 if long else 12,
            stateful_step_count=40 if long else 14,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_many_workers_never_share_the_last_room(brand: Brand) -> None:
    """Eight workers propose for the same forty people at once, again and again; each gets exactly what there is."""
    ids = brand.people(40)
    batches = [
        [brand.proposal(one, value_fen=number) for one in random.Random(number).sample(ids, len(ids))]
        for number in range(24)
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda batch: brand.propose(*batch), batches))
    assert brand.rows(
        "SELECT DISTINCT count(*) FILTER (WHERE state = 'queued'), count(*) FROM touch.touch GROUP BY customer_id"
    ) == [(1, 24)]
    assert brand.rows("SELECT DISTINCT used FROM channels.quota_use") == [(1,)]
    assert len(brand.rows("SELECT FROM channels.delivery")) == 40


def test_the_clock_of_a_worker_that_is_behind_changes_nothing(brand: Brand) -> None:
    (one,) = brand.people(1)
    assert brand.offer(one).outcome == "send"
    brand.run("UPDATE touch.touch SET received_at = :at", at=NOON)
    brand.now = NOON - timedelta(hours=2)
    found = brand.offer(one)
    assert (found.outcome, found.until) == ("defer", datetime(2026, 3, 4, 4, tzinfo=UTC))
