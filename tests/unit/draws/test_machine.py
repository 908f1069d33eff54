"""Draws of several people from a pool against a model of it: stock, budget, turns and points, whatever is done in whatever order."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.unit.draws.conftest import DAY, ME, NOON, Brand, pool, prize, settle

from siyu.draws import service
from siyu.draws.rules import giving
from siyu.draws.types import Draw, DrawNotOpen, NoTurnsLeft, Pool, Price
from siyu.engines.postgres import Database
from siyu.loyalty.types import NotEnough, customer

PERSON = st.integers(0, 2)


class Machine(RuleBasedStateMachine):
    """Each run has people and a round of its own."""

    brand: Brand
    ids = count(1000, 10)

    @initialize(
        stock=st.integers(0, 4), budget=st.integers(3, 30), per_day=st.sampled_from([None, 2]), price=st.booleans()
    )
    def begin(self, stock: int, budget: int, per_day: int | None, price: bool) -> None:
        self.first, self.brand.now = next(self.ids), NOON
        self.brand.done(lambda conn: settle(conn, range(self.first, self.first + 3)))
        self.pool = pool(
            prize("thing", 300_000, thing=True, stock=stock, cost_fen=2),
            prize("points", 300_000, unit="points", amount=5, cost_fen=3),
            prize("few", 200_000, unit="growth", amount=1, stock=stock),
            code=f"pool_{self.first}", budget_fen=budget, per_person=6, per_day=per_day,
            price=Price(amount=4) if price else None,
        )  # fmt: skip
        self.round = self.brand.publish(self.pool)
        self.stock = {"thing": stock, "few": stock}
        self.budget, self.open = budget, True
        self.points = [0, 0, 0]
        self.made: list[list[Draw]] = [[], [], []]
        self.keys: list[tuple[int, str, Draw]] = []

    @rule(person=PERSON, amount=st.integers(1, 20))
    def earn(self, person: int, amount: int) -> None:
        self.brand.give(self.first + person, amount)
        self.points[person] += amount

    @rule(hours=st.sampled_from([1, 13, 24]))
    def wait(self, hours: int) -> None:
        self.brand.now = min(self.brand.now + timedelta(hours=hours), NOON + 6 * DAY)

    @rule(person=PERSON, client_seed=st.sampled_from(["", "luck", "1:2"]))
    def draw(self, person: int, client_seed: str) -> None:
        error = self.refusal(person)
        key = f"{self.first}-{len(self.keys):05}"
        if error is not None:
            with pytest.raises(error):
                self.brand.draw(self.first + person, self.round, key=key, client_seed=client_seed)
            return
        made = self.brand.draw(self.first + person, self.round, key=key, client_seed=client_seed)
        assert made.nonce == len(self.made[person])
        self.account(person, made)
        self.made[person].append(made)
        self.keys.append((person, client_seed, made))

    def refusal(self, person: int) -> type[Exception] | None:
        """Why somebody may not draw now."""
        today = (self.brand.now + timedelta(hours=8)).date()
        of_day = sum((one.at + timedelta(hours=8)).date() == today for one in self.made[person])
        if not self.open:
            return DrawNotOpen
        if len(self.made[person]) >= 6 or (self.pool.per_day is not None and of_day >= self.pool.per_day):
            return NoTurnsLeft
        if self.pool.price is not None and self.points[person] < 4:
            return NotEnough
        return None

    def account(self, person: int, made: Draw) -> None:
        """What the draw should have done."""
        cost = {"thing": 2, "points": 3}.get(made.drawn, 0)
        wanted = made.drawn
        if self.stock.get(made.drawn) == 0:
            assert made.why == "out_of_stock"
            wanted = "thanks"
        elif self.budget < cost:
            assert made.why == "over_budget"
            wanted = "thanks"
        assert made.prize == wanted
        if self.pool.price is not None:
            self.points[person] -= 4
        if wanted in self.stock:
            assert (made.stock_before, made.stock_after) == (self.stock[wanted], self.stock[wanted] - 1)
            self.stock[wanted] -= 1
        if wanted == "points":
            self.points[person] += 5
        self.budget -= cost if wanted == made.drawn else 0

    @rule(place=st.integers(0, 30))
    def retry(self, place: int) -> None:
        if place < len(self.keys):
            person, client_seed, made = self.keys[place]
            again = self.brand.draw(self.first + person, self.round, key=made.key, client_seed=client_seed)
            assert again.repeated
            assert (again.id, again.number, again.prize) == (made.id, made.number, made.prize)

    @rule(sure=st.integers(0, 9))
    def end(self, sure: int) -> None:
        if sure == 0:
            done = self.brand.done(lambda conn: service.end_round(conn, ME, self.round.id, "a test", self.brand.now))
            assert done.seed is not None
            self.open, self.stock, self.budget = False, {"thing": 0, "few": 0}, 0

    @invariant()
    def as_in_the_model(self) -> None:
        left = {code: self.balance(giving.stock_of(self.round.id, code)) for code in self.stock}
        assert left == self.stock
        assert self.balance(giving.budget_of(self.round.id)) == self.budget
        for person in range(3):
            assert self.brand.balance(self.first + person) == self.points[person]
            things = sum(one.prize == "thing" for one in self.made[person])
            unit = giving.unit_of(self.round.id, "thing")
            assert self.balance(customer(self.first + person, unit)) == things
        assert isinstance(self.round.rule, Pool)

    def balance(self, account: Any) -> int:
        return self.brand.balance(account)

    def teardown(self) -> None:
        if hasattr(self, "round"):
            self.brand.assert_whole()


def test_a_pool_against_a_model_of_it(database: Database) -> None:
    class Own(Machine):
        brand = Brand(database)

    run_state_machine_as_test(
        Own,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate, Phase.target],
        ),
    )
