"""What is known of a member: they see it, correct it, take it along, forbid its use, and have it deleted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.unit.app.conftest import row
from tests.unit.app.membership import ACTOR, Pages, standing, write
from tests.unit.app.test_api_member_home import OTHER, PHONE, order
from tests.unit.app.test_api_member_shop import coupon, earn, offer, publish, value_points
from tests.unit.app.test_api_trials import live

from siyu.app import membership, people
from siyu.app.context import Context
from siyu.customers import service as customers
from siyu.customers.types import ConsentChange
from siyu.engines.access import service as access
from siyu.engines.postgres import rows, scalar
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import Lane


@pytest.fixture
def pages(reporting_context: Context) -> Iterator[Pages]:
    with standing(reporting_context) as found:
        yield found


def consents(browser: Any) -> dict[tuple[str, str], bool]:
    found = browser.get("/member/v1/data").json()["consents"]
    return {(one["channel"], one["purpose"]): one["allowed"] for one in found}


def told(pages: Pages, customer_id: int) -> dict[tuple[str, str], str]:
    with pages.database.transaction() as conn:
        return customers.consents_of(conn, [customer_id]).get(customer_id, {})


class TestProfile:
    def test_is_corrected_through_the_queue(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        wanted = {"name": "王小明", "gender": "male", "birthday": "1990-05-17", "city": "杭州"}
        first = write(browser, "PATCH", "/member/v1/data/profile", wanted, key="one-press")
        again = write(browser, "PATCH", "/member/v1/data/profile", wanted, key="one-press")
        assert (first.status_code, first.json()) == (202, {"taken": True}) == (again.status_code, again.json())
        pages.drain()
        profile = browser.get("/member/v1/data").json()["profile"]
        assert profile["name"] == "王*"
        assert (profile["gender"], profile["birthday"], profile["city"]) == ("male", "1990-05-17", "杭州")
        write(browser, "PATCH", "/member/v1/data/profile", {"city": ""})
        pages.drain()
        assert browser.get("/member/v1/data").json()["profile"]["city"] == ""

    def test_a_birthday_is_told_once(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        write(browser, "PATCH", "/member/v1/data/profile", {"birthday": "1990-05-17"})
        pages.drain()
        assert write(browser, "PATCH", "/member/v1/data/profile", {"birthday": "1990-05-17"}).status_code == 202
        other = write(browser, "PATCH", "/member/v1/data/profile", {"birthday": "1990-05-18"})
        assert (other.status_code, other.json()["code"]) == (409, "Conflict")

    def test_today_is_the_brands(self, pages: Pages) -> None:
        browser, here = pages.sign_in(PHONE), pages.clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
        pages.clock.advance(timedelta(hours=25 - here.hour))  # one at night, and in UTC the day before
        today, tomorrow = ((here + timedelta(days=days)).date().isoformat() for days in (1, 2))
        assert write(browser, "PATCH", "/member/v1/data/profile", {"birthday": tomorrow}).status_code == 400
        assert write(browser, "PATCH", "/member/v1/data/profile", {"birthday": today}).status_code == 202

    @pytest.mark.parametrize(
        "wanted",
        [
            {},
            {"name": "x" * 61},
            {"name": "<b>"},
            {"name": "a\u0000b"},
            {"birthday": "1890-01-01"},
            {"birthday": "2999-01-01"},
            {"birthday": "17.5.1990"},
            {"gender": "cat"},
            {"tier": "gold"},
            {"points": 100},
        ],
    )
    def test_bad_input(self, pages: Pages, wanted: dict[str, Any]) -> None:
        refused = write(pages.sign_in(PHONE), "PATCH", "/member/v1/data/profile", wanted)
        assert refused.status_code == 400, refused.text
        assert refused.json()["message_zh"]


class TestConsent:
    def test_is_per_channel_and_purpose(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        before = consents(browser)
        assert before["wecom", "marketing"]
        assert not before["sms", "marketing"]  # the rules of the gate want a word first
        off = {"channel": "wecom", "purpose": "marketing", "allowed": False}
        assert write(browser, "PUT", "/member/v1/data/consents", off).status_code == 200
        assert told(pages, pages.customer_of(PHONE)) == {("wecom", "marketing"): "denied"}
        assert consents(browser) == {**before, ("wecom", "marketing"): False}
        pages.clock.advance(timedelta(seconds=1))
        write(browser, "PUT", "/member/v1/data/consents", {**off, "allowed": True})
        assert consents(browser) == before

    def test_of_everything_at_once(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        write(browser, "PUT", "/member/v1/data/consents", {"channel": "wecom", "purpose": "marketing", "allowed": True})
        pages.clock.advance(timedelta(seconds=1))
        done = write(
            browser, "PUT", "/member/v1/data/consents", {"channel": "all", "purpose": "marketing", "allowed": False}
        )
        assert {one["allowed"] for one in done.json() if one["purpose"] == "marketing"} == {False}
        assert told(pages, pages.customer_of(PHONE))["all", "marketing"] == "denied"
        assert consents(browser)["wecom", "service"]

    def test_of_wechat_means_all_of_it(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        mine, now = pages.customer_of(PHONE), pages.clock.now()
        with pages.database.transaction() as conn:
            word = ConsentChange(mine, "official_account", "marketing", "denied", now, "source:1")
            customers.change_consents(conn, [word], now)
        assert not consents(browser)["wechat", "marketing"]
        pages.clock.advance(timedelta(seconds=1))
        write(
            browser, "PUT", "/member/v1/data/consents", {"channel": "wechat", "purpose": "marketing", "allowed": True}
        )
        assert consents(browser)["wechat", "marketing"]
        assert told(pages, mine)["official_account", "marketing"] == "granted"

    @pytest.mark.parametrize(
        "wanted",
        [
            {"channel": "pigeon", "purpose": "marketing", "allowed": False},
            {"channel": "wecom", "purpose": "transactional", "allowed": False},
            {"channel": "wecom", "purpose": "marketing", "allowed": "perhaps"},
            {"channel": "wecom", "purpose": "marketing"},
        ],
    )
    def test_bad_input(self, pages: Pages, wanted: dict[str, Any]) -> None:
        browser = pages.sign_in(PHONE)
        refused = write(browser, "PUT", "/member/v1/data/consents", wanted)
        assert refused.status_code == 400
        assert told(pages, pages.customer_of(PHONE)) == {}


class TestExport:
    def test_has_everything_in_clear_and_nobody_else(self, pages: Pages) -> None:
        browser, other = pages.sign_in(PHONE), pages.sign_in(OTHER)
        write(browser, "PATCH", "/member/v1/data/profile", {"name": "王小明", "city": "杭州"})
        write(other, "PATCH", "/member/v1/data/profile", {"name": "赵敏"})
        order(pages, PHONE, "A-1")
        order(pages, OTHER, "B-1")
        found = browser.post("/member/v1/data/export")
        assert found.headers["content-disposition"].startswith("attachment")
        assert found.headers["cache-control"] == "no-store"
        said = found.json()
        assert said["personal"] == {"name": "王小明", "phone": f"+86{PHONE}"}
        assert [(one["type"], one["value"]) for one in said["identifiers"]] == [("phone", f"+86{PHONE}")]
        assert said["traits"]["city"] == "杭州"
        assert [one["order_no"] for one in said["orders"]] == ["A-1"]
        assert said["timeline_complete"] is True
        for foreign in ("B-1", OTHER, "赵敏"):
            assert foreign not in found.text
        with pages.database.transaction() as conn:
            actions = {one.action for one in access.audit_page(conn, actor=f"member:{pages.customer_of(PHONE)}")}
        assert actions == {"member.exported", "personal.revealed"}

    def test_has_what_was_redeemed_held_and_drawn(self, pages: Pages) -> None:
        value_points(pages)
        browser = pages.sign_in(PHONE)
        earn(pages, PHONE, 3_000)
        one = offer(pages, name="十元券", points=1_500, cost_fen=0, coupon_id=coupon(pages))
        write(browser, "POST", f"/member/v1/rewards/{one}/redeem", {})
        write(browser, "POST", f"/member/v1/draws/{publish(pages)}/turns", {"client_seed": "mine"})
        write(browser, "POST", f"/member/v1/trials/{live(pages)}/apply", {"text": "想试试"})
        said = browser.post("/member/v1/data/export").json()
        assert [(line["name"], line["state"], line["text"]) for line in said["trials"]] == [
            ("春茶试用", "applied", "想试试")
        ]
        assert [(line["name"], line["points"], line["state"]) for line in said["redemptions"]] == [
            ("十元券", 1_500, "placed")
        ]
        assert [(line["name"], line["state"]) for line in said["coupons"]] == [("满百减十", "held")]
        assert [(line["nonce"], line["client_seed"]) for line in said["draws"]] == [(0, "mine")]
        assert said["payments"] == []
        words = [entry["what"] for entry in browser.get("/member/v1/points/entries").json()["entries"]]
        assert words[-3:] == ["draw", "redemption", "order"]

    def test_another_site_gets_none(self, pages: Pages) -> None:
        browser = pages.sign_in(PHONE)
        del browser.headers["X-Siyu-CSRF"]
        assert browser.post("/member/v1/data/export").status_code == 403


class TestDeletion:
    def known(self, pages: Pages) -> Any:
        browser = pages.sign_in(PHONE)
        write(browser, "PATCH", "/member/v1/data/profile", {"name": "王小明", "city": "杭州"})
        order(pages, PHONE, "A-1")
        return browser

    def test_waits_and_is_taken_back(self, pages: Pages) -> None:
        browser = self.known(pages)
        asked = write(browser, "POST", "/member/v1/data/deletion").json()
        due = datetime.fromisoformat(asked["due_at"])
        assert due - pages.clock.now() == timedelta(days=7)
        pages.clock.advance(timedelta(days=1))
        again = write(browser, "POST", "/member/v1/data/deletion").json()
        assert again == asked  # who asks twice waits no longer
        assert membership.forget_members(pages.context)["deleted"] == 0
        assert write(browser, "POST", "/member/v1/data/deletion/take_back").status_code == 200
        assert browser.get("/member/v1/data").json()["deletion"] is None
        none = write(browser, "POST", "/member/v1/data/deletion/take_back")
        assert (none.status_code, none.json()["code"]) == (409, "Conflict")
        pages.clock.advance(timedelta(days=30))
        assert membership.forget_members(pages.context)["deleted"] == 0

    def test_is_carried_out(self, pages: Pages) -> None:
        browser, mine = self.known(pages), pages.customer_of(PHONE)
        with pages.database.transaction() as conn:
            keys = identity.keys_of(conn, mine)
        write(browser, "POST", f"/member/v1/trials/{live(pages)}/apply", {"text": "我住在龙井村"})
        write(browser, "POST", "/member/v1/data/deletion")
        pages.clock.advance(timedelta(days=7))
        assert membership.forget_members(pages.context)["deleted"] == 1
        assert membership.forget_members(pages.context)["deleted"] == 0
        assert browser.get("/member/v1/home").status_code == 401
        with pages.database.transaction() as conn:
            profile = customers.profile(conn, mine)
            assert (profile.traits, profile.personal, profile.tags) == ({}, {}, ())
            assert {one.state for one in profile.consents} == {"denied"}
            assert people.find(conn, PHONE) == []
            assert people.reveal(conn, ACTOR, mine, "a test of it") == {}
            assert scalar(conn, "SELECT count(*) FROM vault.item") == 0
            assert [identity.holder_of(conn, key) for key in keys] == [None]
            assert scalar(conn, "SELECT text FROM trials.application WHERE customer_id = :id", id=mine) == ""
            assert rows(conn, "SELECT order_no FROM commerce.order_header WHERE customer_id = :id", id=mine)
            actions = [one.action for one in access.audit_page(conn, target=f"customer:{mine}")]
        assert actions == ["member.deleted", "member.deletion_asked"]

    def test_who_comes_again_is_somebody_new(self, pages: Pages) -> None:
        browser, before = self.known(pages), pages.customer_of(PHONE)
        write(browser, "POST", "/member/v1/data/deletion")
        pages.clock.advance(timedelta(days=7))
        membership.forget_members(pages.context)
        again = pages.sign_in(PHONE)
        assert pages.customer_of(PHONE) != before
        assert again.get("/member/v1/orders").json()["orders"] == []
        assert again.get("/member/v1/data").json()["profile"]["city"] == ""

    def test_a_name_that_others_have_stays_theirs(self, pages: Pages) -> None:
        browser, other = self.known(pages), pages.sign_in(OTHER)
        write(other, "PATCH", "/member/v1/data/profile", {"name": "王小明"})
        pages.drain()
        write(browser, "POST", "/member/v1/data/deletion")
        pages.clock.advance(timedelta(days=7))
        membership.forget_members(pages.context)
        assert other.get("/member/v1/data").json()["profile"]["name"] == "王*"

    def test_after_a_merge_it_is_the_one_who_stays(self, pages: Pages) -> None:
        browser, other = self.known(pages), pages.sign_in(OTHER)
        write(browser, "POST", "/member/v1/data/deletion")
        pages.clock.advance(timedelta(days=1))
        later = write(other, "POST", "/member/v1/data/deletion").json()
        with pages.database.transaction() as conn:
            one, two = pages.customer_of(PHONE), pages.customer_of(OTHER)
            people.merge(conn, ACTOR, one, two, "the same", pages.clock.now())
        for whose in (browser, other):
            assert whose.get("/member/v1/data").json()["deletion"]["due_at"] == later["due_at"]
        pages.clock.advance(timedelta(days=7))
        assert membership.forget_members(pages.context)["deleted"] == 1

    def test_an_older_message_brings_nothing_back(self, pages: Pages) -> None:
        browser, mine = self.known(pages), pages.customer_of(PHONE)
        write(browser, "POST", "/member/v1/data/deletion")
        pages.clock.advance(timedelta(days=7))
        membership.forget_members(pages.context)
        with pages.database.transaction() as conn:
            intake.put(conn, Lane.LIVE, [row("late", datetime(2026, 2, 1, tzinfo=UTC), phone=PHONE, name="王小明")])
        pages.drain()
        with pages.database.transaction() as conn:
            assert customers.profile(conn, mine).personal == {}


def test_what_is_kept_no_longer(pages: Pages) -> None:
    browser = pages.sign_in(PHONE)
    write(browser, "POST", "/member/v1/data/deletion")
    assert membership.forget_members(pages.context) == {"deleted": 0, "answers": 0, "codes": 0, "sessions": 0}
    pages.clock.advance(timedelta(days=3))
    assert membership.forget_members(pages.context)["codes"] == 1
    write(browser, "POST", "/member/v1/data/deletion/take_back")
    pages.clock.advance(timedelta(days=60))
    gone = membership.forget_members(pages.context)
    assert (gone["answers"], gone["sessions"]) == (2, 1)
