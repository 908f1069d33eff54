"""The overview: every figure against facts counted by hand, and the people behind it in the list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order, row, visit

from siyu.app.context import Context
from siyu.kernel.clock import ManualClock
from siyu.timeline import service as timeline


@pytest.fixture
def web_context(reporting_context: Context) -> Context:
    return reporting_context


@pytest.fixture
def client(asking: Callable[..., TestClient]) -> TestClient:
    return asking("insight.read", "customers.read")


@pytest.fixture
def shop(tell: Told, web_context: Context) -> None:
    def days(number: float) -> Any:
        return NOW - timedelta(days=number)

    tell(
        order("ann", "1", days(200), 10_000),  # bought before the window of retention and in it
        order("ann", "2", days(10), 20_000),
        order("ben", "3", days(150), 7_000),  # only before it
        order("cid", "4", days(45), 4_000),  # first bought in the period before
        order("dee", "5", days(5), 1_000),  # and in this one
        row("fay", days(3), member=True, platform="jd", shop="flagship", became_member_at=None),
        visit("gus", days(1)),
    )
    exporter = timeline.Exporter(web_context.database, web_context.clickhouse)
    while exporter.export_once():
        pass


@pytest.fixture
def answer(client: TestClient, shop: None) -> dict[str, Any]:
    found = client.get("/api/v1/overview")
    assert found.status_code == 200, found.text
    return dict(found.json()["overview"])


def pair(figure: dict[str, Any]) -> tuple[Any, Any]:
    return figure["value"], figure["before"]


class TestFigures:
    def test_north_star(self, answer: dict[str, Any]) -> None:
        star = answer["north_star"]
        found = {
            name: (star[name]["customers"], star[name]["net_fen"], star[name]["mean_fen"])
            for name in star
            if name in {"now", "days_30", "days_90"}
        }
        assert found == {"now": (4, 42_000, 10_500), "days_30": (3, 21_000, 7_000), "days_90": (2, 17_000, 8_500)}
        assert star["predicted"] is None

    def test_board(self, answer: dict[str, Any]) -> None:
        board = answer["rarra"]
        assert pair(board["retention"]) == (1, 0)
        assert (board["retention"]["of"], board["retention"]["of_before"]) == (2, 2)
        assert pair(board["activation"]) == (1, 1)
        assert pair(board["revenue"]) == (21_000, 4_000)
        assert pair(board["arpu"]) == (10_500, 4_000)
        assert pair(board["acquisition"]) == (2, 1)
        assert pair(board["referral"]) == (None, None)
        assert board["referral"]["reason"]
        assert board["referral"]["reason_zh"]

    def test_ladder_and_flows(self, answer: dict[str, Any]) -> None:
        assert {one["layer"]: one["customers"] for one in answer["ladder"]} == {0: 4, 1: 0, 2: 1, 3: 1, 4: 0}
        moved = {(one["before"], one["after"]): one["customers"] for one in answer["flows"]}
        assert moved == {(0, 2): 1, (0, 3): 1}

    def test_assets(self, answer: dict[str, Any]) -> None:
        assert answer["assets"] == {"anonymous": 1, "known": 5, "buyers": 4, "people_by_channels": {"1": 5}}


class TestPeople:
    def test_every_figure_leads_to_as_many_people_as_it_counts(
        self, answer: dict[str, Any], client: TestClient
    ) -> None:
        board = answer["rarra"]
        counted = {name: board[name]["value"] for name in ("retention", "activation", "acquisition")}
        counted |= {"revenue": board["arpu"]["of"], "star": answer["north_star"]["now"]["customers"]}
        links = {name: board[name]["people"] for name in ("retention", "activation", "acquisition", "revenue")}
        links["star"] = answer["north_star"]["people"]
        for rung in answer["ladder"]:
            counted[rung["en"]], links[rung["en"]] = rung["customers"], rung["people"]
        for name, link in links.items():
            found = client.get(link["path"], params=link["parameters"])
            assert found.status_code == 200, found.text
            assert (name, len(found.json()["customers"])) == (name, counted[name])


class TestAge:
    def test_it_is_kept_for_a_minute(self, client: TestClient, shop: None, clock: ManualClock, app: FastAPI) -> None:
        first = client.get("/api/v1/overview").json()
        assert first["age_s"] == 0
        clock.advance(timedelta(seconds=40))
        again = client.get("/api/v1/overview").json()
        assert (again["made_at"], again["age_s"]) == (first["made_at"], 40)
        other = client.get("/api/v1/overview", params={"days": 7}).json()
        assert other["age_s"] == 0
        clock.advance(timedelta(seconds=21))
        assert client.get("/api/v1/overview").json()["age_s"] == 0

    @pytest.mark.parametrize("days", [0, 367, "x"])
    def test_bad_period(self, client: TestClient, days: Any) -> None:
        assert client.get("/api/v1/overview", params={"days": days}).json()["code"] == "BadInput"


class TestNobody:
    def test_an_empty_siyu_has_an_overview(self, client: TestClient) -> None:
        found = client.get("/api/v1/overview").json()["overview"]
        assert found["north_star"]["now"] == {
            "at": found["at"], "customers": 0, "net_fen": 0, "mean_fen": 0,
        }  # fmt: skip
        assert found["rarra"]["arpu"]["reason"]
        assert [one["customers"] for one in found["ladder"]] == [0, 0, 0, 0, 0]
        assert found["flows"] == []
