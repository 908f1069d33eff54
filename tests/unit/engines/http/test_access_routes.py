"""Access over HTTP, as an operator and as a program see it."""

import base64
import hashlib
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from siyu.engines.postgres import Database, scalar
from siyu.kernel.clock import ManualClock

OWNER = {"login": "owner@shop.cn", "password": "correct horse battery"}


class TestSignIn:
    def test_owner_sees_themselves(self, owner: TestClient) -> None:
        me = owner.get("/api/v1/me").json()
        assert (me["kind"], me["roles"]) == ("operator", ["owner"])
        assert "personal.erase" in me["rights"]

    def test_cookie_is_for_the_server_alone(self, owner: TestClient) -> None:
        cookie = owner.post("/api/v1/sign-in", json=OWNER).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie

    def test_refusals_are_counted_although_answered_as_errors(self, owner: TestClient, database: Database) -> None:
        wrong = {**OWNER, "password": "wrong wrong wrong"}
        codes = [owner.post("/api/v1/sign-in", json=wrong).status_code for _ in range(6)]
        assert codes == [401, 401, 401, 401, 429, 429]
        response = owner.post("/api/v1/sign-in", json=OWNER)
        assert response.status_code == 429
        assert 1 <= int(response.headers["retry-after"]) <= 6
        with database.transaction() as conn:
            assert scalar(conn, "SELECT failures FROM access.attempt") == 5

    def test_signed_out_is_out(self, owner: TestClient) -> None:
        token = owner.cookies["siyu_session"]
        assert owner.post("/api/v1/sign-out").status_code == 204
        owner.cookies.set("siyu_session", token)
        assert owner.get("/api/v1/me").status_code == 401
        assert owner.post("/api/v1/sign-out").status_code == 204

    def test_session_ends_without_use(self, owner: TestClient, clock: ManualClock) -> None:
        clock.advance(timedelta(hours=11))
        assert owner.get("/api/v1/me").status_code == 200
        clock.advance(timedelta(hours=11))
        assert owner.get("/api/v1/me").status_code == 200
        clock.advance(timedelta(hours=13))
        assert owner.get("/api/v1/me").status_code == 401


class TestCrossSite:
    def test_a_cookie_alone_cannot_write(self, owner: TestClient) -> None:
        del owner.headers["X-Siyu-CSRF"]
        body = {"name": "web", "kind": "web"}
        for headers in ({}, {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "//"}):
            response = owner.post("/api/v1/sources", json=body, headers=headers)
            assert (response.status_code, response.json()["code"]) == (403, "CrossSite")
        assert owner.post("/api/v1/sources", json=body, headers={"origin": "http://testserver"}).status_code == 201

    def test_reading_needs_no_header(self, owner: TestClient) -> None:
        del owner.headers["X-Siyu-CSRF"]
        assert owner.get("/api/v1/sources").status_code == 200


class TestApiKeys:
    def test_scopes_bind(self, owner: TestClient) -> None:
        made = owner.post("/api/v1/api-keys", json={"name": "bi", "scopes": ["audit.read"]}).json()
        owner.cookies.clear()
        bearer = {"authorization": f"Bearer {made['token']}"}
        assert owner.get("/api/v1/audit", headers=bearer).status_code == 200
        refused = owner.get("/api/v1/operators", headers=bearer)
        assert (refused.status_code, refused.json()["details"]) == (403, {"right": "operators.manage"})

    def test_token_is_told_once(self, owner: TestClient) -> None:
        token = owner.post("/api/v1/api-keys", json={"name": "bi", "scopes": ["audit.read"]}).json()["token"]
        (shown,) = owner.get("/api/v1/api-keys").json()
        assert token.startswith(shown["prefix"])
        assert token not in str(shown)

    def test_revoked_at_once(self, owner: TestClient) -> None:
        made = owner.post("/api/v1/api-keys", json={"name": "bi", "scopes": ["audit.read"]}).json()
        assert owner.delete(f"/api/v1/api-keys/{made['id']}").status_code == 204
        owner.cookies.clear()
        assert owner.get("/api/v1/audit", headers={"authorization": f"Bearer {made['token']}"}).status_code == 401


