"""A file on its way into an import: what it is, its columns, a mapping made by hand, the dry run, and the run."""

import csv
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW
from tests.unit.app.till import MAPPING, TILL

from siyu.app import imports
from siyu.app.context import Context
from siyu.app.place import Place
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, scalar
from siyu.engines.postgres import run as execute
from siyu.intake import service as intake
from siyu.intake.files import service as files
from siyu.intake.files.errors import UnreadableFile
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import Conflict


@pytest.fixture
def client(asking: Callable[..., TestClient]) -> TestClient:
    return asking("imports.run")


def put(client: TestClient, text: str = TILL, name: str = "till.csv") -> dict[str, Any]:
    answer = client.post("/api/v1/imports/files", files={"file": (name, text.encode())})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


class TestAFileThatNobodyKnows:
    def test_says_why_and_shows_its_columns_without_anybodys_phone(self, client: TestClient) -> None:
        waiting = put(client)
        assert waiting["recognised"] is None
        assert waiting["problem"]["code"] == "UnknownFile"
        columns = {each["name"]: each for each in waiting["columns"]}
        assert list(columns) == ["单号", "时间", "金额", "会员卡", "手机号"]
        assert columns["金额"] == {"name": "金额", "samples": ["12.50", "8.00"], "filled": 1.0}
        assert columns["手机号"] == {"name": "手机号", "samples": ["138****00"], "filled": 0.5}
        assert client.get(f"/api/v1/imports/files/{waiting['id']}").json() == waiting

    def test_is_read_by_a_mapping_saved_for_it(self, client: TestClient) -> None:
        waiting = put(client)
        assert client.put("/api/v1/imports/mappings/till", json=MAPPING).status_code == 200
        how = {"kind": "orders", "mapping": "till"}
        seen = client.post(f"/api/v1/imports/files/{waiting['id']}/preview", json=how).json()
        assert (seen["orders"], seen["paid_fen"], seen["people"]) == (2, 2050, 2)
        run = client.post(f"/api/v1/imports/files/{waiting['id']}/run", json=how)
        assert run.status_code == 202, run.text
        assert run.json()["file_name"] == "till.csv"
        gone = client.get(f"/api/v1/imports/files/{waiting['id']}")
        assert (gone.status_code, gone.json()["code"]) == (404, "NotFound")

    @pytest.mark.parametrize("name", ["..", ".", "/", "a/../b.csv", "订单" * 200 + ".csv", "a\\b.csv"])
    @pytest.mark.parametrize("route", ["files", "preview"])
    def test_whatever_it_is_called(self, client: TestClient, route: str, name: str) -> None:
        answer = client.post(f"/api/v1/imports/{route}", files={"file": (name, TILL.encode())}, data={"kind": "orders"})
        assert answer.status_code < 500, answer.text

    @pytest.mark.parametrize("route", ["imports", "imports/files", "imports/preview", "segments/lists"])
    def test_of_somebody_who_is_not_signed_in(self, asking: Callable[..., TestClient], route: str) -> None:
        answer = asking().post(f"/api/v1/{route}", files={"file": ("a.csv", b"0" * 5_000_000)}, data={"kind": "orders"})
        assert (answer.status_code, answer.json()["code"]) == (401, "NotSignedIn")

    def test_what_is_no_file_is_as_short_as_elsewhere(self, client: TestClient) -> None:
        answer = client.put("/api/v1/imports/mappings/till", json={**MAPPING, "shop": "0" * 5_000_000})
        assert (answer.status_code, answer.json()["code"]) == (413, "TooLarge")

    @pytest.mark.parametrize("told", [True, False])
    def test_when_the_disk_is_nearly_full(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch, web_context: Context, told: bool
    ) -> None:
        """Also of a sender who does not declare how long it is."""
        free = web_context.settings.minimum_free_bytes + 1_000
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
        sent = client.build_request("POST", "/api/v1/imports/files", files={"file": ("till.csv", TILL.encode() * 20)})
        if not told:
            kind, body = {"content-type": sent.headers["content-type"]}, iter([sent.read()])
            sent = client.build_request("POST", sent.url, headers=kind, content=body)
        assert ("content-length" in sent.headers) is told
        answer = client.send(sent)
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "TryLater", "60")
        assert "磁盘空间" in answer.json()["message_zh"]
        assert list((Place(web_context.settings.data_folder).uploads / "waiting").rglob("*.csv")) == []

    def test_one_that_is_no_table_says_what_is_wrong(self, client: TestClient) -> None:
        waiting = put(client, "", "empty.csv")
        assert (waiting["problem"]["code"], waiting["columns"]) == ("UnreadableFile", [])
        assert waiting["problem"]["message_zh"]

    def test_is_forgotten_when_told_or_after_two_days(
        self, client: TestClient, clock: ManualClock, web_context: Context
    ) -> None:
        first, second = put(client), put(client)
        assert client.delete(f"/api/v1/imports/files/{first['id']}").status_code == 204
        assert client.get(f"/api/v1/imports/files/{first['id']}").status_code == 404
        clock.advance(timedelta(days=3))
        put(client)
        assert client.get(f"/api/v1/imports/files/{second['id']}").status_code == 404


