"""All dead letters of one kind, settled by a job or by the command; what it waits for, and where it goes on."""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.intake.test_letters import letter, refused
from tests.working import do_job
from typer.testing import CliRunner, Result

from siyu.app import imports, jobs, letters
from siyu.app.cli import letters as commands
from siyu.app.cli.everything import app
from siyu.app.context import Context
from siyu.engines.jobs import job_app
from siyu.engines.postgres import Database, rows
from siyu.intake import service as intake
from siyu.intake.types import Lane, LettersOf
from siyu.kernel.errors import BadInput, NotAllowed, TryLater

PATH = "/api/v1/dead-letters"


@pytest.fixture
def client(asking: Callable[..., TestClient]) -> TestClient:
    return asking("intake.read", "intake.manage", "audit.read")


@pytest.fixture(autouse=True)
def _buried(database: Database) -> None:
    with database.transaction() as conn:
        intake.bury(conn, [letter(f"a{n}") for n in range(5)] + [letter(f"b{n}", 2, "Other") for n in range(3)])
        intake.bury(conn, [refused("d")])


def opened(database: Database) -> list[str]:
    with database.transaction() as conn:
        return sorted(one["message_id"] for one in intake.dead_letters(conn, limit=500))


def work(context: Context) -> None:
    """Every job that waits, as the worker does it."""
    worker = job_app(context.database)
    jobs.register(worker, context)
    with context.database.transaction() as conn:
        found = rows(conn, "SELECT * FROM jobs.procrastinate_jobs ORDER BY id")
    for one in found:
        do_job(worker, one)


class TestOverHttp:
    def test_from_the_groups_to_none_of_a_kind(
        self, client: TestClient, database: Database, web_context: Context
    ) -> None:
        largest = client.get(f"{PATH}/groups").json()[0]
        assert (largest["source_id"], largest["code"], largest["letters"]) == (1, "Broke", 5)
        kind = {"source_id": largest["source_id"], "code": largest["code"]}
        assert [one["message_id"] for one in client.get(PATH, params=kind).json()["items"]] == [
            "a4",
            "a3",
            "a2",
            "a1",
            "a0",
        ]
        answer = client.post(f"{PATH}/settle", json={"how": "replayed", **kind})
        assert (answer.status_code, answer.json()) == (202, {"letters": 5})
        with database.transaction() as conn:
            intake.bury(conn, [letter("late")])  # dies behind the question, as what is put back may do
        work(web_context)
        assert opened(database) == ["b0", "b1", "b2", "d", "late"]
        with database.transaction() as conn:
            assert intake.depth(conn).messages[Lane.BULK] == 5
        client.post(f"{PATH}/settle", json={"how": "discarded"})
        work(web_context)
        assert opened(database) == []
        audit = [one for one in client.get("/api/v1/audit").json()["items"] if one["action"].startswith("dead_letters")]
        assert [(one["action"], one["details"]) for one in audit] == [
            ("dead_letters.discarded", {"count": 5}),
            ("dead_letters.replayed", {"count": 5, "source_id": 1, "code": "Broke"}),
        ]

    def test_of_none_nothing_is_begun(self, client: TestClient, database: Database) -> None:
        answer = client.post(f"{PATH}/settle", json={"how": "discarded", "code": "NeverSeen"})
        assert answer.json() == {"letters": 0}
        with database.transaction() as conn:
            assert rows(conn, "SELECT 1 FROM jobs.procrastinate_jobs") == []

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("replay", {"ids": []}),
            ("replay", {}),
            ("discard", {"ids": None}),
            ("settle", {}),
            ("settle", {"how": "open"}),
            ("settle", {"how": "replayed", "code": ""}),
            ("settle", {"how": "replayed", "source_id": -1}),
        ],
    )
    def test_what_names_none_is_refused(
        self, client: TestClient, database: Database, path: str, body: dict[str, Any]
    ) -> None:
        answer = client.post(f"{PATH}/{path}", json=body)
        assert answer.status_code == 400, answer.text
        assert answer.json()["message_zh"]
        assert len(opened(database)) == 9

    def test_who_may_only_look_settles_nothing(
        self, asking: Callable[..., TestClient], web_context: Context, database: Database
    ) -> None:
        looks = asking("intake.read")
        assert looks.get(f"{PATH}/groups").status_code == 200
        assert looks.post(f"{PATH}/settle", json={"how": "discarded"}).status_code == 403
        assert len(opened(database)) == 9


class TestTheJob:
    def test_goes_on_where_its_process_ended(
        self, web_context: Context, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(intake, "settle_piece", partial(intake.settle_piece, limit=2))
        asked, turns = LettersOf(up_to=9), count()
        with pytest.raises(TryLater):
            letters.settle(web_context, "discarded", asked, ending=lambda: next(turns) == 2)
        assert opened(database) == ["a4", "b0", "b1", "b2", "d"]
        assert letters.settle(web_context, "discarded", asked) == 5
        assert opened(database) == []

    def test_waits_until_the_queue_has_room(self, web_context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        """What it puts back is bulk like a file's rows: more than so much would only lie there."""
        waits: list[int] = []
        depth = iter([imports._MOST_WAITING + 1, imports._MOST_WAITING + 1, 0])
        monkeypatch.setattr(imports, "_waiting", lambda _: next(depth, 0))
        monkeypatch.setattr(imports.time, "sleep", waits.append)
        assert letters.settle(web_context, "replayed", LettersOf(1, "Broke")) == 5
        assert len(waits) == 2

    def test_says_how_far_it_is(self, web_context: Context) -> None:
        told: list[int] = []
        letters.settle(web_context, "discarded", LettersOf(2), progress=told.append)
        assert told == [3]


class TestCommand:
    @pytest.fixture(autouse=True)
    def _engines(self, commanding: Callable[..., None], web_context: Context) -> None:
        commanding(web_context, commands)

    def run(self, *words: str) -> Result:
        result = CliRunner().invoke(app, ["dead-letters", *words])
        if isinstance(result.exception, BadInput | NotAllowed):
            raise result.exception
        return result

    def test_a_kind_of_them(self, database: Database) -> None:
        assert "why a4" in self.run("groups").output
        assert "b2" in self.run("list", "--code", "Other").output
        assert "a2" not in self.run("list", "--code", "Other").output
        assert "5 letters are in the queue again" in self.run("replay", "--source", "1", "--code", "Broke").output
        left = self.run("replay", "--all")
        assert left.exit_code == 1  # the door still refuses one
        assert "3 letters are in the queue again" in left.output
        assert opened(database) == ["d"]
        assert "1 letter is given up" in self.run("discard", "--all").output

    @pytest.mark.parametrize("words", [[], ["1", "--all"], ["1", "--source", "2"], ["--all", "--code", "Other"]])
    def test_has_to_be_told_which(self, words: list[str], database: Database) -> None:
        for command in ("replay", "discard"):
            with pytest.raises(BadInput, match="say which"):
                self.run(command, *words)
        assert len(opened(database)) == 9
