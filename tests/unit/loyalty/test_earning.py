"""Orders earn by rules: whatever is told of them, in whatever order, how often."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count, permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.unit.loyalty.conftest import DAY, ME, NOON, Ledger, settle

from siyu.app.pipeline import Pipeline
from siyu.commerce import service as commerce
from siyu.engines.postgres import Database, run
from siyu.identity import service as identity
from siyu.identity.types import Attribution
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.clock import ManualClock, to_millis
from siyu.kernel.errors import BadInput, Conflict
from siyu.loyalty import service
from siyu.loyalty.types import EarningRules, OrderRule, customer, issuer

FILE = Path(__file__).parents[4] / "shared/data/completejourney/transactions_sample.csv.gz"
EARNED = NOON - 3 * DAY
_numbers = count(1)


def change(ledger: Ledger, *rules: OrderRule) -> Any:
    def act(conn: Connection) -> Any:
        before = service.earning(conn)
        seen = before.version if before else 0
        return service.change_earning(conn, ME, EarningRules(list(rules)), seen, "a test", NOON)

    return ledger.done(act)


def told(number: str, status: str = "received", paid: int = 10_050, refunded: int = 0, **given: Any) -> Message:
    """What a shop says of an order."""
    payload: dict[str, Any] = {
        "platform": given.pop("platform", "jd"), "shop": given.pop("shop", "flagship"), "order_no": number,
        "status": status, "placed_at": to_millis(EARNED), "paid_at": to_millis(EARNED), "paid_fen": paid,
    }  # fmt: skip
    if status == "received":
        payload["received_at"] = to_millis(EARNED + DAY)
    if refunded:
        payload["refunded_fen"] = refunded
    at = NOON + timedelta(seconds=given.pop("second", 0))
    buyer = given.pop("buyer", "a")
    claims = (IdentifierClaim("platform_buyer", "jd", buyer),) if buyer else ()
    return Message("order", 1, f"m{next(_numbers)}", at, at, claims, {**payload, **given})


def tell(ledger: Ledger, *messages: Message) -> None:
    """Through the pipeline, each message a batch of its own."""
    for message in messages:
        ledger.done(lambda conn, one=message: intake.put(conn, Lane.LIVE, [one]))
        pipeline = Pipeline(ledger.database, ManualClock(NOON), 5000)
        while pipeline.run_once():
            pass
    letters = ledger.done(lambda conn: intake.dead_letters(conn, limit=1))
    assert [one["reason"] for one in letters] == []


def points(ledger: Ledger, buyer: str = "a", unit: str = "points") -> int:
    def act(conn: Connection) -> int:
        (found,) = identity.find(conn, buyer, "platform_buyer")
        return int(service.balances(conn, [customer(found.customer_id, unit)], NOON)[0].balance)

    return int(ledger.done(act))


def test_without_rules_nothing_is_earned(ledger: Ledger) -> None:
    tell(ledger, told("1"))
    assert points(ledger) == 0


def test_points_come_when_the_goods_do_and_go_with_the_money(ledger: Ledger) -> None:
    change(ledger, OrderRule(1, 100, expires_days=30))
    tell(ledger, told("1", "paid", second=1))
    assert points(ledger) == 0
    tell(ledger, told("1", second=2))
    assert points(ledger) == 100
    tell(ledger, told("1", refunded=5_000, second=3))
    assert points(ledger) == 50
    tell(ledger, told("1", refunded=5_000, second=3), told("1", refunded=10_050, second=4))
    assert points(ledger) == 0
    rows = ledger.rows("SELECT kind, reason, source, effective_at FROM loyalty.transaction ORDER BY id")
    assert rows[0] == ("posted", "order", "order:jd:flagship:1", EARNED + DAY)
    assert [(kind, reason) for kind, reason, _, _ in rows[1:]] == [("undone", "refund")] * 2
    assert ledger.rows("SELECT expires_at FROM loyalty.lot") == [(EARNED + 31 * DAY,)]
    ledger.assert_whole()


def test_in_whatever_order_it_is_told(ledger: Ledger) -> None:
    change(ledger, OrderRule(1, 100), OrderRule(2, 300, "growth", when="paid"))
    news = [("paid", 0, 1), ("received", 0, 2), ("received", 3_000, 3)]
    for place, order in enumerate(permutations(news)):
        name = f"buyer{place}"
        tell(
            ledger,
            *[
                told(f"o{place}", status, 10_000, refunded, second=second, buyer=name)
                for status, refunded, second in order
            ],
        )
        assert (points(ledger, name), points(ledger, name, "growth")) == (70, 46), order
    ledger.assert_whole()


def test_what_was_spent_is_owed(ledger: Ledger) -> None:
    change(ledger, OrderRule(1, 100))
    tell(ledger, told("1", second=1))
    who = ledger.rows("SELECT owner FROM loyalty.account WHERE kind = 'customer'")[0][0]
    ledger.spend(who, 80)
    tell(ledger, told("1", refunded=10_050, second=2))
    assert points(ledger) == -80
    tell(ledger, told("2", second=3))
    assert points(ledger) == 20
    ledger.assert_whole()


def test_by_shop_and_by_the_terms_of_its_first_earning(ledger: Ledger) -> None:
    change(ledger, OrderRule(3, 100, platform="jd", shop="outlet"), OrderRule(2, 100, platform="jd"), OrderRule(1, 100))
    tell(ledger, told("1", shop="outlet", second=1), told("2", second=1), told("3", platform="taobao", second=1))
    assert points(ledger) == 301 + 201 + 100
    change(ledger, OrderRule(10, 100))
    tell(ledger, told("2", refunded=5_050, second=2))
    assert points(ledger) == 301 + 100 + 100
    change(ledger)
    tell(ledger, told("2", refunded=10_050, second=3), told("4", second=3))
    assert points(ledger) == 301 + 100


def test_an_order_of_nobody_earns_when_it_is_claimed(ledger: Ledger) -> None:
    change(ledger, OrderRule(1, 100))
    tell(ledger, told("1", buyer="", second=1))
    assert ledger.rows("SELECT * FROM loyalty.account") == []
    tell(ledger, told("1", second=2))
    assert points(ledger) == 100


RULE = OrderRule(1, 100)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([RULE, replace(RULE, platform="jd")], "rule 2 is never reached: rule 1 comes first"),
        ([RULE, RULE], "rule 2 is never reached"),
        ([replace(RULE, shop="flagship")], "name its platform as well"),
        ([replace(RULE, unit="fen")], "orders earn points, growth, group_points, not 'fen'"),
    ],
)
def test_rules_that_make_no_sense(ledger: Ledger, rules: Sequence[OrderRule], said: str) -> None:
    with pytest.raises(BadInput) as raised:
        change(ledger, *rules)
    assert said in raised.value.message


@pytest.mark.parametrize(
    "said",
    [
        {"orders": [{"amount": 0, "per_fen": 100}]},
        {"orders": [{"amount": 1, "per_fen": -5}]},
        {"orders": [{"amount": 1.5, "per_fen": 100}]},
        {"orders": [{"amount": 1}]},
        {"orders": [{"amount": 1, "per_fen": 100, "colour": "red"}]},
        {"orders": "many"},
        [],
    ],
)
def test_rules_that_cannot_be_read(said: Any) -> None:
    with pytest.raises(BadInput) as raised:
        service.read_earning(said)
    assert raised.value.message_zh


def test_nobody_overwrites_what_they_did_not_see(ledger: Ledger) -> None:
    assert change(ledger, RULE).version == 1
    with pytest.raises(Conflict, match="to version 1"):
        ledger.done(lambda conn: service.change_earning(conn, ME, EarningRules(), 0, "a test", NOON))
    read = service.read_earning({"orders": [{"amount": 1, "per_fen": 100, "platform": "jd"}]})
    assert read == EarningRules([OrderRule(1, 100, platform="jd")])
    assert ledger.done(service.earning_versions)[0].rules == EarningRules([RULE])


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not FILE.exists(), reason="../shared/data/completejourney is not here")
def test_a_grocers_year_earns_and_gives_all_back(database: Database) -> None:
    """75,000 lines: what households earn is what an independent sum says; when all is refunded nothing is left."""
    ledger = Ledger(database)
    change(ledger, OrderRule(1, 100, when="paid"))
    baskets: dict[str, list[int]] = defaultdict(list)
    whose: dict[str, int] = {}
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            baskets[row["basket_id"]].append(round(float(row["sales_value"]) * 100))
            whose[row["basket_id"]] = int(row["household_id"])
    assert sum(map(len, baskets.values())) == 75_000
    ledger.done(lambda conn: settle(conn, sorted(set(whose.values()))))
    for refunded in (False, True):
        batch = [
            (
                told(
                    basket, "paid", sum(fen), sum(fen) * refunded, second=int(refunded),
                    lines=[{"line_no": str(n), "quantity": 1, "paid_fen": one} for n, one in enumerate(fen)],
                ),
                Attribution(whose[basket], 7),
            )
            for basket, fen in baskets.items()
        ]  # fmt: skip
        for start in range(0, len(batch), 5000):
            ledger.done(lambda conn, part=batch[start : start + 5000]: through(conn, part))
        ledger.done(lambda conn: run(conn, "ANALYZE"))  # as PostgreSQL does by itself within a minute
        expected: dict[int, int] = defaultdict(int)
        for basket, fen in baskets.items():
            expected[whose[basket]] += 0 if refunded else sum(fen) // 100
        found = dict(ledger.rows("SELECT owner, balance FROM loyalty.account WHERE kind = 'customer'"))
        assert {one: found.get(one, 0) for one in expected} == expected
        assert ledger.balance(issuer("points")) == -sum(expected.values())
    while ledger.seal():
        pass
    assert ledger.balance(issuer("points")) == 0
    ledger.assert_whole()


def through(conn: Connection, part: Sequence[tuple[Message, Attribution]]) -> None:
    """The stages of the pipeline that know of orders."""
    views = commerce.read(conn, [message for message, _ in part])
    service.apply(conn, commerce.apply(conn, part, views, NOON), NOON)
