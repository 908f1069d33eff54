"""What the web process answers at addresses that are the console's, and what it must not take from others."""

import gzip
import re
import warnings
from pathlib import Path

import pytest

from siyu.app.console import FOLDER, POLICY, ConsoleRoute, FirstOwnerRoute
from siyu.app.web import create_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have another client than the httpx we have
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

SCRIPT = b"console.log('siyu');" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A small build."""
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>Siyu</title>", "utf-8")
    (folder / "icon.svg").write_text("<svg/>", "utf-8")
    (folder / "assets" / "index-a1b2.js").write_bytes(SCRIPT)
    (folder / "assets" / "index-a1b2.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "secret.js").write_text("keys", "utf-8")
    return folder


def served(folder: Path) -> TestClient:
    app = FastAPI()
    app.router.routes.append(FirstOwnerRoute(folder))

    @app.get("/first-owner")
    def plain() -> str:
        return "plain page"

    @app.post("/v1/track")
    def track() -> str:
        return "tracked"

    app.router.routes.append(ConsoleRoute(folder))
    return TestClient(app)


@pytest.fixture
def browser(built: Path) -> TestClient:
    return served(built)


class TestPages:
    @pytest.mark.parametrize("path", ["/", "/sign-in", "/customers/42", "/insight/rfm?by=shop", "/reset", "/api-keys"])
    def test_every_address_of_the_console_is_its_page(self, browser: TestClient, path: str) -> None:
        answer = browser.get(path)
        assert (answer.status_code, answer.text) == (200, "<title>Siyu</title>")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["referrer-policy"] == "no-referrer"

    def test_the_link_of_the_first_owner_leads_to_the_console(self, browser: TestClient) -> None:
        assert browser.get("/first-owner").text == "<title>Siyu</title>"

    def test_runs_only_scripts_of_its_own(self) -> None:
        rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == rules["connect-src"] == "'self'"
        assert rules["frame-ancestors"] == "'none'"
        assert "http" not in POLICY
        assert "unsafe-eval" not in POLICY

    def test_is_only_looked_at(self, browser: TestClient) -> None:
        assert browser.head("/customers").status_code == 200
        assert browser.post("/customers").status_code == 405


class TestAssets:
    def test_are_kept_for_a_year(self, browser: TestClient) -> None:
        answer = browser.get("/assets/index-a1b2.js")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].startswith("text/javascript")

    @pytest.mark.parametrize("accepted", ["gzip, br", "identity"])
    def test_travel_packed_where_the_browser_takes_it(self, browser: TestClient, accepted: str) -> None:
        answer = browser.get("/assets/index-a1b2.js", headers={"Accept-Encoding": accepted})
        assert answer.content == SCRIPT  # httpx unpacks
        assert answer.headers.get("content-encoding", "identity") == accepted.partition(",")[0]
        assert answer.headers["vary"] == "Accept-Encoding"

    def test_what_keeps_its_name_is_kept_for_an_hour(self, browser: TestClient) -> None:
        assert browser.get("/icon.svg").headers["cache-control"] == "public, max-age=3600"

    @pytest.mark.parametrize(
        "path",
        [
            "/assets/gone.js",
            "/assets/../../secret.js",
            "/assets/%2e%2e/%2e%2e/secret.js",
            "/assets/index-a1b2.js.gz",
            "/assets/",
        ],
    )
    def test_what_is_not_there_is_not_the_page(self, browser: TestClient, path: str) -> None:
        answer = browser.get(path)
        assert answer.status_code == 404 or answer.text == "<title>Siyu</title>"
        assert "keys" not in answer.text

    def test_a_missing_script_is_missing(self, browser: TestClient) -> None:
        assert browser.get("/assets/gone.js").status_code == 404


class TestOthers:
    @pytest.mark.parametrize(
        "path",
        ["/api/v1/nothing", "/api", "/v1/nothing", "/beacon/x", "/health/x", "/pixel/x", "/callback/x", "/m/x/y"],
    )
    def test_an_unknown_address_of_the_api_stays_unknown(self, browser: TestClient, path: str) -> None:
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")

    def test_a_wrong_method_stays_wrong(self, browser: TestClient) -> None:
        assert browser.get("/v1/track").status_code == 405

    def test_every_route_of_siyu_is_out_of_its_way(self, built: Path) -> None:
        console = ConsoleRoute(built)
        paths = [getattr(route, "path", "") for route in create_app().routes]
        for path in paths:
            if path in {"/{path:path}", "/first-owner"}:
                continue
            match, _ = console.matches({"type": "http", "method": "GET", "path": path, "headers": []})
            assert match.name == "NONE", path


class TestWithoutBuild:
    @pytest.fixture
    def bare(self, tmp_path: Path) -> TestClient:
        return served(tmp_path / "nothing")

    def test_says_in_both_languages_what_to_do(self, bare: TestClient) -> None:
        answer = bare.get("/customers")
        assert answer.status_code == 503
        assert "尚未构建" in answer.text
        assert "has not been built" in answer.text
        assert answer.text.count("make web") == 2

    def test_the_first_owner_has_the_plain_page(self, bare: TestClient) -> None:
        assert bare.get("/first-owner").json() == "plain page"

    def test_a_build_shows_without_a_restart(self, bare: TestClient, tmp_path: Path) -> None:
        (tmp_path / "nothing").mkdir()
        (tmp_path / "nothing" / "index.html").write_text("built", "utf-8")
        assert bare.get("/").text == "built"


class TestBuilt:
    """What `make setup` has put into the package."""

    @pytest.fixture
    def real(self) -> TestClient:
        assert (FOLDER / "index.html").is_file(), "run: make web"
        return served(FOLDER)

    def test_every_file_that_the_page_asks_for_is_there(self, real: TestClient) -> None:
        page = real.get("/").text
        asked = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(asked) >= 2
        for path in asked:
            assert path.startswith("/")
            assert real.get(path).status_code == 200

    def test_the_page_has_no_script_that_the_policy_would_stop(self, real: TestClient) -> None:
        page = real.get("/").text
        assert "<script>" not in page
        assert " onload=" not in page
