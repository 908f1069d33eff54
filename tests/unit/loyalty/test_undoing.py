"""Refunds and reversals: full, partial, after expiry, after the points were spent, twice told."""

from typing import Any

import pytest
from tests.unit.loyalty.conftest import DAY, ME, NOON, Ledger

from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotFound, SiyuError
from siyu.loyalty import service
from siyu.loyalty.types import Posting, Undo, Unit, budget, customer, expired, issuer, spent


def test_a_refund_gives_back_to_the_same_lots_the_last_taken_first(ledger: Ledger) -> None:
    ledger.earn(1, 30, expires_at=NOON + DAY)
    ledger.earn(1, 30, expires_at=NOON + 2 * DAY)
    gone = ledger.spend(1, 50)
    assert ledger.lots(1) == [(30, 0), (30, 10)]
    ledger.undo(gone, 15)
    assert ledger.lots(1) == [(30, 0), (30, 25)]
    ledger.undo(gone, 10)
    assert ledger.lots(1) == [(30, 5), (30, 30)]
    ledger.undo(gone, 25)
    assert ledger.lots(1) == [(30, 30), (30, 30)]
    assert ledger.balance(spent("points")) == 0
    with pytest.raises(Conflict, match="0 points can still be taken back, not 1"):
        ledger.undo(gone, 1)
    ledger.assert_whole()


def test_what_was_earned_is_taken_from_its_own_lot_first(ledger: Ledger) -> None:
    ledger.earn(1, 30, expires_at=NOON + DAY)
    order = ledger.earn(1, 20, expires_at=NOON + 9 * DAY, available_from=NOON + DAY)
    ledger.undo(order, 5)
    assert ledger.lots(1) == [(30, 30), (20, 15)]
    ledger.undo(order, 15)
    assert ledger.lots(1) == [(30, 30), (20, 0)]
    assert ledger.balance(issuer("points")) == -30
    ledger.assert_whole()


def test_what_is_spent_already_is_owed_and_paid_by_what_comes_next(ledger: Ledger) -> None:
    order = ledger.earn(1, 100)
    ledger.earn(1, 10)
    ledger.spend(1, 90)
    ledger.undo(order)
    one = ledger.has(1)
    assert (one.balance, one.available, one.owed) == (-80, 0, 80)
    ledger.earn(1, 50)
    assert ledger.has(1).owed == 30
    ledger.earn(1, 50, expires_at=NOON + DAY)
    one = ledger.has(1)
    assert (one.balance, one.available, one.owed) == (20, 20, 0)
    assert ledger.lots(1)[-1] == (20, 20)
    ledger.assert_whole()


def test_a_refund_pays_what_is_owed_first(ledger: Ledger) -> None:
    order = ledger.earn(1, 100)
    gone = ledger.spend(1, 80)
    ledger.undo(order)
    assert ledger.balance(1) == -80
    ledger.undo(gone, 50)
    assert (ledger.balance(1), ledger.lots(1)) == (-30, [(100, 0)])
    ledger.undo(gone, 30)
    assert (ledger.balance(1), ledger.lots(1)) == (0, [(100, 0)])
    ledger.assert_whole()


def test_what_is_given_back_to_a_lot_that_has_expired_expires(ledger: Ledger) -> None:
    ledger.earn(1, 30, expires_at=NOON + DAY)
    gone = ledger.spend(1, 30)
    ledger.now = NOON + 2 * DAY
    ledger.undo(gone)
    assert (ledger.has(1).balance, ledger.has(1).available) == (30, 0)
    assert ledger.done(lambda conn: service.expire_due(conn, ledger.now)) == 1
    assert (ledger.balance(1), ledger.balance(expired("points"))) == (0, 30)
    ledger.assert_whole()


def test_or_lives_on_for_the_days_of_grace(ledger: Ledger) -> None:
    unit = Unit("points", "points", "积分", grace_days=7)
    ledger.done(lambda conn: service.ensure_unit(conn, ME, unit, NOON))
    ledger.earn(1, 30, expires_at=NOON + DAY)
    ledger.earn(1, 5, expires_at=NOON + 90 * DAY)
    gone = ledger.spend(1, 32)
    ledger.now = NOON + 2 * DAY
    ledger.undo(gone)
    one = ledger.has(1)
    assert (one.available, one.next_expiry) == (35, NOON + 9 * DAY)
    ledger.assert_whole()


