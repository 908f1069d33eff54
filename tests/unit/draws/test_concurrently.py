"""Sixty-four at once, on connections of their own: stock, budget and turns are never exceeded, and a retry is no second turn."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.draws.conftest import HOUR, NOON, PHONE, TURN_FOR_TEN, Brand, pool, prize, settle

from siyu.draws import service
from siyu.draws.rules import giving
from siyu.draws.types import Draw, DrawNotOpen, NoTurnsLeft
from siyu.engines.postgres import Database
from siyu.loyalty.types import spent

WORKERS = 64


@pytest.fixture
def crowd(brand: Brand) -> Iterator[Brand]:
    """The brand with a connection for each worker, and a person."""
    wide = Database(brand.database.url, pool_size=WORKERS // 2)
    own = Brand(wide)
    own.done(lambda conn: settle(conn, range(101, 101 + WORKERS)))
    yield own
    wide.close()


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Begin all at one moment; what each returns, in order."""
    gate = threading.Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as workers:
        return list(workers.map(one, acts))


def test_stock_and_budget_are_never_exceeded(crowd: Brand) -> None:
    """Two kinds of prizes eat of one budget, and there are too few of both."""
    voucher = prize("voucher", 500_000, unit="points", amount=7, stock=25, cost_fen=700)
    phone = replace(PHONE, weight=400_000, stock=40, cost_fen=1_000)
    round_ = crowd.publish(pool(voucher, phone, budget_fen=40_000, per_person=3))
    crowd.now = NOON + HOUR

    def turns(worker: int) -> Callable[[], list[Draw]]:
        return lambda: [crowd.draw(101 + worker, round_, key=f"turn-{worker:03}-{turn}") for turn in range(3)]

    made = [one for own in at_once([turns(worker) for worker in range(WORKERS)]) for one in own]
    given = Counter(one.prize for one in made)
    assert len(made) == 3 * WORKERS
    assert given["voucher"] <= 25
    assert given["phone"] <= 40
    cost = given["voucher"] * 700 + given["phone"] * 1_000
    assert cost <= 40_000
    assert (crowd.balance(giving.budget_of(round_.id)), crowd.balance(spent(giving.FEN))) == (40_000 - cost, cost)
    for code, stock in (("voucher", 25), ("phone", 40)):
        assert crowd.balance(giving.stock_of(round_.id, code)) == stock - given[code]
        steps = sorted((one.stock_before, one.stock_after) for one in made if one.prize == code)
        assert steps == [(left, left - 1) for left in range(stock - given[code] + 1, stock + 1)]
    assert {one.why for one in made if one.prize != one.drawn} <= {"out_of_stock", "over_budget"}
    for one in made:
        if one.why == "out_of_stock":
            assert one.stock_before == 0
        if one.why == "over_budget":
            assert one.budget_before is not None
            assert one.budget_before < (700 if one.drawn == "voucher" else 1_000)
    assert any(one.why for one in made)
    crowd.assert_whole()


def test_one_person_in_many_tabs(crowd: Brand) -> None:
    round_ = crowd.publish(pool(PHONE, budget_fen=300_000, per_person=5, price=TURN_FOR_TEN))
    crowd.give(101, 1_000)

    def turn(worker: int) -> Callable[[], Draw | None]:
        def act() -> Draw | None:
            try:
                return crowd.draw(101, round_, key=f"tab-{worker % 32:05}")  # each is pressed twice
            except NoTurnsLeft:
                return None

        return act

    made = [one for one in at_once([turn(worker) for worker in range(WORKERS)]) if one is not None]
    assert {one.nonce for one in made} == set(range(5))
    assert len({one.id for one in made}) == 5
    assert crowd.balance(101) == 950
    assert crowd.tally(round_).draws == 5


def test_nobody_draws_while_a_round_ends(crowd: Brand) -> None:
    """Whoever was answered is in the record before the seed is told, and what went back is what was left."""
    round_ = crowd.publish(pool(replace(PHONE, weight=900_000, stock=50, cost_fen=10), budget_fen=500))

    def turn(worker: int) -> Callable[[], Draw | None]:
        def act() -> Draw | None:
            try:
                return crowd.draw(101 + worker, round_, key=f"racing-{worker:03}")
            except DrawNotOpen:
                return None

        return act

    def end() -> None:
        crowd.done(lambda conn: service.end_due(conn, round_.closes_at))

    acts = [turn(worker) for worker in range(WORKERS - 1)]
    made = [one for one in at_once([*acts[:20], end, *acts[20:]]) if one is not None]
    phones = sum(one.prize == "phone" for one in made)
    assert crowd.tally(round_).draws == len(made)
    assert crowd.balance(giving.stock_of(round_.id, "phone")) == 0
    assert crowd.balance(spent(giving.FEN)) == 10 * phones
    crowd.assert_whole()
