"""The whole ledger against a model of it, whatever is done in whatever order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.unit.loyalty.conftest import DAY, NOON, Ledger, join, settle
from tests.unit.loyalty.model import Aside, Deed, Model

from siyu.engines.postgres import Database
from siyu.loyalty import service
from siyu.loyalty.types import (
    Confirm,
    Hold,
    NotPosted,
    Posted,
    Posting,
    Release,
    Request,
    Undo,
    customer,
    expired,
    held,
    issuer,
    spent,
)

AMOUNTS, TENTHS = st.integers(1, 30), st.sampled_from([3, 5, 8, 10, 11])
DAYS = st.sampled_from([None, 1, 2, 5])
PERSON = st.integers(0, 2)


class Machine(RuleBasedStateMachine):
    """Each run has people of its own."""

    ledger: Ledger
    ids = count(1000, 10)
    keys = count()

    gifts, purchases = Bundle("gifts"), Bundle("purchases")
    requests = Bundle("requests")
    holds = Bundle("holds")

    @initialize()
    def begin(self) -> None:
        self.first, self.now, self.model = next(self.ids), NOON, Model()
        self.asides: dict[int, Aside] = {}
        self.ledger.done(lambda conn: settle(conn, range(self.first, self.first + 9)))
        self.fresh = iter(range(self.first + 4, self.first + 9))

    def key(self) -> str:
        return f"m{next(self.keys)}"

    def after(self, days: int | None) -> datetime | None:
        return None if days is None else self.now + timedelta(days)

    def post(self, *requests: Request) -> list[Posted | NotPosted]:
        self.ledger.now = self.now
        return self.ledger.post(*requests)

    def done(self, act: Callable[[Any], Any]) -> Any:
        return self.ledger.done(act)

    def earning(self, person: int, amount: int, starts: int | None, ends: int | None, via: int) -> Request:
        if starts is not None and ends is not None and starts >= ends:
            starts = None
        terms = (self.after(starts), self.after(ends))
        lines = (Posting(customer(self.first + person, "points"), amount, *terms), Posting(issuer("points"), -amount))
        return Request(self.key(), lines, "order", via=via)

    def earned(self, request: Request, answer: Posted | NotPosted) -> int:
        assert isinstance(answer, Posted)
        line = request.postings[0]
        self.model.earn(
            answer.transaction_id, line.account.owner, line.amount, line.available_from, line.expires_at, request.via
        )
        return answer.transaction_id

    @rule(target=gifts, person=PERSON, amount=AMOUNTS, starts=DAYS, ends=DAYS, via=st.sampled_from([0, 7, 8]))
    def earn(self, person: int, amount: int, starts: int | None, ends: int | None, via: int) -> int:
        request = self.earning(person, amount, starts, ends, via)
        (answer,) = self.post(request)
        return self.earned(request, answer)

    @rule(target=gifts, given=st.lists(st.tuples(PERSON, AMOUNTS, DAYS), min_size=2, max_size=5))
    def earn_by_the_batch(self, given: list[tuple[int, int, int | None]]) -> Any:
        requests = [self.earning(person, amount, None, ends, 7) for person, amount, ends in given]
        answers = self.post(*requests, requests[0])
        assert answers[-1] == answers[0]
        return multiple(*[self.earned(*pair) for pair in zip(requests, answers, strict=False)])

    def tenths(self, who: int, tenths: int) -> int:
        """Of what somebody can spend, at least 1."""
        return max(1, -(-self.model.person(who).available(self.now) * tenths // 10))

    @rule(target=purchases, person=PERSON, tenths=TENTHS)
    def spend(self, person: int, tenths: int) -> Any:
        who = self.first + person
        amount = self.tenths(who, tenths)
        lines = (Posting(customer(who, "points"), -amount), Posting(spent("points"), amount))
        request = Request(self.key(), lines, "redemption")
        (would,) = self.ledger.done(lambda conn: service.post(conn, [request], self.now, dry_run=True))
        (answer,) = self.post(request)
        assert type(would) is type(answer)
        if isinstance(answer, NotPosted):
            assert answer.error.code == "NotEnough"
            assert not self.model.spend(0, who, amount, self.now)
            return multiple()
        assert isinstance(would, Posted)
        assert would.changes == answer.changes
        assert self.model.spend(answer.transaction_id, who, amount, self.now)
        return answer.transaction_id

    @rule(target=requests, person=PERSON, amount=AMOUNTS)
    def earn_at_once(self, person: int, amount: int) -> Request:
        """From several connections, one of which fails after it has posted."""
        request = self.earning(person, amount, None, 5, 8)

        def killed() -> list[Any]:
            def act(conn: Any) -> None:
                service.post(conn, [request], self.now)
                raise TimeoutError

            try:
                self.ledger.done(act)
            except TimeoutError:
                return []
            return []

        with ThreadPoolExecutor(3) as pool:
            tries = [pool.submit(killed), *[pool.submit(self.post, request) for _ in range(2)]]
            answers = [each.result() for each in tries]
        (one,), (other,) = answers[1:]
        assert one == other
        self.earned(request, one)
        return request

    @rule(request=requests, more=st.booleans())
    def again(self, request: Request, more: bool) -> None:
        if not more:
            (answer,) = self.post(request)
            assert isinstance(answer, Posted)
            assert answer.repeated
            return
        line = request.postings[0]
        lines = (line._replace(amount=line.amount + 1), Posting(issuer("points"), -line.amount - 1))
        (answer,) = self.post(Request(request.key, lines, request.reason, via=request.via))
        assert isinstance(answer, NotPosted)
        assert answer.error.code == "IdempotencyMismatch"

    @rule(deed=st.one_of(purchases, purchases, gifts), share=st.sampled_from([0, 3, 5, 10, 11]))
    def undo(self, deed: int, share: int) -> None:
        """So many tenths of it, or (0) all of it at once."""
        amount = -(-abs(self.model.deeds[deed].amount) * share // 10) or None
        wanted = Undo(self.key(), deed, amount)
        (answer,) = self.done(lambda conn: service.undo(conn, [wanted], self.now))
        made = answer.transaction_id if isinstance(answer, Posted) else 0
        assert self.model.undo(made, deed, amount) == isinstance(answer, Posted), answer

    @rule(target=holds, person=PERSON, tenths=TENTHS, days=st.sampled_from([1, 3]))
    def hold(self, person: int, tenths: int, days: int) -> Any:
        who = self.first + person
        amount = self.tenths(who, tenths)
        wanted = Hold(self.key(), customer(who, "points"), amount, self.now + timedelta(days), "redemption")
        (answer,) = self.done(lambda conn: service.hold(conn, [wanted], self.now))
        if isinstance(answer, NotPosted):
            assert not self.model.spend(0, who, amount, self.now)
            return multiple()
        number = answer.transaction_id
        assert self.model.spend(number, who, amount, self.now)
        deed = self.model.deeds.pop(number)
        self.model.person(who).held += amount
        self.asides[number] = Aside(self.model.who(who), amount, wanted.until, deed)
        return number

    def settle(self, aside: Aside, keeps: int, deed: int) -> None:
        aside.open = False
        self.model.person(aside.who).held -= aside.amount
        self.model.give_back(aside.who, aside.amount - keeps, aside.deed.took, deed)

    @rule(target=purchases, number=consumes(holds), part=st.one_of(st.none(), st.integers(1, 60)))
    def confirm(self, number: int, part: int | None) -> Any:
        aside = self.asides[number]
        amount = None if part is None else min(part, aside.amount)
        wanted = Confirm(self.key(), number, spent("points"), amount)
        (answer,) = self.done(lambda conn: service.confirm(conn, [wanted], self.now))
        assert isinstance(answer, Posted) == aside.open
        if isinstance(answer, NotPosted):
            return multiple()
        keeps = aside.amount if amount is None else amount
        self.settle(aside, keeps, answer.transaction_id)
        self.model.deeds[answer.transaction_id] = Deed(aside.who, -keeps, took=aside.deed.took)
        return answer.transaction_id

    @rule(number=consumes(holds))
    def release(self, number: int) -> None:
        aside = self.asides[number]
        (answer,) = self.done(lambda conn: service.release(conn, [Release(self.key(), number)], self.now))
        assert isinstance(answer, Posted) == aside.open
        if isinstance(answer, Posted):
            self.settle(aside, 0, answer.transaction_id)

    @rule(days=st.sampled_from([1, 2]))
    def time_goes_by(self, days: int) -> None:
        self.now += days * DAY
        self.done(lambda conn: service.run_out_holds(conn, self.now))
        ended = [one for one in self.asides.values() if one.open and one.until <= self.now]
        for aside in sorted(ended, key=lambda one: one.until):
            self.settle(aside, 0, -1)
        self.done(lambda conn: service.expire_due(conn, self.now))
        self.model.expire(self.now)

    @precondition(lambda self: len(self.model.deeds) > 9 * (1 + len(self.model.became)))
    @rule(loser=PERSON, winner=PERSON)
    def merge(self, loser: int, winner: int) -> None:
        one, other = self.model.who(self.first + loser), self.model.who(self.first + winner)
        if one == other:
            return
        self.done(lambda conn: join(conn, one, other))
        for _ in range(2):
            self.done(lambda conn: service.reassign(conn, [(one, other)], self.now))
        self.model.merge(-1, one, other)

    @rule(person=PERSON, via=st.sampled_from([7, 8]))
    def split(self, person: int, via: int) -> None:
        stays, other = self.model.who(self.first + person), next(self.fresh, 0)
        if not other:
            return
        for _ in range(2):
            self.done(lambda conn: service.split(conn, [(stays, other, [via])], self.now))
        self.model.split(-1, stays, other, via)

    @rule()
    def seal(self) -> None:
        self.ledger.seal()

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        ids = range(self.first, self.first + 9)
        found = self.ledger.done(
            lambda conn: service.balances(
                conn, [account(one, "points") for account in (customer, held) for one in ids], self.now
            )
        )
        stored = self.ledger.rows(
            """SELECT owner, remaining, expires_at FROM loyalty.lot JOIN loyalty.account ON account.id = lot.account_id
               WHERE owner BETWEEN :first AND :last AND open""",
            first=ids[0],
            last=ids[-1],
        )
        for place, one in enumerate(ids):
            person = self.model.people.get(one)
            balance, available, aside = (
                (person.balance, person.available(self.now), person.held) if person else (0, 0, 0)
            )
            read = found[place]
            assert (read.balance, read.available, found[place + len(ids)].balance) == (balance, available, aside)
            left = [(one.left, one.ends) for one in person.credits if one.left] if person else []
            lots = [row[1:] for row in stored if row[0] == one]
            assert sorted(lots, key=str) == sorted(left, key=str)

    def teardown(self) -> None:
        while self.ledger.seal():
            pass
        assert [one.en for one in self.ledger.verified().findings] == []
        units = [issuer("points"), spent("points"), expired("points")]
        total = sum(one.balance for one in self.done(lambda conn: service.balances(conn, units, NOON)))
        theirs = self.ledger.rows("SELECT sum(balance) FROM loyalty.account WHERE kind IN ('customer', 'held')")
        assert total + int(theirs[0][0] or 0) == 0


def test_whatever_is_done(database: Database) -> None:
    class Own(Machine):
        ledger = Ledger(database)

    run_state_machine_as_test(
        Own,
        settings=settings(
            max_examples=15,
            stateful_step_count=50,
            phases=[Phase.reuse, Phase.generate],  # to shrink takes longer than a test may
            suppress_health_check=list(HealthCheck),
        ),
    )


def walk(machine: Machine, rng: Random, steps: int) -> None:
    """Rules in an order of its own: few examples of Hypothesis seldom spend over several lots and refund a part of that."""
    gifts: list[int] = []
    purchases: list[int] = []
    holds: list[int] = []
    requests: list[Request] = []

    def person() -> int:
        return rng.randrange(3)

    def days() -> int | None:
        return rng.choice([None, 1, 2, 5])

    def tenths() -> int:
        return rng.choice([3, 5, 8, 10, 11])

    def keep(place: list[int], made: Any) -> None:
        place += made.values if isinstance(made, MultipleResults) else [made]

    def settle_one() -> None:
        if holds and rng.random() < 0.7:
            keep(purchases, machine.confirm(holds.pop(), rng.choice([None, rng.randrange(1, 40)])))
        elif holds:
            machine.release(holds.pop())

    def undo() -> None:
        if place := rng.choice([purchases, purchases, gifts]):
            machine.undo(rng.choice(place), rng.choice([0, 3, 3, 5, 10, 11]))

    def merge() -> None:
        if len(machine.model.deeds) > 25 * (1 + len(machine.model.became)):
            machine.merge(person(), person())

    acts: list[tuple[int, Callable[[], Any]]] = [
        (8, lambda: keep(gifts, machine.earn(person(), rng.randrange(1, 31), days(), days(), rng.choice([0, 7, 8])))),
        (
            2,
            lambda: keep(
                gifts, machine.earn_by_the_batch([(person(), rng.randrange(1, 31), days()) for _ in range(3)])
            ),
        ),
        (6, lambda: keep(purchases, machine.spend(person(), tenths()))),
        (6, undo),
        (3, lambda: keep(holds, machine.hold(person(), tenths(), rng.choice([1, 3])))),
        (3, settle_one),
        (1, lambda: requests.append(machine.earn_at_once(person(), rng.randrange(1, 31)))),
        (1, lambda: requests and machine.again(rng.choice(requests), rng.random() < 0.5)),
        (2, lambda: machine.time_goes_by(rng.choice([1, 2]))),
        (1, merge),
        (1, lambda: machine.split(person(), rng.choice([7, 8]))),
        (1, machine.seal),
    ]
    machine.begin()
    for _ in range(steps):
        rng.choices([act for _, act in acts], [weight for weight, _ in acts])[0]()
        machine.it_is_as_the_model_says()
    machine.teardown()


@pytest.mark.parametrize("seed", range(2))
def test_long_lives(database: Database, seed: int) -> None:
    class Own(Machine):
        ledger = Ledger(database)

    walk(Own(), Random(seed), 120)
