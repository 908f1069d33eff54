"""Insight over HTTP: parameters, rights, people as rows of the customers list, saved funnels."""

import warnings
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.unit.insight.telling import UNTIL, did, money, tell

from siyu.app.context import Context
from siyu.app.web import create_app
from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.experiments import service as experiments
from siyu.kernel.clock import ManualClock

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have another client than the httpx we have
    from fastapi.testclient import TestClient

URL = "/api/v1/insight"
STEPS = [{"kind": "event.tracked", "name": "Looked"}, {"kind": "order.paid"}]
FUNNEL: dict[str, Any] = {
    "steps": STEPS,
    "window": {"amount": 7, "unit": "day"},
    "from": "2026-01-01",
    "to": "2026-04-01",
}


@pytest.fixture
def site(empty: Client, database: Database) -> TestClient:
    return TestClient(create_app(Context(Settings(), database, empty, ManualClock(UNTIL))))


@pytest.fixture
def client(site: TestClient, database: Database) -> TestClient:
    site.headers["Authorization"] = f"Bearer {key(database, 'insight.read', 'customers.read')}"
    return site


def key(database: Database, *scopes: str) -> str:
    with database.transaction() as conn:
        maker = access.system("tests")
        return access.create_api_key(conn, maker, name=scopes[0], scopes=scopes, now=UNTIL).token


