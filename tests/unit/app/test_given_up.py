"""A job that has failed for good says so where people look for what comes of it."""

import gzip
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from secrets import token_hex
from typing import Any, Final

import procrastinate
import pytest
from fastapi.testclient import TestClient
from procrastinate.jobs import Job
from structlog.testing import capture_logs
from tests.unit.app.till import MAPPING, TILL
from tests.working import do_job

from siyu.app import exports, imports, jobs
from siyu.app.context import Context
from siyu.engines.jobs import defer, job_app
from siyu.engines.jobs.queue import own_tables
from siyu.engines.postgres import Database, rows, run, scalar
from siyu.intake.files import service as files
from siyu.intake.files.errors import UnreadableFile
from siyu.journeys import service as journeys
from siyu.kernel.errors import BadInput, Conflict, NotFound, TooManyRequests, TryLater

WHOLE: Final = {"file": ("till.csv", TILL.encode())}
JOURNEY: dict[str, Any] = {
    "name": "draft",
    "purpose": "service",
    "trigger": {"kind": "fact", "fact": {"kind": "order.paid"}},
    "start": "end",
    "steps": {"end": {"kind": "exit"}},
    "control_bp": 0,
    "control_reason": "a test",
}


@pytest.fixture
def client(asking: Callable[..., TestClient]) -> TestClient:
    return asking("customers.read", "imports.run", "journeys.read", "journeys.manage")


@pytest.fixture
def exported(client: TestClient) -> str:
    """Where an export is seen that was asked for."""
    return f"/api/v1/customers/exports/{client.post('/api/v1/customers/exports', json={}).json()['id']}"


@pytest.fixture
def rehearsed(client: TestClient) -> str:
    made = client.post("/api/v1/journeys", json={"key": "draft", "definition": JOURNEY}).json()["id"]
    asked = client.post(f"/api/v1/journeys/{made}/rehearsals", json={}).json()["id"]
    return f"/api/v1/journeys/rehearsals/{asked}"


