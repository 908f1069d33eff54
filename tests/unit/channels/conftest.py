"""A connected account of a small channel."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.unit.channels.parrot import installed

from siyu.channels import registry, service
from siyu.channels.types import Account
from siyu.engines.access import service as access
from siyu.engines.postgres import Database

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)  # a Sunday, 16 o'clock in Shanghai


@pytest.fixture(autouse=True)
def _parrot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "plugins", installed)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def connect(database: Database) -> Callable[..., Account]:
    def connect(external_id: str = "p-one", **values: str) -> Account:
        with database.transaction() as conn:
            return service.connect_account(
                conn,
                access.system("tests"),
                channel="parrot",
                external_id=external_id,
                name="",
                values={"app_id": "p00ff", "secret": "s3cret", **values},
                now=NOW,
            )

    return connect


@pytest.fixture
def account(connect: Callable[..., Account]) -> Account:
    return connect()
