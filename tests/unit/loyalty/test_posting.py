"""Posting: sums, lots, debts, keys, dry runs, and input that cannot be."""

from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any

import pytest
from tests.unit.loyalty.conftest import DAY, HOUR, NOON, Ledger

from siyu.engines.postgres import run
from siyu.kernel.errors import BadInput, IdempotencyMismatch, NotFound, SiyuError
from siyu.loyalty import service
from siyu.loyalty.types import Account, NotEnough, NotPosted, Posted, Posting, budget, customer, expired, issuer, spent


def refusal(answer: Posted | NotPosted) -> SiyuError:
    assert isinstance(answer, NotPosted)
    return answer.error


def test_what_is_earned_can_be_spent(ledger: Ledger) -> None:
    ledger.earn(1, 100)
    ledger.spend(1, 30)
    assert ledger.balance(1) == 70
    assert ledger.balance(issuer("points")) == -100
    assert ledger.balance(spent("points")) == 30
    assert ledger.seal() == 2
    assert (ledger.balance(issuer("points")), ledger.balance(spent("points"))) == (-100, 30)
    ledger.assert_whole()


def test_no_more_than_there_is(ledger: Ledger) -> None:
    ledger.earn(1, 100)
    error = refusal(ledger.post(ledger.spending(1, 101))[0])
    assert isinstance(error, NotEnough)
    assert (
        error.message
        == "customer/1/points has 100 to take, and 101 are wanted. Take less, or wait until more is there."
    )
    assert ledger.balance(1) == 100


def test_the_demand_of_a_request_is_summed_before_it_is_asked(ledger: Ledger) -> None:
    ledger.earn(1, 100)
    mine, gone = customer(1, "points"), spent("points")
    twice = [Posting(mine, -60), Posting(mine, -60), Posting(gone, 120)]
    assert isinstance(refusal(ledger.post(ledger.request(twice))[0]), NotEnough)
    back_and_forth = [Posting(mine, -150), Posting(gone, 150), Posting(gone, -50), Posting(mine, 50)]
    assert isinstance(refusal(ledger.post(ledger.request(back_and_forth))[0]), NotEnough)


def test_what_is_refused_hinders_nobody_else(ledger: Ledger) -> None:
    answers = ledger.post(
        ledger.earning(1, 10),
        ledger.spending(1, 11),
        ledger.spending(1, 4),
        ledger.earning(99, 1),
        ledger.earning(2, 5),
    )
    assert [type(one) for one in answers] == [Posted, NotPosted, Posted, NotPosted, Posted]
    assert isinstance(refusal(answers[3]), NotFound)
    assert (ledger.balance(1), ledger.balance(2)) == (6, 5)
    ledger.assert_whole()


def test_the_first_to_expire_is_spent_first_then_the_oldest(ledger: Ledger) -> None:
    ledger.earn(1, 10)
    ledger.earn(1, 20, expires_at=NOON + 9 * DAY)
    ledger.earn(1, 30, expires_at=NOON + 3 * DAY)
    ledger.earn(1, 40, expires_at=NOON + 9 * DAY)
    ledger.spend(1, 55)
    assert [left for _, left in ledger.lots(1)] == [10, 0, 0, 35]
    ledger.assert_whole()


def test_what_is_available_later_or_has_expired_is_not_spent(ledger: Ledger) -> None:
    ledger.earn(1, 10, available_from=NOON + DAY)
    ledger.earn(1, 5, expires_at=NOON + HOUR)
    one = ledger.has(1)
    assert (one.balance, one.available, one.pending, one.next_expiry) == (15, 5, 10, NOON + HOUR)
    assert isinstance(refusal(ledger.post(ledger.spending(1, 6))[0]), NotEnough)
    ledger.now = NOON + 2 * HOUR
    assert ledger.has(1).available == 0
    ledger.now = NOON + DAY
    ledger.spend(1, 10)


def test_a_budget_gives_no_more_than_it_has(ledger: Ledger) -> None:
    ledger.post(ledger.request([Posting(issuer("points"), -50), Posting(budget(7, "points"), 50)]))

    def grant(to: int) -> Any:
        return ledger.request([Posting(budget(7, "points"), -30), Posting(customer(to, "points"), 30)])

    answers = ledger.post(grant(1), grant(2))
    assert isinstance(answers[0], Posted)
    assert isinstance(refusal(answers[1]), NotEnough)
    assert ledger.balance(budget(7, "points")) == 20


def test_the_same_again_is_answered_with_the_first_result(ledger: Ledger) -> None:
    wanted = ledger.earning(1, 100, key="order:1")
    first = ledger.post_one(wanted)
    ledger.spend(1, 40)
    again = ledger.post_one(wanted)
    assert again == first
    assert again.repeated
    assert ledger.balance(1) == 60
    in_a_batch = ledger.post(wanted, ledger.earning(2, 1), wanted)
    assert in_a_batch[0] == in_a_batch[2] == first


