"""A trial of several people against a model of it: whatever is done in whatever order, told twice or by people who turn out to
be one, no piece is given twice, no report rewarded twice, and no point is lost.
"""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.unit.loyalty.conftest import settle
from tests.unit.trials.conftest import DAY, NOON, Brand

from siyu.engines.postgres import Database
from siyu.kernel.errors import Conflict
from siyu.loyalty.types import NotEnough, customer, held
from siyu.trials.rules import pieces
from siyu.trials.types import AlreadyApplied, Application, NothingToReport, TooFewPieces, TrialClosed

PEOPLE = 4
PERSON = st.integers(0, PEOPLE - 1)
OUT = ("sent", "sent_back", "reported", "rewarded", "missed")


class Machine(RuleBasedStateMachine):
    """Each run has people and a trial of its own. The model keeps one line for each application."""

    brand: Brand
    ids = count(1000, 10)

    @initialize(stock=st.integers(1, 3), price=st.sampled_from([0, 7]), how=st.sampled_from(["hand", "draw"]))
    def begin(self, stock: int, price: int, how: Any) -> None:
        self.first, self.brand.now = next(self.ids), NOON
        self.brand.done(lambda conn: settle(conn, range(self.first, self.first + PEOPLE)))
        self.trial = self.brand.trial(pieces=stock, points=price, how=how)
        self.price, self.how, self.left, self.state = price, how, stock, "live"
        self.free = [10] * PEOPLE
        for person in range(PEOPLE):
            self.brand.earn(self.first + person, 10)
        self.is_ = list(range(PEOPLE))  # whom each stands for
        self.lines: list[dict[str, Any]] = []

    def own(self, person: int) -> list[dict[str, Any]]:
        return [one for one in self.lines if self.is_[one["who"]] == self.is_[person]]

    def counting(self, person: int) -> dict[str, Any] | None:
        return next((one for one in self.own(person) if one["counts"]), None)

    def back(self, line: dict[str, Any]) -> None:
        self.free[self.is_[line["who"]]] += self.price

    @rule(hours=st.sampled_from([1, 60, 200]))
    def wait(self, hours: int) -> None:
        self.brand.now = min(self.brand.now + timedelta(hours=hours), NOON + 7 * DAY + timedelta(hours=1))

    @rule(person=PERSON)
    def apply(self, person: int) -> None:
        error: type[Exception] | None = None
        if self.state != "live" or self.brand.now >= NOON + 7 * DAY:
            error = TrialClosed
        elif self.counting(person) is not None:
            error = AlreadyApplied
        elif self.free[self.is_[person]] < self.price:
            error = NotEnough
        if error is not None:
            with pytest.raises(error):
                self.brand.apply(self.first + person, self.trial)
            return
        made = self.brand.apply(self.first + person, self.trial)
        self.free[self.is_[person]] -= self.price
        self.lines.append({"id": made.id, "who": person, "state": "applied", "counts": True, "made": made})

    @rule(person=PERSON, twice=st.booleans())
    def withdraw(self, person: int, twice: bool) -> None:
        line = self.counting(person)
        if line is not None and line["state"] == "applied" and self.state == "live":
            for _ in range(1 + twice):
                self.brand.withdraw(self.first + person, self.trial)
            self.back(line)
            line.update(state="withdrawn", counts=False)
        elif line is not None:
            with pytest.raises(Conflict):
                self.brand.withdraw(self.first + person, self.trial)

    @rule(places=st.sets(st.integers(0, 5), min_size=1), twice=st.booleans())
    def choose(self, places: set[int], twice: bool) -> None:
        wanted = [one for place, one in enumerate(self.lines) if place in places]
        new = [one for one in wanted if one["state"] not in ("chosen", *OUT)]
        if not wanted:
            return
        error: type[Exception] | None = None
        if new and (self.how == "draw" or self.state != "live" or any(one["state"] != "applied" for one in new)):
            error = Conflict
        elif len(new) > self.left:
            error = TooFewPieces
        if error is not None:
            with pytest.raises(error):
                self.brand.choose(self.trial, *self.made(wanted))
            return
        for _ in range(1 + twice):
            self.brand.choose(self.trial, *self.made(wanted))
        self.left -= len(new)
        for one in new:
            one["state"] = "chosen"

    def made(self, lines: list[dict[str, Any]]) -> list[Application]:
        return [one["made"] for one in lines]

    @rule(sure=st.integers(0, 2), early=st.integers(0, 9))
    def settle(self, sure: int, early: int) -> None:
        if sure or self.state != "live":
            return
        if early and self.brand.now < NOON + 7 * DAY:
            with pytest.raises(Conflict):
                self.brand.settle(self.trial)
            return
        waiting = [one for one in self.lines if one["state"] == "applied"]
        if early:
            self.brand.settle(self.trial)
            self.state = "chosen"
            if self.how == "draw":
                won = [one for one in waiting if self.brand.of(one["made"]).state == "chosen"]
                assert len(won) == min(len(waiting), self.left)
                for one in won:
                    one["state"] = "chosen"
        else:
            self.brand.end(self.trial)
            self.state = "ended"
            for one in self.lines:
                waiting += [one] if one["state"] == "chosen" else []
        for one in waiting:
            if one["state"] == "applied" or self.state == "ended":
                one["state"] = "not_chosen"
                self.back(one)
        self.left = 0

    @rule(place=st.integers(0, 5), twice=st.booleans())
    def send(self, place: int, twice: bool) -> None:
        for one in self.lines[place : place + 1]:
            if one["state"] not in ("chosen", *OUT):
                with pytest.raises(Conflict):
                    self.brand.send(self.trial, one["made"])
                continue
            for _ in range(1 + twice):
                self.brand.send(self.trial, one["made"])
            one["state"] = "sent" if one["state"] == "chosen" else one["state"]

    @rule(person=PERSON)
    def report(self, person: int) -> None:
        waiting = [one for one in self.own(person) if one["state"] in {"sent", "sent_back"}]
        if waiting:
            done = self.brand.report(self.first + person, self.trial, 4)
            next(one for one in waiting if one["id"] == done.id)["state"] = "reported"
        elif not any(one["state"] == "reported" for one in self.own(person)):
            with pytest.raises(NothingToReport):
                self.brand.report(self.first + person, self.trial, 4)

    @rule(place=st.integers(0, 5), good=st.booleans(), twice=st.booleans())
    def review(self, place: int, good: bool, twice: bool) -> None:
        for one in self.lines[place : place + 1]:
            act = self.brand.approve if good else self.brand.send_back
            same = "rewarded" if good else "sent_back"
            if one["state"] not in {"reported", same}:
                with pytest.raises(Conflict):
                    act(self.trial, one["made"])
                continue
            for _ in range(1 + twice):
                act(self.trial, one["made"])
            if good and one["state"] == "reported":
                self.free[self.is_[one["who"]]] += 200
            one["state"] = same

    @rule(loser=PERSON, winner=PERSON, sure=st.integers(0, 2))
    def merge(self, loser: int, winner: int, sure: int) -> None:
        from_, to = self.is_[loser], self.is_[winner]
        if sure or from_ == to:
            return
        self.brand.merge(self.first + from_, self.first + to)
        self.is_ = [to if one == from_ else one for one in self.is_]
        self.free[to] += self.free[from_]
        self.free[from_] = 0
        order = ["withdrawn", "not_chosen", "applied", "chosen", "missed", "sent", "sent_back", "reported", "rewarded"]
        counting = sorted(
            (one for one in self.own(winner) if one["counts"]), key=lambda one: (-order.index(one["state"]), one["id"])
        )
        for one in counting[1:]:
            one["counts"] = False
            if one["state"] == "applied":
                one["state"] = "withdrawn"
                self.back(one)

    @invariant()
    def as_in_the_model(self) -> None:
        found = self.brand.rows(
            "SELECT id, state, counts, customer_id FROM trials.application WHERE trial_id = :id ORDER BY id",
            id=self.trial,
        )
        assert found == [
            (one["id"], one["state"], one["counts"], self.first + self.is_[one["who"]]) for one in self.lines
        ]
        assert self.brand.has(pieces.stock_of(self.trial)) == self.left
        for person in {*self.is_}:
            own, waits = self.own(person), ("applied", "chosen")
            assert self.brand.has(self.first + person) == self.free[person]
            kept = sum(self.price for one in own if one["state"] in waits)
            assert self.brand.has(held(self.first + person, "points")) == kept
            has = sum(one["state"] == "chosen" for one in own)
            assert self.brand.has(customer(self.first + person, pieces.unit_of(self.trial))) == has

    def teardown(self) -> None:
        if hasattr(self, "trial"):
            self.brand.assert_whole()


def test_a_trial_against_a_model_of_it(database: Database) -> None:
    class Own(Machine):
        brand = Brand(database)

    run_state_machine_as_test(
        Own,
        settings=settings(
            max_examples=10,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate, Phase.target],
        ),
    )
