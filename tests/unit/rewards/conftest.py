"""A shop with a few customers who have points."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from tests.unit.loyalty.conftest import settle

from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Account, Request, customer, gift
from siyu.rewards import service
from siyu.rewards.types import Offer, OfferTerms, Redeemed, RewardRules

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
DAY, HOUR = timedelta(1), timedelta(hours=1)
ME = access.system("tests")
RULES = RewardRules(points=100, fen=100, margin_bp=2_000)  # a point is a fen, a fifth has to stay over


@dataclass
class Shop:
    """What tests of rewards do, each in a transaction of its own."""

    database: Database
    now: datetime = NOON
    keys: Any = field(default_factory=count)

    def done(self, act: Any) -> Any:
        with self.database.transaction() as conn:
            return act(conn)

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return self.done(lambda conn: [tuple(row) for row in rows(conn, sql, **parameters)])  # type: ignore[no-any-return]

    def key(self) -> str:
        return f"tests-{next(self.keys):04}"

    def rule(self, rules: RewardRules = RULES) -> Any:
        def act(conn: Any) -> Any:
            before = service.rules(conn)
            return service.change_rules(conn, ME, rules, before.version if before else 0, "a test", self.now)

        return self.done(act)

    def earn(self, customer_id: int, points: int) -> None:
        lines = gift(customer_id, "points", points)
        self.done(lambda conn: loyalty.post_one(conn, Request(self.key(), lines, "order"), self.now))

    def offer(self, stock: int = 10, *, live: bool = True, **terms: Any) -> Offer:
        wanted = OfferTerms(**{"name": "茶杯", "points": 1200, "cost_fen": 1000, **terms})
        made: Offer = self.done(lambda conn: service.make_offer(conn, ME, wanted, self.now))
        if stock:
            self.stock(made.id, stock)
        return self.put(made.id, "live") if live else made

    def put(self, offer_id: int, state: Any) -> Offer:
        return self.done(lambda conn: service.set_offer_state(conn, ME, offer_id, state, "a test", self.now))  # type: ignore[no-any-return]

    def stock(self, offer_id: int, pieces: int, key: str | None = None) -> Any:
        return self.done(
            lambda conn: service.add_stock(conn, ME, offer_id, pieces, key or self.key(), "a test", self.now)
        )

    def redeem(self, offer_id: int, customer_id: int = 1, key: str | None = None, pieces: int = 1) -> Redeemed:
        return self.done(  # type: ignore[no-any-return]
            lambda conn: service.redeem(conn, customer_id, offer_id, key or self.key(), self.now, pieces=pieces)
        )

    def read(self, offer_id: int) -> tuple[int, int]:
        """(left, taken)."""
        found = self.done(lambda conn: service.offer(conn, offer_id, self.now))
        return found.left, found.taken

    def has(self, account: Account | int) -> int:
        asked = customer(account, "points") if isinstance(account, int) else account
        (found,) = self.done(lambda conn: loyalty.balances(conn, [asked], self.now))
        return int(found.balance)

    def tell(self) -> int:
        return int(self.done(service.tell))

    def assert_whole(self) -> None:
        assert [one.en for one in self.done(loyalty.verify).findings] == []


@pytest.fixture
def shop(database: Database) -> Shop:
    own = Shop(database)
    own.done(lambda conn: settle(conn, range(1, 21)))
    own.rule()
    return own
