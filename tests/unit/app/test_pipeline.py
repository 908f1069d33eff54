"""The pipeline takes a batch wholly or not at all, and finds what poisons it."""

import threading
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from siyu.app import pipeline
from siyu.app.pipeline import Pipeline
from siyu.engines.postgres import Database, rows
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater
from siyu.timeline.columns import unpack

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)


def good(number: int) -> Message:
    claims = (IdentifierClaim("user_id", "1", f"u{number}"),)
    return Message("track", 1, f"m{number}", NOW, NOW, claims, {"event": "E"})


def poison(number: int) -> Message:
    return Message("order", 1, f"m{number}", NOW, NOW, (), {"order_no": "", "platform": "x", "shop": "", "lines": []})


def run(database: Database, messages: list[Message], *, batch: int = 5_000) -> list[int]:
    """Put messages into the queue and run until it is empty; returns how many each run took."""
    with database.transaction() as conn:
        intake.put(conn, Lane.LIVE, messages)
    line = Pipeline(database, ManualClock(NOW), batch)
    taken = []
    while count := line.run_once():
        taken.append(count)
    return taken


def facts(database: Database) -> list[str]:
    with database.transaction() as conn:
        bodies = [
            bytes(row[0]) for row in rows(conn, "SELECT body FROM timeline.entry WHERE kind = 'facts' ORDER BY id")
        ]
    table = unpack(bodies)
    kinds = zip(table["kind"].to_pylist(), table["message_id"].to_pylist(), strict=True)
    return [message for kind, message in kinds if kind == "event.tracked"]


def letters(database: Database) -> list[dict[str, Any]]:
    with database.transaction() as conn:
        return intake.dead_letters(conn)


class TestRelief:
    def test_leaves_few_to_the_others_and_calls_them_for_what_it_held(self, database: Database) -> None:
        """Whoever looked meanwhile found nothing but what it had in hand; what it leaves would lie until the next look."""
        with database.transaction() as conn:
            for number in range(14):
                intake.put(conn, Lane.LIVE, [good(number)])
        relief = Pipeline(database, ManualClock(NOW), 10, least=5)
        with database.raw() as listener:
            listener.execute(f"LISTEN {intake.CHANNEL}".encode())
            assert relief.run_once() == 10
            assert [note.channel for note in listener.notifies(timeout=5, stop_after=1)] == [intake.CHANNEL]
            assert relief.run_once() == 0
        assert Pipeline(database, ManualClock(NOW), 10).run_once() == 4