def test_an_expiry_can_be_taken_back(ledger: Ledger) -> None:
    ledger.earn(1, 30, expires_at=NOON + DAY)
    ledger.now = NOON + 2 * DAY
    ledger.done(lambda conn: service.expire_due(conn, ledger.now))
    ((entry,), _) = ledger.rows("SELECT id FROM loyalty.transaction WHERE kind = 'expired'"), None
    ledger.undo(entry[0])
    assert (ledger.balance(1), ledger.balance(expired("points"))) == (30, 0)
    ledger.assert_whole()


def test_in_whole_once(ledger: Ledger) -> None:
    order = ledger.earn(1, 30)
    first = ledger.undo(order, key="r")
    assert ledger.undo(order, key="r") == first
    with pytest.raises(IdempotencyMismatch):
        ledger.undo(order, 3, key="r")
    with pytest.raises(Conflict, match="reversed already"):
        ledger.undo(order)
    with pytest.raises(Conflict, match="'reversed' and cannot be taken back"):
        ledger.undo(first.transaction_id)
    with pytest.raises(NotFound):
        ledger.undo(2**60)
    assert ledger.balance(1) == 0


def test_not_in_whole_after_a_part(ledger: Ledger) -> None:
    order = ledger.earn(1, 30)
    ledger.undo(order, 10)
    with pytest.raises(Conflict, match=r"10 points of transaction .* was taken back in part"):
        ledger.undo(order)
    ledger.undo(order, 20)
    assert ledger.balance(1) == 0


def test_several_of_one_in_a_batch(ledger: Ledger) -> None:
    order = ledger.earn(1, 30)
    wanted = [Undo(f"u{place}", order, amount) for place, amount in enumerate([10, 15, 6, 5])]
    answers = ledger.done(lambda conn: service.undo(conn, wanted, NOON))
    assert [type(one).__name__ for one in answers] == ["Posted", "Posted", "NotPosted", "Posted"]
    assert ledger.balance(1) == 0
    ledger.assert_whole()


def test_a_part_needs_two_sides(ledger: Ledger) -> None:
    lines = [Posting(issuer("points"), -3), Posting(customer(1, "points"), 1), Posting(customer(2, "points"), 2)]
    three = ledger.post_one(ledger.request(lines)).transaction_id
    with pytest.raises(BadInput, match="two accounts take part"):
        ledger.undo(three, 1)
    ledger.undo(three)
    assert (ledger.balance(1), ledger.balance(2)) == (0, 0)
    both = [
        Posting(issuer("points"), -3), Posting(customer(1, "points"), 3),
        Posting(issuer("growth"), -9), Posting(customer(1, "growth"), 9),
    ]  # fmt: skip
    order = ledger.post_one(ledger.request(both)).transaction_id
    with pytest.raises(BadInput, match="growth, points"):
        ledger.undo(order, 1)
    ledger.undo(order, 4, unit="growth")
    assert (ledger.balance(1), ledger.balance(customer(1, "growth"))) == (3, 5)
    ledger.assert_whole()


@pytest.mark.parametrize("amount", [0, -3])
def test_a_part_is_above_zero(ledger: Ledger, amount: int) -> None:
    order = ledger.earn(1, 30)
    with pytest.raises(BadInput):
        ledger.undo(order, amount)


def test_a_budget_does_not_owe(ledger: Ledger) -> None:
    filling = ledger.request([Posting(issuer("points"), -50), Posting(budget(7, "points"), 50)])
    filled = ledger.post_one(filling).transaction_id
    ledger.post(ledger.request([Posting(budget(7, "points"), -30), Posting(customer(1, "points"), 30)]))
    with pytest.raises(SiyuError, match="budget/7/points has 20 to take, and 50 are wanted"):
        ledger.undo(filled)
    ledger.undo(filled, 20)
    assert ledger.balance(budget(7, "points")) == 0


