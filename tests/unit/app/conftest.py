"""The whole web application over a database of the test's own, asked as different people."""

import itertools
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from fastapi import FastAPI

from siyu.app.context import Context
from siyu.app.pipeline import Pipeline
from siyu.app.standing import count_marked
from siyu.app.web import create_app
from siyu.engines.access import service as access
from siyu.engines.access.rules import rights_of
from siyu.engines.access.types import Role
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.clock import ManualClock, to_millis

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have another client than the httpx we have
    from fastapi.testclient import TestClient

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
_numbers = itertools.count(1)

Told = Callable[..., None]
_USUAL = Settings()


def placed(folder: Path) -> Settings:
    """The usual settings, with this folder: to read them all from the environment takes longer than many tests do."""
    return _USUAL.model_copy(update={"data_folder": folder})


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def web_context(database: Database, tmp_path: Path, clock: ManualClock) -> Context:
    """Open engines but ClickHouse, which only reports ask."""
    return Context(placed(tmp_path), database, cast("Any", None), clock)


@pytest.fixture
def reporting_context(database: Database, tmp_path: Path, clock: ManualClock, empty: Client) -> Context:
    """Both engines, with nothing in them."""
    return Context(placed(tmp_path), database, empty, clock)


@pytest.fixture
def app(web_context: Context) -> FastAPI:
    return create_app(web_context)


@pytest.fixture
def asking(app: FastAPI, database: Database) -> Callable[..., TestClient]:
    """A client with these rights, or with those of a role; without any: nobody."""

    def ask(*rights: str, role: Role | None = None) -> TestClient:
        client = TestClient(app, raise_server_exceptions=False)
        scopes: Sequence[str] = sorted(rights_of([role])) if role else rights
        if scopes:
            with database.transaction() as conn:
                actor, name = access.system("tests"), f"key {next(_numbers)}"
                made = access.create_api_key(conn, actor, name=name, scopes=scopes, now=NOW)
            client.headers["Authorization"] = f"Bearer {made.token}"
        return client

    return ask


@pytest.fixture
def commanding(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has the commands of these modules run over a context, as on a wide terminal in English."""

    def over(context: Context, *modules: ModuleType) -> None:
        for module in modules:
            monkeypatch.setattr(module, "engines", lambda _: nullcontext(context))
        monkeypatch.setenv("LANG", "C.UTF-8")
        monkeypatch.setenv("COLUMNS", "200")

    return over


@pytest.fixture
def tell(database: Database, clock: ManualClock) -> Told:
    """Takes messages through the pipeline, then counts where customers stand."""

    def through(*messages: Message) -> None:
        with database.transaction() as conn:
            intake.put(conn, Lane.LIVE, messages)
        pipeline = Pipeline(database, clock, 5000)
        while pipeline.run_once():
            pass
        with database.transaction() as conn:
            while count_marked(conn):
                pass

    return through


def order(buyer: str, number: str, at: datetime, fen: int, *, shop: str = "flagship", platform: str = "jd") -> Message:
    """A paid order of a buyer of the platform, from a file."""
    payload = {
        "platform": platform, "shop": shop, "order_no": number, "status": "paid",
        "placed_at": to_millis(at), "paid_at": to_millis(at), "paid_fen": fen,
        "lines": [{"line_no": "1", "title": "tea", "quantity": 1, "paid_fen": fen}],
    }  # fmt: skip
    claims = (IdentifierClaim("platform_buyer", platform, buyer),)
    return Message("order", 1, f"{platform}-{number}-{next(_numbers)}", at, at, claims, payload)


def row(buyer: str, at: datetime, *, phone: str = "", name: str = "", **more: Any) -> Message:
    """A row of a customer file."""
    claims = [IdentifierClaim("platform_buyer", "jd", buyer)]
    if phone:
        claims.append(IdentifierClaim("phone", "", phone))
    traits = {"name": name} if name else {}
    payload = {"traits": traits, "became_customer_at": to_millis(at), **more}
    return Message("customer", 1, f"row-{buyer}-{next(_numbers)}", at, at, tuple(claims), payload)


def visit(device: str, at: datetime) -> Message:
    """A page seen by a browser of which nothing else is known."""
    claims = (IdentifierClaim("anonymous_id", "1", device),)
    return Message("page", 1, f"visit-{device}-{next(_numbers)}", at, at, claims, {"name": "home"})
