"""How long the record of draws is kept."""

from datetime import datetime
from typing import Final

YEARS: Final = 2  # by China's rules on promotions; it is never less


def kept_until(now: datetime) -> datetime:
    """What lies before this moment may be forgotten."""
    day = min(now.day, 28) if now.month == 2 else now.day
    return now.replace(year=now.year - YEARS, day=day)
