"""Who may do what: the first owner, sessions, API keys, personal data."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.running import Siyu
from tests.stories.speaking import Source, eventually

from siyu.engines.http.security import CSRF_HEADER

OWNER = {"login": "owner@brand.example", "password": "correct horse battery"}


@pytest.fixture(scope="module")
def first_link(siyu: Siyu) -> str:
    """The token of the link that the first start printed."""
    log = siyu.folder / "siyu.log"
    found = eventually(lambda: re.search(r"/first-owner#token=(\S+)\n", log.read_text()), bool)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def owner(siyu: Siyu, first_link: str) -> dict[str, Any]:
    """The first owner, made by the link."""
    with siyu.client(None) as client:
        made = client.post("/api/v1/redeem", json={**OWNER, "token": first_link})
    return dict(made.raise_for_status().json())


def shape(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json().keys() == {"code", "message", "message_zh", "details"}


class TestFirstOwner:
    def test_the_printed_link_works_once(self, siyu: Siyu, owner: dict[str, Any], first_link: str) -> None:
        assert owner["roles"] == ["owner"]
        with siyu.client(None) as client:
            again = client.post(
                "/api/v1/redeem", json={"login": "thief", "password": "long enough 123", "token": first_link}
            )
            shape(again, 403, "LinkSpent")
            page = client.get("/first-owner")
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]

    def test_the_link_is_whole_in_the_log(self, siyu: Siyu, first_link: str) -> None:
        assert len(first_link) >= 43


class TestSession:
    def test_sign_in_look_and_sign_out(self, siyu: Siyu, owner: dict[str, Any]) -> None:
        with siyu.client(None) as browser:
            shape(browser.get("/api/v1/me"), 401, "NotSignedIn")
            shape(browser.post("/api/v1/sign-in", json={**OWNER, "password": "wrong password"}), 401, "SignInFailed")
            signed_in = browser.post("/api/v1/sign-in", json=OWNER)
            assert signed_in.status_code == 200
            cookie = signed_in.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=lax" in cookie
            assert browser.get("/api/v1/me").json()["roles"] == ["owner"]
            # Another site can make a browser send the cookie, but not the header.
            new = {"name": "from the browser", "kind": "web"}
            shape(browser.post("/api/v1/sources", json=new), 403, "CrossSite")
            assert browser.post("/api/v1/sources", json=new, headers={CSRF_HEADER: "1"}).status_code == 201
            assert browser.post("/api/v1/sign-out", headers={CSRF_HEADER: "1"}).status_code == 204
            shape(browser.get("/api/v1/me"), 401, "NotSignedIn")

    def test_an_operator_has_the_rights_of_the_roles(
        self, siyu: Siyu, api: httpx.Client, owner: dict[str, Any]
    ) -> None:
        analyst = {"login": "analyst", "name": "A", "roles": ["analyst"], "password": "looks at numbers"}
        made = api.post("/api/v1/operators", json=analyst).raise_for_status().json()
        with siyu.client(None) as browser:
            browser.post(
                "/api/v1/sign-in", json={"login": "analyst", "password": "looks at numbers"}
            ).raise_for_status()
            browser.headers[CSRF_HEADER] = "1"
            assert browser.get("/api/v1/sources").status_code == 200
            shape(browser.post("/api/v1/sources", json={"name": "x", "kind": "web"}), 403, "NotAllowed")
            shape(browser.get("/api/v1/audit"), 403, "NotAllowed")
            api.patch(f"/api/v1/operators/{made['id']}", json={"disabled": True}).raise_for_status()
            shape(browser.get("/api/v1/sources"), 401, "NotSignedIn")


class TestApiKeys:
    ROUTES = (
        ("GET", "/api/v1/customers/find?value=x", "customers.read"),
        ("POST", "/api/v1/customers/merge", "identity.manage"),
        ("GET", "/api/v1/imports", "imports.run"),
        ("GET", "/api/v1/dead-letters", "intake.read"),
        ("POST", "/api/v1/dead-letters/replay", "intake.manage"),
        ("GET", "/api/v1/insight/rfm", "insight.read"),
        ("GET", "/api/v1/insight/facts-by-day?kind=order.paid", "insight.read"),
        ("GET", "/api/v1/sources", "sources.read"),
        ("GET", "/api/v1/operators", "operators.manage"),
        ("GET", "/api/v1/api-keys", "keys.manage"),
        ("GET", "/api/v1/audit", "audit.read"),
    )

    def test_a_key_opens_what_its_scopes_say_and_nothing_else(self, siyu: Siyu, web: httpx.Client) -> None:
        with siyu.client(siyu.api_key("customers.read")) as narrow:
            for method, path, right in self.ROUTES:
                shape(web.request(method, path), 401, "NotSignedIn")
                answer = narrow.request(method, path)
                if right == "customers.read":
                    assert answer.status_code == 200
                else:
                    shape(answer, 403, "NotAllowed")
                    assert answer.json()["details"] == {"right": right}

    def test_a_key_cannot_make_a_stronger_one(self, siyu: Siyu) -> None:
        with siyu.client(siyu.api_key("keys.manage")) as client:
            stronger = {"name": "more", "scopes": ["personal.reveal"]}
            shape(client.post("/api/v1/api-keys", json=stronger), 403, "NotAllowed")

    def test_a_revoked_key_is_refused_at_once(self, siyu: Siyu, api: httpx.Client) -> None:
        made = api.post("/api/v1/api-keys", json={"name": "short-lived", "scopes": ["sources.read"]}).json()
        with siyu.client(made["token"]) as client:
            assert client.get("/api/v1/sources").status_code == 200
            assert api.delete(f"/api/v1/api-keys/{made['id']}").status_code == 204
            shape(client.get("/api/v1/sources"), 401, "NotSignedIn")


class TestPersonalData:
    @pytest.fixture
    def customer(self, source: Source, find: Callable[[str], list[int]], phone: str) -> int:
        traits = {"name": "欧阳小明", "email": f"{phone}@mail.example", "phone": phone, "city": "上海"}
        source.send({"type": "identify", "userId": phone, "traits": traits})
        (found,) = find(phone)
        return found

    def test_it_is_shown_masked_everywhere(self, siyu: Siyu, api: httpx.Client, customer: int, phone: str) -> None:
        shown = ""
        for path in ("", "/timeline", "/graph", "/orders"):
            shown += api.get(f"/api/v1/customers/{customer}{path}").raise_for_status().text
        assert "上海" in shown
        for secret in (phone, "小明", f"{phone}@"):
            # The user id is the phone here, and it is shown: what a brand calls its users is not ours to hide.
            assert secret not in shown.replace(f'"value":"{phone}"', "")
        log = (siyu.folder / "siyu.log").read_text() + (siyu.folder / "postgres" / "server.log").read_text()
        assert phone not in log
        assert "欧阳小明" not in log

    def test_seeing_it_takes_a_right_and_a_reason_and_leaves_an_audit_row(
        self, siyu: Siyu, api: httpx.Client, customer: int, phone: str
    ) -> None:
        with siyu.client(siyu.api_key("customers.read")) as narrow:
            shape(narrow.post(f"/api/v1/customers/{customer}/reveal", json={"reason": "curious"}), 403, "NotAllowed")
        shape(api.post(f"/api/v1/customers/{customer}/reveal", json={}), 400, "BadInput")
        shown = api.post(f"/api/v1/customers/{customer}/reveal", json={"reason": "she called us"}).json()
        assert {"欧阳小明", f"{phone}@mail.example"} <= {value for values in shown.values() for value in values}
        assert any(value.endswith(phone) for value in shown["phone"])
        rows = api.get("/api/v1/audit", params={"limit": 20}).json()["items"]
        (look,) = [row for row in rows if "she called us" in str(row)]
        assert look["action"] == "personal.revealed"
        assert str(customer) in str(look)
        assert phone not in str(look)
