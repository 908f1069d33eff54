"""When things happen: days of the week, a campaign, hours of the day. Purchases are drawn on an even clock, which is then
stretched over the calendar, so that the gaps between a person's purchases keep their law.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from siyu.rehearsal.types import Floats, Ints

DAY: Final = 86_400
ZONE: Final = 8 * 3600  # China has one zone and no summer time
CAMPAIGN_BEFORE_END: Final = 24  # days; early enough that its returns have come back, late enough to be on the boards
_CAMPAIGN: Final = {-3: 0.75, -2: 0.7, -1: 0.6, 0: 6.0, 1: 1.8, 2: 1.2}  # people wait for it
_WEEK: Final = (0.92, 0.94, 1.22, 0.95, 1.02, 1.12, 1.08)  # Monday first; Wednesday is member day
_HOURS: Final = (9, 5, 3, 2, 1, 2, 4, 8, 14, 20, 26, 27, 28, 24, 22, 22, 23, 24, 26, 33, 44, 48, 38, 22)
_CAMPAIGN_HOURS: Final = (70, 30, 12, 5, 3, 3, 5, 9, 16, 24, 28, 26, 26, 22, 20, 20, 22, 24, 28, 40, 75, 60, 50, 45)
_STORE_HOURS: Final = (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 8, 12, 12, 12, 14, 15, 15, 15, 16, 17, 14, 6, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The days of the brand.

    Attributes:
        midnights: when each day begins; the last one is the day of the end.
        ticks: on the even clock, when each day begins and, as the last entry, when the last one ends.
        campaign: position of the campaign's day.
    """

    midnights: Ints
    ticks: Floats
    campaign: int


def make_calendar(end: int, days: int) -> Calendar:
    """The ``days`` days up to and with the day of ``end``."""
    last = (end + ZONE) // DAY * DAY - ZONE
    midnights = last - DAY * np.arange(days - 1, -1, -1, dtype=np.int64)
    weekday = ((midnights + ZONE) // DAY + 3) % 7  # 1970-01-01 was a Thursday
    weights = np.array(_WEEK)[weekday]
    campaign = max(0, days - 1 - min(CAMPAIGN_BEFORE_END, days // 2))
    for step, factor in _CAMPAIGN.items():
        if 0 <= campaign + step < days:
            weights[campaign + step] *= factor
    ticks = np.concatenate(([0.0], np.cumsum(weights / weights.mean())))
    return Calendar(midnights, ticks, campaign)


def day_of(calendar: Calendar, ticks: Floats) -> Ints:
    """The day on which each moment of the even clock falls."""
    return np.clip(np.searchsorted(calendar.ticks, ticks, side="right") - 1, 0, len(calendar.midnights) - 1)


def moments(rng: np.random.Generator, calendar: Calendar, day: Ints, *, in_store: bool = False) -> Ints:
    """A moment of each day: evenings are busy, a campaign begins at midnight, stores have hours."""
    usual = _draw(rng, _STORE_HOURS if in_store else _HOURS, len(day))
    if not in_store:
        usual = np.where(day == calendar.campaign, _draw(rng, _CAMPAIGN_HOURS, len(day)), usual)
    return calendar.midnights[day] + usual * 3600 + rng.integers(0, 3600, len(day))


def _draw(rng: np.random.Generator, weights: tuple[int, ...], count: int) -> Ints:
    shares = np.cumsum(np.array(weights, np.float64)) / sum(weights)
    return np.searchsorted(shares, rng.random(count), side="right").astype(np.int64)
