"""Moves between the layers of the relation ladder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LadderMove:
    """How many people stood on one layer at the beginning of a stretch of time and on another at its end."""

    before: int
    after: int
    people: int
