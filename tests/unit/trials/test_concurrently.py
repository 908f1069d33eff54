"""Many at once, on connections of their own: nobody applies, is chosen or is rewarded twice, and pieces are never exceeded."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.unit.trials.conftest import DAY, NOON, Brand

from siyu.engines.postgres import Database
from siyu.kernel.errors import SiyuError
from siyu.loyalty.types import customer
from siyu.trials.rules import pieces

WORKERS = 8


@pytest.fixture
def crowd(brand: Brand) -> Iterator[Brand]:
    """The brand with a connection for each worker."""
    wide = Database(brand.database.url, pool_size=WORKERS)
    yield Brand(wide)
    wide.close()


def at_once(acts: list[Callable[[], Any]]) -> list[str]:
    """Begin all at one moment; of each the code of its error, or ``done``."""
    gate = threading.Barrier(len(acts))

    def one(act: Callable[[], Any]) -> str:
        gate.wait()
        try:
            act()
        except SiyuError as problem:
            return problem.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as workers:
        return list(workers.map(one, acts))


def test_two_tabs_apply_once(crowd: Brand) -> None:
    made = crowd.trial(points=10)
    crowd.earn(1, 100)
    found = at_once([lambda: crowd.apply(1, made) for _ in range(WORKERS)])
    assert Counter(found) == {"done": 1, "AlreadyApplied": WORKERS - 1}
    assert (crowd.has(1), crowd.read(made).applied) == (90, 1)


def test_several_choose_the_last_pieces(crowd: Brand) -> None:
    """Each of eight operators wants two other people, and there are three pieces."""
    made = crowd.trial(pieces=3)
    applied = [crowd.apply(one, made) for one in range(1, 9)]
    acts = [
        lambda first=first: crowd.choose(made, applied[first], applied[(first + 1) % 8])  # type: ignore[misc]
        for first in range(8)
    ]
    assert set(at_once(acts)) == {"done", "TooFewPieces"}
    found = crowd.read(made)
    assert (found.chosen + found.left, found.chosen <= 3) == (3, True)
    held = sum(crowd.has(customer(one, pieces.unit_of(made))) for one in range(1, 9))
    assert held == found.chosen
    crowd.assert_whole()


def test_the_choosing_is_over_once(crowd: Brand) -> None:
    made = crowd.trial(how="draw", points=10)
    for one in range(1, 9):
        crowd.earn(one, 10)
        crowd.apply(one, made)
    crowd.now = NOON + 8 * DAY
    assert set(at_once([crowd.look_after, lambda: crowd.settle(made)] * 3)) == {"done"}
    found = crowd.read(made)
    assert (found.chosen, found.left, found.applied) == (3, 0, 8)
    kinds = Counter(kind for kind, _, _ in crowd.told())
    assert (kinds["trial.chosen"], kinds["trial.not_chosen"]) == (3, 5)
    assert sum(crowd.has(one) for one in range(1, 9)) == 50
    crowd.assert_whole()


def test_a_report_is_rewarded_once_however_many_approve_it(crowd: Brand) -> None:
    made = crowd.trial()
    applied = [crowd.apply(one, made) for one in (1, 2, 3)]
    crowd.choose(made, *applied)
    crowd.send(made, *applied)
    for one in (1, 2, 3):
        crowd.report(one, made)
    acts: list[Callable[[], Any]] = [
        lambda: crowd.approve(made, *applied),
        lambda: crowd.approve(made, *applied[1:]),
    ] * 3
    found = at_once([*acts, lambda: crowd.merge(2, 1)])
    assert set(found) == {"done"}
    assert crowd.has(1) == 400
    assert crowd.has(3) == 200
    assert Counter(kind for kind, _, _ in crowd.told())["trial.rewarded"] == 3
    crowd.assert_whole()


def test_who_applies_while_the_choosing_ends_is_told_or_refused(crowd: Brand) -> None:
    """Whoever gets in is chosen or not; nobody is left waiting."""
    made = crowd.trial(points=5)
    for one in range(1, 9):
        crowd.earn(one, 5)
    acts: list[Callable[[], Any]] = [lambda one=one: crowd.apply(one, made) for one in range(1, 8)]  # type: ignore[misc]
    found = at_once([*acts, lambda: crowd.end(made)])
    assert set(found) <= {"done", "TrialClosed"}
    states = {row[0] for row in crowd.rows("SELECT state FROM trials.application WHERE trial_id = :id", id=made)}
    assert states <= {"not_chosen"}
    assert [crowd.has(one) for one in range(1, 9)] == [5] * 8
