"""Members sign in: by codes to their phones, and with what a platform says of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from tests.unit.app.membership import ACTOR, Pages, standing, write

from siyu.app import people
from siyu.app.context import Context
from siyu.app.web import open_sms
from siyu.channels import service as channels
from siyu.engines.postgres import rows
from siyu.engines.settings import BadSetting, Settings
from siyu.identity import service as identity
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import DEFAULT_SECRET
from siyu.rehearsal.platforms.wechat.account import Account as Fake
from siyu.rehearsal.platforms.wechat.app import create_app as fake_app
from siyu.rehearsal.platforms.wechat.types import Kind

PHONE, OTHER = "13800138000", "13900139000"


@pytest.fixture
def pages(web_context: Context) -> Iterator[Pages]:
    context = replace(web_context, clickhouse=cast("Any", SimpleNamespace(close=lambda: None)))
    with standing(context) as found:
        yield found


def enter(browser: TestClient, code: str, phone: str = PHONE) -> httpx.Response:
    return browser.post("/member/v1/sign-in/phone", json={"phone": phone, "code": code})


class TestPhone:
    def test_from_code_to_home(self, pages: Pages) -> None:
        browser = pages.browser()
        assert browser.get("/member/v1/home").json()["code"] == "NotSignedIn"
        assert browser.get("/member/v1/brand").json()["sms"] is True
        code = pages.code_of(browser, PHONE)
        done = enter(browser, code)
        assert done.status_code == 200
        (cookie,) = [one for one in browser.cookies.jar if one.name == "siyu_member_session"]
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.path == "/member"
        waiting = browser.get("/member/v1/home")
        assert (waiting.status_code, waiting.json()["code"]) == (503, "NotYetKnown")
        assert waiting.headers["retry-after"] == "1"
        pages.drain()
        home = browser.get("/member/v1/home").json()
        assert home["points"]["available"] == 0
        assert home["tasks"] == []
        data = browser.get("/member/v1/data").json()
        assert data["profile"]["phone"] == "138****8000"
        with pages.database.transaction() as conn:
            person = people.person(conn, pages.customer_of(PHONE))
        assert [one.type for one in person.identifiers] == ["phone"]

    def test_somebody_known_from_an_order_sees_what_is_theirs(self, pages: Pages) -> None:
        first = pages.sign_in(PHONE)
        assert write(first, "PATCH", "/member/v1/data/profile", {"city": "杭州"}).status_code == 202
        pages.drain()
        again = pages.sign_in(PHONE)
        assert again.get("/member/v1/data").json()["profile"]["city"] == "杭州"
        assert pages.sign_in(OTHER).get("/member/v1/data").json()["profile"]["city"] == ""

    def test_a_code_works_once(self, pages: Pages) -> None:
        browser = pages.browser()
        code = pages.code_of(browser, PHONE)
        assert enter(browser, code).status_code == 200
        again = enter(pages.browser(), code)
        assert (again.status_code, again.json()["code"]) == (400, "WrongCode")

    def test_one_of_two_at_the_same_moment(self, pages: Pages) -> None:
        code = pages.code_of(pages.browser(), PHONE)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: enter(pages.browser(), code).status_code, range(4)))
        assert sorted(found) == [200, 400, 400, 400]

    def test_a_code_counts_for_five_minutes(self, pages: Pages) -> None:
        browser = pages.browser()
        code = pages.code_of(browser, PHONE)
        pages.clock.advance(timedelta(minutes=5))
        assert enter(browser, code).json()["code"] == "WrongCode"

    def test_only_the_newest_counts(self, pages: Pages) -> None:
        browser = pages.browser()
        first = pages.code_of(browser, PHONE)
        pages.clock.advance(timedelta(minutes=1))
        second = pages.code_of(browser, PHONE)
        if first != second:
            assert enter(browser, first).json()["code"] == "WrongCode"
        assert enter(browser, second).status_code == 200

    def test_after_five_tries_the_right_one_is_wrong_too(self, pages: Pages) -> None:
        browser = pages.browser()
        code = pages.code_of(browser, PHONE)
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert {enter(browser, wrong).json()["code"] for _ in range(5)} == {"WrongCode"}
        assert enter(browser, code).json()["code"] == "WrongCode"

    def test_a_code_is_of_one_phone(self, pages: Pages) -> None:
        code = pages.code_of(pages.browser(), PHONE)
        other = pages.code_of(pages.browser(), OTHER)
        if code != other:
            assert enter(pages.browser(), code, OTHER).json()["code"] == "WrongCode"

    @pytest.mark.parametrize(
        ("phone", "status"), [("", 400), ("12345", 400), ("+85291234567", 400), ("x" * 41, 400), ("138 0013 8000", 202)]
    )
    def test_bad_phones(self, pages: Pages, phone: str, status: int) -> None:
        asked = pages.browser().post("/member/v1/codes", json={"phone": phone})
        assert asked.status_code == status, asked.text
        if status == 400:
            assert asked.json()["message_zh"]

    def test_a_phone_gets_one_a_minute(self, pages: Pages) -> None:
        browser = pages.browser()
        pages.code_of(browser, PHONE)
        again = browser.post("/member/v1/codes", json={"phone": PHONE})
        assert (again.status_code, again.json()["code"]) == (429, "TooManyRequests")
        assert int(again.headers["retry-after"]) <= 61

    def test_two_that_ask_at_once_get_one(self, pages: Pages) -> None:
        def ask(_: int) -> int:
            return pages.browser().post("/member/v1/codes", json={"phone": PHONE}).status_code

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(ask, range(4))) == [202, 429, 429, 429]
        assert len(pages.provider.received) == 1

    def test_what_nobody_brought_does_not_count(self, pages: Pages) -> None:
        pages.provider.refuse = "isv.AMOUNT_NOT_ENOUGH"
        refused = pages.browser().post("/member/v1/codes", json={"phone": PHONE})
        assert (refused.status_code, refused.json()["code"]) == (502, "SmsRefused")
        pages.provider.refuse = ""
        pages.code_of(pages.browser(), PHONE)

    def test_another_site_asks_for_nothing(self, pages: Pages) -> None:
        browser = pages.browser()
        code = pages.code_of(browser, PHONE)
        del browser.headers["X-Siyu-CSRF"]
        browser.headers["Origin"] = "https://evil.example"
        for path in ("codes", "sign-in/phone"):
            asked = browser.post(f"/member/v1/{path}", json={"phone": PHONE, "code": code})
            assert (asked.status_code, asked.json()["code"]) in {(403, "CrossSite"), (400, "BadInput")}
        browser.headers["Origin"] = "http://testserver"
        assert enter(browser, code).status_code == 200

    def test_without_a_provider(self, web_context: Context) -> None:
        assert open_sms(web_context) is None

    def test_half_a_provider_stops_the_start(self, web_context: Context) -> None:
        half = Settings(data_folder=web_context.settings.data_folder, sms_key="one", sms_template="SMS_1")
        with pytest.raises(BadSetting) as refused:
            open_sms(replace(web_context, settings=half))
        assert refused.value.details["variable"] == "SIYU_SMS_SECRET"


class TestSessions:
    def test_ends_without_use(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        for _ in range(2):
            pages.clock.advance(timedelta(days=29))
            assert browser.get("/member/v1/home").status_code == 200
        pages.clock.advance(timedelta(days=30))
        assert browser.get("/member/v1/home").status_code == 401

    def test_ends_after_half_a_year_whatever_happens(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        for _ in range(8):
            pages.clock.advance(timedelta(days=20))
            assert browser.get("/member/v1/home").status_code == 200
        pages.clock.advance(timedelta(days=20))
        assert browser.get("/member/v1/home").status_code == 401

    def test_ends_by_signing_out(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        token = browser.cookies["siyu_member_session"]
        assert browser.post("/member/v1/sign-out").status_code == 204
        assert browser.get("/member/v1/home").status_code == 401
        browser.cookies.set("siyu_member_session", token, path="/member")
        assert browser.get("/member/v1/home").status_code == 401

    def test_opens_nothing_of_the_operators(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        browser.cookies.set("siyu_session", browser.cookies["siyu_member_session"])
        assert browser.get("/api/v1/customers").status_code == 401

    def test_follows_a_merge(self, pages: Pages) -> None:
        one, other = pages.sign_in(PHONE), pages.sign_in(OTHER)
        write(other, "PATCH", "/member/v1/data/profile", {"city": "成都"})
        pages.drain()
        with pages.database.transaction() as conn:
            now = pages.clock.now()
            people.merge(conn, ACTOR, pages.customer_of(PHONE), pages.customer_of(OTHER), "the same", now)
        assert one.get("/member/v1/data").json()["profile"]["city"] == "成都"
        assert pages.customer_of(PHONE) == pages.customer_of(OTHER)

    def test_follows_a_split(self, pages: Pages) -> None:
        """Who was taken for somebody else keeps what came under what they signed in with, and sees no more of the other."""
        one, other = pages.sign_in(PHONE), pages.sign_in(OTHER)
        write(one, "PATCH", "/member/v1/data/profile", {"city": "成都"})
        pages.drain()
        now = pages.clock.now()
        with pages.database.transaction() as conn:
            kept = people.merge(conn, ACTOR, pages.customer_of(PHONE), pages.customer_of(OTHER), "the same", now)
        assert other.get("/member/v1/data").json()["profile"]["city"] == "成都"
        with pages.database.transaction() as conn:
            (leaving,) = identity.find(conn, OTHER, "phone")
            people.split(conn, ACTOR, kept, [leaving.id], "they are not", now)
        assert other.get("/member/v1/data").json()["profile"]["city"] == ""
        assert one.get("/member/v1/data").json()["profile"]["city"] == "成都"

    def test_a_write_of_another_site_is_refused(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        del browser.headers["X-Siyu-CSRF"]
        refused = write(browser, "POST", "/member/v1/data/deletion")
        assert (refused.status_code, refused.json()["code"]) == (403, "CrossSite")

    def test_the_table_names_nobody(self, pages: Pages) -> None:
        pages.sign_in(PHONE)
        with pages.database.transaction() as conn:
            stored = str(rows(conn, "SELECT * FROM members.session")) + str(
                rows(conn, "SELECT * FROM members.sms_code")
            )
        assert PHONE not in stored


class TestWeChat:
    @pytest.fixture
    def official(self, pages: Pages) -> Iterator[tuple[int, Fake]]:
        yield from self.connected(pages, "official_account")

    @pytest.fixture
    def mini(self, pages: Pages) -> Iterator[tuple[int, Fake]]:
        yield from self.connected(pages, "mini_program")

    def connected(self, pages: Pages, kind: Kind) -> Iterator[tuple[int, Fake]]:
        fake = Fake(pages.clock, kind)
        with serving(fake_app(fake)) as url:
            values = {
                "app_id": fake.state.app_id,
                "base_url": url,
                "app_secret": DEFAULT_SECRET,
                "callback_token": "siyu",
            }
            with pages.database.transaction() as conn:
                account = channels.connect_account(conn, ACTOR, channel=kind, values=values, now=pages.clock.now())
            yield account.id, fake

    def come_back(self, browser: TestClient, account: int) -> None:
        gone = browser.get(f"/wechat/{account}/authorize", params={"next": "/m/enter"})
        with httpx.Client(trust_env=False) as wechat:
            back = str(wechat.get(gone.headers["location"].removesuffix("#wechat_redirect")).headers["location"])
        query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        done = browser.get(f"/wechat/{account}/back", params=query)
        assert (done.status_code, done.headers["location"]) == (303, "/m/enter")

    def test_within_wechat(self, pages: Pages, official: tuple[int, Fake]) -> None:
        account, fake = official
        fake.new_person("张三")
        browser = pages.browser()
        assert browser.get("/member/v1/brand").json()["official_account"] == account
        self.come_back(browser, account)
        token = browser.cookies["siyu_member"]
        assert browser.post("/member/v1/sign-in/platform", json={}).status_code == 200
        assert "siyu_member" not in browser.cookies
        pages.drain()
        assert browser.get("/member/v1/home").status_code == 200
        # What the platform said opens one session: kept somewhere, it is worth nothing.
        spent = pages.browser().post("/member/v1/sign-in/platform", json={"token": token})
        assert (spent.status_code, spent.json()["code"]) == (400, "LoginSpent")

    def test_from_a_mini_program(self, pages: Pages, mini: tuple[int, Fake]) -> None:
        account, fake = mini
        code = fake.app_code(fake.new_person("钱七"))
        token = pages.browser().post(f"/mini-program/{account}/login", json={"code": code}).json()["token"]
        view = pages.browser()
        assert view.post("/member/v1/sign-in/platform", json={"token": token}).status_code == 200
        pages.drain()
        assert view.get("/member/v1/home").status_code == 200
        assert view.get("/member/v1/brand").json()["official_account"] is None

    def test_a_paused_account_is_no_way(self, pages: Pages, official: tuple[int, Fake]) -> None:
        account, _ = official
        with pages.database.transaction() as conn:
            channels.pause_account(conn, ACTOR, account, pages.clock.now())
        assert pages.browser().get("/member/v1/brand").json()["official_account"] is None

    def test_a_phone_is_bound_to_it(self, pages: Pages, official: tuple[int, Fake]) -> None:
        account, fake = official
        old = pages.sign_in(PHONE)
        write(old, "PATCH", "/member/v1/data/profile", {"city": "苏州"})
        pages.drain()
        fake.new_person("李四")
        browser = pages.browser()
        self.come_back(browser, account)
        browser.post("/member/v1/sign-in/platform", json={})
        pages.drain()
        assert browser.get("/member/v1/data").json()["profile"]["city"] == ""
        pages.clock.advance(timedelta(minutes=2))
        code = pages.code_of(browser, PHONE)
        wrong = browser.post("/member/v1/phone", json={"phone": PHONE, "code": f"{(int(code) + 1) % 10**6:06d}"})
        assert wrong.json()["code"] == "WrongCode"
        bound = browser.post("/member/v1/phone", json={"phone": PHONE, "code": code})
        assert bound.json() == {"phone": "138****8000"}
        pages.drain()
        assert browser.get("/member/v1/data").json()["profile"]["city"] == "苏州"
        assert old.get("/member/v1/home").status_code == 200

    @pytest.mark.parametrize("token", ["", "made.up", "x" * 5000, "é"])
    def test_a_token_of_nobody(self, pages: Pages, token: str) -> None:
        asked = pages.browser().post("/member/v1/sign-in/platform", json={"token": token})
        assert asked.status_code in {400, 401}
