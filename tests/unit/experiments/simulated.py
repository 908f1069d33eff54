"""Programmes of which the effect is known, looked at every day: many at once, as sums by day."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from siyu.experiments.statistics import Effect, Interval, Moments

DAYS = 30
Numbers = NDArray[np.float64]


def daily(outcomes: Numbers) -> Moments:
    """What is known at the end of each day of (programmes, days, newcomers of the day)."""
    programmes, days, people = outcomes.shape
    count = np.broadcast_to(np.arange(1, days + 1.0) * people, (programmes, days))
    nothing = np.zeros((programmes, days))
    return Moments(
        count,
        np.cumsum(outcomes.sum(2), 1),
        np.cumsum((outcomes * outcomes).sum(2), 1),
        nothing,
        nothing,
        nothing,
    )


def growing(rng: np.random.Generator, programmes: int, people: int, rate: float, tail: float) -> Moments:
    """The same where everybody goes on buying after they came: unlike each other, at random, amounts with a tail."""
    y, yy = np.zeros((programmes, DAYS)), np.zeros((programmes, DAYS))
    for came in range(DAYS):
        taste = rng.gamma(0.5, 2, (programmes, people)) * rate
        so_far = np.zeros((programmes, people))
        for day in range(came, DAYS):
            orders = rng.poisson(taste)
            so_far += np.where(orders > 0, orders * rng.lognormal(0, tail, orders.shape), 0)
            y[:, day] += so_far.sum(1)
            yy[:, day] += (so_far * so_far).sum(1)
    count = np.broadcast_to(np.arange(1, DAYS + 1.0) * people, y.shape)
    return Moments(count, y, yy, *[np.zeros_like(y)] * 3)


def always_right(interval: Callable[[Effect], Interval], effect: Effect, truth: float | Numbers) -> float:
    """In which part of the programmes every one of the daily intervals holds the truth."""
    found = interval(effect)
    return float(np.mean(np.all((found.low <= truth) & (truth <= found.high), axis=-1)))


def events(rng: np.random.Generator, programmes: int, looks: int, people: int, rate: float) -> Numbers:
    """To how many it has happened by each look, when as many people come before each."""
    return np.cumsum(rng.binomial(people, rate, (programmes, looks)), axis=1).astype(np.float64)
