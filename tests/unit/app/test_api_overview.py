"""The overview: every figure against facts counted by hand, and the people behind it in the list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order, row, visit

from siyu.app.context import Context
from siyu.identity import service as identity
from siyu.intake.types import IdentifierClaim, Message
from siyu.kernel.clock import ManualClock
from siyu.members.store.invitations import insert_code
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
        assert (other["made_at"], other["age_s"]) == (first["made_at"], 40)  # of the same moment, so that they agree
        assert (other["overview"]["at"], other["overview"]["days"]) == (first["overview"]["at"], 7)
        clock.advance(timedelta(seconds=21))
        assert client.get("/api/v1/overview", params={"days": 7}).json()["age_s"] == 0
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


def test_who_was_brought(tell: Told, web_context: Context, client: TestClient) -> None:
    """In the period, in the one before, and long ago; the list behind the figure are those of the period."""

    def signs_in(phone: str, days: float, invite: str) -> Message:
        at = NOW - timedelta(days=days)
        said = {"way": "sms", "invite": invite}
        return Message("sign_in", 1, f"in-{phone}", at, at, (IdentifierClaim("phone", "", phone),), said)

    tell(signs_in("13800138000", 100, ""))
    code = "abcdefghjk"
    with web_context.database.transaction() as conn:
        (inviter,) = identity.find(conn, "13800138000", "phone")
        insert_code(conn, code, inviter.id, inviter.customer_id, NOW)
    phones = ["13900139000", "13900139001", "13900139002", "13900139003"]
    tell(*(signs_in(phone, days, code) for phone, days in zip(phones, (3, 20, 45, 90), strict=True)))
    tell(signs_in("13900139004", 2, "none"))
    figure = client.get("/api/v1/overview").json()["overview"]["rarra"]["referral"]
    assert (figure["value"], figure["before"], figure["reason"]) == (2, 1, None)
    listed = client.get(figure["people"]["path"], params=figure["people"]["parameters"]).json()
    with web_context.database.transaction() as conn:
        wanted = {found.customer_id for phone in phones[:2] for found in identity.find(conn, phone, "phone")}
    assert {one["customer_id"] for one in listed["customers"]} == wanted
    all_of_them = client.get("/api/v1/customers", params={"inviter": inviter.customer_id}).json()
    assert len(all_of_them["customers"]) == 4
    refused = client.get("/api/v1/customers", params={"inviter": inviter.customer_id, "q": "ann"})
    assert (refused.status_code, refused.json()["code"]) == (400, "BadInput")
