"""People sign in on pages and in a mini program: against the fakes of both, over the whole application."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from tests.running import hang_up

from siyu.app.context import Context
from siyu.app.web import create_app
from siyu.channels import service
from siyu.channels.types import Account
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Message
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater
from siyu.rehearsal.platforms.faults import Refusal
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import DEFAULT_SECRET
from siyu.rehearsal.platforms.wechat.account import Account as Fake
from siyu.rehearsal.platforms.wechat.app import create_app as fake_app
from siyu.rehearsal.platforms.wechat.types import Kind

ACTOR = access.system("tests")
PHONE = "13800138000"


@pytest.fixture
def web(database: Database, tmp_path: Path, clock: ManualClock) -> Iterator[TestClient]:
    engine = cast("Any", SimpleNamespace(close=lambda: None))
    context = Context(Settings(data_folder=tmp_path, minimum_free_bytes=2**26), database, engine, clock)
    with TestClient(create_app(context), raise_server_exceptions=False, follow_redirects=False) as client:
        yield client
    hang_up()


def connected(database: Database, clock: ManualClock, kind: Kind) -> Iterator[tuple[Account, Fake]]:
    fake = Fake(clock, kind)
    with serving(fake_app(fake)) as url:
        values = {"app_id": fake.state.app_id, "base_url": url, "app_secret": DEFAULT_SECRET, "callback_token": "siyu"}
        with database.transaction() as conn:
            account = service.connect_account(conn, ACTOR, channel=kind, values=values, now=clock.now())
        yield account, fake


@pytest.fixture
def official(database: Database, clock: ManualClock) -> Iterator[tuple[Account, Fake]]:
    yield from connected(database, clock, "official_account")


@pytest.fixture
def mini(database: Database, clock: ManualClock) -> Iterator[tuple[Account, Fake]]:
    yield from connected(database, clock, "mini_program")


def waiting(database: Database) -> list[Message]:
    with database.transaction() as conn:
        return [message for envelope in intake.claim(conn, 1000) for message in envelope.messages]


def go(web: TestClient, account: Account, **params: str) -> dict[str, str]:
    """To the platform's page and back; what the platform puts behind the address."""
    gone = web.get(f"/wechat/{account.id}/authorize", params=params)
    assert gone.status_code == 302, gone.text
    back = sent_to(gone.headers["location"].removesuffix("#wechat_redirect"))
    split = urlsplit(back)
    assert split.path == f"/wechat/{account.id}/back"
    return {name: values[0] for name, values in parse_qs(split.query).items()}


def sent_to(url: str) -> str:
    with httpx.Client(trust_env=False) as browser:
        return str(browser.get(url).headers["location"])


def source(database: Database) -> tuple[int, str]:
    with database.transaction() as conn:
        made = access.create_source(conn, ACTOR, name="site", kind="web", now=datetime(2026, 3, 1, tzinfo=UTC))
    return made.id, made.keys[0].key


