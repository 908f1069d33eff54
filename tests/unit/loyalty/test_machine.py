"""The whole ledger against a model of it, whatever is done in whatever order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
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

AMOUNTS = st.integers(1, 60)
DAYS = st.sampled_from([None, 1, 2, 5])
PERSON = st.integers(0, 3)


class Machine(RuleBasedStateMachine):
    """Each run has people of its own."""

    ledger: Ledger
    ids = count(1000, 10)
    keys = count()

    deeds = Bundle("deeds")
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

    @rule(target=deeds, person=PERSON, amount=AMOUNTS, starts=DAYS, ends=DAYS, via=st.sampled_from([0, 7, 8]))
    def earn(self, person: int, amount: int, starts: int | None, ends: int | None, via: int) -> int:
        request = self.earning(person, amount, starts, ends, via)
        (answer,) = self.post(request)
        return self.earned(request, answer)

    @rule(target=deeds, given=st.lists(st.tuples(PERSON, AMOUNTS, DAYS), min_size=2, max_size=5))
    def earn_by_the_batch(self, given: list[tuple[int, int, int | None]]) -> Any:
        requests = [self.earning(person, amount, None, ends, 7) for person, amount, ends in given]
        answers = self.post(*requests, requests[0])
        assert answers[-1] == answers[0]
        return multiple(*[self.earned(*pair) for pair in zip(requests, answers, strict=False)])

    @rule(target=deeds, person=PERSON, amount=AMOUNTS)
    def spend(self, person: int, amount: int) -> Any:
        who = self.first + person
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

    @rule(deed=deeds, amount=st.one_of(st.none(), st.integers(1, 40)))
    def undo(self, deed: int, amount: int | None) -> None:
        wanted = Undo(self.key(), deed, amount)
        (answer,) = self.done(lambda conn: service.undo(conn, [wanted], self.now))
        made = answer.transaction_id if isinstance(answer, Posted) else 0
        assert self.model.undo(made, deed, amount) == isinstance(answer, Posted), answer

    @rule(target=holds, person=PERSON, amount=AMOUNTS, days=st.sampled_from([1, 3]))
    def hold(self, person: int, amount: int, days: int) -> Any:
        who = self.first + person
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

    @rule(target=deeds, number=consumes(holds), part=st.one_of(st.none(), st.integers(1, 60)))
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
            max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
