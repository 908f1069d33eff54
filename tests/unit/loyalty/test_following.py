"""People who turn out to be one, or two."""

from tests.unit.loyalty.conftest import DAY, HOUR, NOON, Ledger, join

from siyu.loyalty import service
from siyu.loyalty.types import Confirm, Hold, Posted, customer, held, spent


def merge(ledger: Ledger, loser: int, winner: int) -> None:
    ledger.done(lambda conn: join(conn, loser, winner))
    ledger.done(lambda conn: service.reassign(conn, [(loser, winner)], ledger.now))


def test_what_both_have_is_theirs_with_its_terms(ledger: Ledger) -> None:
    ledger.earn(1, 30, expires_at=NOON + 9 * DAY)
    ledger.earn(2, 20, expires_at=NOON + DAY)
    ledger.earn(2, 5)
    ledger.earn(2, 7, unit="growth")
    ledger.spend(2, 3)
    merge(ledger, 2, 1)
    assert (ledger.balance(1), ledger.balance(2), ledger.balance(customer(1, "growth"))) == (52, 0, 7)
    ledger.spend(1, 20)
    assert [left for _, left in ledger.lots(1)] == [27, 0, 5]
    ledger.done(lambda conn: service.reassign(conn, [(2, 1)], ledger.now))
    assert ledger.balance(1) == 32
    ledger.assert_whole()


def test_the_old_id_leads_to_who_stayed(ledger: Ledger) -> None:
    ledger.earn(2, 20)
    merge(ledger, 2, 1)
    ledger.earn(2, 5)
    ledger.spend(2, 1)
    ledger.earn(2, 4, unit="growth")
    assert ledger.balance(1) == 24
    assert ledger.balance(customer(1, "growth")) == 4
    merge(ledger, 1, 3)
    ledger.post(ledger.earning(2, 5), ledger.earning(1, 5), ledger.earning(3, 5))
    assert ledger.balance(3) == 39
    ledger.assert_whole()


def test_what_one_owes_is_paid_with_what_the_other_has(ledger: Ledger) -> None:
    for owing, having in ((1, 2), (4, 3)):
        order = ledger.earn(owing, 50)
        ledger.spend(owing, 50)
        ledger.undo(order)
        ledger.earn(having, 20, expires_at=NOON + DAY)
        ledger.earn(having, 40)
    merge(ledger, 1, 2)
    merge(ledger, 3, 4)
    assert (ledger.balance(2), ledger.balance(4)) == (10, 10)
    assert [left for _, left in ledger.lots(2) if left] == [left for _, left in ledger.lots(4) if left] == [10]
    ledger.assert_whole()


def test_a_refund_finds_them(ledger: Ledger) -> None:
    order = ledger.earn(2, 50)
    gone = ledger.spend(2, 20)
    merge(ledger, 2, 1)
    ledger.undo(gone)
    assert (ledger.balance(1), ledger.balance(2)) == (50, 0)
    ledger.undo(order)
    assert (ledger.balance(1), ledger.balance(2)) == (0, 0)
    ledger.assert_whole()


def test_what_was_held_before_is_settled_after(ledger: Ledger) -> None:
    ledger.earn(2, 50)
    wanted = [Hold(f"h{n}", customer(2, "points"), 10, NOON + HOUR, "redemption") for n in range(2)]
    one, other = ledger.done(lambda conn: service.hold(conn, wanted, NOON))
    merge(ledger, 2, 1)
    assert ledger.balance(held(1, "points")) == 20
    ledger.assert_whole()
    done = ledger.done(
        lambda conn: service.confirm(conn, [Confirm("c", one.transaction_id, spent("points"), 4)], NOON)
    )[0]
    assert isinstance(done, Posted)
    ledger.now = NOON + HOUR
    assert ledger.done(lambda conn: service.run_out_holds(conn, ledger.now)) == 1
    assert other.transaction_id
    assert (ledger.balance(1), ledger.balance(held(1, "points"))) == (46, 0)
    ledger.assert_whole()


def split(ledger: Ledger, stays: int, other: int, *identifiers: int) -> None:
    ledger.done(lambda conn: service.split(conn, [(stays, other, identifiers)], ledger.now))


def test_a_split_gives_back_what_came_through_the_identifiers(ledger: Ledger) -> None:
    ledger.earn(1, 30, via=7, expires_at=NOON + DAY)
    order = ledger.earn(1, 20, via=8)
    ledger.earn(1, 9, via=8, unit="growth")
    ledger.spend(1, 10)
    split(ledger, 1, 5, 8)
    assert (ledger.balance(1), ledger.balance(5), ledger.balance(customer(5, "growth"))) == (20, 20, 9)
    split(ledger, 1, 5, 8)
    assert ledger.balance(5) == 20
    ledger.undo(order, 15)
    assert (ledger.balance(1), ledger.balance(5)) == (20, 5)
    ledger.assert_whole()


def test_what_was_merged_can_be_split_again(ledger: Ledger) -> None:
    ledger.earn(1, 30, via=7)
    ledger.earn(2, 20, via=8)
    merge(ledger, 2, 1)
    assert ledger.balance(1) == 50
    split(ledger, 1, 5, 8)
    assert (ledger.balance(1), ledger.balance(5)) == (30, 20)
    ledger.assert_whole()


def test_what_was_spent_stays_spent_with_who_stays(ledger: Ledger) -> None:
    ledger.earn(1, 30, via=7)
    order = ledger.earn(1, 20, via=8, expires_at=NOON + DAY)
    ledger.spend(1, 25)
    split(ledger, 1, 5, 8)
    assert (ledger.balance(1), ledger.balance(5)) == (25, 0)
    ledger.undo(order)
    assert (ledger.balance(1), ledger.balance(5)) == (5, 0)
    ledger.assert_whole()