class TestPages:
    def test_there_and_back(self, web: TestClient, official: tuple[Account, Fake], database: Database) -> None:
        account, fake = official
        open_id = fake.new_person("张三")
        back = go(web, account, next="/h5/home?a=1", ask="true")
        done = web.get(f"/wechat/{account.id}/back", params=back)
        assert (done.status_code, done.headers["location"]) == (303, "/h5/home?a=1")
        assert done.headers["cache-control"] == "no-store"
        (message,) = waiting(database)
        assert (message.type, message.source_id) == ("identify", account.source_id)
        assert message.claims == (
            IdentifierClaim("open_id", fake.state.app_id, open_id),
            IdentifierClaim("union_id", "", fake.person(open_id).union_id),
        )
        assert message.payload["traits"]["name"] == "张三"
        cookies = {one.name: one for one in web.cookies.jar}
        assert set(cookies) == {"siyu_member"}
        assert cookies["siyu_member"].has_nonstandard_attr("HttpOnly")

    def test_without_a_page_the_token_is_told(self, web: TestClient, official: tuple[Account, Fake]) -> None:
        account, fake = official
        fake.new_person()
        done = web.get(f"/wechat/{account.id}/back", params=go(web, account))
        assert done.status_code == 200
        assert done.json()["token"] == web.cookies["siyu_member"]

    def test_a_code_works_once(self, web: TestClient, official: tuple[Account, Fake], database: Database) -> None:
        account, fake = official
        fake.new_person()
        back = go(web, account)
        way = web.cookies["siyu_login"]
        assert web.get(f"/wechat/{account.id}/back", params=back).status_code == 200
        web.cookies.set("siyu_login", way)
        again = web.get(f"/wechat/{account.id}/back", params=back)
        assert (again.status_code, again.json()["code"]) == (400, "CodeSpent")
        assert "登录" in again.json()["message_zh"]
        assert len(waiting(database)) == 1

    @pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "/\\evil", "/a\r\nb", "javascript:1"])
    def test_nobody_is_sent_elsewhere(self, web: TestClient, official: tuple[Account, Fake], next_: str) -> None:
        account, _ = official
        answer = web.get(f"/wechat/{account.id}/authorize", params={"next": next_})
        assert (answer.status_code, answer.json()["code"]) == (400, "BadInput")

    def test_the_way_back_is_for_this_browser(
        self, web: TestClient, official: tuple[Account, Fake], database: Database, clock: ManualClock
    ) -> None:
        account, fake = official
        fake.new_person()
        back = go(web, account)
        way = web.cookies["siyu_login"]
        go(web, account)  # another way of the same browser: its cookie is the newer one
        address = f"/wechat/{account.id}/back"
        assert web.get(address, params=back).json()["code"] == "LoginBroken"
        web.cookies.clear()
        assert web.get(address, params=back).json()["code"] == "LoginBroken"
        web.cookies.set("siyu_login", way)
        assert web.get(address, params={**back, "state": "0" * 76}).json()["code"] == "LoginBroken"
        assert web.get(address, params={**back, "state": back["state"][:-1]}).json()["code"] == "LoginBroken"
        clock.advance(timedelta(minutes=10))
        assert web.get(address, params=back).json()["code"] == "LoginBroken"
        assert waiting(database) == []

    def test_a_browser_is_tied(self, web: TestClient, official: tuple[Account, Fake], database: Database) -> None:
        account, fake = official
        fake.new_person()
        source_id, key = source(database)
        params = {"anonymous_id": "anon-1", "write_key": key}
        web.get(f"/wechat/{account.id}/back", params=go(web, account, **params))
        (message,) = waiting(database)
        assert message.claims[-1] == IdentifierClaim("anonymous_id", str(source_id), "anon-1")
        lacking = web.get(f"/wechat/{account.id}/authorize", params={"anonymous_id": "anon-1"})
        assert (lacking.status_code, lacking.json()["code"]) == (400, "BadInput")

    def test_a_link_of_somebody_else_ties_nothing(
        self, web: TestClient, official: tuple[Account, Fake], database: Database
    ) -> None:
        account, fake = official
        fake.new_person()
        _, key = source(database)
        web.headers["sec-fetch-site"] = "none"
        back = go(web, account, anonymous_id="theirs", write_key=key)
        assert web.get(f"/wechat/{account.id}/back", params=back).status_code == 200
        (message,) = waiting(database)
        assert [one.type for one in message.claims] == ["open_id"]

    def test_what_the_platform_says_of_the_account_is_not_told(
        self, web: TestClient, official: tuple[Account, Fake], database: Database
    ) -> None:
        account, fake = official
        fake.new_person()
        back = go(web, account)
        fake.faults.refusals.append(Refusal(40164))
        answer = web.get(f"/wechat/{account.id}/back", params=back)
        assert (answer.status_code, answer.json()["code"]) == (502, "LoginUnavailable")
        assert answer.json()["details"] == {"account": account.id}
        assert waiting(database) == []


