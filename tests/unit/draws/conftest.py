"""A brand that draws, with a few customers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection

from siyu.draws import service
from siyu.draws.types import Draw, DrawRules, Pool, Price, Prize, Round
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows, run
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Account, Request, customer, gift
from siyu.timeline.columns import unpack

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
DAY, HOUR = timedelta(1), timedelta(hours=1)
ME = access.system("tests")


def prize(code: str, weight: int, **given: Any) -> Prize:
    return Prize(code=code, name=given.pop("name", code), weight=weight, **given)


def pool(*prizes: Prize, **given: Any) -> Pool:
    """Of these prizes and nothing for the rest of the odds; open from noon for a week."""
    rest = 1_000_000 - sum(one.weight for one in prizes)
    terms: dict[str, Any] = {
        "code": "wheel", "name": "大转盘", "opens_at": NOON, "closes_at": NOON + 7 * DAY, "budget_fen": 0,
        "fallback": "thanks",
    }  # fmt: skip
    return Pool(prizes=[*prizes, prize("thanks", rest, name="谢谢参与")], **{**terms, **given})


SMALL = prize("ten", 300_000, unit="points", amount=10)
PHONE = prize("phone", 200_000, thing=True, stock=3, cost_fen=100_000, name="手机")


@dataclass
class Brand:
    """What tests of draws do, each in a transaction of its own."""

    database: Database
    now: datetime = NOON
    keys: Any = field(default_factory=count)

    def done(self, act: Any) -> Any:
        with self.database.transaction() as conn:
            return act(conn)

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return self.done(lambda conn: [tuple(row) for row in rows(conn, sql, **parameters)])  # type: ignore[no-any-return]

    def run(self, sql: str, **parameters: Any) -> None:
        self.done(lambda conn: run(conn, sql, **parameters))

    def rule(self, rules: DrawRules) -> int:
        def act(conn: Connection) -> int:
            before = service.draw_rules(conn)
            version = before.version if before else 0
            return service.change_draw_rules(conn, ME, rules, version, "for the test", self.now).version

        return int(self.done(act))

    def publish(self, one: Any, *, at: datetime | None = None, confirmed: Sequence[str] = ("short_notice",)) -> Round:
        """A round of a pool or of free orders, alone in the rules."""
        rules = DrawRules(pools=[one]) if isinstance(one, Pool) else DrawRules(free_orders=[one])
        version = self.rule(rules)
        when = at or self.now
        return self.done(lambda conn: service.publish(conn, ME, one.code, version, confirmed, when))  # type: ignore[no-any-return]

    def draw(self, customer_id: int, round_: Round | int, **given: Any) -> Draw:
        key = given.pop("key", None) or f"draw-{next(self.keys):06}"
        round_id = round_ if isinstance(round_, int) else round_.id
        return self.done(lambda conn: service.draw(conn, customer_id, round_id, self.now, key=key, **given))  # type: ignore[no-any-return]

    def give(self, customer_id: int, amount: int, unit: str = "points") -> None:
        wanted = Request(f"gift-{next(self.keys)}", gift(customer_id, unit, amount), "test")
        self.done(lambda conn: loyalty.post_one(conn, wanted, self.now))

    def balance(self, account: Account | int) -> int:
        asked = customer(account, "points") if isinstance(account, int) else account
        return int(self.done(lambda conn: loyalty.balances(conn, [asked], self.now))[0].balance)

    def tally(self, round_: Round) -> Any:
        return self.done(lambda conn: service.tally_of(conn, round_.id, self.now))

    def end_due(self) -> int:
        return int(self.done(lambda conn: service.end_due(conn, self.now)))

    def round_of(self, round_: Round) -> Round:
        return self.done(lambda conn: service.round_of(conn, round_.id))  # type: ignore[no-any-return]

    def told(self) -> list[tuple[str, str, Any]]:
        """(kind, name, properties) of every fact, in order."""
        blobs = [bytes(row[0]) for row in self.rows("SELECT body FROM timeline.entry ORDER BY id")]
        return [(one["kind"], one["name"], orjson.loads(one["properties"])) for one in unpack(blobs).to_pylist()]

    def assert_whole(self) -> None:
        assert [one.en for one in self.done(loyalty.verify).findings] == []


@pytest.fixture
def brand(database: Database) -> Brand:
    own = Brand(database)
    own.done(lambda conn: settle(conn, range(1, 9)))
    return own


def settle(conn: Connection, ids: Sequence[int]) -> None:
    """Customers with these ids."""
    run(conn, "SELECT setval('identity.id_seq', 10000000)")  # people of tests have lower ids
    run(
        conn,
        "INSERT INTO identity.customer (id, created_at) SELECT id, :at FROM unnest(CAST(:ids AS bigint[])) AS n (id)",
        ids=list(ids),
        at=NOON - 30 * DAY,
    )


def join(conn: Connection, loser: int, winner: int) -> None:
    """One was merged into the other, as OneID notes it."""
    run(conn, "UPDATE identity.alias SET customer_id = :winner WHERE customer_id = :loser", loser=loser, winner=winner)
    run(
        conn,
        "INSERT INTO identity.alias (id, customer_id, version, is_identifier) VALUES (:loser, :winner, 1, false)",
        loser=loser,
        winner=winner,
    )


TURN_FOR_TEN = Price(amount=10)
