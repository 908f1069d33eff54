"""Parts that every fake platform has."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.delivering import Deliverer
from siyu.rehearsal.platforms.faults import Faults, Refusal
from siyu.rehearsal.platforms.tokens import Tokens, TokenState
from siyu.rehearsal.platforms.windows import Rate, Windows

START = datetime(2026, 11, 2, tzinfo=UTC)


class TestTokens:
    def test_the_same_one_within_its_life(self) -> None:
        clock = ManualClock(START)
        tokens = Tokens(clock)
        first, life = tokens.issue("a", 7200)
        clock.advance(timedelta(seconds=200))
        assert (life, tokens.issue("a", 7200)) == (7200, (first, 7000))
        assert tokens.issue("b", 7200)[0] != first

    def test_ends_by_time_and_dies_before(self) -> None:
        clock = ManualClock(START)
        tokens = Tokens(clock)
        first, _ = tokens.issue("a", 7200)
        clock.advance(timedelta(seconds=7200))
        assert tokens.check(first) == (TokenState.EXPIRED, "a")
        second, _ = tokens.issue("a", 7200)
        assert tokens.check(second) == (TokenState.VALID, "a")
        tokens.die()
        assert tokens.check(second) == (TokenState.UNKNOWN, "a")
        assert tokens.issue("a", 7200)[0] not in {first, second}
        assert tokens.check("made up") == (TokenState.UNKNOWN, "")


class TestWindows:
    def test_the_one_too_many_shuts_the_door_for_a_while(self) -> None:
        clock = ManualClock(START)
        windows = Windows(clock, (Rate(60, 3, 60),))
        assert [windows.take("a") for _ in range(3)] == [None] * 3
        assert windows.take("b") is None
        clock.advance(timedelta(seconds=30))
        until = windows.take("a")
        assert until == START + timedelta(seconds=90)
        clock.advance(timedelta(seconds=59))  # another minute has begun, and it is shut all the same
        assert windows.take("a") == until
        clock.advance(timedelta(seconds=1))
        assert windows.take("a") is None

    def test_the_hour_counts_over_minutes(self) -> None:
        clock = ManualClock(START)
        windows = Windows(clock, (Rate(60, 3, 60), Rate(3600, 5, 3600)))
        passed = 0
        for _ in range(10):
            passed += windows.take("a") is None
            clock.advance(timedelta(seconds=60))
        assert passed == 5


class Post:
    """Takes what is posted, after so many refusals."""

    def __init__(self, refusals: int = 0) -> None:
        self.taken: list[str] = []
        self.refusals = refusals

    def __call__(self, payload: str) -> bool:
        if self.refusals:
            self.refusals -= 1
            return False
        self.taken.append(payload)
        return True


def deliverer(faults: Faults, post: Post, clock: ManualClock | None = None, seed: int = 1) -> Deliverer:
    return Deliverer(post, clock or ManualClock(START), faults, seed=seed)


class TestDeliverer:
    def test_in_order_and_once_without_faults(self) -> None:
        post = Post()
        sender = deliverer(Faults(), post)
        for number in range(50):
            sender.put(str(number))
        assert sender.flush() == 50
        assert post.taken == [str(number) for number in range(50)]
        assert sender.flush() == 0

    @pytest.mark.parametrize(("refusals", "taken"), [(2, 1), (3, 0)])
    def test_three_tries(self, refusals: int, taken: int) -> None:
        post = Post(refusals)
        sender = deliverer(Faults(), post)
        sender.put("x")
        sender.flush()
        assert (len(post.taken), sender.counts["tries"]) == (taken, 3)

    @given(st.integers(0, 2**32))
    def test_what_is_not_lost_comes_and_what_is_repeated_comes_twice(self, seed: int) -> None:
        post = Post()
        sender = deliverer(Faults(lost=0.3, repeated=0.2, disordered=0.5), post, seed=seed)
        for number in range(100):
            sender.put(str(number))
        sender.flush()
        assert len(post.taken) == 100 - sender.counts["lost"] + sender.counts["repeated"]
        assert len(set(post.taken)) == 100 - sender.counts["lost"]

    def test_shares_are_what_was_asked_for(self) -> None:
        post = Post()
        sender = deliverer(Faults(lost=0.1, repeated=0.05), post)
        for number in range(10_000):
            sender.put(str(number))
        assert 900 < sender.counts["lost"] < 1100
        assert 400 < sender.counts["repeated"] < 600

    def test_disordered(self) -> None:
        post = Post()
        sender = deliverer(Faults(disordered=0.3), post)
        for number in range(200):
            sender.put(str(number))
        sender.flush()
        assert post.taken != [str(number) for number in range(200)]
        assert all(abs(int(payload) - place) <= 11 for place, payload in enumerate(post.taken))

    def test_delayed_ones_wait_for_the_clock(self) -> None:
        clock, post = ManualClock(START), Post()
        sender = deliverer(Faults(delayed=1.0, delayed_seconds=600), post, clock)
        for number in range(20):
            sender.put(str(number))
        assert sender.flush() < 5
        clock.advance(timedelta(seconds=601))
        sender.flush()
        assert sorted(map(int, post.taken)) == list(range(20))
        assert sender.waiting() == 0

    def test_by_itself(self) -> None:
        post = Post()
        sender = deliverer(Faults(), post)
        sender.start()
        try:
            sender.put("x")
            for _ in range(200):
                if post.taken:
                    break
                sender._stop.wait(0.02)
        finally:
            sender.stop()
        assert post.taken == ["x"]
        assert not sender.by_itself


def test_refusals_end_by_time_and_by_number() -> None:
    faults = Faults(refusals=[Refusal(45009, "a", until=100), Refusal(45033, times=2), Refusal(60020, "b", share=0.5)])
    assert faults.refusal("a", 99, 0) == 45009
    assert [faults.refusal("a", 100, 0) for _ in range(3)] == [45033, 45033, 0]
    assert (faults.refusal("b", 100, 0.4), faults.refusal("b", 100, 0.6)) == (60020, 0)
