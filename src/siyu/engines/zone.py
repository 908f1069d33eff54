"""The time zone of the brand, as this process was told."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

_zone: Final = ["Asia/Shanghai"]  # as the setting is when nobody sets it


def set_brand_zone(name: str) -> None:
    """Whose clock stands for people of whom no zone is known; called once by the app at start, and by tests."""
    _zone[:] = [name]


def brand_zone() -> str:
    """The zone that was set."""
    return _zone[0]


def here(moment: datetime) -> datetime:
    """The moment on the brand's clock."""
    return moment.astimezone(ZoneInfo(brand_zone()))


def written(moment: datetime) -> str:
    """The moment on the brand's clock, for sentences; nothing is decided by it."""
    return f"{here(moment):%Y-%m-%d %H:%M}"