def test_two_with_one_key_in_a_batch_are_posted_once(ledger: Ledger) -> None:
    one = ledger.earning(1, 100, key="k")
    answers = ledger.post(one, one, replace(one, source="else"))
    assert isinstance(answers[0], Posted)
    assert answers[1] == answers[0]
    assert isinstance(refusal(answers[2]), IdempotencyMismatch)
    assert ledger.balance(1) == 100


@pytest.mark.parametrize("count", [1, 3])
def test_a_key_with_other_input_is_refused(ledger: Ledger, count: int) -> None:
    ledger.earn(1, 100, key="k")
    others = [ledger.earning(3, 1) for _ in range(count - 1)]
    error = refusal(ledger.post(ledger.earning(1, 101, key="k"), *others)[0])
    assert isinstance(error, IdempotencyMismatch)
    assert "'k'" in error.message
    assert ledger.balance(1) == 100
    other = refusal(ledger.post(ledger.earning(2, 100, key="k"), *others)[0])
    assert isinstance(other, IdempotencyMismatch)
    assert ledger.balance(2) == 0


def test_a_dry_run_says_what_would_be_and_writes_nothing(ledger: Ledger) -> None:
    would = ledger.post(ledger.earning(1, 10), ledger.spending(1, 4), ledger.spending(1, 7), dry_run=True)
    assert [type(one) for one in would] == [Posted, Posted, NotPosted]
    assert isinstance(would[1], Posted)
    assert would[1].transaction_id == 0
    assert [(change.amount, change.balance) for change in would[1].changes] == [(-4, 6), (4, None)]
    assert ledger.rows("SELECT * FROM loyalty.transaction UNION ALL SELECT * FROM loyalty.transaction") == []
    assert ledger.rows("SELECT * FROM loyalty.account") == []
    ledger.earn(1, 10, key="k")
    repeated = ledger.post(ledger.earning(1, 10, key="k"), dry_run=True)[0]
    assert isinstance(repeated, Posted)
    assert repeated.repeated


def test_an_aborted_transaction_leaves_nothing_and_can_be_repeated(ledger: Ledger) -> None:
    wanted = ledger.earning(1, 10, key="k")

    def killed(conn: Any) -> None:
        service.post(conn, [wanted], NOON)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.done(killed)
    assert ledger.balance(1) == 0
    assert ledger.post_one(wanted) == ledger.post_one(wanted)
    assert ledger.balance(1) == 10
    ledger.assert_whole()


def test_the_balance_at_any_moment_by_either_time(ledger: Ledger) -> None:
    mine = customer(1, "points")
    ledger.earn(1, 10)
    ledger.now = NOON + 5 * DAY
    ledger.earn(1, 7, effective_at=NOON - DAY)

    def at(moment: datetime, by: Any) -> Any:
        return ledger.done(lambda conn: service.balance_at(conn, mine, moment, by=by))

    assert [at(NOON - DAY, "effective"), at(NOON, "effective")] == [7, 17]
    assert [at(NOON - DAY, "recorded"), at(NOON, "recorded"), at(NOON + 5 * DAY, "recorded")] == [0, 10, 17]


def test_entries_by_pages(ledger: Ledger) -> None:
    for amount in range(1, 8):
        ledger.earn(1, amount)
    seen, cursor = [], None
    while True:
        page = ledger.done(lambda conn, at=cursor: service.entries(conn, customer(1, "points"), cursor=at, limit=3))
        seen += [(one.amount, one.balance) for one in page.entries]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [(7, 28), (6, 21), (5, 15), (4, 10), (3, 6), (2, 3), (1, 1)]


