"""A ledger with a few customers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows, run
from siyu.loyalty import service
from siyu.loyalty.types import (
    Account,
    NotPosted,
    Posted,
    Posting,
    Request,
    Undo,
    Verified,
    customer,
    issuer,
    spent,
)

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
DAY, HOUR = timedelta(1), timedelta(hours=1)
ME = access.system("tests")


@dataclass
class Ledger:
    """What tests of the ledger do, each in a transaction of its own."""

    database: Database
    now: datetime = NOON
    keys: Any = field(default_factory=count)

    def done(self, act: Any) -> Any:
        with self.database.transaction() as conn:
            return act(conn)

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return self.done(lambda conn: [tuple(row) for row in rows(conn, sql, **parameters)])  # type: ignore[no-any-return]

    def tamper(self, sql: str, **parameters: Any) -> None:
        """Change what the database itself keeps from being changed."""

        def act(conn: Connection) -> None:
            run(conn, "SET LOCAL session_replication_role = replica")
            run(conn, sql, **parameters)

        self.done(act)

    def request(self, postings: Sequence[Posting], **given: Any) -> Request:
        key = given.pop("key", None) or f"k{next(self.keys)}"
        return Request(key, tuple(postings), given.pop("reason", "order"), **given)

    def earning(self, customer_id: int, amount: int, **given: Any) -> Request:
        terms = {name: given.pop(name) for name in ("available_from", "expires_at") if name in given}
        unit = given.pop("unit", "points")
        lines = [Posting(customer(customer_id, unit), amount, **terms), Posting(issuer(unit), -amount)]
        return self.request(lines, **given)

    def spending(self, customer_id: int, amount: int, **given: Any) -> Request:
        lines = [Posting(customer(customer_id, "points"), -amount), Posting(spent("points"), amount)]
        return self.request(lines, **{"reason": "redemption", **given})

    def post(self, *requests: Request, **how: Any) -> list[Posted | NotPosted]:
        return self.done(lambda conn: service.post(conn, requests, self.now, **how))  # type: ignore[no-any-return]

    def post_one(self, request: Request, **how: Any) -> Posted:
        return service.sure(self.post(request, **how)[0])

    def earn(self, customer_id: int, amount: int, **given: Any) -> int:
        return self.post_one(self.earning(customer_id, amount, **given)).transaction_id

    def spend(self, customer_id: int, amount: int, **given: Any) -> int:
        return self.post_one(self.spending(customer_id, amount, **given)).transaction_id

    def undo(self, transaction_id: int, amount: int | None = None, **given: Any) -> Posted:
        wanted = Undo(given.pop("key", None) or f"k{next(self.keys)}", transaction_id, amount, **given)
        return service.sure(self.done(lambda conn: service.undo(conn, [wanted], self.now))[0])

    def has(self, account: Account | int) -> Any:
        """How an account (of points, of a customer) stands."""
        asked = customer(account, "points") if isinstance(account, int) else account
        return self.done(lambda conn: service.balances(conn, [asked], self.now))[0]

    def balance(self, account: Account | int) -> int:
        return int(self.has(account).balance)

    def lots(self, customer_id: int) -> list[tuple[int, int]]:
        """(amount, what is left) of every lot, in the order in which they were made."""
        return self.rows(
            """SELECT amount, remaining FROM loyalty.lot JOIN loyalty.account ON account.id = lot.account_id
               WHERE owner = :owner AND unit = 'points' ORDER BY lot.id""",
            owner=customer_id,
        )

    def seal(self) -> int:
        return int(self.done(lambda conn: service.seal(conn, self.now)))

    def verified(self) -> Verified:
        return self.done(service.verify)  # type: ignore[no-any-return]

    def assert_whole(self) -> None:
        assert [one.en for one in self.verified().findings] == []


@pytest.fixture
def ledger(database: Database) -> Ledger:
    own = Ledger(database)
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
