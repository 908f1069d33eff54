"""A fake corp on the loopback, and the plugin that is joined to it."""

from collections.abc import Iterator

import pytest
from tests.unit.channels.wecom.standing import SECRETS, START, StandingPorts, joined, ports

from siyu.channels.wecom import Wecom
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import app, world
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def corp(clock: ManualClock) -> Corp:
    return world.build(clock, staff=12, follows=260, groups=14)


@pytest.fixture
def url(corp: Corp) -> Iterator[str]:
    with serving(app.create_app(corp)) as found:
        yield found


@pytest.fixture
def around(clock: ManualClock) -> Iterator[StandingPorts]:
    with ports({**SECRETS, "secret": DEFAULT_SECRET}, clock) as found:
        yield found


@pytest.fixture
def plugin(corp: Corp, url: str, around: StandingPorts) -> Wecom:
    return joined(corp, url, around)
