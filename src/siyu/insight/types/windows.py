"""Stretches of time, and what people bought in them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time: after ``start`` (since ever when ``None``), up to ``end`` and including it."""

    start: datetime | None
    end: datetime


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """What people bought in a window.

    Attributes:
        buyers: people with a purchase in it.
        new: those of them whose first purchase ever lies in it.
        earlier: people whose first purchase came before it, whether they bought in it or not.
        returned: those of them who bought in it.
        net_fen: money in less money out in it, in fen, of whoever it is told of a person.
    """

    buyers: int
    new: int
    earlier: int
    returned: int
    net_fen: int
