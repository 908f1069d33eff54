"""The people behind a figure: listed, and exported exactly as they were listed."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order, row, visit

from siyu.app import behind, exports
from siyu.app.context import Context
from siyu.engines.postgres import Database, run
from siyu.kernel.clock import ManualClock
from siyu.timeline import service as timeline

EXPORTS = "/api/v1/customers/exports"
FUNNEL = {
    "steps": [{"kind": "order.paid"}, {"kind": "order.paid"}],
    "window": {"amount": 300, "unit": "day"},
    "from": "2025-07-01",
    "to": "2026-03-01",
    "step": 1,
    "outcome": "stopped",
}


@pytest.fixture
def web_context(reporting_context: Context) -> Context:
    return reporting_context


@pytest.fixture
def ship(web_context: Context) -> Callable[[], None]:
    exporter = timeline.Exporter(web_context.database, web_context.clickhouse)

    def run() -> None:
        while exporter.export_once():
            pass

    return run


@pytest.fixture
def client(asking: Callable[..., TestClient], tell: Told, ship: Callable[[], None]) -> TestClient:
    def days(number: float) -> Any:
        return NOW - timedelta(days=number)

    tell(
        order("ann", "1", days(200), 10_000),
        order("ann", "2", days(10), 20_000),
        order("ben", "3", days(199), 7_000),
        order("cid", "4", days(45), 4_000),
        order("dee", "5", days(5), 1_000),
        order("dee", "6", days(4), 1_000),
        row("fay", days(3), member=True, platform="jd", shop="flagship", became_member_at=None),
        visit("gus", days(1)),
    )
    ship()
    return asking("insight.read", "customers.read", "audit.read")


def answered(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def exported(client: TestClient, context: Context, **body: Any) -> list[int]:
    answer = client.post(EXPORTS, json={"columns": ["customer_id"], **body})
    assert answer.status_code == 202, answer.text
    export = answer.json()["id"]
    exports.write(context, export)
    file = client.get(f"{EXPORTS}/{export}/file").content.decode("utf-8-sig")
    return [int(line[0]) for line in list(csv.reader(io.StringIO(file)))[1:]]


def listed(client: TestClient, path: str, **asked: Any) -> dict[str, Any]:
    if path.endswith("funnel/people"):
        return answered(client.post(path, json=asked))
    return answered(client.get(path, params=asked))


class TestExportThese:
    @pytest.mark.parametrize(
        ("path", "asked", "count"),
        [
            ("insight/retention/people", {"cohort": "2025-08-01"}, 2),
            ("insight/retention/people", {"cohort": "2025-08-13", "offset": 6, "active": False}, 1),
            ("insight/retention/people", {"offset": 2, "active": False}, 3),  # dee's cohort is too young
            ("insight/retention/people", {"cohorts_to": "2025-12-31"}, 2),
            ("insight/rfm/people", {"f": 1, "orders": [1, 2, 3, 4]}, 2),
            ("insight/ltv/people", {"low_fen": 4_000}, 3),
            ("insight/ltv/people", {"by": "platform", "group": "jd"}, 4),
            ("insight/funnel/people", FUNNEL, 2),
            ("overview/flows/people", {"before": 0, "after": 2, "until": NOW.isoformat()}, 2),
        ],
        ids=str,
    )
    def test_holds_whom_the_list_shows(
        self, client: TestClient, web_context: Context, path: str, asked: dict[str, Any], count: int
    ) -> None:
        found = listed(client, f"/api/v1/{path}", **asked)
        assert found["total"] == len(found["customer_ids"]) == count
        assert sorted(exported(client, web_context, people=found["people"])) == found["customer_ids"]

    def test_is_of_the_moment_of_the_figure(
        self,
        client: TestClient,
        web_context: Context,
        tell: Told,
        ship: Callable[[], None],
        clock: ManualClock,
    ) -> None:
        found = listed(client, "/api/v1/insight/ltv/people", low_fen=4_000)
        clock.advance(timedelta(days=1))
        tell(order("ivy", "9", NOW + timedelta(hours=1), 99_000))
        ship()
        assert sorted(exported(client, web_context, people=found["people"])) == found["customer_ids"]
        assert listed(client, "/api/v1/insight/ltv/people", low_fen=4_000)["total"] == found["total"] + 1

    def test_more_than_a_page(self, client: TestClient, web_context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exports, "_PAGE", 2)
        monkeypatch.setattr(behind, "_CHUNK", 1)
        for path, asked in (
            ("insight/ltv/people", {}),
            ("overview/flows/people", {"before": 0, "after": 2, "until": NOW.isoformat()}),
        ):
            found = listed(client, f"/api/v1/{path}", **asked)
            assert sorted(exported(client, web_context, people=found["people"])) == found["customer_ids"]

    def test_is_in_the_audit(self, client: TestClient, web_context: Context) -> None:
        found = listed(client, "/api/v1/insight/rfm/people", r=5)
        exported(client, web_context, people=found["people"])
        (told,) = answered(client.get("/api/v1/audit", params={"action": "export.requested"}))["items"]
        assert (told["details"]["report"], told["details"]["columns"]) == ("rfm", ["customer_id"])


class TestRefused:
    @pytest.fixture
    def people(self, client: TestClient) -> dict[str, Any]:
        people: dict[str, Any] = listed(client, "/api/v1/insight/retention/people", cohort="2025-08-01")["people"]
        return people

    @pytest.mark.parametrize(
        ("changed", "planned"),
        [
            ({"report": "nothing"}, {}),
            ({"report": None}, {}),
            ({"offset": -1}, {}),
            ({}, {"until": "2025-08-01T00:00:00"}),
            ({}, {"until": "2999-08-01T00:00:00Z"}),
            ({}, {"until": "1969-08-01T00:00:00Z"}),
            ({}, {"zone": "Mars/Olympus"}),
            ({}, {"period": "year"}),
        ],
        ids=str,
    )
    def test_what_no_figure_counts(
        self, client: TestClient, people: dict[str, Any], changed: dict[str, Any], planned: dict[str, Any]
    ) -> None:
        wrong = {**people, **changed, "plan": {**people["plan"], **planned}}
        answer = client.post(EXPORTS, json={"people": wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "BadInput"), answer.text

    def test_both(self, client: TestClient, people: dict[str, Any]) -> None:
        assert client.post(EXPORTS, json={"people": people, "wanted": {"layer": 1}}).status_code == 400
        assert client.post(EXPORTS, json={"people": people, "wanted": {}}).status_code == 202

    def test_without_the_right_to_the_figure(
        self, client: TestClient, asking: Callable[..., TestClient], people: dict[str, Any]
    ) -> None:
        answer = asking("customers.read").post(EXPORTS, json={"people": people})
        assert (answer.status_code, answer.json()["details"]) == (403, {"right": "insight.read"})


class TestFlowPeople:
    def test_pages_go_on(self, client: TestClient) -> None:
        asked = {"before": 0, "after": 2, "until": NOW.isoformat(), "limit": 1}
        path = "/api/v1/overview/flows/people"
        first = listed(client, path, **asked)
        second = listed(client, path, **asked, cursor=first["next"])
        assert (first["total"], second["total"], second["next"]) == (2, None, None)
        assert first["customer_ids"] < second["customer_ids"]
        assert client.get(path, params={**asked, "cursor": "x"}).status_code == 400

    def test_are_as_many_as_the_flow_says(self, client: TestClient) -> None:
        overview = answered(client.get("/api/v1/overview"))["overview"]
        assert overview["flows"]
        for flow in overview["flows"]:
            asked = {"before": flow["before"], "after": flow["after"], "until": overview["at"]}
            assert listed(client, "/api/v1/overview/flows/people", **asked)["total"] == flow["customers"]

    @pytest.mark.parametrize("until", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "1970-01-02T00:00:00Z"])
    def test_at_the_ends_of_time(self, client: TestClient, until: str) -> None:
        answer = client.get("/api/v1/overview/flows/people", params={"before": 0, "after": 2, "until": until})
        assert answer.status_code == (200 if until.startswith("9999") else 400)


class TestListFilters:
    def test_anonymous_are_those_whom_the_assets_count(self, client: TestClient) -> None:
        assets = answered(client.get("/api/v1/overview"))["overview"]["assets"]
        found = answered(client.get("/api/v1/customers", params={"anonymous": True}))
        assert (found["total"], found["total_exact"]) == (assets["anonymous"], True)
        assert [one["known_since"] for one in found["customers"]] == [None]
        assert answered(client.get("/api/v1/customers", params={"anonymous": False}))["total"] == 6

    def test_by_what_is_predicted(self, client: TestClient, database: Database) -> None:
        ids = [one["customer_id"] for one in answered(client.get("/api/v1/customers"))["customers"]][:3]
        with database.transaction() as conn:
            for place, customer_id in enumerate(ids):
                run(
                    conn,
                    """INSERT INTO customers.prediction (customer_id, as_of, model, months, p_alive, purchases,
                           spend_fen, value_fen, bought, first_day, last_day)
                       VALUES (:id, '2026-03-01', 'bgnbd', 12, 1, 1, 1, :fen, 1, '2026-01-01', '2026-02-01')""",
                    id=customer_id,
                    fen=1000 * place,
                )
        for asked, places in (
            ({"predicted_from": 1000}, {1, 2}),
            ({"predicted_to": 1000}, {0, 1}),
            ({"predicted_from": 1, "predicted_to": 1999}, {1}),
            ({"predicted_from": 9000}, set()),
        ):
            found = answered(client.get("/api/v1/customers", params=asked))["customers"]
            assert {one["customer_id"] for one in found} == {ids[place] for place in places}
