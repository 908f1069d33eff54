"""What the door keeps of the calls that came, and how often it writes it down."""

import asyncio
from datetime import UTC, datetime

import pytest

from siyu.channels.http.calls import Calls
from siyu.channels.types import Heard, PushRefused
from siyu.engines.postgres import Database
from siyu.kernel.clock import ManualClock

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
WRONG = PushRefused(reason="the signature is wrong.", reason_zh="签名不正确。")


class Written(Calls):
    """Keeps what would be written."""

    def __init__(self, database: Database, every: float) -> None:
        super().__init__(database, ManualClock(NOW), every=every)
        self.rows: list[Heard] = []

    def _store(self, account_id: int, heard: Heard) -> None:
        assert account_id == 1
        self.rows.append(heard)

    async def settle(self) -> None:
        await asyncio.gather(*self._writing)


@pytest.fixture
def calls(database: Database) -> Written:
    return Written(database, every=3600)


async def _storm(calls: Written) -> None:
    for _ in range(500):
        calls.refused(1, WRONG)
    await calls.settle()


def test_forged_calls_write_once(calls: Written) -> None:
    asyncio.run(_storm(calls))
    assert [one.reason for one in calls.rows] == ["the signature is wrong."]


def test_kinds_in_turn_are_told_apart_without_a_write_each(calls: Written) -> None:
    async def turns() -> None:
        for _ in range(100):
            calls.good(1)
            calls.refused(1, WRONG)
            await calls.settle()
        calls.good(1)
        await calls.stop()

    asyncio.run(turns())
    assert len(calls.rows) <= 4
    assert calls.rows[-1].refusals == 0


def test_what_was_held_back_is_written_in_time(database: Database) -> None:
    calls = Written(database, every=0.05)

    async def few() -> None:
        calls.refused(1, WRONG)
        calls.refused(1, WRONG)
        await calls.settle()
        calls.refused(1, WRONG)
        await asyncio.sleep(0.3)
        await calls.settle()
        assert calls.rows[-1].refusals == 3

    asyncio.run(few())
    assert len(calls.rows) == 2


def test_what_was_held_back_is_written_at_the_end(calls: Written) -> None:
    async def few() -> None:
        calls.refused(1, WRONG)
        await calls.settle()
        calls.refused(1, WRONG)
        await calls.stop()

    asyncio.run(few())
    assert [one.refusals for one in calls.rows] == [1, 2]
