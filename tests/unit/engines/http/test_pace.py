"""One address may come so often in a window; others are not held up by it."""

import pytest

from siyu.engines.http import pace
from siyu.engines.http.pace import Paces
from siyu.kernel.errors import TooManyRequests


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(pace, "monotonic", watch)
    return watch


def come(paces: Paces, address: str, times: int = 1, door: str = "a") -> int:
    """How many times one was let in."""
    let_in = 0
    for _ in range(times):
        try:
            paces.take(door, address, 3, 60)
        except TooManyRequests:
            continue
        let_in += 1
    return let_in


def test_so_many_in_a_window(watch: Watch) -> None:
    paces = Paces()
    assert come(paces, "10.0.0.1", 5) == 3
    assert come(paces, "10.0.0.2", 5) == 3
    assert come(paces, "10.0.0.1", door="b") == 1
    watch.now += 59
    with pytest.raises(TooManyRequests) as refused:
        paces.take("a", "10.0.0.1", 3, 60)
    assert refused.value.details["retry_after"] == 1
    watch.now += 1
    assert come(paces, "10.0.0.1", 5) == 3


@pytest.mark.usefixtures("watch")
def test_a_home_is_one_address() -> None:
    paces = Paces()
    assert sum(come(paces, f"2001:db8:1:2::{n:x}") for n in range(9)) == 3
    assert come(paces, "2001:db8:1:3::1") == 1
    assert come(paces, "no address", 4) == 3


def test_what_is_remembered_has_an_end(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_MOST", 100)
    paces = Paces()
    for number in range(1000):
        come(paces, f"10.0.{number // 250}.{number % 250}")
        watch.now += 0.01
    assert len(paces._windows) <= 100
