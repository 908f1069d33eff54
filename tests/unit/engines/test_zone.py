"""Sentences say when it is on the brand's clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from siyu.engines.zone import brand_zone, set_brand_zone, written

MOMENT = datetime(2026, 3, 7, 23, 30, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = brand_zone()
    yield
    set_brand_zone(before)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Shanghai", "2026-03-08 07:30"),
        ("America/New_York", "2026-03-07 18:30"),
        ("Asia/Kathmandu", "2026-03-08 05:15"),
        ("UTC", "2026-03-07 23:30"),
    ],
)
def test_when_it_is_there(zone: str, said: str) -> None:
    set_brand_zone(zone)
    assert written(MOMENT) == said
