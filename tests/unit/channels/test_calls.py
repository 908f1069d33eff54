"""What the door keeps of the calls that came, and how often it writes it down."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.channels import service
from siyu.channels.http.calls import Calls
from siyu.channels.types import Account, Heard, PushRefused
from siyu.engines.postgres import Database, one
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


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(good=st.lists(st.booleans(), min_size=1, max_size=6), data=st.data())
def test_writings_may_overtake_each_other(
    database: Database, account: Account, good: list[bool], data: st.DataObject
) -> None:
    """Threads write them, and one that waited for its connection comes behind the next: what stands is what was heard last."""
    said, heard = [], Heard()
    for number, is_good in enumerate(good):
        at = NOW + timedelta(seconds=number)
        heard = (
            replace(heard, good_at=at, refusals=0)
            if is_good
            else Heard(heard.good_at, at, heard.refusals + 1, f"reason {number}", f"原因 {number}")
        )
        said.append(heard)
    with database.transaction() as conn:
        for late in data.draw(st.permutations(said)):
            service.note_heard(conn, account.id, late)
        kept = one(
            conn,
            "DELETE FROM channels.door WHERE account_id = :id RETURNING good_at, refused_at, refusals, reason, reason_zh",
            id=account.id,
        )
    assert kept is not None
    assert Heard(*kept) == heard
