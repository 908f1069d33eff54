"""A small brand on both real engines: facts by the log and the exporter, reactions by their own loop."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from siyu.app.reacting import Reacting
from siyu.app.standing import count_marked
from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.kernel.clock import ManualClock
from siyu.kernel.fact import Fact
from siyu.segments import service as segments
from siyu.segments.types import Evaluation, Rule
from siyu.timeline import service as timeline

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ACTOR = access.system("tests")


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


class Brand:
    """What tests do to a brand."""

    def __init__(self, database: Database, clickhouse: Client) -> None:
        self.database, self.clickhouse = database, clickhouse
        self.clock = ManualClock(NOW)
        self.exporter = timeline.Exporter(database, clickhouse)
        self.reacting = Reacting(database, clickhouse, self.clock)
        self.named: dict[str, int] = {}

    def people(self, *ids: int) -> None:
        """Profiles without a fact."""
        with self.database.transaction() as conn:
            for customer_id in ids:
                customers.start_profile(conn, customer_id, ago(days=100))

    def tell(self, *facts: Fact) -> None:
        with self.database.transaction() as conn:
            timeline.append(conn, facts)

    def ship(self) -> None:
        """ClickHouse has everything; nobody has reacted."""
        while self.exporter.export_once():
            pass

    def settle(self) -> None:
        """Everything is counted, shipped and reacted to."""
        with self.database.transaction() as conn:
            while count_marked(conn):
                pass
        while True:
            self.ship()
            if not self.reacting.run_once():
                return

    def segment(self, rule: Rule, name: str = "", *, live: bool = True) -> int:
        """A segment that is filled."""
        with self.database.transaction() as conn:
            made = segments.create(conn, ACTOR, name or f"s{id(rule)}", rule, self.clock.now(), live=live)
            segments.evaluate(conn, self.clickhouse, made.id, self.clock.now())
        return made.id

    def evaluate(self, segment_id: int) -> Evaluation:
        with self.database.transaction() as conn:
            return segments.evaluate(conn, self.clickhouse, segment_id, self.clock.now())

    def upload(self, name: str, type_: str, *lines: str) -> int:
        with self.database.transaction() as conn:
            return segments.upload(conn, ACTOR, name, type_, lines, self.clock.now()).id

    @staticmethod
    def count(conn: Connection, segment_id: int) -> int | None:
        return segments.segment(conn, segment_id).people

    def members(self, segment_id: int) -> set[int]:
        with self.database.transaction() as conn:
            return set(segments.members(conn, segment_id))

    def who(self, rule: Rule) -> set[int]:
        """By a full evaluation, with every alias that was shipped."""
        self.clickhouse.run("SYSTEM RELOAD DICTIONARY alias_map")
        with self.database.transaction() as conn:
            return set(segments.everybody_who(conn, self.clickhouse, rule, self.clock.now())[0])

    def few(self, rule: Rule, *ids: int) -> set[int]:
        """By the facts of these only."""
        with self.database.transaction() as conn:
            return set(segments.matching(conn, self.clickhouse, [rule], ids, self.clock.now())[0])

    def do(self, work: Callable[[Connection], object]) -> None:
        with self.database.transaction() as conn:
            work(conn)


@pytest.fixture
def brand(database: Database, empty: Client) -> Brand:
    return Brand(database, empty)


def did(customer: int, at: datetime, name: str = "look", kind: str = "event.tracked", **properties: object) -> Fact:
    return Fact(kind, customer, customer + 1000, at, 1, name=name, properties=properties)


def paid(customer: int, at: datetime, fen: int, number: str, kind: str = "order.paid", **more: object) -> Fact:
    properties = {"platform": "jd", "shop": "flagship", "order_no": number, **more}
    return Fact(kind, customer, customer + 1000, at, 1, amount_fen=fen, properties=properties)