class TestBatches:
    def test_nothing_waits(self, database: Database) -> None:
        assert Pipeline(database, ManualClock(NOW), 10).run_once() == 0

    def test_each_message_once(self, database: Database) -> None:
        messages = [good(number) for number in range(30)]
        assert sum(run(database, messages)) == 30
        assert sum(run(database, messages)) == 30  # taken from the queue, but known already
        assert sorted(facts(database)) == sorted(message.message_id for message in messages)

    def test_what_fails_is_taken_back_wholly(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        """The database goes away after the facts are written: the next run finds the messages where they were."""

        def gone(*_: Any) -> None:
            raise psycopg.OperationalError("server closed the connection")

        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [good(1)])
        line = Pipeline(database, ManualClock(NOW), 10)
        with monkeypatch.context() as patch:
            patch.setattr(pipeline.intake, "finish", gone)
            with pytest.raises(psycopg.OperationalError):
                line.run_once()
        assert line.run_once() == 1
        assert facts(database) == ["m1"]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of ten are large: what others wait for is written ahead."""
    monkeypatch.setattr(pipeline, "_LARGE", 10)


@pytest.mark.usefixtures("large")
class TestWrittenAhead:
    def test_what_is_ahead_outlives_a_failure_and_is_found_again(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*_: Any) -> None:
            raise psycopg.OperationalError("server closed the connection")

        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [good(number) for number in range(30)])
        line = Pipeline(database, ManualClock(NOW), 5_000)
        with monkeypatch.context() as patch:
            patch.setattr(pipeline.intake, "finish", gone)
            with pytest.raises(psycopg.OperationalError):
                line.run_once()
        with database.transaction() as conn:
            before = rows(conn, "SELECT id, customer_id FROM identity.identifier ORDER BY id")
        assert len(before) == 30
        assert line.run_once() == 30
        with database.transaction() as conn:
            assert rows(conn, "SELECT id, customer_id FROM identity.identifier ORDER BY id") == before
        assert sorted(facts(database)) == sorted(f"m{number}" for number in range(30))

    @pytest.mark.parametrize("bad", [{0}, {99}, {50, 51}], ids=str)
    def test_poison_is_found(self, database: Database, bad: set[int]) -> None:
        run(database, [poison(number) if number in bad else good(number) for number in range(100)])
        assert sorted(facts(database)) == sorted(f"m{number}" for number in range(100) if number not in bad)
        assert {letter["message_id"] for letter in letters(database)} == {f"m{number}" for number in bad}

    def test_batches_with_the_same_people_side_by_side(self, database: Database) -> None:
        """Two lines take turns at twenty envelopes that all name the same new people, with their phones for the vault."""
        people = range(15)

        def said(number: int, person: int) -> Message:
            who = (
                IdentifierClaim("user_id", "1", f"u{person}"),
                IdentifierClaim("phone", "", f"138001380{person:02d}"),
            )
            return Message("track", 1, f"m{number}-{person}", NOW, NOW, who, {"event": "E"})

        for number in range(20):
            with database.transaction() as conn:
                intake.put(conn, Lane.LIVE, [said(number, person) for person in people])
        taken: list[int] = []

        def work() -> None:
            line = Pipeline(database, ManualClock(NOW), 15)
            while count := line.run_once():
                taken.append(count)

        lines = [threading.Thread(target=work) for _ in range(2)]
        for line in lines:
            line.start()
        for line in lines:
            line.join()
        assert sum(taken) == 300
        assert sorted(facts(database)) == sorted(f"m{n}-{person}" for n in range(20) for person in people)
        with database.transaction() as conn:
            assert rows(conn, "SELECT count(DISTINCT customer_id), count(*) FROM identity.identifier") == [(15, 30)]


class TestPoison:
    @pytest.mark.parametrize("bad", [{0}, {99}, {50, 51}, {0, 33, 66, 99}], ids=str)
    def test_it_is_found_wherever_it_is(self, database: Database, bad: set[int]) -> None:
        run(database, [poison(number) if number in bad else good(number) for number in range(100)])
        assert sorted(facts(database)) == sorted(f"m{number}" for number in range(100) if number not in bad)
        found = letters(database)
        assert {letter["message_id"] for letter in found} == {f"m{number}" for number in bad}
        assert {(letter["stage"], letter["code"]) for letter in found} == {("pipeline", "UnreadableOrder")}
        assert {letter["reason"] for letter in found} == {"Order '' cannot be read: order_no is missing."}
        assert {letter["reason_zh"] for letter in found} == {"无法读取订单“”：缺少 order_no。"}

    def test_a_batch_of_nothing_else(self, database: Database) -> None:
        run(database, [poison(number) for number in range(5)])
        assert len(letters(database)) == 5


class TestWhoseFault:
    @pytest.mark.parametrize(
        ("error", "spared"),
        [
            (TryLater(reason="x", reason_zh="某", retry_after=1), True),
            (psycopg.errors.DeadlockDetected(), True),
            (psycopg.errors.DiskFull(), True),
            (psycopg.InterfaceError(), True),
            (MemoryError(), True),
            (psycopg.errors.ProgramLimitExceeded(), False),
            (psycopg.errors.CheckViolation(), False),
            (ValueError(), False),
            (RecursionError(), False),
        ],
    )
    def test_only_the_messages_own_errors_condemn_them(self, error: Exception, spared: bool) -> None:
        assert pipeline._is_not_the_messages_fault(error) is spared
