"""Many at once, on connections of their own: nothing is lost, nothing is spent twice, and nobody waits for the issuer."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.unit.loyalty.conftest import NOON, Ledger, join
from tests.unit.loyalty.test_holding import confirm, hold, release

from siyu.identity import service as identity
from siyu.loyalty import service
from siyu.loyalty.types import Account, NotPosted, Posted, Posting, budget, customer, issuer, spent

WORKERS = 6


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Begin all at one moment; what each returns, in order."""
    gate = threading.Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_no_more_is_spent_than_there_is(ledger: Ledger) -> None:
    ledger.earn(1, 100)

    def spender() -> int:
        return sum(isinstance(ledger.post(ledger.spending(1, 7))[0], Posted) for _ in range(5))

    assert sum(at_once(*[spender] * WORKERS)) == 14
    assert ledger.balance(1) == 2
    ledger.assert_whole()


def test_a_budget_gives_out_exactly_what_it_has(ledger: Ledger) -> None:
    purse = budget(7, "points")
    ledger.post(ledger.request([Posting(issuer("points"), -50), Posting(purse, 50)]))

    def giver(worker: int) -> Callable[[], int]:
        def give() -> int:
            lines = [Posting(purse, -3), Posting(customer(worker + 1, "points"), 3)]
            return sum(isinstance(ledger.post(ledger.request(lines))[0], Posted) for _ in range(6))

        return give

    assert sum(at_once(*[giver(worker) for worker in range(WORKERS)])) == 16
    assert ledger.balance(purse) == 2
    ledger.assert_whole()


def test_the_same_request_at_once_is_posted_once(ledger: Ledger) -> None:
    wanted = ledger.earning(1, 10, key="pressed in two tabs".replace(" ", "-"))
    answers = at_once(*[lambda: ledger.post_one(wanted)] * WORKERS)
    assert len({one.transaction_id for one in answers}) == 1
    assert sorted(one.repeated for one in answers) == [False] + [True] * (WORKERS - 1)
    assert ledger.balance(1) == 10
    between = ledger.request(
        [Posting(issuer("points"), -5), Posting(Account("adjustment", 0, "points"), 5)], key="open"
    )
    answers = at_once(*[lambda: ledger.post_one(between)] * WORKERS)
    assert len({one.transaction_id for one in answers}) == 1
    ledger.assert_whole()


def test_batches_that_overlap_in_any_order(ledger: Ledger) -> None:
    people = list(range(1, 9))

    def batch(worker: int) -> Callable[[], None]:
        own = people if worker % 2 else people[::-1]

        def act() -> None:
            for number in range(3):
                lines = [ledger.earning(one, 10) for one in own] + [ledger.spending(one, 4) for one in own[::-1]]
                shared = [ledger.earning(one, 1, key=f"shared:{number}:{one}") for one in own]
                assert all(isinstance(one, Posted) for one in ledger.post(*lines, *shared))

        return act

    at_once(*[batch(worker) for worker in range(WORKERS)])
    assert [ledger.balance(one) for one in people] == [6 * 3 * WORKERS + 3] * 8
    ledger.assert_whole()


def test_nobody_waits_for_the_issuer(ledger: Ledger) -> None:
    ledger.post(ledger.earning(1, 1), ledger.earning(2, 1))
    with ledger.database.transaction() as conn:
        service.post(conn, [ledger.earning(1, 5)], NOON)
        done = threading.Thread(target=lambda: ledger.earn(2, 7), daemon=True)
        done.start()
        done.join(20)
        assert not done.is_alive()
    assert ledger.balance(issuer("points")) == -14


def test_the_sealer_misses_nothing_that_is_committed_late(ledger: Ledger) -> None:
    ledger.post(ledger.earning(1, 1), ledger.earning(2, 1))
    ledger.seal()
    with ledger.database.transaction() as conn:
        service.post(conn, [ledger.earning(1, 5)], NOON)
        ledger.earn(2, 7)
        assert ledger.seal() == 1
    assert ledger.seal() == 1
    ledger.assert_whole()


def test_only_one_seals(ledger: Ledger) -> None:
    for _ in range(30):
        ledger.earn(1, 1)

    def sealer() -> int:
        return sum(ledger.done(lambda conn: service.seal(conn, NOON, limit=4)) for _ in range(10))

    total = sum(at_once(*[sealer] * 3))
    while count := ledger.seal():
        total += count
    assert total == 30
    ledger.assert_whole()


def test_a_hold_is_settled_once(ledger: Ledger) -> None:
    ledger.earn(1, 50)
    number = hold(ledger, 20).transaction_id
    acts: list[Callable[[], Any]] = [lambda n=n: confirm(ledger, number, 5, key=f"c{n}") for n in range(3)]  # type: ignore[misc]
    acts += [lambda n=n: release(ledger, number, key=f"r{n}") for n in range(3)]  # type: ignore[misc]
    answers = at_once(*acts)
    assert sorted(type(one).__name__ for one in answers) == ["NotPosted"] * 5 + ["Posted"]
    assert ledger.balance(1) in {45, 50}
    ledger.assert_whole()


def test_a_refund_is_given_once(ledger: Ledger) -> None:
    ledger.earn(1, 50)
    gone = ledger.spend(1, 40)

    def part(key: str) -> Callable[[], Any]:
        def act() -> Any:
            try:
                return ledger.undo(gone, 15, key=key)
            except Exception as error:  # noqa: BLE001
                return error

        return act

    answers = at_once(*[part(f"u{n}") for n in range(4)])
    assert sum(isinstance(one, Posted) for one in answers) == 2
    assert (ledger.balance(1), ledger.balance(spent("points"))) == (40, 10)
    ledger.assert_whole()


@pytest.mark.parametrize("known", [True, False])
def test_people_are_merged_while_they_earn(ledger: Ledger, known: bool) -> None:
    """Whoever posts to an account that is being moved posts to where it went, also where there was none yet."""
    if known:
        ledger.earn(2, 1)

    def earner() -> int:
        return sum(isinstance(ledger.post(ledger.earning(2, 1))[0], Posted) for _ in range(10))

    def merger() -> int:
        def act(conn: Any) -> None:
            identity.hold_people(conn, alone=True)
            join(conn, 2, 1)
            service.reassign(conn, [(2, 1)], NOON)

        ledger.done(act)
        return 0

    earned = sum(at_once(earner, earner, merger, earner)) + known
    assert earned == 30 + known
    assert (ledger.balance(1), ledger.balance(2)) == (earned, 0)
    ledger.assert_whole()


def test_a_key_with_two_inputs_at_once(ledger: Ledger) -> None:
    ledger.post(ledger.earning(1, 1), ledger.earning(2, 1))
    answers = at_once(
        lambda: ledger.post(ledger.earning(1, 5, key="k"))[0], lambda: ledger.post(ledger.earning(2, 6, key="k"))[0]
    )
    assert sorted(type(one).__name__ for one in answers) == ["NotPosted", "Posted"]
    assert all(not isinstance(one, NotPosted) or one.error.code == "IdempotencyMismatch" for one in answers)
    assert ledger.balance(1) + ledger.balance(2) in {7, 8}
    ledger.assert_whole()
