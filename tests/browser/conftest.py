"""A demo brand that really runs, a real browser, and a watch over all that the browser complains about."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Request, expect
from scripts import chromium
from scripts.pictures import Window, demo
from scripts.stage import LOGIN, PASSWORD, Stage, set_up
from tests.running import Siyu, free_port

from siyu.app.place import Place

PEOPLE, DAYS = 300, 150
# As long as a click waits: what the pages show is told by servers that share two cores with all other tests. How fast they
# are, the benchmark of the console measures.
expect.set_options(timeout=30_000)


@dataclass
class Brand:
    """The demo brand on its stage, the running Siyu behind it, and where its provider of SMS stands."""

    stage: Stage
    siyu: Siyu
    sms: str


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if chromium.find() is None:
        pytest.skip(chromium.MISSING)
    with chromium.opened() as browser:
        yield browser


@pytest.fixture(scope="package")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brand]:
    folder, port = tmp_path_factory.mktemp("browser"), free_port()
    with demo(folder, port, people=PEOPLE, days=DAYS) as said:
        stage = set_up(said, folder)
        data = folder / "data"
        assert Place(data).running()
        with closing(stage.api):
            sms = re.search(r"codes are shown at (http://[\d.:]+)/", said)
            assert sms
            yield Brand(stage, Siyu(data, port, None), sms[1])  # type: ignore[arg-type]  # the demo's process is its own


Open = Callable[..., Window]
_FAILED = pytest.StashKey[bool]()
_SHOWN = 4_000  # characters of a page, and
_ASKED = 12  # its last requests, are written down where a story fails


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    if call.when == "call":
        item.stash[_FAILED] = report.failed
    return report


def _tell(window: Window, asked: list[Request]) -> None:
    """What whoever reads of a failed story elsewhere would want to have seen."""
    print(f"--- {window.page.url}")
    print(window.page.locator("body").inner_text(timeout=5_000)[:_SHOWN])
    for request in asked[-_ASKED:]:
        answer = request.existing_response
        print(f"--- {request.method} {request.url}: {answer.status if answer else request.failure or 'no answer yet'}")


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Window]]:
    """Opens windows of any Siyu; at the end none of them may have had anything to complain about."""
    windows: list[tuple[Window, int | None, list[Request]]] = []

    def open_window(
        url: str, language: str = "zh", *, dark: bool = False, width: int = 1280, height: int = 800, **more: Any
    ) -> Window:
        window = Window.open(
            browser,
            url,
            language,
            dark=dark,
            width=width,
            height=height,
            bypass_csp=True,
            accept_downloads=True,
            **more,
        )
        asked: list[Request] = []
        window.page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - Playwright marks what it calls
        window.page.on("requestfailed", lambda request: _failed(window, request))
        windows.append((window, urlsplit(url).port, asked))
        return window

    yield open_window
    for window, home, asked in windows:
        if request.node.stash.get(_FAILED, False):
            _tell(window, asked)
        window.context.close()
        assert window.problems == []
        foreign = [one.url for one in asked if one.url.startswith("http") and not _is_at_home(one.url, home)]
        assert foreign == []


def _is_at_home(url: str, port: int | None) -> bool:
    parts = urlsplit(url)
    return parts.hostname in {"localhost", "127.0.0.1"} and parts.port == port


def _failed(window: Window, request: Any) -> None:
    # Leaving a page ends what it still asks for, and a download takes its request over.
    if "ERR_ABORTED" not in (request.failure or ""):
        window.problems.append(f"failed: {request.url} {request.failure}")


@pytest.fixture(scope="module")
def session(browser: Browser, brand: Brand) -> Any:
    """The owner's session: one sign-in for many pages."""
    window = Window.open(browser, brand.stage.url, "zh", dark=False, width=1280, height=800)
    window.sign_in(LOGIN, PASSWORD)
    state = window.context.storage_state()
    window.context.close()
    return state


@pytest.fixture
def owner(opened: Open, brand: Brand, session: Any) -> Window:
    """A window in which the owner is signed in, in Chinese."""
    return opened(brand.stage.url, storage_state=session)


@pytest.fixture
def broken_file(tmp_path: Path) -> Path:
    """A till's export with two rows that cannot be right."""
    path = tmp_path / "broken till.csv"
    path.write_text(
        "receipt,time,article,pieces,sum,phone\n"
        "B-1,2026-05-01 10:00:00,围巾,1,199.00,13412340001\n"
        "B-2,昨天下午,手套,2,120.00,13412340002\n"
        "B-3,2026-05-02 11:00:00,大衣,1,很多,13412340003\n"
        "B-4,2026-05-03 12:00:00,毛衣,1,259.00,13412340004\n",
        "utf-8",
    )
    return path
