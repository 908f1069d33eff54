"""A moment, and who may do everything."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from siyu.engines.access import service as access

ME: Final = access.system("tests")
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
PNG: Final = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)
