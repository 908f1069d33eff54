"""Members at the whole application: a provider that shows the codes, browsers that sign in, and a queue that is worked on."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import httpx
from fastapi.testclient import TestClient
from tests.running import hang_up

from siyu.app.context import Context
from siyu.app.pipeline import Pipeline
from siyu.app.web import create_app
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.kernel.clock import ManualClock
from siyu.loyalty import service as loyalty
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.sms import Provider
from siyu.rehearsal.platforms.sms import create_app as create_sms

ACTOR = access.system("tests")
HERE = {"X-Siyu-CSRF": "1"}
_keys = itertools.count(1)


class Pages:
    """The members' side of one application."""

    def __init__(self, context: Context, provider: Provider, client: Callable[[], TestClient]) -> None:
        self.context = context
        self.database: Database = context.database
        self.provider = provider
        self._client = client

    @property
    def clock(self) -> ManualClock:
        assert isinstance(self.context.clock, ManualClock)
        return self.context.clock

    def browser(self) -> TestClient:
        """A browser of nobody yet."""
        client = self._client()
        client.headers.update(HERE)
        return client

    def drain(self) -> None:
        pipeline = Pipeline(self.database, self.clock, 5000)
        while pipeline.run_once():
            pass

    def code_of(self, browser: TestClient, phone: str) -> str:
        """The code that a phone receives."""
        asked = browser.post("/member/v1/codes", json={"phone": phone})
        assert asked.status_code == 202, asked.text
        received = self.provider.received[0]
        assert received.phone == phone
        return received.code

    def sign_in(self, phone: str) -> TestClient:
        """A browser in which the owner of a phone is signed in, and known."""
        browser = self.browser()
        self.clock.advance(timedelta(minutes=2))
        code = self.code_of(browser, phone)
        done = browser.post("/member/v1/sign-in/phone", json={"phone": phone, "code": code})
        assert done.status_code == 200, done.text
        self.drain()
        return browser

    def customer_of(self, phone: str) -> int:
        from siyu.app import people

        with self.database.transaction() as conn:
            (found,) = people.find(conn, phone, "phone")
        return found


def write(browser: TestClient, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response:
    """A press of a button, with a key of its own unless one is given."""
    return browser.request(method, path, json=body, headers={"Idempotency-Key": key or f"press-{next(_keys):06d}"})


@contextmanager
def standing(context: Context) -> Iterator[Pages]:
    """The application of a context, with a provider of SMS beside it."""
    assert isinstance(context.clock, ManualClock)
    provider = Provider(context.clock)
    with serving(create_sms(provider)) as url, ExitStack() as stack:
        told = {"sms_key": "fake-key", "sms_secret": "fake-secret", "sms_sign_name": "云岫", "sms_template": "SMS_1"}
        settings = type(context.settings).model_validate({**context.settings.model_dump(), **told, "sms_url": url})
        own = Context(settings, context.database, context.clickhouse, context.clock)
        app = create_app(own)
        # One client holds the lifespan; the others are further browsers of the same application.
        stack.enter_context(TestClient(app, raise_server_exceptions=False))
        app.state.member_door.patience = 0.0  # nobody works on the queue but the test
        yield Pages(own, provider, lambda: TestClient(app, raise_server_exceptions=False, follow_redirects=False))
    hang_up()


def set_rules(database: Database, now: Any, **rules: Mapping[str, Any]) -> None:
    """Rules of check_in, tasks and tiers, as an operator would make them."""
    with database.transaction() as conn:
        if "check_in" in rules:
            loyalty.change_check_in(conn, ACTOR, loyalty.read_check_in(rules["check_in"]), 0, "tests", now)
        if "tasks" in rules:
            loyalty.change_tasks(conn, ACTOR, loyalty.read_tasks(rules["tasks"]), 0, "tests", now)
        if "tiers" in rules:
            loyalty.change_tiers(conn, ACTOR, loyalty.read_tiers(rules["tiers"]), 0, "tests", now)
        if "earning" in rules:
            loyalty.change_earning(conn, ACTOR, loyalty.read_earning(rules["earning"]), 0, "tests", now)
