"""The state of the system: what is measured, when it is normal, and that it says what to do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order, visit

import siyu
from siyu.app import ledger
from siyu.app.context import Context
from siyu.engines import jobs
from siyu.engines.postgres import Database, run
from siyu.intake import service as intake
from siyu.intake.types import DeadLetter, Lane
from siyu.kernel.clock import ManualClock
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Posting, Request, issuer, spent
from siyu.timeline import service as timeline


@pytest.fixture
def web_context(reporting_context: Context) -> Context:
    return reporting_context


@pytest.fixture
def client(asking: Callable[..., TestClient]) -> TestClient:
    return asking("system.read")


def state(client: TestClient) -> dict[str, Any]:
    answer = client.get("/api/v1/system")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def readings(client: TestClient) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in state(client)["readings"]}


class TestIdle:
    def test_every_number_says_what_is_normal_in_both_languages(self, client: TestClient) -> None:
        found = readings(client)
        assert set(found) == {
            "queue.live", "queue.bulk", "queue.live_age", "queue.bulk_age", "queue.standings_age",
            "throughput.facts", "export.facts", "export.age", "engines.postgres_bytes", "engines.clickhouse_bytes",
            "engines.disk_free", "jobs.waiting", "jobs.failed", "letters.open",
            "ledger.findings", "ledger.unverified",
        }  # fmt: skip
        for one in found.values():
            assert one["normal"].keys() == {"least", "most", "bad"}
            assert one["en"]
            assert one["zh"]
            assert one["advice"]
            assert one["advice_zh"]
            assert one["group"] == one["name"].split(".")[0]

    def test_versions_and_tables(self, client: TestClient, tell: Told, web_context: Context) -> None:
        tell(order("ann", "1", NOW, 100))
        timeline.Exporter(web_context.database, web_context.clickhouse).export_once()
        found = state(client)
        assert found["versions"]["siyu"] == siyu.__version__
        assert found["versions"]["clickhouse"][:2].isdecimal()
        assert found["versions"]["postgresql"][:2].isdecimal()
        (facts,) = [one for one in found["clickhouse_tables"] if one["table"] == "facts"]
        assert facts["rows"] == 2
        assert facts["bytes"] > 0


class TestTrouble:
    def test_a_ledger_that_was_changed_and_one_that_nobody_checks(
        self, client: TestClient, web_context: Context, database: Database, clock: ManualClock
    ) -> None:
        with database.transaction() as conn:
            lines = (Posting(issuer("points"), -5), Posting(spent("points"), 5))
            loyalty.post_one(conn, Request("one", lines, "order"), NOW)
        assert ledger.Sealing(database, clock).run_once() == 1
        ledger.verify_nightly(web_context)
        assert {readings(client)[name]["state"] for name in ("ledger.findings", "ledger.unverified")} == {"ok"}
        clock.advance(timedelta(days=2))
        assert readings(client)["ledger.unverified"]["state"] == "watch"
        with database.transaction() as conn:
            run(conn, "SET LOCAL session_replication_role = replica")
            run(conn, "UPDATE loyalty.posting SET amount = 7 WHERE amount = 5")
        ledger.verify_nightly(web_context)
        found = readings(client)
        assert (found["ledger.findings"]["state"], found["ledger.unverified"]["state"]) == ("bad", "ok")
        assert "compare with a backup" in found["ledger.findings"]["advice"]
        assert state(client)["state"] == "bad"

    def test_a_queue_that_nobody_works_on(self, client: TestClient, database: Database, clock: ManualClock) -> None:
        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [visit(f"d{n}", NOW) for n in range(3)])
            received = intake.oldest_by_lane(conn)[Lane.LIVE]
        clock.advance(received - NOW + timedelta(seconds=30) if received > NOW else timedelta(days=1))
        found = readings(client)
        assert (found["queue.live"]["value"], found["queue.live"]["state"]) == (3, "ok")
        assert found["queue.live_age"]["state"] in {"watch", "bad"}
        clock.advance(timedelta(minutes=5))
        assert readings(client)["queue.live_age"]["state"] == "bad"
        assert state(client)["state"] == "bad"

    def test_facts_that_clickhouse_does_not_have(self, client: TestClient, tell: Told) -> None:
        tell(order("ann", "1", NOW, 100))
        found = readings(client)
        assert found["export.facts"]["value"] == 2
        assert found["throughput.facts"]["value"] > 0

    def test_dead_letters_and_jobs(self, client: TestClient, database: Database) -> None:
        letter = DeadLetter(1, "m", "track", "door", "BadEvent", "no", "不行", NOW, b"{}")
        with database.transaction() as conn:
            intake.bury(conn, [letter])
            jobs.defer(conn, "imports.run", {"path": "x"})
        found = state(client)
        by_name = {one["name"]: one for one in found["readings"]}
        assert (by_name["letters.open"]["value"], by_name["letters.open"]["state"]) == (1, "watch")
        assert by_name["jobs.waiting"]["value"] == 1
        assert found["dead_letters"] == {"BadEvent": 1}
        (job,) = found["jobs"]
        assert (job["name"], job["waiting"], job["running"], job["failed"]) == ("imports.run", 1, 0, 0)


class TestConfig:
    def test_anybody_may_ask_how_to_show_things(self, asking: Callable[..., TestClient]) -> None:
        found = asking().get("/api/v1/console/config").json()
        rungs = [(rung["layer"], rung["min_orders"]) for rung in found.pop("ladder")]
        assert rungs == [(0, 0), (1, 0), (2, 2), (3, 0), (4, 0)]
        assert found == {
            "brand_name": "", "zone": "Asia/Shanghai", "currency": "CNY", "version": siyu.__version__,
            "languages": ["zh-CN", "en"],
        }  # fmt: skip
