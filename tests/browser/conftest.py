"""A demo brand that really runs, a real browser, and a watch over all that the browser complains about."""

import json
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Request, expect
from scripts import chromium
from scripts.pictures import Demo, Window
from scripts.stage import LOGIN, PASSWORD, Stage, set_up
from tests.running import Siyu, free_port, lay_out
from tests.stories.speaking import eventually

from siyu.app.place import Place

PEOPLE, DAYS = 300, 150
SIZE: Final = {"width": 1280, "height": 800}
# As long as a click waits: what the pages show is told by servers that share two cores with all other tests. How fast they
# are, the benchmark of the console measures.
expect.set_options(timeout=30_000)


@dataclass
class Brand:
    """The demo brand on its stage, the running Siyu behind it, and where its provider of SMS and its WeChat Pay stand."""

    stage: Stage
    siyu: Siyu
    sms: str
    pay: str


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if chromium.find() is None:
        pytest.skip(chromium.MISSING)
    with chromium.opened() as browser:
        yield browser


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Nobody has begun it yet; whoever ends it may leave it so."""
    made = Demo(tmp_path_factory.mktemp("browser"), free_port(), people=PEOPLE, days=DAYS)
    made.data.mkdir()
    lay_out(made.data)  # engines as a first start makes them
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIYU_WORKERS", "1")  # without the relief
        try:
            yield made
        finally:
            made.end()


@pytest.fixture(scope="package")
def brand(demo: Demo) -> Iterator[Brand]:
    said = demo.filled()
    stage = set_up(said, demo.data.parent)
    stand_still(demo)
    assert Place(demo.data).running()
    with closing(stage.api):
        sms = re.search(r"codes are shown at (http://[\d.:]+)/", said)
        pay = re.search(r"phones is shown at (http://[\d.:]+)/", said)
        assert sms
        assert pay
        yield Brand(stage, Siyu(demo.data, demo.port, None), sms[1], pay[1])  # type: ignore[arg-type]  # the demo's process is its own


def stand_still(demo: Demo) -> None:
    """Nobody comes and goes by themselves any more: what a story counts is what the console has counted a moment before."""
    marker = json.loads((demo.data / "demo.json").read_text("utf-8"))
    for name in ("port", "official_port", "program_port"):
        with httpx.Client(base_url=f"http://127.0.0.1:{marker[name]}/_control", timeout=10, trust_env=False) as fake:
            assert eventually(partial(_pace, fake), bool, within=60)  # the demo lets them after its last words
            fake.put("/pace", json={"acts_per_minute": 0}).raise_for_status()


def _pace(fake: httpx.Client) -> float:
    return float(fake.get("/state").raise_for_status().json()["acts_per_minute"])


# Of the brand that the story of the demo leaves the others live. To look at all pages is to wait for a fifth of the time, best
# while other workers have all that the processors can do.
_FIRST = ("test_demo", "test_pages")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In that order, and the others behind."""
    places = [place for place, item in enumerate(items) if item.path.parent == Path(__file__).parent]
    for place, item in zip(places, sorted((items[place] for place in places), key=_turn), strict=True):
        items[place] = item


def _turn(item: pytest.Item) -> int:
    return _FIRST.index(item.path.stem) if item.path.stem in _FIRST else len(_FIRST)


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


@dataclass
class Watch:
    """Over a window: at the end it may not have had anything to complain about, nor asked a foreign host."""

    window: Window
    home: frozenset[int | None]  # the ports
    asked: list[Request] = field(default_factory=list)

    @classmethod
    def begin(cls, browser: Browser, url: str, language: str = "zh", **how: Any) -> "Watch":
        """``how``: what :meth:`Window.open` takes, and ``beside``: other addresses that may be asked."""
        ours = [url, *how.pop("beside", ())]
        look = {"dark": False, **SIZE, "bypass_csp": True, "accept_downloads": True} | how
        watch = cls(Window.open(browser, url, language, **look), frozenset(urlsplit(one).port for one in ours))
        watch.window.page.on("request", lambda request: watch.asked.append(request))  # noqa: PLW0108 - Playwright marks it
        watch.window.page.on("requestfailed", lambda request: _failed(watch.window, request))
        return watch

    def end(self, test: pytest.Item) -> None:
        """Of a test; the next begins anew."""
        problems, asked = self.window.problems[:], self.asked[:]
        self.forget()
        if test.stash.get(_FAILED, False):
            _tell(self.window, asked)
        assert problems == []
        assert [one.url for one in asked if one.url.startswith("http") and not _is_at_home(one.url, self.home)] == []

    def forget(self) -> None:
        """What was seen so far."""
        self.window.problems.clear()
        self.asked.clear()


def _tell(window: Window, asked: list[Request]) -> None:
    """What whoever reads of a failed story elsewhere would want to have seen."""
    print(f"--- {window.page.url}")
    print(window.page.locator("body").inner_text(timeout=5_000)[:_SHOWN])
    for request in asked[-_ASKED:]:
        answer = request.existing_response
        print(f"--- {request.method} {request.url}: {answer.status if answer else request.failure or 'no answer yet'}")


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Window]]:
    """Opens windows of any Siyu, which are watched."""
    watches: list[Watch] = []

    def open_window(url: str, language: str = "zh", **how: Any) -> Window:
        watches.append(Watch.begin(browser, url, language, **how))
        return watches[-1].window

    yield open_window
    for watch in watches:
        try:
            watch.end(request.node)
        finally:
            watch.window.context.close()


def _is_at_home(url: str, ports: frozenset[int | None]) -> bool:
    parts = urlsplit(url)
    return parts.hostname in {"localhost", "127.0.0.1"} and parts.port in ports


def _failed(window: Window, request: Any) -> None:
    # Leaving a page ends what it still asks for, and a download takes its request over.
    if "ERR_ABORTED" not in (request.failure or ""):
        window.problems.append(f"failed: {request.url} {request.failure}")


@pytest.fixture(scope="package")
def session(browser: Browser, brand: Brand) -> Any:
    """The owner's session: one sign-in for many pages."""
    window = Window.open(browser, brand.stage.url, "zh", dark=False, width=1280, height=800)
    window.sign_in(LOGIN, PASSWORD)
    state = window.context.storage_state()
    window.context.close()
    return state


@pytest.fixture(scope="package")
def owners(browser: Browser, brand: Brand, session: Any) -> Iterator[Watch]:
    """Over one window for all stories of the owner: a new one would load and compile the console anew."""
    watch = Watch.begin(browser, brand.stage.url, storage_state=session)
    yield watch
    watch.window.context.close()


@pytest.fixture
def owner(owners: Watch, brand: Brand, session: Any, request: pytest.FixtureRequest) -> Iterator[Window]:
    """A window in which the owner is signed in, in Chinese; it remembers nothing of the story before."""
    window = owners.window
    yield window
    try:
        owners.end(request.node)
    finally:
        if window.page.url.startswith(brand.stage.url):
            window.page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
        window.page.goto("/health/live")  # nothing of the console, and in the process that has compiled it
        window.context.clear_cookies()
        window.context.add_cookies(session["cookies"])
        window.page.set_viewport_size(SIZE)
        owners.forget()


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