POINTS = customer(1, "points")
WRONG = {
    "one posting": ([Posting(POINTS, 1)], "2 to 1000 postings"),
    "zero": ([Posting(POINTS, 0), Posting(issuer("points"), 0)], "is 0; leave that posting out"),
    "float": ([Posting(POINTS, 1.0), Posting(issuer("points"), -1.0)], "whole numbers"),  # type: ignore[arg-type]
    "truth": ([Posting(POINTS, True), Posting(issuer("points"), -1)], "whole numbers"),
    "unbalanced": ([Posting(POINTS, 3), Posting(issuer("points"), -2)], "sum to 1 points"),
    "two units": ([Posting(POINTS, 3), Posting(issuer("growth"), -3)], "sum to 3 points"),
    "unknown unit": ([Posting(customer(1, "miles"), 3), Posting(issuer("miles"), -3)], "'miles' cannot be a unit"),
    "coupon of nothing": ([Posting(customer(1, "coupon"), 3), Posting(issuer("coupon"), -3)], "cannot be a unit"),
    "unknown kind": ([Posting(Account("wallet", 1, "points"), 3), Posting(issuer("points"), -3)], "no kind of account"),
    "no owner": ([Posting(customer(0, "points"), 3), Posting(issuer("points"), -3)], "has the id of its owner"),
    "too many owners": ([Posting(POINTS, 3), Posting(Account("issuer", 4, "points"), -3)], "has no owner"),
    "huge": ([Posting(POINTS, 10**15 + 1), Posting(issuer("points"), -(10**15) - 1)], "is over"),
    "naive": ([Posting(POINTS, 1, None, datetime(2027, 1, 1)), Posting(issuer("points"), -1)], "need a time zone"),  # noqa: DTZ001
    "ends first": ([Posting(POINTS, 1, NOON, NOON), Posting(issuer("points"), -1)], "would expire before"),
    "spending that expires": (
        [Posting(POINTS, -1, None, NOON), Posting(spent("points"), 1)],
        "only what a customer gets",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_said(ledger: Ledger, name: str) -> None:
    postings, said = WRONG[name]
    with pytest.raises(BadInput) as raised:
        ledger.post(ledger.request(postings), ledger.earning(2, 1))
    assert said in raised.value.message
    assert raised.value.message_zh
    assert ledger.balance(2) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key": "with space"}, "printable characters"),
        ({"key": "k" * 181}, "printable characters"),
        ({"reason": "Big Order"}, "one word"),
        ({"source": "x" * 301}, "at most 300"),
        ({"effective_at": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001
    ],
)
def test_words_that_cannot_be(ledger: Ledger, given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        ledger.post(ledger.earning(1, 1, **given))


def test_a_unit_has_to_be_made_first(ledger: Ledger) -> None:
    wanted = ledger.request([Posting(customer(1, "coupon:12"), 1), Posting(issuer("coupon:12"), -1)])
    error = refusal(ledger.post(wanted)[0])
    assert error.message == "There is no unit 'coupon:12'."


def test_what_was_written_cannot_be_changed(ledger: Ledger) -> None:
    ledger.earn(1, 10)
    ledger.seal()
    for table in ("transaction", "posting", "block", "lot_use"):
        for sql in (f"DELETE FROM loyalty.{table}", f"TRUNCATE loyalty.{table}"):
            with pytest.raises(Exception, match="only ever added to"):
                ledger.rows(f"{sql} RETURNING 1" if sql.startswith("DELETE") else sql)
    with pytest.raises(Exception, match="post a reversal instead"):
        ledger.rows("UPDATE loyalty.posting SET amount = amount * 2 RETURNING 1")


def test_nothing_expires_but_by_a_posting(ledger: Ledger) -> None:
    ledger.earn(1, 10, expires_at=NOON + DAY)
    ledger.earn(1, 5)
    ledger.earn(2, 3, expires_at=NOON + DAY)
    ledger.spend(1, 4)
    assert ledger.done(lambda conn: service.expire_due(conn, NOON)) == 0
    ledger.now = NOON + DAY
    assert ledger.balance(1) == 11
    assert ledger.done(lambda conn: service.expire_due(conn, ledger.now)) == 2
    assert ledger.done(lambda conn: service.expire_due(conn, ledger.now)) == 0
    assert (ledger.balance(1), ledger.balance(2), ledger.balance(expired("points"))) == (5, 0, 9)
    ledger.assert_whole()


def test_what_is_taken_may_come_from_the_lots_of_one_transaction(ledger: Ledger) -> None:
    ledger.earn(1, 10, expires_at=NOON + DAY)
    late = ledger.earn(1, 10, expires_at=NOON + 2 * DAY)
    mine, gone = customer(1, "points"), spent("points")
    ledger.post_one(ledger.request([Posting(mine, -4, lots_of=late), Posting(gone, 4)], key="four"))
    assert ledger.lots(1) == [(10, 10), (10, 6)]
    with pytest.raises(IdempotencyMismatch):
        ledger.post_one(ledger.request([Posting(mine, -4), Posting(gone, 4)], key="four"))
    ledger.post_one(
        ledger.request([Posting(mine, -8, lots_of=late), Posting(gone, 8)])
    )  # the rest, earliest expiry first
    assert ledger.lots(1) == [(10, 8), (10, 0)]
    with pytest.raises(BadInput, match="only what is taken from a customer"):
        ledger.post_one(ledger.request([Posting(mine, 1, lots_of=late), Posting(issuer("points"), -1)]))
    ledger.assert_whole()


def test_a_busy_issuers_balance_is_quick_though_statistics_know_nothing(ledger: Ledger) -> None:
    """Counted while the first great batch is not committed, tables seem empty: joined as such, this took a minute."""
    ledger.earn(1, 1)
    with ledger.database.transaction() as conn:
        run(
            conn,
            """
            WITH made AS (
                INSERT INTO loyalty.posting (transaction_id, place, account_id, amount)
                SELECT 1_000_000_000 + number, 0, account.id, -2 FROM loyalty.account, generate_series(1, 20_000) AS number
                WHERE account.kind = 'issuer' RETURNING transaction_id
            )
            INSERT INTO loyalty.unsealed SELECT transaction_id FROM made
            """,
        )
        with ledger.database.transaction() as other:
            run(other, "ANALYZE loyalty.posting, loyalty.unsealed")
    begun = monotonic()
    assert ledger.balance(issuer("points")) == -40_001
    assert monotonic() - begun < 5
