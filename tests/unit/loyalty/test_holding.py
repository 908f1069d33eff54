"""What is set aside: confirmed in whole or in part, released, or run out."""

from typing import Any

import pytest
from tests.unit.loyalty.conftest import DAY, HOUR, NOON, Ledger

from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotFound
from siyu.loyalty import service
from siyu.loyalty.types import Confirm, Hold, NotEnough, NotPosted, Posted, Release, customer, held, spent

MINE = customer(1, "points")


def hold(ledger: Ledger, amount: int, key: str = "h", **given: Any) -> Any:
    wanted = Hold(key, given.pop("account", MINE), amount, given.pop("until", NOON + HOUR), "redemption", **given)
    (answer,) = ledger.done(lambda conn: service.hold(conn, [wanted], ledger.now))
    return answer


def held_id(answer: Posted | NotPosted) -> int:
    assert isinstance(answer, Posted), answer
    return answer.transaction_id


def confirm(ledger: Ledger, hold_id: int, amount: int | None = None, key: str = "c", to: Any = None) -> Any:
    wanted = [Confirm(key, hold_id, to or spent("points"), amount)]
    return ledger.done(lambda conn: service.confirm(conn, wanted, ledger.now))[0]


def release(ledger: Ledger, hold_id: int, key: str = "r") -> Any:
    return ledger.done(lambda conn: service.release(conn, [Release(key, hold_id)], ledger.now))[0]


def test_what_is_held_cannot_be_spent(ledger: Ledger) -> None:
    ledger.earn(1, 100)
    hold(ledger, 70)
    one = ledger.has(1)
    assert (one.balance, one.available, one.held) == (30, 30, 70)
    assert isinstance(ledger.post(ledger.spending(1, 31))[0], NotPosted)
    assert isinstance(hold(ledger, 31, "h2").error, NotEnough)
    ledger.assert_whole()


def test_confirmed_in_whole(ledger: Ledger) -> None:
    ledger.earn(1, 100)
    number = held_id(hold(ledger, 70))
    done = confirm(ledger, number)
    assert (ledger.balance(1), ledger.balance(held(1, "points")), ledger.balance(spent("points"))) == (30, 0, 70)
    assert confirm(ledger, number) == done
    assert isinstance(confirm(ledger, number, 3).error, IdempotencyMismatch)
    again = confirm(ledger, number, key="c2")
    assert isinstance(again.error, Conflict)
    assert "confirmed before" in again.error.message
    assert isinstance(release(ledger, number).error, Conflict)
    ledger.assert_whole()


def test_confirmed_in_part_the_rest_goes_back_to_its_lots(ledger: Ledger) -> None:
    ledger.earn(1, 50, expires_at=NOON + DAY)
    ledger.earn(1, 50)
    number = held_id(hold(ledger, 70))
    assert ledger.lots(1) == [(50, 0), (50, 30)]
    gone = confirm(ledger, number, 55).transaction_id
    assert ledger.lots(1) == [(50, 0), (50, 45)]
    assert ledger.balance(spent("points")) == 55
    ledger.undo(gone, 10)
    assert ledger.lots(1) == [(50, 5), (50, 50)]
    ledger.undo(gone, 45)
    assert ledger.lots(1) == [(50, 50), (50, 50)]
    ledger.assert_whole()


def test_released(ledger: Ledger) -> None:
    ledger.earn(1, 50, expires_at=NOON + DAY)
    ledger.earn(1, 50)
    number = held_id(hold(ledger, 70))
    done = release(ledger, number)
    assert ledger.lots(1) == [(50, 50), (50, 50)]
    assert release(ledger, number) == done
    assert isinstance(confirm(ledger, number).error, Conflict)
    ledger.assert_whole()


def test_it_runs_out(ledger: Ledger) -> None:
    ledger.earn(1, 50)
    first, second = held_id(hold(ledger, 20)), held_id(hold(ledger, 10, "h2", until=NOON + 2 * HOUR))
    ledger.now = NOON + HOUR
    assert ledger.done(lambda conn: service.run_out_holds(conn, ledger.now)) == 1
    assert ledger.done(lambda conn: service.run_out_holds(conn, ledger.now)) == 0
    assert (ledger.balance(1), ledger.has(1).held) == (40, 10)
    late = confirm(ledger, first)
    assert "its time was over" in late.error.message
    assert isinstance(confirm(ledger, second, key="c2"), Posted)
    ledger.assert_whole()


def test_what_is_held_does_not_expire_and_then_does(ledger: Ledger) -> None:
    ledger.earn(1, 50, expires_at=NOON + DAY)
    number = held_id(hold(ledger, 20, until=NOON + 3 * DAY))
    ledger.now = NOON + 2 * DAY
    assert ledger.done(lambda conn: service.expire_due(conn, ledger.now)) == 1
    assert (ledger.balance(1), ledger.has(1).held) == (0, 20)
    release(ledger, number)
    assert ledger.done(lambda conn: service.expire_due(conn, ledger.now)) == 1
    assert (ledger.balance(1), ledger.has(1).held) == (0, 0)
    ledger.assert_whole()


def test_two_of_one_hold_in_a_batch(ledger: Ledger) -> None:
    ledger.earn(1, 50)
    number = held_id(hold(ledger, 20))
    wanted = [Confirm("a", number, spent("points"), 5), Confirm("b", number, spent("points"), 5)]
    one, other = ledger.done(lambda conn: service.confirm(conn, wanted, NOON))
    assert isinstance(one, Posted)
    assert isinstance(other.error, Conflict)
    assert ledger.balance(1) == 45


def test_what_cannot_be(ledger: Ledger) -> None:
    ledger.earn(1, 50)
    for given in (
        {"amount": 0}, {"amount": -1}, {"amount": 1.5}, {"amount": 1, "until": NOON}, {"amount": 1, "account": spent("points")},
        {"amount": 1, "until": NOON.replace(tzinfo=None)},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            hold(ledger, **given)
    assert isinstance(hold(ledger, 1, account=customer(99, "points")).error, NotFound)
    number = held_id(hold(ledger, 20))
    assert isinstance(confirm(ledger, number, 21).error, BadInput)
    assert isinstance(confirm(ledger, number, to=spent("growth")).error, BadInput)
    assert isinstance(confirm(ledger, 2**50).error, NotFound)
    assert ledger.balance(1) == 30
