"""Recency, frequency, money: what is asked and what is answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from siyu.insight.types.definitions import USUAL, Definitions, Stated

RfmSegmentName = Literal["champion", "win_back", "deepen", "rescue", "potential", "new", "maintain", "lost"]


@dataclass(frozen=True, slots=True)
class RfmSegment:
    """One of the usual eight; ``high_…`` says whether the score is 4 or 5."""

    name: RfmSegmentName
    en: str
    zh: str
    high_r: bool
    high_f: bool
    high_m: bool


RFM_SEGMENTS: Final = (
    RfmSegment("champion", "Champions", "重要价值客户", True, True, True),
    RfmSegment("win_back", "To win back", "重要唤回客户", False, True, True),
    RfmSegment("deepen", "To deepen", "重要深耕客户", True, False, True),
    RfmSegment("rescue", "To rescue", "重要挽留客户", False, False, True),
    RfmSegment("potential", "Potential", "潜力客户", True, True, False),
    RfmSegment("new", "New", "新客户", True, False, False),
    RfmSegment("maintain", "To maintain", "一般维持客户", False, True, False),
    RfmSegment("lost", "Lost", "流失客户", False, False, False),
)


@dataclass(frozen=True, slots=True)
class RfmPlan:
    """Customers by recency, frequency and money. What each means is written in one place: ``insight.rules``.

    Attributes:
        as_of: nothing after this moment counts; recency is measured back from it.
        since: only orders paid from here on count; everything when ``None``.
        definitions: what counts.
        days: four bounds of recency in whole days, ascending; quintiles when empty.
        orders: four bounds of the number of purchases; quintiles when empty.
        net: four bounds of the money in fen; quintiles when empty.
    """

    as_of: datetime
    since: datetime | None = None
    definitions: Definitions = USUAL
    days: tuple[int, ...] = ()
    orders: tuple[int, ...] = ()
    net: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RfmCell:
    """One cell of the cube; scores 1 (worst) to 5 (best)."""

    r: int
    f: int
    m: int
    customers: int
    net_fen: int


@dataclass(frozen=True, slots=True)
class RfmSquare:
    """One square of the grid of recency and frequency; ``mean_fen`` is money a customer, rounded down."""

    r: int
    f: int
    customers: int
    net_fen: int
    mean_fen: int
    mean_m: float


@dataclass(frozen=True, slots=True)
class RfmSegmentCount:
    """How many customers a named segment has, and what they brought in."""

    name: RfmSegmentName
    en: str
    zh: str
    customers: int
    net_fen: int


@dataclass(frozen=True, slots=True)
class RfmTable:
    """Cells and squares that hold anybody, best first; the eight segments; the bounds between scores."""

    customers: int
    cells: tuple[RfmCell, ...]
    days_bounds: tuple[int, ...]
    orders_bounds: tuple[int, ...]
    net_bounds: tuple[int, ...]
    grid: tuple[RfmSquare, ...]
    segments: tuple[RfmSegmentCount, ...]
    as_of: datetime
    since: datetime | None
    definitions: Stated
