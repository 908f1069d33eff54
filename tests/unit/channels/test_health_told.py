"""Accounts are tried now and then; what breaks or is mended is on record once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.channels.parrot import Parrot

from siyu.channels import service
from siyu.channels.rules.health import due_at, to_tell, wrong
from siyu.channels.types import Account, Finding
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.kernel.clock import ManualClock

MINUTE = timedelta(minutes=1)
BROKEN = Finding("token", False, "the secret is wrong.", "密钥错误。", code=40001)
SILENT = Finding("network", False, "no answer.", "无应答。")
FINE = [Finding("token", True, "right.", "正确。"), Finding("network", True, "right.", "正确。")]
NAMES = st.sets(st.sampled_from(["token", "network", "pushes"]))
FINDINGS = st.lists(
    st.builds(
        lambda check, ok, code: Finding(check, ok, "said", "说明", code=0 if ok else code),
        st.sampled_from(["token", "network", "pushes"]),
        st.booleans(),
        st.sampled_from([0, 40001]),
    ),
    max_size=5,
)


@given(NAMES, NAMES, FINDINGS)
def test_what_is_told_is_wrong_now_and_is_told_once(told: set[str], before: set[str], findings: list[Finding]) -> None:
    first = to_tell(told, before, findings)
    assert first <= wrong(findings)
    assert first >= wrong(findings) & told
    second = to_tell(first, wrong(findings), findings)
    assert second == wrong(findings)  # found twice
    assert to_tell(second, wrong(findings), findings) == second


@given(st.integers(1, 10**6), st.integers(0, 2**31))
def test_accounts_are_looked_at_apart(account_id: int, second: int) -> None:
    checked, every = datetime.fromtimestamp(second, UTC), timedelta(minutes=15)
    due = due_at(account_id, checked, every)
    assert checked + every * 0.8 <= due <= checked + every * 1.2
    assert due == due_at(account_id, checked, every)
    assert len({due_at(one, checked, every) for one in range(1, 6)}) == 5


def told(database: Database) -> list[dict[str, object]]:
    with database.transaction() as conn:
        entries = access.audit_page(conn)
    return [dict(one.details) for one in reversed(entries) if one.action == "channel.health_changed"]


@pytest.fixture
def check(database: Database, account: Account, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Callable[..., None]:
    clock = ManualClock(now)

    def check(*findings: Finding) -> None:
        monkeypatch.setattr(Parrot, "health", lambda self: list(findings))
        # Of pushes another test speaks: here the plugin says why none can come.
        monkeypatch.setattr("siyu.channels.service.health._should_be_called", lambda account, found: False)
        clock.advance(15 * MINUTE)
        with httpx.Client() as http:
            service.check_account(database, account, clock, http)

    return check


def test_a_refusal_is_on_record_at_once_and_once(check: Callable[..., None], database: Database) -> None:
    check(*FINE)
    assert told(database) == []
    for _ in range(3):
        check(BROKEN)
    assert told(database) == [{"channel": "parrot", "wrong": ["token"], "mended": []}]
    for _ in range(2):
        check(*FINE)
    assert told(database)[1:] == [{"channel": "parrot", "wrong": [], "mended": ["token"]}]


def test_a_moment_without_network_is_not_told(check: Callable[..., None], database: Database) -> None:
    check(SILENT)
    check(*FINE)
    check(SILENT)
    assert told(database) == []
    check(SILENT)
    assert [one["wrong"] for one in told(database)] == [["network"]]


def test_who_is_due(
    check: Callable[..., None], connect: Callable[..., Account], account: Account, database: Database, now: datetime
) -> None:
    fresh, paused = connect("p-two"), connect("p-three")
    check(*FINE)  # 15 minutes later
    with database.transaction() as conn:
        service.pause_account(conn, access.system("tests"), paused.id, now)
        every = timedelta(minutes=10)
        assert service.due_for_check(conn, every, now + 16 * MINUTE) == [fresh]
        assert service.due_for_check(conn, every, now + 28 * MINUTE) == [fresh, account]
