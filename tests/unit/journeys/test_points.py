"""Journeys give points by the ledger: once for each time somebody comes by, and to nobody who is not to be treated."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from tests.unit.journeys.journeying import NOW, begin, definition, enter, walk
from tests.unit.loyalty.conftest import settle

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database, rows
from siyu.journeys.types import BadDefinition
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import customer

EXIT = {"kind": "exit"}


def points(amount: int, to: str, **more: object) -> dict[str, object]:
    return {"kind": "points", "amount": amount, "next": to, **more}


def balances(conn: Connection, ids: Sequence[int], unit: str = "points") -> list[int]:
    return [one.balance for one in loyalty.balances(conn, [customer(one, unit) for one in ids], NOW)]


def test_they_are_there_and_end_with_their_days(database: Database, clickhouse: Client) -> None:
    steps = {
        "gift": points(50, "sleep", expires_after=30),
        "sleep": {"kind": "wait", "duration": "1d", "next": "more"},
        "more": points(7, "grow"),
        "grow": points(9, "end", unit="growth"),
        "end": EXIT,
    }
    with database.transaction() as conn:
        settle(conn, [1, 2])
        enter(conn, clickhouse, begin(conn, definition(steps)), [1, 2])
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        assert balances(conn, [1, 2]) == [50, 50]
    walk(database, clickhouse, NOW + timedelta(days=1))
    with database.transaction() as conn:
        assert balances(conn, [1, 2]) == [57, 57]
        assert balances(conn, [1], "growth") == [9]
        loyalty.expire_due(conn, NOW + timedelta(days=31))
        assert balances(conn, [1, 2]) == [7, 7]


def test_the_control_group_gets_none(database: Database, clickhouse: Client) -> None:
    people = list(range(1, 101))
    with database.transaction() as conn:
        settle(conn, people)
        journey = begin(
            conn, definition({"gift": points(5, "end"), "end": EXIT}, control_bp=5000, control_reason="half")
        )
        enter(conn, clickhouse, journey, people)
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        treated = {row.customer_id for row in rows(conn, "SELECT customer_id FROM journeys.past WHERE treated")}
        assert 20 < len(treated) < 80
        assert balances(conn, people) == [5 if one in treated else 0 for one in people]


@pytest.mark.parametrize(
    "wrong", [{"amount": 0}, {"amount": -5}, {"amount": 2.5}, {"unit": "fen"}, {"expires_after": -1}]
)
def test_what_cannot_be_given_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadDefinition):
        definition({"gift": {**points(5, "end"), **wrong}, "end": EXIT})
