"""No page that we serve names a foreign host, and the page of the API works under its own policy."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from tests.contract.asking import OPERATIONS, Filled

PAGES: Final = ("/", "/docs", "/first-owner", "/customers")


@pytest.mark.parametrize("path", PAGES)
def test_no_foreign_host(filled: Filled, path: str) -> None:
    with filled.siyu.client(None) as web:
        answer = web.get(path)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        # Namespaces of XML are names and no addresses.
        hosts = re.findall(r"""["'(=\s](?:https?:)?//[\w.-]+""", answer.text.replace("http://www.w3.org/", ""))
        assert hosts == []
        if answer.status_code == 200:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "//" not in policy


class TestApiPage:
    @pytest.fixture
    def page(self, browser: Browser, filled: Filled) -> Iterator[Page]:
        """The page, open; at the end nothing may have gone wrong in it, and nobody else may have been asked."""
        page = browser.new_page(locale="en")
        problems: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda problem: problems.append(str(problem)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{filled.siyu.url}/docs")
        page.wait_for_selector("section details")
        yield page
        page.close()
        assert problems == []
        assert {urlsplit(url).port for url in asked} == {filled.siyu.port}

    def test_shows_every_route(self, page: Page) -> None:
        assert page.locator("section details").count() == len(OPERATIONS)
        page.evaluate("document.querySelectorAll('section details').forEach((each) => { each.open = true; })")
        page.wait_for_function("[...document.querySelectorAll('details')].every(each => each.children.length === 2)")
        page.fill("#filter", "get rfm people")
        assert page.locator("section details:visible").count() == 1

    def test_sends_a_request(self, page: Page, filled: Filled) -> None:
        page.fill("#key", filled.key)
        shown = page.locator("details", has=page.get_by_text("/api/v1/customers/find", exact=True))
        shown.locator("summary").click()
        shown.get_by_label("value").fill("u1")
        shown.get_by_role("button").click()
        answer = shown.get_by_role("status")
        answer.get_by_text('"customers"').wait_for()
        assert answer.inner_text().startswith("200 OK")

    def test_sends_a_body(self, page: Page, filled: Filled) -> None:
        page.fill("#key", filled.key)
        shown = page.locator("details", has=page.get_by_text("/api/v1/insight/funnel", exact=True))
        shown.locator("summary").click()
        steps = '[{"kind": "event.tracked"}, {"kind": "order.paid"}]'
        shown.locator("textarea").fill(f'{{"steps": {steps}, "window": {{"amount": 7}}}}')
        shown.get_by_role("button").click()
        answer = shown.get_by_role("status")
        answer.get_by_text('"entered"').or_(answer.get_by_text('"steps"')).first.wait_for()
        assert answer.inner_text().startswith("200 OK")
