"""Whoever may come in: everything that was made durable counts once, whatever a look between two commits sees."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.databases import Databases

from siyu.engines.postgres import Database
from siyu.intake import service as intake
from siyu.intake.http.pressure import Limits, Pressure
from siyu.intake.types import Lane, Snapshot
from siyu.kernel.errors import TooManyRequests, TryLater

STEPS = st.lists(
    st.one_of(st.just(("look", 0)), st.tuples(st.sampled_from(("put", "commit", "tell")), st.integers(0, 3))),
    max_size=24,
)


def limits(messages: int) -> Limits:
    return Limits(messages=messages, queue_bytes=1 << 40, free_bytes=0, folder=None)


def passes(pressure: Pressure, lane: Lane = Lane.LIVE) -> bool:
    try:
        pressure.check(lane)
    except (TryLater, TooManyRequests):
        return False
    return True


class TestOnce:
    @settings(max_examples=60)
    @given(steps=STEPS)
    def test_whatever_the_order(self, databases: Databases, steps: list[tuple[str, int]]) -> None:
        """Senders put and commit, the door is told of it some time later, and a look comes at any moment between."""
        database = databases.take()
        try:
            doors = {limit: Pressure(database, limits(limit)) for limit in (1, 2, 3, 4)}
            with ExitStack() as stack:
                for known in self._known(database, doors, steps, stack):
                    let = {limit: passes(pressure) for limit, pressure in doors.items()}
                    assert let == {limit: known < limit for limit in doors}
        finally:
            databases.give_back(database)

    def _known(
        self, database: Database, doors: dict[int, Pressure], steps: list[tuple[str, int]], stack: ExitStack
    ) -> Iterator[int]:
        """Do these steps; behind each, how many messages were seen by the last look or told of."""
        under_way, committed, seen, told = {}, dict[int, int | None](), set[int](), set[int]()
        for what, who in steps:
            if what == "look":
                for pressure in doors.values():
                    asyncio.run(pressure.look())
                seen = set(committed)
            elif what == "put" and who not in under_way and who not in committed:
                transaction = stack.enter_context(ExitStack())
                conn = transaction.enter_context(database.transaction())
                under_way[who] = transaction, intake.put_parts(conn, Lane.LIVE, [b"{}"])
            elif what == "commit" and who in under_way:
                transaction, committed[who] = under_way.pop(who)
                transaction.close()
            elif what == "tell" and who in committed and who not in told:
                for pressure in doors.values():
                    pressure.let_in(1, committed[who])
                told.add(who)
            yield len(seen | told)

    def test_a_look_between_the_commit_and_the_word_of_it(self, database: Database) -> None:
        pressure = Pressure(database, limits(2))
        with database.transaction() as conn:
            number = intake.put_parts(conn, Lane.LIVE, [b"{}"])
        asyncio.run(pressure.look())
        pressure.let_in(1, number)
        assert passes(pressure)
        assert not passes(pressure, Lane.BULK)

    def test_messages_without_a_transaction_are_none(self, database: Database) -> None:
        pressure = Pressure(database, limits(1))
        with database.transaction() as conn:
            assert intake.put_parts(conn, Lane.LIVE, []) is None
        pressure.let_in(0, None)
        assert passes(pressure)


@pytest.mark.parametrize(
    ("text", "saw"),
    [("10:10:", {9}), ("10:12:10", {9, 11}), ("10:14:10,12", {9, 11, 13})],
)
def test_a_snapshot_as_postgresql_says_it(text: str, saw: set[int]) -> None:
    snapshot = Snapshot.of(text)
    assert {number for number in range(9, 16) if snapshot.saw(number)} == saw
    assert not Snapshot().saw(1)
