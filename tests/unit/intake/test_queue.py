"""The queue and the dedup table, on a real database."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from siyu.engines.postgres import Database, rows, scalar
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def message(number: int | str, source: int = 1) -> Message:
    return Message(
        type="track",
        source_id=source,
        message_id=f"m{number}",
        occurred_at=NOW,
        received_at=NOW,
        claims=(IdentifierClaim("user_id", "1", "u"),),
        payload={"event": "A"},
    )


def drain(database: Database) -> list[str]:
    """Process everything, as the pipeline does; return the ids that were new."""
    new: list[str] = []
    while True:
        with database.transaction() as conn:
            envelopes = intake.claim(conn, 100)
            if not envelopes:
                return new
            new += [found.message_id for found in intake.unseen(conn, envelopes)]
            intake.finish(conn, envelopes)


class TestQueue:
    def test_live_comes_before_bulk(self, database: Database) -> None:
        with database.transaction() as conn:
            intake.put(conn, Lane.BULK, [message(1)])
            intake.put(conn, Lane.LIVE, [message(2)])
            intake.put(conn, Lane.LIVE, [message(3)])
        assert drain(database) == ["m2", "m3", "m1"]

    def test_a_batch_is_bounded(self, conn: Connection) -> None:
        for start in range(0, 300, 30):
            intake.put(conn, Lane.LIVE, [message(start + n) for n in range(30)])
        assert sum(len(envelope.messages) for envelope in intake.claim(conn, 100)) == 90

    def test_two_workers_never_hold_the_same_envelope(self, database: Database) -> None:
        with database.transaction() as conn:
            for number in range(100):
                intake.put(conn, Lane.LIVE, [message(number)])
        with database.transaction() as one, database.transaction() as other:
            first = {envelope.id for envelope in intake.claim(one, 10)}
            second = {envelope.id for envelope in intake.claim(other, 10)}
        assert first
        assert second
        assert not first & second

    def test_what_one_does_not_take_the_next_may(self, database: Database) -> None:
        with database.transaction() as conn:
            for number in range(40):
                intake.put(conn, Lane.LIVE, [message(number)])
        with ExitStack() as stack:
            held = [intake.claim(stack.enter_context(database.transaction()), 10) for _ in range(4)]
            assert [len(envelopes) for envelopes in held] == [10, 10, 10, 10]

    def test_small_ones_behind_a_large_one_that_somebody_holds_make_a_full_batch(self, database: Database) -> None:
        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [message(f"large{number}") for number in range(10)])
        with database.transaction() as one, database.transaction() as other:
            assert [len(envelope.messages) for envelope in intake.claim(one, 10)] == [10]
            with database.transaction() as conn:
                for number in range(15):
                    intake.put(conn, Lane.LIVE, [message(number)])
            assert len(intake.claim(other, 10)) == 10

    def test_an_envelope_that_is_larger_than_a_batch_is_one(self, conn: Connection) -> None:
        intake.put(conn, Lane.LIVE, [message(number) for number in range(30)])
        intake.put(conn, Lane.LIVE, [message("after")])
        assert [len(envelope.messages) for envelope in intake.claim(conn, 10)] == [30]

    def test_what_is_not_finished_stays(self, database: Database) -> None:
        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [message(1)])
        with database.engine.connect() as conn:  # a worker that dies: nothing is committed
            intake.unseen(conn, intake.claim(conn, 10))
        assert drain(database) == ["m1"]

    def test_depth_counts_both_lanes(self, conn: Connection) -> None:
        intake.put(conn, Lane.LIVE, [message(1), message(2)])
        intake.put(conn, Lane.BULK, [message(3)])
        depth = intake.depth(conn)
        assert depth.messages == {Lane.LIVE: 2, Lane.BULK: 1}
        assert depth.oldest is not None


class TestUnseen:
    def test_a_repeat_is_dropped_within_and_across_batches(self, database: Database) -> None:
        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [message(1), message(1), message(2)])
        assert drain(database) == ["m1", "m2"]
        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [message(2), message(3)])
        assert drain(database) == ["m3"]

    def test_the_same_id_from_another_source_is_another_message(self, database: Database) -> None:
        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [message(1, source=1), message(1, source=2)])
        assert drain(database) == ["m1", "m1"]

    def test_remembers_for_thirty_days_and_not_for_ever(self, database: Database) -> None:
        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [message("old")])
        drain(database)
        began = datetime.now(UTC)
        for day in range(31):
            with database.transaction() as conn:
                intake.keep_seen(conn, began + timedelta(days=day), 30)
                intake.put(conn, Lane.LIVE, [message("old"), message(day)])
            assert drain(database) == [f"m{day}"]
        for day in range(31, 120):
            with database.transaction() as conn:
                intake.keep_seen(conn, began + timedelta(days=day), 30)
        with database.transaction() as conn:
            assert scalar(conn, "SELECT count(*) FROM intake.seen") == 0
            tables = rows(conn, "SELECT relname FROM pg_class WHERE relname LIKE 'seen\\_%' AND relkind = 'r'")
            intake.put(conn, Lane.LIVE, [message("old")])
        assert len(tables) <= 6
        assert drain(database) == ["mold"]

    def test_of_two_workers_that_mark_at_once_one_wins(self, database: Database) -> None:
        repeated = [message(number) for number in range(500)]

        def work(_: int) -> list[str]:
            with database.transaction() as conn:
                intake.put(conn, Lane.LIVE, repeated)
            return drain(database)

        with ThreadPoolExecutor(4) as pool:
            found = [name for names in pool.map(work, range(8)) for name in names]
        assert sorted(found) == sorted({f"m{number}" for number in range(500)})


class TestArrivals:
    def test_are_told_by_source(self, database: Database) -> None:
        at = datetime(2026, 5, 1, 8, 30, 20, tzinfo=UTC)

        def came(number: int, source: int, minutes: float) -> Message:
            return message(number, source=source)._replace(received_at=at - timedelta(minutes=minutes))

        def told() -> list[tuple[int, datetime, int, int]]:
            with database.transaction() as conn:
                found = intake.arrivals(conn, at, at.replace(hour=0, minute=0, second=0))
            return [(one.source_id, one.last_at, one.recent, one.today) for one in found]

        assert told() == []
        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [came(1, 1, 0), came(2, 1, 1), came(3, 1, 4.9), came(1, 1, 0), came(4, 1, 30)])
            intake.put(conn, Lane.BULK, [came(5, 2, 24 * 60), came(6, 2, 100 * 60)])
            intake.put(conn, Lane.LIVE, [came(7, 3, 1)], known_new=True)  # a replay came before
        drain(database)
        expected = [(1, at, 4, 5), (2, at - timedelta(days=1), 0, 0)]
        assert told() == expected
        for days in (0, 0, 1, 30):
            with database.transaction() as conn:
                intake.fold_arrivals(conn, at + timedelta(days=days))
            if not days:
                assert told() == expected
        assert [row[:2] for row in told()] == [row[:2] for row in expected]
        with database.transaction() as conn:
            assert sum(row[0] for row in rows(conn, "SELECT messages FROM intake.arrival")) == 7
            assert len(rows(conn, "SELECT 1 FROM intake.arrival")) == 3  # a day of each source