class TestMappings:
    def test_are_listed_replaced_and_forgotten(self, client: TestClient) -> None:
        client.put("/api/v1/imports/mappings/till", json=MAPPING)
        client.put("/api/v1/imports/mappings/till", json={**MAPPING, "shop": "second"})
        found = client.get("/api/v1/imports/mappings").json()
        assert [(each["name"], each["shop"]) for each in found] == [("till", "second")]
        assert client.delete("/api/v1/imports/mappings/till").status_code == 204
        assert client.get("/api/v1/imports/mappings").json() == []
        assert client.delete("/api/v1/imports/mappings/till").status_code == 404

    def test_a_wrong_one_is_refused_with_the_place(self, client: TestClient) -> None:
        wrong = {**MAPPING, "fields": {"order_no": "单号", "price": "金额"}}
        answer = client.put("/api/v1/imports/mappings/till", json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "BadMapping")
        assert "price" in answer.json()["message_zh"]

    def test_need_the_right(self, asking: Callable[..., TestClient]) -> None:
        reader = asking("customers.read")
        for method, path in (("GET", "mappings"), ("PUT", "mappings/x"), ("POST", "files")):
            assert reader.request(method, f"/api/v1/imports/{path}", json={}).status_code == 403


class TestRejects:
    def test_are_listed_with_their_reasons_and_without_their_cells(
        self, client: TestClient, web_context: Context, tmp_path: Path
    ) -> None:
        client.put("/api/v1/imports/mappings/till", json=MAPPING)
        path = tmp_path / "bad.csv"
        path.write_text(TILL + "A3,yesterday,1.00,M9,\nA4,tomorrow,1.00,M9,\n", "utf-8")
        mapping = imports.find_mapping(web_context, "till")
        run = imports.import_file(web_context, path, "orders", actor=access.system("tests"), mapping=mapping)
        seen = client.get(f"/api/v1/imports/{run.id}").json()
        assert (seen["rejected"], seen["checkpoint"]["line"], seen["header"][0]) == (2, 5, "单号")
        first = client.get(f"/api/v1/imports/{run.id}/reject-list", params={"limit": 1}).json()
        assert [(each["line"], each["column"], each["code"]) for each in first["items"]] == [(4, "时间", "time")]
        assert [(each["code"], each["column"], each["rows"]) for each in first["sums"]] == [("time", "时间", 2)]
        rest = client.get(f"/api/v1/imports/{run.id}/reject-list", params={"after": first["next"]}).json()
        assert ([each["line"] for each in rest["items"]], rest["next"]) == ([5], None)
        assert rest["sums"] == []
        assert client.get("/api/v1/imports/99999/reject-list").status_code == 404

    def test_are_fetched_as_they_were_until_they_are_kept_no_longer(
        self, asking: Callable[..., TestClient], web_context: Context, tmp_path: Path, database: Database
    ) -> None:
        client = asking("imports.run", "personal.reveal")
        path = tmp_path / "坏 bad.csv"
        path.write_text(TILL + "A3,yesterday,1.00,M9,13800138000\n", "utf-8")
        with database.transaction() as conn:
            intake.save_mapping(conn, files.parse_mapping(orjson.dumps(MAPPING).decode(), "till"), "tests", NOW)
        how = {"actor": access.system("tests"), "mapping": imports.find_mapping(web_context, "till")}
        run = imports.import_file(web_context, path, "orders", **how)
        answer = client.get(f"/api/v1/imports/{run.id}/rejects")
        assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''%E5%9D%8F%20bad.csv.rejects.csv"
        assert len(answer.content) == int(answer.headers["content-length"])
        found = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
        assert found[1][-5:] == ["A3", "yesterday", "1.00", "M9", "13800138000"]
        assert client.get(f"/api/v1/imports/{run.id}").json()["rejected"] == 1
        for _, piece in intake.forgetting(NOW + timedelta(days=400), letters_days=30, rejects_days=90):
            with database.transaction() as conn:
                piece(conn)
        answer = client.get(f"/api/v1/imports/{run.id}/rejects")
        assert (answer.status_code, answer.json()["code"]) == (409, "Conflict")
        assert "再次导入" in answer.json()["message_zh"]
        assert client.get(f"/api/v1/imports/{run.id}/reject-list").json() == {"items": [], "next": None, "sums": []}
        assert client.get(f"/api/v1/imports/{run.id}").json()["rejected"] == 1


