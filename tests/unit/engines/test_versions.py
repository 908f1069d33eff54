"""Data in versions: in force is the newest, and nobody overwrites what they did not see."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.postgres import Database, run
from siyu.engines.versions.service import Versions
from siyu.engines.versions.types import Version
from siyu.kernel.errors import BadInput, Conflict

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ME = access.system("tests")


@dataclass(frozen=True, slots=True)
class Rules:
    most: int = 3


def check(rules: Rules) -> None:
    if rules.most > 9:
        raise BadInput(reason="at most 9.", reason_zh="最多 9。")


RULES = Versions("own.rules", TypeAdapter(Rules), check, "rules")


@pytest.fixture
def own(database: Database) -> Database:
    with database.transaction() as conn:
        run(conn, "CREATE SCHEMA own")
        run(
            conn,
            """CREATE TABLE own.rules (version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rules jsonb NOT NULL,
                                       at timestamptz NOT NULL, actor text NOT NULL, reason text NOT NULL)""",
        )
    return database


def change(conn: Connection, most: int, seen: int, reason: str = "a test") -> Version[Rules]:
    return RULES.change(conn, ME, Rules(most), seen, reason, NOW, action="rules.changed")


def test_the_newest_is_in_force_and_all_are_kept(own: Database) -> None:
    with own.transaction() as conn:
        assert RULES.newest(conn) is None
        first, second = change(conn, 4, 0), change(conn, 5, 1, "  another test ")
        assert (first.version, second.version, second.reason) == (1, 2, "another test")
        assert RULES.newest(conn) == second
        assert RULES.listed(conn, 9) == [second, first]
        assert RULES.numbered(conn, {1, 2, 7}) == {1: Rules(4), 2: Rules(5)}
        assert RULES.numbered(conn, ()) == {}
        told = [(one.target, one.details) for one in access.audit_page(conn, action="rules.changed")]
    assert told == [
        ("rules:2", {"from": 1, "reason": "another test"}),
        ("rules:1", {"from": 0, "reason": "a test"}),
    ]


def test_a_change_of_nothing_is_none(own: Database) -> None:
    with own.transaction() as conn:
        first = change(conn, 4, 0)
        assert change(conn, 4, 1) == first
        assert len(access.audit_page(conn, action="rules.changed")) == 1


def test_of_many_at_once_one_changes_them(own: Database) -> None:
    def one(most: int) -> Any:
        try:
            with own.transaction() as conn:
                return change(conn, most, 0)
        except Conflict as problem:
            return problem

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(1, 9)))
    (made,) = [each for each in answers if isinstance(each, Version)]
    assert all("to version 1" in str(each) for each in answers if isinstance(each, Conflict))
    with own.transaction() as conn:
        assert RULES.listed(conn, 9) == [made]


@pytest.mark.parametrize(("most", "reason"), [(10, "a test"), (4, ""), (4, " x "), (4, "x" * 501), (4, "a\x00test")])
def test_what_is_refused_changes_nothing(own: Database, most: int, reason: str) -> None:
    with pytest.raises(BadInput) as raised, own.transaction() as conn:
        change(conn, most, 0, reason)
    assert raised.value.message_zh
    with own.transaction() as conn:
        assert RULES.newest(conn) is None


@pytest.mark.parametrize("said", [{"most": "many"}, {"most": 10}, [], "text", None])
def test_what_cannot_be_read_says_where(said: Any) -> None:
    with pytest.raises(BadInput) as raised:
        RULES.read(said)
    assert raised.value.message_zh
    assert RULES.read({}) == Rules()