def test_a_dry_run_of_a_refund(ledger: Ledger) -> None:
    ledger.earn(1, 30)
    gone = ledger.spend(1, 10)
    wanted = [Undo("u", gone, 4)]
    (would,) = ledger.done(lambda conn: service.undo(conn, wanted, NOON, dry_run=True))
    assert {(str(one.account), one.amount, one.balance) for one in would.changes} == {
        ("customer/1/points", 4, 24),
        ("spent/points", -4, None),
    }
    assert ledger.balance(1) == 20
    assert ledger.undo(gone, 4, key="u").transaction_id > 0


class TestByHand:
    BOSS = Principal("operator", 2, "Boss", frozenset({"ledger.post", "ledger.approve"}))
    CLERK = Principal("operator", 1, "Clerk", frozenset({"ledger.post", "ledger.approve"}))

    def ask(self, ledger: Ledger, amount: int, key: str = "k", **given: Any) -> Any:
        wanted: dict[str, Any] = {"customer_id": 1, "unit": "points", "reason": "a gift", "now": ledger.now, **given}
        return ledger.done(lambda conn: service.post_by_hand(conn, self.CLERK, key=key, amount=amount, **wanted))

    def test_up_to_the_limit_it_is_posted(self, ledger: Ledger) -> None:
        made = self.ask(ledger, 1000)
        assert made.state == "posted"
        assert ledger.balance(1) == 1000
        assert self.ask(ledger, 1000) == made
        with pytest.raises(IdempotencyMismatch):
            self.ask(ledger, 999)
        assert ledger.balance(1) == 1000

    def test_above_it_a_second_person_has_to_approve(self, ledger: Ledger) -> None:
        made = self.ask(ledger, 1001)
        number = made.id
        assert made.state == "waiting"
        assert self.ask(ledger, 1001) == made
        assert ledger.balance(1) == 0
        with pytest.raises(Conflict, match="second person"):
            ledger.done(lambda conn: service.approve(conn, self.CLERK, number, NOON))
        done = ledger.done(lambda conn: service.approve(conn, self.BOSS, number, NOON))
        assert (done.state, done.decided_by, ledger.balance(1)) == ("posted", "operator:2", 1001)
        assert ledger.done(lambda conn: service.approve(conn, self.BOSS, number, NOON)) == done
        with pytest.raises(Conflict):
            ledger.done(lambda conn: service.refuse(conn, self.BOSS, number, NOON))
        assert ledger.balance(1) == 1001

    def test_or_refuse(self, ledger: Ledger) -> None:
        number = self.ask(ledger, 5000).id
        done = ledger.done(lambda conn: service.refuse(conn, self.BOSS, number, NOON))
        assert done.state == "refused"
        with pytest.raises(Conflict):
            ledger.done(lambda conn: service.approve(conn, self.BOSS, number, NOON))
        assert ledger.done(lambda conn: service.by_hand(conn, state="refused")) == [done]

    def test_no_more_is_taken_than_is_there(self, ledger: Ledger) -> None:
        with pytest.raises(SiyuError, match="has 0 to take, and 5 are wanted"):
            self.ask(ledger, -5)
        with pytest.raises(NotFound):
            self.ask(ledger, 5, customer_id=77)
        with pytest.raises(BadInput, match="characters why"):
            self.ask(ledger, 5, reason=" . ")
        with pytest.raises(BadInput, match="given by their template"):
            self.ask(ledger, 5, unit="coupon:1")
        assert ledger.rows("SELECT * FROM loyalty.by_hand") == []

    def test_a_transaction_is_taken_back_by_hand(self, ledger: Ledger) -> None:
        order = ledger.earn(1, 10)
        done = ledger.done(
            lambda conn: service.reverse(conn, self.BOSS, order, key="rev", reason="a mistake", now=NOON)
        )
        again = ledger.done(
            lambda conn: service.reverse(conn, self.BOSS, order, key="rev", reason="a mistake", now=NOON)
        )
        assert (done, ledger.balance(1)) == (again, 0)
        actions = ledger.rows("SELECT action FROM access.audit WHERE action LIKE 'ledger.%'")
        assert actions == [("ledger.reversed",)]
