"""What an operator is told of the calls of a platform."""

from datetime import UTC, datetime, timedelta

import pytest

from siyu.channels.rules.door import judge
from siyu.channels.types import Finding, Heard, Walk

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ADDRESS = "https://siyu.example/callback/wecom/1"


def before(**age: float) -> datetime:
    return NOW - timedelta(**age)


def walk(hours: float, changes: int, state: str = "done") -> Walk:
    """A reconcile so many hours ago, which found so many changes."""
    began = before(hours=hours)
    return Walk(1, 1, state, "", {"began": changes}, [], None, began, began, began)  # type: ignore[arg-type]


def told(heard: Heard, *walks: Walk) -> Finding:
    found = judge(heard, walks, ADDRESS, NOW)
    assert found.en
    assert found.zh
    assert found.ok or (found.advice_en and found.advice_zh)
    return found


def test_nothing_ever_came() -> None:
    found = told(Heard())
    assert not found.ok
    assert ADDRESS in found.advice_en
    assert ADDRESS in found.advice_zh
    assert "SIYU_PUBLIC_URL" in found.advice_zh


@pytest.mark.parametrize(("good_at", "said"), [(None, "no good one ever came"), (before(days=3), "3 days ago")])
def test_the_last_was_refused(good_at: datetime | None, said: str) -> None:
    found = told(Heard(good_at, before(minutes=7), 4, "the signature is wrong", "签名不正确。"))
    assert (found.ok, said in found.en) == (False, True)
    assert "refused 7 minutes ago: the signature is wrong" in found.en
    assert "7 分钟前有调用被拒绝：签名不正确。" in found.zh


def test_a_good_call_clears_a_refusal() -> None:
    assert told(Heard(before(minutes=1), before(minutes=7), 0, "the signature is wrong", "签名不正确。")).ok


@pytest.mark.parametrize(
    ("heard", "walks", "ok"),
    [
        (before(days=4), [], True),  # a quiet account
        (before(days=4), [walk(1, 9)], True),  # the first reconcile finds everything
        (before(days=4), [walk(1, 0), walk(25, 0)], True),  # nothing happened
        (before(hours=2), [walk(1, 9), walk(25, 0)], True),  # pushes came, some may have been lost
        (before(days=4), [walk(1, 9), walk(25, 0)], False),
        (before(days=4), [walk(1, 9, "failed"), walk(2, 3), walk(25, 0)], False),
    ],
)
def test_what_a_reconcile_finds_that_no_call_told(heard: datetime, walks: list[Walk], ok: bool) -> None:
    found = told(Heard(heard), *walks)
    assert found.ok is ok
    assert ok or "4 days ago" in found.en
