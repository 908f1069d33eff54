"""Dead letters on a real database: sealed, counted by what they died of, settled once, forgotten in time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.unit.intake.test_queue import message

from siyu.engines.postgres import rows, run, scalar
from siyu.intake import service as intake
from siyu.intake.admission import refused_body
from siyu.intake.envelope import part
from siyu.intake.types import DeadLetter, Lane, LettersOf

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def letter(name: str, source: int = 1, code: str = "Broke") -> DeadLetter:
    """One on which working failed: it can be put back."""
    return DeadLetter(
        source, name, "track", "pipeline", code, f"why {name}", f"为何 {name}", NOW, part(message(name, source))
    )


def refused(name: str) -> DeadLetter:
    """One that the door refuses as often as it comes: it has no event's name."""
    body = refused_body({"messageId": name}, kind="track", source_id=1, sent_ms=None, received_ms=1)
    return DeadLetter(1, name, "track", "door", "MissingField", "no event", "缺少事件名", NOW, body)


def opened(conn: Connection) -> list[str]:
    return sorted(one["message_id"] for one in intake.dead_letters(conn, limit=500))


def ids(conn: Connection) -> list[int]:
    return [one["id"] for one in intake.dead_letters(conn, limit=500)]


def waiting(conn: Connection) -> list[str]:
    envelopes = intake.claim(conn, 1000)
    return sorted(one.message_id for one in intake.unseen(conn, envelopes))


def settle_all(conn: Connection, how: Any, of: LettersOf, limit: int) -> int:
    done, after = 0, 0
    while True:
        count, last = intake.settle_piece(conn, how, of, after, NOW, limit=limit)
        if last is None:
            return done
        assert last > after
        done, after = done + count, last


@pytest.fixture
def buried(conn: Connection) -> Connection:
    intake.bury(conn, [refused("d"), letter("p")])
    return conn


class TestByTheirIds:
    def test_the_body_is_sealed(self, buried: Connection) -> None:
        for (body,) in rows(buried, "SELECT body FROM intake.dead_letter"):
            assert b"messageId" not in bytes(body)

    def test_replay_puts_back_what_the_rules_take_and_only_once(self, buried: Connection) -> None:
        assert intake.settle(buried, "replayed", ids(buried), NOW) == 1
        assert intake.settle(buried, "replayed", ids(buried), NOW) == 0
        assert opened(buried) == ["d"]
        assert waiting(buried) == ["mp"]

    def test_a_replayed_message_is_not_taken_for_a_repeat(self, buried: Connection) -> None:
        intake.put(buried, Lane.LIVE, [message("p")])
        intake.unseen(buried, intake.claim(buried, 10))
        intake.finish(buried, intake.claim(buried, 10))
        intake.settle(buried, "replayed", ids(buried), NOW)
        assert waiting(buried) == ["mp"]

    def test_discarded_letters_stay_on_record(self, buried: Connection) -> None:
        chosen = ids(buried)
        assert intake.settle(buried, "discarded", chosen, NOW) == 2
        assert intake.settle(buried, "discarded", chosen, NOW) == 0
        assert intake.dead_letter_counts(buried) == {}
        assert len(intake.dead_letters(buried, state="discarded")) == 2

    def test_a_letter_keeps_its_place_in_the_pages(self, buried: Connection) -> None:
        first, second = intake.dead_letters(buried, limit=2)
        assert intake.dead_letters(buried, before=first["id"])[0]["id"] == second["id"]