class TestApps:
    def test_signing_in_and_giving_the_phone(
        self, web: TestClient, mini: tuple[Account, Fake], database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        account, fake = mini
        caplog.set_level(logging.DEBUG)
        open_id = fake.new_person(phone=PHONE)
        code, phone_code = fake.app_code(open_id), fake.phone_code(open_id)
        done = web.post(f"/mini-program/{account.id}/login", json={"code": code})
        assert done.status_code == 200
        assert done.headers["cache-control"] == "no-store"
        assert set(done.json()) == {"token", "expires_at"}
        header = {"Authorization": f"Bearer {done.json()['token']}"}
        tied = web.post(f"/mini-program/{account.id}/phone", json={"code": phone_code}, headers=header)
        assert tied.json() == {"phone": "138****8000"}
        signed_in, gave = waiting(database)
        assert [one.type for one in signed_in.claims] == ["open_id", "union_id"]
        assert gave.claims == (
            IdentifierClaim("open_id", fake.state.app_id, open_id),
            IdentifierClaim("phone", "", f"+86{PHONE}"),
        )
        for path, used in (("login", code), ("phone", phone_code)):
            again = web.post(f"/mini-program/{account.id}/{path}", json={"code": used}, headers=header)
            assert (again.status_code, again.json()["code"]) == (400, "CodeSpent")
        said = f"{caplog.text} {signed_in} {gave}"
        assert not [secret for secret in (DEFAULT_SECRET, code, phone_code, "session_key") if secret in said]

    def test_without_a_token_there_is_no_phone(
        self, web: TestClient, mini: tuple[Account, Fake], database: Database, clock: ManualClock
    ) -> None:
        account, fake = mini
        open_id = fake.new_person(phone=PHONE)
        address, body = f"/mini-program/{account.id}/phone", {"code": fake.phone_code(open_id)}
        assert web.post(address, json=body).status_code == 401
        token = web.post(f"/mini-program/{account.id}/login", json={"code": fake.app_code(open_id)}).json()["token"]
        for wrong in ("x", "x.y", token + "A", token.replace(".", "A."), token[:-4]):
            answer = web.post(address, json=body, headers={"Authorization": f"Bearer {wrong}"})
            assert (wrong, answer.status_code) == (wrong, 401)
        clock.advance(timedelta(days=7))
        assert web.post(address, json=body, headers={"Authorization": f"Bearer {token}"}).status_code == 401
        assert len(waiting(database)) == 1

    def test_a_token_counts_for_its_account(
        self, web: TestClient, mini: tuple[Account, Fake], official: tuple[Account, Fake]
    ) -> None:
        account, fake = mini
        page, page_fake = official
        page_fake.new_person()
        token = web.get(f"/wechat/{page.id}/back", params=go(web, page)).json()["token"]
        body = {"code": fake.phone_code(fake.new_person(phone=PHONE))}
        answer = web.post(f"/mini-program/{account.id}/phone", json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401

    @pytest.mark.parametrize(
        "body", [{}, {"code": ""}, {"code": 7}, {"code": "a b"}, {"code": "x" * 513}, {"code": "a", "open_id": "me"}]
    )
    def test_nonsense(self, web: TestClient, mini: tuple[Account, Fake], body: dict[str, Any]) -> None:
        answer = web.post(f"/mini-program/{mini[0].id}/login", json=body)
        assert answer.status_code in {400, 422}
        assert {"code", "message", "message_zh"} <= set(answer.json())


class TestTheDoor:
    def test_accounts_that_sign_nobody_in(
        self, web: TestClient, mini: tuple[Account, Fake], official: tuple[Account, Fake], database: Database
    ) -> None:
        assert web.get(f"/wechat/{mini[0].id}/authorize").status_code == 404
        assert web.post(f"/mini-program/{official[0].id}/login", json={"code": "a"}).status_code == 404
        assert web.get("/wechat/99/authorize").status_code == 404
        with database.transaction() as conn:
            service.pause_account(conn, ACTOR, official[0].id, official[0].created_at)
        assert web.get(f"/wechat/{official[0].id}/authorize").status_code == 409

    def test_one_address_comes_too_often(self, web: TestClient, mini: tuple[Account, Fake]) -> None:
        account, fake = mini
        answers = [web.get("/wechat/99/authorize") for _ in range(301)]
        assert {one.status_code for one in answers[:300]} == {404}
        assert (answers[300].status_code, answers[300].json()["code"]) == (429, "TooManyRequests")
        assert int(answers[300].json()["details"]["retry_after"]) <= 60
        code = fake.app_code(fake.new_person())  # another door counts by itself
        assert web.post(f"/mini-program/{account.id}/login", json={"code": code}).status_code == 200

    def test_a_code_is_not_used_up_for_nothing(self, web: TestClient, mini: tuple[Account, Fake]) -> None:
        """Neither when too many are at it, nor when the queue is full."""
        account, fake = mini
        door = cast("Any", web.app).state.login_door
        address, body = f"/mini-program/{account.id}/login", {"code": fake.app_code(fake.new_person())}
        with ExitStack() as others:
            for _ in range(12):
                others.enter_context(door.asking())
            assert web.post(address, json=body).status_code == 503
        check, door._check = door._check, full
        assert web.post(address, json=body).json()["code"] == "TryLater"
        door._check = check
        assert web.post(address, json=body).status_code == 200


def full() -> None:
    raise TryLater(reason="The queue is full.", reason_zh="队列已满。", retry_after=10)


def asked_for_one(web: TestClient, account: Account, action: str, **params: Any) -> httpx.Response:
    """As WeChat's own browser does, from our page to the platform's and back."""
    gone = web.get(f"/wechat/{account.id}/subscribe", params={"scene": 7, "next": "/m/draws", **params})
    assert gone.status_code == 302, gone.text
    there = gone.headers["location"].removesuffix("#wechat_redirect")
    back = httpx.get(there, params={**parse_qs(urlsplit(there).query), "_action": action}, trust_env=False)
    assert back.status_code == 302, back.text
    reached = urlsplit(back.headers["location"])
    return web.get(f"{reached.path}?{reached.query}")


def allowed(web: TestClient, database: Database, account: Account, clock: ManualClock) -> int | None:
    with database.transaction() as conn:
        return next(one.left for one in service.used(conn, account, clock.now()) if one.quota == "subscribe_once")


def test_one_message_is_allowed_on_a_page(
    web: TestClient, database: Database, clock: ManualClock, official: tuple[Account, Fake]
) -> None:
    account, fake = official
    fake.new_person("小雨")
    template_id = fake.new_template("content")
    done = asked_for_one(web, account, "cancel", template_id=template_id)
    assert (done.status_code, done.headers["location"]) == (303, "/m/draws")
    assert not allowed(web, database, account, clock)
    for _ in range(2):  # in one scene the platform lets no second one gather
        done = asked_for_one(web, account, "confirm", template_id=template_id)
        assert (done.status_code, done.headers["location"]) == (303, "/m/draws")
        assert allowed(web, database, account, clock) == 1


def test_a_subscription_that_did_not_begin_here(
    web: TestClient, database: Database, clock: ManualClock, official: tuple[Account, Fake]
) -> None:
    account, fake = official
    open_id, template_id = fake.new_person("小雨"), fake.new_template("content")
    forged = {"openid": open_id, "template_id": template_id, "action": "confirm", "scene": "7"}
    for state in ("", "a" * 60):
        refused = web.get(f"/wechat/{account.id}/subscribed", params={**forged, "reserved": state})
        assert (refused.status_code, refused.json()["code"]) == (400, "LoginBroken")
    gone = web.get(f"/wechat/{account.id}/subscribe", params={"template_id": template_id})
    state = parse_qs(urlsplit(gone.headers["location"]).query)["reserved"][0]
    wrong = web.get(f"/wechat/{account.id}/subscribed", params={**forged, "reserved": state, "openid": "no id"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "BadInput")
    clock.advance(timedelta(minutes=11))
    late = web.get(f"/wechat/{account.id}/subscribed", params={**forged, "reserved": state})
    assert late.json()["code"] == "LoginBroken"
    assert not allowed(web, database, account, clock)
    for wrong_query in (
        {"template_id": "no id"},
        {"template_id": template_id, "next": "//elsewhere"},
        {"scene": 10_001},
    ):
        assert web.get(f"/wechat/{account.id}/subscribe", params=wrong_query).status_code == 400