def answered(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestLift:
    def test_a_programme(self, client: TestClient, empty: Client, database: Database) -> None:
        with database.transaction() as conn:
            made = experiments.start_programme(
                conn, key="broadcast:1", kind="broadcast", name="New launch", actor="operator:1", now=UNTIL
            )
            places = experiments.assign(conn, made.id, range(1, 1001), UNTIL - timedelta(days=3), expose=True)
        treated = [one for one, place in places.items() if place.group == "treated"]
        tell(empty, *(did(one, "2026-04-13", "Home", "page.viewed") for one in treated[::2]))
        (listed,) = answered(client.get(f"{URL}/lift", params={"running": True}))
        assert (listed["key"], listed["control_bp"], "salt" in listed) == ("broadcast:1", 1000, False)
        found = answered(client.get(f"{URL}/lift/{made.id}", params={"days": 7}))
        assert (found["treated"], found["control"]) == (len(treated), 1000 - len(treated))
        visit, order = found["outcomes"][:2]
        assert (visit["treated"], visit["control"]) == (pytest.approx(0.5, abs=0.001), 0)
        assert (order["verdict"], order["low"], order["more_people"]) == ("not_enough", None, None)
        assert client.get(f"{URL}/lift/77").status_code == 404
        assert client.get(f"{URL}/lift/{made.id}", params={"days": 0}).status_code == 400


class TestReports:
    def test_definitions_are_stated(self, client: TestClient, empty: Client) -> None:
        tell(empty, money(1, "2026-01-05", 5))
        for path in ("retention", "ltv", "rfm", "ltv/spread"):
            said = answered(client.get(f"{URL}/{path}"))["definitions"]
            assert (said["purchase"], said["active_days"]) == ("kept", 90)
            assert said["zh"].startswith("购买：已付款且未全额退款的订单。")

    def test_parameters(self, client: TestClient, empty: Client) -> None:
        tell(empty, money(1, "2026-01-05", 500), money(1, "2026-01-07", 700, platform="taobao"))
        found = answered(
            client.get(f"{URL}/retention", params={"period": "day", "by": "shop", "until": "2026-01-07T12:00:00"})
        )
        assert found["cohorts"][0]["active"] == [1, 0, 1]
        assert found["cohorts"][0]["group"] == "jd/flagship"
        found = answered(client.get(f"{URL}/retention", params={"until": "9999-12-31T00:00:00"}))
        assert found["until"] == "2026-04-15T00:00:00Z"
        found = answered(client.get(f"{URL}/ltv/spread", params={"edges": [1000, 2000]}))
        assert found["everybody"]["bins"] == [0, 1, 0]
        found = answered(client.get(f"{URL}/rfm", params={"days": [1, 2, 3, 4], "since": "2026-01-06"}))
        assert (found["days_bounds"], found["customers"]) == ([1, 2, 3, 4], 1)

    @pytest.mark.parametrize(
        "query",
        [
            "retention?period=year",
            "retention?by=x%27",
            "retention?cohorts_from=1900-01-01",
            "ltv?cohorts_to=9999-01-01",
            "rfm?days=1",
            "ltv/spread?edges=5&edges=4",
            "rfm/people?r=6",
            "rfm/people?segment=x",
            "ltv/people?low_fen=5&high_fen=4",
            "ltv/people?low_fen=99999999999999999999999",
            "retention/people?cohort=x",
            "retention/people?cohort=2026-01-01&cursor=%00",
            "retention/people?cohort=0001-01-01",
        ],
    )
    def test_what_cannot_be_asked(self, client: TestClient, empty: Client, query: str) -> None:
        answer = client.get(f"{URL}/{query}")
        assert answer.status_code in {400, 422}, answer.text
        assert answer.json().keys() == {"code", "message", "message_zh", "details"}

    @pytest.mark.parametrize("until", ["0001-01-01T00:00:00", "1969-12-31T00:00:00Z", "9999-12-31T23:59:59-12:00"])
    def test_moments_at_the_ends_of_time(self, client: TestClient, empty: Client, until: str) -> None:
        tell(empty, money(1, "2026-01-05", 5))
        for path, name in (("retention", "until"), ("ltv/people", "until"), ("rfm", "as_of"), ("rfm", "since")):
            answered(client.get(f"{URL}/{path}", params={name: until}))


class TestPeople:
    def test_rows_are_those_of_the_customers_list(self, client: TestClient, empty: Client, database: Database) -> None:
        with database.transaction() as conn:
            for customer in (1, 2):
                customers.start_profile(conn, customer, UNTIL)
        tell(empty, *[money(n, "2026-01-05", 5000 * n) for n in (1, 2, 3)], did(1, "2026-01-04", "Looked"))
        found = answered(client.get(f"{URL}/retention/people", params={"cohort": "2026-01-31"}))
        assert (found["customer_ids"], found["total"], found["next"]) == ([1, 2, 3], 3, None)
        assert [row["customer_id"] for row in found["customers"]] == [1, 2]
        assert found["people"]["report"] == "retention"
        assert found["people"]["cohort"] == "2026-01-31"
        listed = answered(client.get("/api/v1/customers"))["customers"]
        assert found["customers"][0].keys() == {**listed[0]}.keys() if listed else True
        page = answered(client.get(f"{URL}/ltv/people", params={"low_fen": 10_000, "limit": 1}))
        assert (page["customer_ids"], page["total"]) == ([2], 2)
        rest = answered(client.get(f"{URL}/ltv/people", params={"low_fen": 10_000, "limit": 1, "cursor": page["next"]}))
        assert (rest["customer_ids"], rest["total"]) == ([3], None)
        assert answered(client.get(f"{URL}/rfm/people", params={"segment": "new"}))["total"] is not None
        funnel = answered(client.post(f"{URL}/funnel/people", json={**FUNNEL, "step": 2}))
        assert (funnel["customer_ids"], funnel["people"]["report"]) == ([1], "funnel")

    def test_a_group_of_any_letters(self, client: TestClient, empty: Client) -> None:
        shop = "旗舰店'\\\t\n\"x"
        tell(empty, money(1, "2026-01-05", 5, shop=shop))
        told = answered(client.get(f"{URL}/retention", params={"by": "shop"}))["cohorts"][0]["group"]
        assert told == f"jd/{shop}"
        asked = {"cohort": "2026-01-01", "by": "shop", "group": told}
        assert answered(client.get(f"{URL}/retention/people", params=asked))["total"] == 1
        assert answered(client.get(f"{URL}/retention/people", params={**asked, "group": "\x00"}))["total"] == 0

    def test_both_rights_are_needed(self, site: TestClient, database: Database) -> None:
        for have, lacks in (("insight.read", "customers.read"), ("customers.read", "insight.read")):
            site.headers["Authorization"] = f"Bearer {key(database, have)}"
            for answer in (
                site.get(f"{URL}/rfm/people"),
                site.get(f"{URL}/ltv/people"),
                site.get(f"{URL}/retention/people", params={"cohort": "2026-01-01"}),
                site.post(f"{URL}/funnel/people", json={**FUNNEL, "step": 1}),
            ):
                assert (answer.status_code, answer.json()["details"]) == (403, {"right": lacks})


class TestFunnels:
    def test_counted(self, client: TestClient, empty: Client) -> None:
        tell(empty, did(1, "2026-01-04", "Looked"), did(2, "2026-01-04", "Looked"), money(1, "2026-01-05", 5))
        found = answered(client.post(f"{URL}/funnel", json=FUNNEL))
        assert [(step["people"], step["median_seconds"]) for step in found["steps"]] == [(2, None), (1, 86_400.0)]
        assert (found["first"], found["last"]) == ("2026-01-01", "2026-04-01")

    @pytest.mark.parametrize(
        "change",
        [
            {"steps": []},
            {"steps": [{"kind": "x"}, {"kind": "order.paid"}]},
            {"window": {"amount": 0}},
            {"window": {"amount": 5, "unit": "year"}},
            {"from": "2026-05-01"},
            {"by": "shoe size"},
            {"steps": [{"kind": "order.paid", "where": [{"property": "x", "comparison": "eq", "value": 1}]}] * 2},
            {"steps": [{"kind": "order.paid", "where": [{"property": "shop", "comparison": "eq", "value": None}]}] * 2},
        ],
    )
    def test_what_cannot_be_counted(self, client: TestClient, empty: Client, change: dict[str, Any]) -> None:
        answer = client.post(f"{URL}/funnel", json={**FUNNEL, **change})
        assert answer.status_code in {400, 422}, answer.text

    def test_saved_changed_and_dropped(self, client: TestClient, database: Database) -> None:
        definition = {"steps": STEPS, "window": {"amount": 7}}
        made = client.post(f"{URL}/funnels", json={"name": "浏览到付款", "definition": definition})
        assert made.status_code == 201
        kept = made.json()
        assert kept["definition"]["window"] == {"amount": 7, "unit": "day"}
        assert answered(client.get(f"{URL}/funnels")) == [kept]
        path = f"{URL}/funnels/{kept['id']}"
        changed = answered(client.put(path, json={"name": "b", "definition": {**definition, "strict": True}}))
        assert (changed["name"], changed["definition"]["strict"]) == ("b", True)
        stranger = {"Authorization": f"Bearer {key(database, 'insight.read')}"}
        refused = client.delete(path, headers=stranger)
        assert (refused.status_code, refused.json()["code"]) == (403, "NotYours")
        assert client.delete(path).status_code == 204
        assert client.get(path).status_code == 404
        with database.transaction() as conn:
            done = [entry.action for entry in access.audit_page(conn)]
        assert {"funnel.saved", "funnel.changed", "funnel.deleted"} <= set(done)

    def test_schema(self, client: TestClient, empty: Client) -> None:
        tell(empty, did(1, "2026-04-04", "Looked"))
        kinds = {kind["name"]: kind for kind in answered(client.get(f"{URL}/schema"))["kinds"]}
        assert kinds["event.tracked"]["names"] == [{"name": "Looked", "facts": 1}]