class TestOfAKind:
    @pytest.fixture
    def many(self, conn: Connection) -> Connection:
        intake.bury(conn, [letter(f"a{n}") for n in range(5)] + [letter(f"b{n}", code="Other") for n in range(3)])
        intake.bury(conn, [letter(f"c{n}", source=2) for n in range(4)] + [refused(f"d{n}") for n in range(3)])
        return conn

    def test_are_counted_by_source_and_code_with_what_the_newest_says(self, many: Connection) -> None:
        found = intake.dead_letter_groups(many)
        assert [(one.source_id, one.code, one.letters, one.stage, one.reason_zh) for one in found] == [
            (1, "Broke", 5, "pipeline", "为何 a4"),
            (2, "Broke", 4, "pipeline", "为何 c3"),
            (1, "MissingField", 3, "door", "缺少事件名"),
            (1, "Other", 3, "pipeline", "为何 b2"),
        ]
        assert [(one.source_id, one.letters) for one in intake.dead_letter_groups(many, 2)] == [(2, 4)]
        assert all(one.first_died_at <= one.last_died_at for one in found)

    @pytest.mark.parametrize("limit", [1, 2, 500])
    @pytest.mark.parametrize(
        ("of", "gone"),
        [
            (LettersOf(1, "Broke"), "a"),
            (LettersOf(code="Broke"), "ac"),
            (LettersOf(2), "c"),
            (LettersOf(), "abc"),
            (LettersOf(7), ""),
        ],
    )
    def test_only_those_are_put_back(self, many: Connection, of: LettersOf, gone: str, limit: int) -> None:
        """What the door still refuses is passed by, and keeps nobody from what stands behind it."""
        before = opened(many)
        expected = [name for name in before if name[0] in gone]
        assert intake.count_letters_of(many, of) == len(expected) + (3 if of == LettersOf() else 0)
        assert settle_all(many, "replayed", of, limit) == len(expected)
        assert opened(many) == [name for name in before if name not in expected]
        assert waiting(many) == [f"m{name}" for name in expected]
        assert settle_all(many, "replayed", of, limit) == 0

    def test_what_dies_later_is_not_among_them(self, many: Connection) -> None:
        of = LettersOf(1, "Broke", up_to=intake.last_dead_letter(many))
        intake.bury(many, [letter("late")])
        assert settle_all(many, "discarded", of, 2) == 5
        assert "late" in opened(many)

    def test_the_list_shows_one_kind(self, many: Connection) -> None:
        found = intake.dead_letters(many, source_id=1, code="Other")
        assert [one["message_id"] for one in found] == ["b2", "b1", "b0"]


class TestForgetting:
    def forget(self, conn: Connection, at: datetime) -> dict[str, Sequence[int]]:
        """How much went, piece by piece."""
        gone: dict[str, list[int]] = {}
        for what, piece in intake.forgetting(at, letters_days=30, rejects_days=90):
            gone[what] = []
            while count := piece(conn):
                gone[what].append(count)
        return dict(gone)

    def test_settled_letters_go_and_open_ones_stay(self, conn: Connection) -> None:
        intake.bury(conn, [letter("replayed"), letter("discarded"), letter("young"), letter("open")])
        by_name = {one["message_id"]: one["id"] for one in intake.dead_letters(conn)}
        for how in ("replayed", "discarded"):
            intake.settle(conn, how, [by_name[how]], NOW)  # type: ignore[arg-type]
        intake.settle(conn, "discarded", [by_name["young"]], NOW + timedelta(days=1))
        assert self.forget(conn, NOW + timedelta(days=30)) == {"letters": [], "rejects": []}
        assert self.forget(conn, NOW + timedelta(days=30, seconds=1))["letters"] == [2]
        assert self.forget(conn, NOW + timedelta(days=4000))["letters"] == [1]
        assert opened(conn) == ["open"]

    def test_rejects_of_imports_that_ended_go(self, conn: Connection) -> None:
        for number, (state, days) in enumerate([("done", 91), ("failed", 91), ("running", 91), ("done", 89)]):
            run(
                conn,
                """WITH made AS (
                       INSERT INTO intake.import_run (source_id, kind, file_name, file_key, file_bytes, format, header, state, started_by, updated_at)
                       VALUES (1, 'orders', :name, :name, 1, 'till', '[]', :state, 'tests', :at) RETURNING id
                   )
                   INSERT INTO intake.import_reject (run_id, place, line, column_name, code, reason, reason_zh, cells)
                   SELECT id, place, place, '', 'time', 'why', '为何', ''::bytea FROM made, generate_series(0, 2) AS place""",
                name=f"{number}.csv",
                state=state,
                at=NOW - timedelta(days=days),
            )  # fmt: skip
        assert self.forget(conn, NOW)["rejects"] == [6]
        assert scalar(conn, "SELECT count(*) FROM intake.import_reject") == 6
