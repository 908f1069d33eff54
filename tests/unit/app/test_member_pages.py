"""The members' pages at their addresses, dressed as the brand's; and what else lies below /m/."""

import gzip
import warnings
from pathlib import Path

import pytest

from siyu.app.console import ConsoleRoute
from siyu.app.member_pages import MemberPages, logo, start
from siyu.app.web import create_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have another client than the httpx we have
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

SCRIPT = b"console.log('member');" * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "member"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<html><head><title></title></head></html>", "utf-8")
    (folder / "assets" / "index-a1b2.js").write_bytes(SCRIPT)
    (folder / "assets" / "index-a1b2.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "secret.js").write_text("keys", "utf-8")
    return folder


def served(folder: Path, brand: str = "云岫", colour: str = "#b5382a", picture: str = "") -> TestClient:
    app = FastAPI()
    app.state.brand_name, app.state.brand_colour, app.state.brand_logo = brand, colour, picture
    app.router.routes += [logo, start, MemberPages(folder)]

    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize("path", ["/m/", "/m/points", "/m/sign-in?next=/", "/m/draws/42"])
def test_every_address_is_the_page(built: Path, path: str) -> None:
    answer = served(built).get(path)
    assert answer.status_code == 200
    assert "<title>云岫</title>" in answer.text
    assert "--brand:#b5382a" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_a_name_is_no_markup(built: Path) -> None:
    text = served(built, brand='<script>alert("1")</script>').get("/m/").text
    assert "<script>" not in text


def test_assets_are_kept_for_a_year_and_packed(built: Path) -> None:
    answer = served(built).get("/m/assets/index-a1b2.js")
    assert answer.content == SCRIPT
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/m/assets/none.js", "/m/assets/../../secret.js", "/m/assets/%2e%2e/%2e%2e/secret.js"]
)
def test_nothing_else_is_given_away(built: Path, path: str) -> None:
    assert served(built).get(path).status_code == 404


def test_sending_there_is_wrong(built: Path) -> None:
    assert served(built).post("/m/points").status_code == 405


def test_the_bare_name_leads_to_the_first_page(built: Path) -> None:
    answer = served(built).get("/m")
    assert (answer.status_code, answer.headers["location"]) == (308, "/m/")


def test_without_a_build_it_says_what_to_do(tmp_path: Path) -> None:
    answer = served(tmp_path / "none").get("/m/")
    assert answer.status_code == 503
    assert "make web" in answer.text


class TestLogo:
    def test_comes_from_the_file(self, built: Path, tmp_path: Path) -> None:
        picture = tmp_path / "logo.png"
        picture.write_bytes(PNG)
        client = served(built, picture=str(picture))
        assert 'name="siyu-logo" content="/m/logo"' in client.get("/m/").text
        answer = client.get("/m/logo")
        assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
        assert "sandbox" in answer.headers["content-security-policy"]

    def test_that_is_not_there_is_not_shown(self, built: Path, tmp_path: Path) -> None:
        client = served(built, picture=str(tmp_path / "gone.png"))
        assert "siyu-logo" not in client.get("/m/").text
        assert client.get("/m/logo").status_code == 404

    def test_that_is_too_large_is_refused(self, built: Path, tmp_path: Path) -> None:
        picture = tmp_path / "logo.png"
        picture.write_bytes(PNG * 20_000)
        assert served(built, picture=str(picture)).get("/m/logo").status_code == 404


def test_the_console_keeps_out_of_the_way() -> None:
    console = ConsoleRoute()
    for path in ("/m", "/m/points", "/member/v1/home"):
        match, _ = console.matches({"type": "http", "method": "GET", "path": path, "headers": []})
        assert match.name == "NONE"
    assert TestClient(create_app()).get("/member/v1/nothing").status_code == 404