class TestOperators:
    def test_staff_may_look_but_not_rule(self, owner: TestClient) -> None:
        staff = {"login": "xiaoli", "password": "a long enough one", "roles": ["staff"]}
        made = owner.post("/api/v1/operators", json=staff)
        assert made.status_code == 201
        assert owner.post("/api/v1/operators", json=staff).status_code == 409
        assert owner.post("/api/v1/sign-in", json={k: staff[k] for k in ("login", "password")}).status_code == 200
        assert owner.get("/api/v1/operators").status_code == 403
        assert owner.get("/api/v1/audit").status_code == 403

    def test_the_last_owner_stays(self, owner: TestClient) -> None:
        me = owner.get("/api/v1/me").json()["id"]
        for change in ({"disabled": True}, {"roles": ["staff"]}):
            assert owner.patch(f"/api/v1/operators/{me}", json=change).status_code == 409
        assert owner.get("/api/v1/me").json()["roles"] == ["owner"]

    def test_forgotten_password(self, owner: TestClient) -> None:
        staff = {"login": "xiaoli", "password": "a long enough one"}
        made = owner.post("/api/v1/operators", json={**staff, "roles": ["staff"]}).json()
        token = owner.post(f"/api/v1/operators/{made['id']}/reset-link").json()["token"]
        new = {"login": "xiaoli", "password": "another long one"}
        assert owner.post("/api/v1/redeem", json={"token": token, **new}).status_code == 200
        assert owner.post("/api/v1/redeem", json={"token": token, **new}).status_code == 403
        assert owner.post("/api/v1/sign-in", json=staff).status_code == 401
        assert owner.post("/api/v1/sign-in", json=new).status_code == 200


class TestSources:
    def test_keys_can_be_changed_without_a_gap(self, owner: TestClient) -> None:
        source = owner.post("/api/v1/sources", json={"name": "web", "kind": "web"}).json()
        first = source["keys"][0]
        second = owner.post(f"/api/v1/sources/{source['id']}/write-keys").json()
        assert owner.delete(f"/api/v1/sources/{source['id']}/write-keys/{first['id']}").status_code == 204
        keys = owner.get(f"/api/v1/sources/{source['id']}").json()["keys"]
        assert [(key["id"], key["revoked_at"] is None) for key in keys] == [(first["id"], False), (second["id"], True)]
        assert owner.delete(f"/api/v1/sources/999/write-keys/{first['id']}").status_code == 404

    def test_renaming(self, owner: TestClient) -> None:
        one = owner.post("/api/v1/sources", json={"name": "web", "kind": "web"}).json()
        owner.post("/api/v1/sources", json={"name": "app", "kind": "app"})
        assert owner.patch(f"/api/v1/sources/{one['id']}", json={"name": "app"}).status_code == 409
        assert owner.patch(f"/api/v1/sources/{one['id']}", json={"settings": {"a": 1}}).json()["settings"] == {"a": 1}

    @pytest.mark.parametrize("settings", [b'{"a": "\\ud800"}', b'{"\\ud800": 1}', b'{"a": 1' + b"0" * 30 + b"}"])
    def test_settings_that_no_engine_can_hold(self, owner: TestClient, settings: bytes) -> None:
        one = owner.post("/api/v1/sources", json={"name": "shop", "kind": "web"}).json()
        body, kind = b'{"settings": %b}' % settings, {"Content-Type": "application/json"}
        refused = owner.patch(f"/api/v1/sources/{one['id']}", content=body, headers=kind)
        assert (refused.status_code, refused.json()["code"]) == (400, "BadInput")


class TestAudit:
    def test_pages_without_gap_or_repeat(self, owner: TestClient) -> None:
        for n in range(7):
            owner.post("/api/v1/sources", json={"name": f"s{n}", "kind": "web"})
        seen: list[int] = []
        cursor = None
        while True:
            page = owner.get("/api/v1/audit", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
            seen += [entry["id"] for entry in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        whole = [entry["id"] for entry in owner.get("/api/v1/audit").json()["items"]]
        assert seen == whole == sorted(whole, reverse=True)
        assert len(whole) >= 9

    def test_bad_cursor(self, owner: TestClient) -> None:
        assert owner.get("/api/v1/audit", params={"cursor": "nonsense"}).json()["code"] == "BadInput"


class TestFirstOwnerPage:
    def test_runs_its_own_script_and_no_other(self, client: TestClient) -> None:
        response = client.get("/first-owner")
        assert response.status_code == 200
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'sha256-")
        assert "unsafe" not in policy
        for tag in ("script", "style"):
            text = response.text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
            assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
        assert " style=" not in response.text
        assert " on" + "click" not in response.text
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["cache-control"] == "no-store"