@pytest.fixture
def imported(client: TestClient, web_context: Context, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its worker was killed while it read the file."""
    path = uploaded(client)
    begun = path.rpartition("/")[2]
    with monkeypatch.context() as patched:
        patched.setattr(imports, "finish", killed)
        with pytest.raises(Killed):
            imports.run_upload(web_context, int(begun))
    assert client.get(path).json()["state"] == "running"
    return path


@pytest.fixture
def waiting(client: TestClient) -> str:
    """An import whose worker was killed before it had opened the file."""
    path = uploaded(client)
    assert client.get(path).json()["state"] == "waiting"
    return path


def uploaded(client: TestClient, file: Mapping[str, tuple[str, bytes]] = WHOLE) -> str:
    """Where an import is seen whose file was uploaded."""
    assert client.put("/api/v1/imports/mappings/till", json=MAPPING).status_code == 200
    how = {"kind": "orders", "mapping": "till"}
    return f"/api/v1/imports/{client.post('/api/v1/imports', files=file, data=how).json()['id']}"


class Killed(BaseException):
    """As if the process had ended here."""


def killed(*_: Any) -> Any:
    raise Killed


def died(database: Database, attempts: int) -> None:
    """The worker of every job, in this attempt."""
    with database.transaction() as conn, own_tables(conn):
        run(conn, "UPDATE procrastinate_jobs SET status = 'doing', attempts = :attempts", attempts=attempts)


def state_of_job(database: Database) -> Any:
    with database.transaction() as conn:
        return scalar(conn, "SELECT CAST(status AS text) FROM jobs.procrastinate_jobs")


@pytest.mark.parametrize(
    ("asked", "where"), [("exported", "error"), ("waiting", "error"), ("imported", "error"), ("rehearsed", "problem")]
)
def test_because_its_worker_died_every_time(
    request: pytest.FixtureRequest, asked: str, where: str, client: TestClient, database: Database, web_context: Context
) -> None:
    path = request.getfixturevalue(asked)
    reviving = jobs.Reviving(database, partial(jobs.given_up, web_context), timedelta(0))
    before = client.get(path).json()
    died(database, 3)
    assert reviving.run_once() == 1
    assert (state_of_job(database), client.get(path).json()) == ("todo", before)
    died(database, 4)
    with capture_logs() as lines:
        assert reviving.run_once() == 1
    assert [(line["log_level"], line["became"]) for line in lines] == [("error", "failed")]
    seen = client.get(path).json()
    assert (state_of_job(database), seen["state"]) == ("failed", "failed")
    assert "its process died" in seen[where]["message"]
    assert "意外终止" in seen[where]["message_zh"]
    assert reviving.run_once() == 0


def test_one_of_which_it_cannot_be_said_keeps_no_other_waiting(
    exported: str, client: TestClient, database: Database, web_context: Context
) -> None:
    with database.transaction() as conn:
        defer(conn, exports.EXPORT, {"export_id": 999})
        defer(conn, exports.EXPORT, {"of_an_older_version": 7})
    died(database, 4)
    with capture_logs() as lines:
        assert jobs.Reviving(database, partial(jobs.given_up, web_context), timedelta(0)).run_once() == 3
    assert sorted(line["event"] for line in lines) == ["job.abandoned"] * 3 + ["job.not_said"] * 2
    assert client.get(exported).json()["state"] == "failed"
    with database.transaction() as conn:
        assert scalar(conn, "SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'failed'") == 3


def torn(*_: Any, **__: Any) -> Any:
    raise RuntimeError("no place for 13800138000")


@pytest.mark.parametrize(
    ("asked", "where", "broken"),
    [("imported", "error", (files, "read_messages")), ("rehearsed", "problem", (journeys, "plan_rehearsal"))],
)
def test_because_it_broke_every_time(
    request: pytest.FixtureRequest,
    asked: str,
    where: str,
    broken: tuple[Any, str],
    client: TestClient,
    database: Database,
    web_context: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = request.getfixturevalue(asked)
    monkeypatch.setattr(*broken, torn)
    worker = job_app(database)
    jobs.register(worker, web_context)

    def work(attempts: int) -> dict[str, Any]:
        with database.transaction() as conn:
            (found,) = rows(conn, "SELECT * FROM jobs.procrastinate_jobs")
        with pytest.raises(RuntimeError, match="no place"):
            do_job(worker, found, attempts)
        return dict(client.get(path).json())

    assert work(0)["state"] != "failed"
    seen = work(8)
    assert seen["state"] == "failed"
    assert seen[where]["code"] == "RuntimeError"
    assert "13800138000" not in str(seen[where])
    assert "系统内部出错" in seen[where]["message_zh"]


def test_because_its_file_is_broken(client: TestClient, database: Database, web_context: Context) -> None:
    """In its first attempt: what an upload is is told by its beginning, and its end is missing."""
    lines = "".join(f"R{number},2026-01-04 12:00:00,1.00,M{number}{token_hex(9)},\n" for number in range(20_000))
    file = {"file": ("till.csv.gz", gzip.compress((TILL + lines).encode())[:-2_000])}
    path = uploaded(client, file)
    worker = job_app(database)
    jobs.register(worker, web_context)
    with database.transaction() as conn:
        (found,) = rows(conn, "SELECT * FROM jobs.procrastinate_jobs")
    with pytest.raises(UnreadableFile) as broken:
        do_job(worker, found)
    seen = client.get(path).json()
    assert (seen["state"], seen["error"]["code"]) == ("failed", "UnreadableFile")
    assert retried(worker, imports.IMPORT, broken.value) is None


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (NotFound(what="segment", what_zh="人群", key=7), False),
        (BadInput(reason="", reason_zh=""), False),
        (Conflict(reason="", reason_zh=""), True),
        (TooManyRequests(reason="", reason_zh="", retry_after=5), True),
        (TryLater(reason="", reason_zh="", retry_after=5), True),
        (OSError("no space left"), True),
    ],
)
def test_what_another_time_may_go_well_is_tried_again(
    error: Exception, again: bool, database: Database, web_context: Context
) -> None:
    worker = job_app(database)
    jobs.register(worker, web_context)
    assert (retried(worker, exports.EXPORT, error) is not None) == again
    assert retried(worker, exports.EXPORT, error, attempts=3) is None


def retried(worker: procrastinate.App, name: str, error: Exception, attempts: int = 0) -> Any:
    job = Job(id=1, queue="long", lock=None, queueing_lock=None, task_name=name, attempts=attempts)
    return worker.tasks[name].get_retry_exception(error, job)
