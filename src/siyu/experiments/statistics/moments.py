"""What has to be known of a group to compare it: six sums, which an engine can add up for any number of people."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over the people of a group, of an outcome y and a covariate x; arrays stand for many groups at once.

    Attributes:
        count: how many people.
        y: sum of their outcomes; ``yy`` of the squares.
        x: sum of what was known of them before; ``xx`` of the squares, ``xy`` of the products. All 0 where nothing was.
    """

    count: Numbers
    y: Numbers
    yy: Numbers
    x: Numbers
    xx: Numbers
    xy: Numbers

    @classmethod
    def of(cls, outcomes: ArrayLike, before: ArrayLike | None = None) -> Self:
        """Of people along the last axis."""
        y = np.asarray(outcomes, np.float64)
        x = np.zeros_like(y) if before is None else np.asarray(before, np.float64)
        count = np.full(y.shape[:-1], y.shape[-1], np.float64)
        return cls(count, y.sum(-1), (y * y).sum(-1), x.sum(-1), (x * x).sum(-1), (x * y).sum(-1))

    @classmethod
    def of_rate(cls, people: ArrayLike, events: ArrayLike) -> Self:
        """Of an outcome that is 1 for some and 0 for the others."""
        count, y = np.asarray(people, np.float64), np.asarray(events, np.float64)
        nothing = np.zeros_like(y)
        return cls(count, y, y, nothing, nothing, nothing)

    @classmethod
    def sum(cls, parts: Sequence["Moments"]) -> Self:
        """Of all these people together."""
        return cls(*[np.sum([getattr(part, one.name) for part in parts], axis=0) for one in fields(cls)])

    @property
    def mean(self) -> Numbers:
        """Of the outcome; 0 of nobody."""
        return self.y / np.maximum(self.count, 1)

    @property
    def mean_before(self) -> Numbers:
        """Of the covariate; 0 of nobody."""
        return self.x / np.maximum(self.count, 1)

    @property
    def told(self) -> Numbers:
        """How many people tell something: of a rate those to whom it happened, or did not if these are fewer.

        Of amounts Kish's effective number, which is less than those with one, the more unlike their amounts are.
        """
        effective = np.divide(self.y * self.y, self.yy, out=np.zeros_like(self.yy), where=self.yy > 0)
        told: Numbers = np.where(self.yy == self.y, np.minimum(effective, self.count - self.y), effective)
        return told

    def spread(self) -> tuple[Numbers, Numbers, Numbers]:
        """Unbiased variance of the outcome, variance of the covariate, covariance; 0 of fewer than two people."""
        count, freedom = np.maximum(self.count, 1), np.maximum(self.count - 1, 1)
        of_y = np.maximum(self.yy - self.y * self.y / count, 0) / freedom
        of_x = np.maximum(self.xx - self.x * self.x / count, 0) / freedom
        return of_y, of_x, (self.xy - self.x * self.y / count) / freedom
