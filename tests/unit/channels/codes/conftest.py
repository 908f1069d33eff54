"""A shop whose channel has entry codes."""

from datetime import datetime

import pytest
from tests.unit.channels import cockatoo
from tests.unit.channels.cockatoo import Cockatoo, Roost
from tests.unit.channels.coding import SHANGHAI, furnish

from siyu.channels import registry, service
from siyu.channels.service.codes import Rotation
from siyu.channels.types import Account
from siyu.engines.postgres import Database
from siyu.kernel.clock import ManualClock


@pytest.fixture(autouse=True)
def roost(monkeypatch: pytest.MonkeyPatch) -> Roost:
    monkeypatch.setattr(registry, "plugins", cockatoo.installed)
    monkeypatch.setattr(Cockatoo, "roost", Roost())
    return Cockatoo.roost


@pytest.fixture
def clock(now: datetime) -> ManualClock:
    return ManualClock(now)


@pytest.fixture
def shop(database: Database, account: Account, now: datetime) -> Account:
    furnish(database, account, now)
    return account


@pytest.fixture
def rotation(database: Database, clock: ManualClock) -> Rotation:
    return Rotation(
        database, clock, SHANGHAI, lambda account: Cockatoo(account, service.open_ports(database, account, clock, None))
    )  # type: ignore[arg-type]
