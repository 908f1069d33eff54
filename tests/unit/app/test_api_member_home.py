"""What members see and do on their pages: home, check-in, tasks, points, orders. Theirs and nobody else's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.unit.app.membership import ACTOR, Pages, set_rules, standing, write

from siyu.app.context import Context
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.clock import to_millis
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Posting, Request, customer, issuer

PHONE, OTHER = "13800138000", "13900139000"
CHECK_IN = {
    "daily": [{"amount": 5, "unit": "points"}],
    "streaks": [{"days": 3, "rewards": [{"amount": 30, "unit": "points", "expires_days": 30}]}],
    "make_up_days": 7,
}
TASKS = {
    "tasks": [
        {
            "code": "profile",
            "name": "完善资料",
            "fact": "profile.identified",
            "traits": ["birthday", "city"],
            "rewards": [{"amount": 50, "unit": "points"}],
        },
        {
            "code": "again",
            "name": "再来一次",
            "fact": "order.paid",
            "after": "profile",
            "rewards": [{"amount": 10, "unit": "points"}],
        },
        {
            "code": "past",
            "name": "过季任务",
            "fact": "order.paid",
            "last": "2020-01-01",
            "rewards": [{"amount": 10, "unit": "points"}],
        },
    ]
}
TIERS = {
    "by": "growth",
    "tiers": [
        {"code": "plain", "name": "普通会员", "at_least": 0, "below": 100},
        {"code": "gold", "name": "金卡", "at_least": 100, "below": None, "benefits": ["生日礼"]},
    ],
}


@pytest.fixture
def pages(web_context: Context) -> Iterator[Pages]:
    context = replace(web_context, clickhouse=cast("Any", SimpleNamespace(close=lambda: None)))
    with standing(context) as found:
        yield found


@pytest.fixture
def ruled(pages: Pages) -> Pages:
    set_rules(pages.database, pages.clock.now(), check_in=CHECK_IN, tasks=TASKS, tiers=TIERS)
    return pages


def give(pages: Pages, phone: str, unit: str, amount: int, reason: str = "by_hand", source: str = "") -> None:
    with pages.database.transaction() as conn:
        lines = (Posting(customer(pages.customer_of(phone), unit), amount), Posting(issuer(unit), -amount))
        request = Request(f"give:{phone}:{unit}:{pages.clock.now().timestamp()}", lines, reason, source=source)
        loyalty.post_one(conn, request, pages.clock.now())


def move(pages: Pages) -> None:
    with pages.database.transaction() as conn:
        while loyalty.move_due(conn, pages.clock.now()):
            pass


def order(pages: Pages, phone: str, number: str, fen: int = 19900) -> None:
    now = pages.clock.now()
    payload = {
        "platform": "jd", "shop": "旗舰店", "order_no": number, "status": "paid", "placed_at": to_millis(now),
        "paid_at": to_millis(now), "paid_fen": fen,
        "lines": [{"line_no": "1", "title": f"茶 {number}", "quantity": 1, "paid_fen": fen}],
    }  # fmt: skip
    claims = (IdentifierClaim("phone", "", phone),)
    with pages.database.transaction() as conn:
        intake.put(conn, Lane.LIVE, [Message("order", 1, f"order-{number}", now, now, claims, payload)])
    pages.drain()


class TestHome:
    def test_without_rules_nothing_is_promised(self, pages: Pages) -> None:
        home = pages.sign_in(PHONE).get("/member/v1/home").json()
        assert (home["check_in"], home["tier"], home["next_tier"], home["tasks"]) == (None, None, None, [])
        closed = write(pages.sign_in(OTHER), "POST", "/member/v1/check_in")
        assert (closed.status_code, closed.json()["code"]) == (404, "NotFound")

    def test_with_what_is_missing(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        give(ruled, PHONE, "growth", 60)
        give(ruled, PHONE, "points", 25)
        move(ruled)
        home = browser.get("/member/v1/home").json()
        assert home["points"]["available"] == 25
        assert home["tier"]["name"] == "普通会员"
        assert home["next_tier"] == {"name": "金卡", "by": "growth", "figure": 60, "at_least": 100, "missing": 40}
        assert home["check_in"]["next_reward"]["left"] == 3
        # What is out of season, or what a series has not come to, is not shown.
        assert [(one["code"], one["open"]) for one in home["tasks"]] == [("profile", True)]

    def test_in_the_highest_tier_nothing_is_missing(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        give(ruled, PHONE, "growth", 100)
        move(ruled)
        home = browser.get("/member/v1/home").json()
        assert (home["tier"]["name"], home["tier"]["benefits"], home["next_tier"]) == ("金卡", ["生日礼"], None)


class TestTasks:
    def test_a_complete_profile_is_a_task_done(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        write(browser, "PATCH", "/member/v1/data/profile", {"birthday": "1990-05-17"})
        ruled.drain()
        assert browser.get("/member/v1/tasks").json()[0]["done_at"] is None
        write(browser, "PATCH", "/member/v1/data/profile", {"city": "杭州"})
        ruled.drain()
        first, second = browser.get("/member/v1/tasks").json()
        assert (first["code"], first["open"]) == ("profile", False)
        assert first["done_at"]
        assert (second["code"], second["open"]) == ("again", True)
        entries = browser.get("/member/v1/points/entries").json()["entries"]
        assert [(one["amount"], one["what"], one["name"]) for one in entries] == [(50, "task", "完善资料")]


class TestCheckIn:
    def month(self, browser: Any, year: int = 2026, month: int = 3) -> Any:
        return browser.get("/member/v1/check_in", params={"year": year, "month": month}).json()

    def test_days_in_a_row(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        for streak, rewards in ((1, [5]), (2, [5]), (3, [5, 30])):
            done = write(browser, "POST", "/member/v1/check_in").json()
            assert (done["streak"], [one["amount"] for one in done["rewards"]]) == (streak, rewards)
            ruled.clock.advance(timedelta(days=1))
        assert browser.get("/member/v1/points").json()["points"]["available"] == 45
        said = [one["what"] for one in browser.get("/member/v1/points/entries").json()["entries"]]
        assert sorted(said) == ["check_in", "check_in", "check_in", "streak"]

    def test_the_same_press_gets_the_same_answer(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        first = write(browser, "POST", "/member/v1/check_in", key="one-press")
        again = write(browser, "POST", "/member/v1/check_in", key="one-press")
        assert (first.status_code, first.json()) == (again.status_code, again.json())
        assert first.json()["rewards"]
        assert browser.get("/member/v1/points").json()["points"]["available"] == 5

    def test_a_key_is_for_one_thing(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        write(browser, "POST", "/member/v1/check_in", key="one-press")
        other = write(browser, "POST", "/member/v1/data/deletion", key="one-press")
        assert (other.status_code, other.json()["code"]) == (409, "IdempotencyMismatch")
        # Keys of different people have nothing to do with each other.
        assert write(ruled.sign_in(OTHER), "POST", "/member/v1/data/deletion", key="one-press").status_code == 200

    @pytest.mark.parametrize("key", ["", "short", "x" * 101, "with spaces in it"])
    def test_without_a_usable_key(self, ruled: Pages, key: str) -> None:
        browser = ruled.sign_in(PHONE)
        headers = {"Idempotency-Key": key} if key else {}
        assert browser.post("/member/v1/check_in", headers=headers).status_code == 400
        assert self.month(browser)["days"] == []

    def test_tabs_that_press_at_once_have_one_effect(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        with ThreadPoolExecutor(6) as pool:
            keys = ["the-same", "the-same", "the-same", "tab-two-1", "tab-three", "tab-four-"]
            found = list(pool.map(lambda key: write(browser, "POST", "/member/v1/check_in", key=key), keys))
        assert {one.status_code for one in found} == {200}
        assert found[0].json() == found[1].json() == found[2].json()
        assert browser.get("/member/v1/points").json()["points"]["available"] == 5
        assert len(browser.get("/member/v1/points/entries").json()["entries"]) == 1

    def test_the_day_is_that_of_the_brand(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        ruled.clock.advance(
            datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC) - ruled.clock.now()
        )  # a second before midnight in Shanghai
        first = write(browser, "POST", "/member/v1/check_in").json()
        assert browser.get("/member/v1/home").json()["check_in"]["today"] is True
        ruled.clock.advance(timedelta(seconds=1))
        assert browser.get("/member/v1/home").json()["check_in"]["today"] is False
        second = write(browser, "POST", "/member/v1/check_in").json()
        assert (first["day"], second["day"], second["streak"]) == ("2026-03-05", "2026-03-06", 2)

    def test_a_card_makes_up_for_a_day(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        write(browser, "POST", "/member/v1/check_in")
        ruled.clock.advance(timedelta(days=2))
        write(browser, "POST", "/member/v1/check_in")
        wanted = {"day": "2026-03-02"}
        none = write(browser, "POST", "/member/v1/check_in/make_up", wanted)
        assert (none.status_code, none.json()["code"]) == (409, "NotEnough")
        give(ruled, PHONE, "make_up", 1)
        assert self.month(browser)["cards"] == 1
        made = write(browser, "POST", "/member/v1/check_in/make_up", wanted).json()
        assert (made["made_up"], [one["amount"] for one in made["rewards"]]) == (True, [30])
        month = self.month(browser)
        assert [one["streak"] for one in month["days"]] == [1, 2, 3]
        assert (month["cards"], month["make_up_from"]) == (0, "2026-02-24")

    @pytest.mark.parametrize("day", ["2026-03-02", "2020-01-01", "yesterday", ""])
    def test_days_that_cannot_be_made_up(self, ruled: Pages, day: str) -> None:
        browser = ruled.sign_in(PHONE)
        give(ruled, PHONE, "make_up", 1)
        refused = write(browser, "POST", "/member/v1/check_in/make_up", {"day": day})
        assert refused.status_code == 400
        assert refused.json()["message_zh"]
        assert self.month(browser)["cards"] == 1

    @pytest.mark.parametrize(("year", "month"), [(1999, 1), (2026, 0), (2026, 13), (9999, 1)])
    def test_months_that_are_none(self, ruled: Pages, year: int, month: int) -> None:
        browser = ruled.sign_in(PHONE)
        assert browser.get("/member/v1/check_in", params={"year": year, "month": month}).status_code == 400


class TestPoints:
    def test_why(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        give(ruled, PHONE, "points", 7, source="客诉补偿，难缠的客户")
        write(browser, "POST", "/member/v1/check_in")
        why = browser.get("/member/v1/points")
        assert sorted((one["remaining"], one["what"]) for one in why.json()["lots"]) == [
            (5, "check_in"),
            (7, "by_hand"),
        ]
        entries = browser.get("/member/v1/points/entries")
        assert "难缠" not in why.text + entries.text  # what operators write is for operators

    def test_pages_of_entries(self, ruled: Pages) -> None:
        browser = ruled.sign_in(PHONE)
        for _ in range(5):
            ruled.clock.advance(timedelta(minutes=1))
            give(ruled, PHONE, "points", 1)
        seen, cursor = [], None
        while True:
            page = browser.get(
                "/member/v1/points/entries", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
            )
            seen += [one["balance"] for one in page.json()["entries"]]
            cursor = page.json()["next"]
            if cursor is None:
                break
        assert seen == [5, 4, 3, 2, 1]
        assert browser.get("/member/v1/points/entries", params={"cursor": "x"}).status_code == 400


class TestOrders:
    def test_from_every_shop_and_nobody_elses(self, ruled: Pages) -> None:
        one, other = ruled.sign_in(PHONE), ruled.sign_in(OTHER)
        order(ruled, PHONE, "A-1")
        order(ruled, OTHER, "B-1")
        mine = one.get("/member/v1/orders").json()["orders"]
        assert [(found["order_no"], found["paid_fen"], found["lines"][0]["title"]) for found in mine] == [
            ("A-1", 19900, "茶 A-1")
        ]
        assert "B-1" not in one.get("/member/v1/orders").text
        assert [found["order_no"] for found in other.get("/member/v1/orders").json()["orders"]] == ["B-1"]

    def test_a_cursor_of_somebody_else_shows_nothing_of_theirs(self, ruled: Pages) -> None:
        one, other = ruled.sign_in(PHONE), ruled.sign_in(OTHER)
        for number in range(3):
            order(ruled, OTHER, f"B-{number}")
            order(ruled, PHONE, f"A-{number}")
        cursor = other.get("/member/v1/orders", params={"limit": 1}).json()["next"]
        found = one.get("/member/v1/orders", params={"cursor": cursor}).json()["orders"]
        assert all(mine["order_no"].startswith("A-") for mine in found)

    def test_guessing_ids_finds_nothing(self, ruled: Pages) -> None:
        """A number of a customer that is sent along is not looked at, wherever it stands."""
        one = ruled.sign_in(PHONE)
        order(ruled, OTHER, "B-1")
        victim = ruled.customer_of(OTHER)
        for path in ("home", "orders", "points", "points/entries", "data", "tasks"):
            asked = one.get(f"/member/v1/{path}", params={"customer_id": victim, "customer": victim})
            assert asked.status_code == 200
            assert "B-1" not in asked.text
        assert one.get(f"/member/v1/orders/{victim}").status_code == 404
        refused = write(one, "PUT", "/member/v1/data/consents", {
            "channel": "wecom", "purpose": "marketing", "allowed": False, "customer_id": victim,
        })  # fmt: skip
        assert refused.status_code == 400


def test_an_operator_is_no_member(ruled: Pages) -> None:
    assert ACTOR.kind == "system"
    browser = ruled.browser()
    browser.cookies.set("siyu_session", "x", path="/")
    assert browser.get("/member/v1/home").status_code == 401