@pytest.fixture
def run_job(web_context: Context, database: Database) -> Callable[[], Any]:
    """Does what the worker does with the newest job."""

    def run() -> Any:
        with database.transaction() as conn:
            args = scalar(conn, "SELECT args FROM jobs.procrastinate_jobs ORDER BY id DESC LIMIT 1")
        return imports.run_upload(web_context, **args)

    return run


def fail(run_job: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The file cannot be read, this time."""

    def torn(*_: Any) -> Any:
        raise UnreadableFile(file="till.csv", reason="torn", reason_zh="损坏")

    with monkeypatch.context() as patched:
        patched.setattr(files, "read_messages", torn)
        with pytest.raises(UnreadableFile):
            run_job()


def kept(context: Context) -> list[bytes]:
    """What lies in the folder of uploads."""
    return [path.read_bytes() for path in Place(context.settings.data_folder).uploads.iterdir() if path.is_file()]


class TestAccepted:
    """A file is an import from the answer on, before any worker has seen it."""

    @pytest.fixture
    def upload(self, client: TestClient) -> Callable[..., Any]:
        assert client.put("/api/v1/imports/mappings/till", json=MAPPING).status_code == 200

        def post(text: str = TILL, mapping: str = "till") -> Any:
            how = {"kind": "orders", "mapping": mapping}
            return client.post("/api/v1/imports", files={"file": ("till.csv", text.encode())}, data=how)

        return post

    def test_waits_for_its_turn(
        self, client: TestClient, upload: Callable[..., Any], run_job: Callable[[], Any], web_context: Context
    ) -> None:
        answer = upload()
        run = answer.json()
        assert (answer.status_code, run["state"], run["file_name"], run["rows"]) == (202, "waiting", "till.csv", 0)
        assert client.get("/api/v1/imports").json() == [run]
        assert kept(web_context) == [TILL.encode()]
        run_job()
        done = client.get(f"/api/v1/imports/{run['id']}").json()
        assert (done["state"], done["rows"], kept(web_context)) == ("done", 2, [])

    def test_twice_is_one_import_until_it_is_done(
        self, client: TestClient, upload: Callable[..., Any], run_job: Callable[[], Any], web_context: Context
    ) -> None:
        first = upload().json()
        assert upload().json() == first
        assert kept(web_context) == [TILL.encode()]
        run_job()
        again = upload().json()
        assert again["id"] != first["id"]
        assert run_job().id == again["id"]  # one job an import: the second upload asked for none
        assert len(client.get("/api/v1/imports").json()) == 2

    def test_a_newer_export_of_the_same_length_is_another(
        self, upload: Callable[..., Any], run_job: Callable[[], Any], web_context: Context
    ) -> None:
        lines = TILL + "".join(f"B{n},2026-03-02 10:00,{n:04}.00,M9,\n" for n in range(2_000))
        older, newer = (f"{lines}C1,2026-03-02 10:00,{yuan}.00,M9,\n" for yuan in (1, 2))
        first, second = upload(older).json(), upload(newer).json()
        assert second["id"] != first["id"]
        assert sorted(kept(web_context)) == sorted([older.encode(), newer.encode()])

    def test_one_whose_worker_was_killed_when_all_was_in_leaves_no_file(
        self,
        upload: Callable[..., Any],
        run_job: Callable[[], Any],
        web_context: Context,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def killed(*_: Any) -> Any:
            raise KeyboardInterrupt

        upload()
        with monkeypatch.context() as patched:
            patched.setattr(intake, "forget_import_file", killed)
            with pytest.raises(KeyboardInterrupt):
                run_job()
        assert kept(web_context) == [TILL.encode()]
        assert run_job() is None
        assert kept(web_context) == []

    def test_again_after_it_had_failed_goes_on(
        self,
        client: TestClient,
        upload: Callable[..., Any],
        run_job: Callable[[], Any],
        web_context: Context,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        first = upload().json()
        fail(run_job, monkeypatch)
        assert client.get(f"/api/v1/imports/{first['id']}").json()["state"] == "failed"
        again = upload().json()
        assert (again["id"], again["state"], again["error"]) == (first["id"], "waiting", None)
        assert kept(web_context) == [TILL.encode()]
        assert run_job().state == "done"

    def test_is_read_as_it_was_accepted(
        self, client: TestClient, upload: Callable[..., Any], run_job: Callable[[], Any]
    ) -> None:
        upload()
        other = {**MAPPING, "fields": {**MAPPING["fields"], "order_no": "会员卡"}}
        assert client.put("/api/v1/imports/mappings/till", json=other).status_code == 200
        assert client.delete("/api/v1/imports/mappings/till").status_code == 204
        done = run_job()
        assert (done.state, done.messages, done.rejected) == ("done", 2, 0)

    def test_one_whose_file_somebody_has_deleted_says_so(
        self, client: TestClient, upload: Callable[..., Any], run_job: Callable[[], Any], web_context: Context
    ) -> None:
        run = upload().json()
        for path in Place(web_context.settings.data_folder).uploads.iterdir():
            path.unlink()
        with pytest.raises(Conflict):
            run_job()
        seen = client.get(f"/api/v1/imports/{run['id']}").json()
        assert (seen["state"], seen["error"]["code"]) == ("failed", "Conflict")
        assert "再次导入同一文件" in seen["error"]["message_zh"]
        assert upload().json()["id"] == run["id"]
        assert run_job().state == "done"

    @pytest.mark.parametrize(("text", "mapping"), [("", "till"), (TILL, "nobody-saved-it"), ("a,b\n1,2\n", "till")])
    def test_what_is_refused_leaves_nothing(
        self, client: TestClient, upload: Callable[..., Any], web_context: Context, text: str, mapping: str
    ) -> None:
        answer = upload(text, mapping)
        assert answer.status_code in {404, 422}, answer.text
        assert answer.json()["message_zh"]
        assert (client.get("/api/v1/imports").json(), kept(web_context)) == ([], [])


class TestResume:
    """An import that stopped goes on from the page, with the file as it was uploaded."""

    @pytest.fixture
    def uploaded(self, client: TestClient) -> None:
        masked = {"type": "phone", "column": "手机号"}
        mapping = {**MAPPING, "identifiers": [*MAPPING["identifiers"], masked]}
        assert client.put("/api/v1/imports/mappings/till", json=mapping).status_code == 200
        waiting = put(client, TILL.replace("13800138000", "").replace("M8,", "M8,138****8000"))
        how = {"kind": "orders", "mapping": "till"}
        assert client.post(f"/api/v1/imports/files/{waiting['id']}/run", json=how).status_code == 202

    @pytest.fixture
    def stopped(
        self, client: TestClient, uploaded: None, run_job: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
    ) -> dict[str, Any]:
        fail(run_job, monkeypatch)
        (run,) = client.get("/api/v1/imports").json()
        assert (run["state"], run["resumable"]) == ("failed", True)
        return dict(run)

    def test_goes_on_and_then_the_file_is_gone(
        self, client: TestClient, stopped: dict[str, Any], run_job: Callable[[], Any], web_context: Context
    ) -> None:
        answer = client.post(f"/api/v1/imports/{stopped['id']}/resume")
        assert (answer.status_code, answer.json()["state"], answer.json()["error"]) == (202, "waiting", None)
        assert client.post(f"/api/v1/imports/{stopped['id']}/resume").status_code == 409  # it runs
        run_job()
        done = client.get(f"/api/v1/imports/{stopped['id']}").json()
        assert (done["state"], done["messages"], done["resumable"]) == ("done", 2, False)
        assert kept(web_context) == []
        assert run_job() is None  # a second job finds that the first has done it
        assert client.post(f"/api/v1/imports/{stopped['id']}/resume").status_code == 409
        assert len(client.get("/api/v1/imports").json()) == 1

    def test_one_whose_worker_was_killed(
        self, client: TestClient, stopped: dict[str, Any], database: Database, clock: ManualClock
    ) -> None:
        with database.transaction() as conn:
            execute(conn, "UPDATE intake.import_run SET state = 'running', updated_at = :now", now=clock.now())
        path = f"/api/v1/imports/{stopped['id']}/resume"
        assert client.post(path).json()["details"]["reason_zh"] == "该导入正在进行中。"
        clock.advance(timedelta(minutes=3))
        assert client.post(path).status_code == 202

    def test_without_its_file_it_is_to_be_imported_again(
        self, client: TestClient, stopped: dict[str, Any], web_context: Context, clock: ManualClock
    ) -> None:
        imports.forget_files(web_context)
        assert client.get(f"/api/v1/imports/{stopped['id']}").json()["resumable"] is True
        clock.advance(timedelta(days=15))
        imports.forget_files(web_context)
        assert client.get(f"/api/v1/imports/{stopped['id']}").json()["resumable"] is False
        assert kept(web_context) == []
        answer = client.post(f"/api/v1/imports/{stopped['id']}/resume")
        assert (answer.status_code, answer.json()["code"]) == (409, "Conflict")
        assert client.post("/api/v1/imports/999/resume").status_code == 404

    def test_is_in_the_audit(
        self, client: TestClient, stopped: dict[str, Any], asking: Callable[..., TestClient]
    ) -> None:
        client.post(f"/api/v1/imports/{stopped['id']}/resume")
        asked = {"action": "import.resumed"}
        (told,) = asking("audit.read").get("/api/v1/audit", params=asked).json()["items"]
        assert told["target"] == f"import:{stopped['id']}"

    def test_what_was_odd_is_kept_with_the_run(
        self, client: TestClient, uploaded: None, run_job: Callable[[], Any]
    ) -> None:
        run_job()
        (run,) = client.get("/api/v1/imports").json()
        (note,) = run["notes"]
        assert (note["code"], note["rows"]) == ("masked_identifier", 1)
        assert note["zh"]
        assert note["en"]
