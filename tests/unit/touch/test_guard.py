"""The harm guard stops a programme that drives people away, says why, and lets go only by an operator's word."""

from datetime import datetime, timedelta
from itertools import count

import numpy as np
import pytest
from sqlalchemy import Connection
from tests.unit.touch.conftest import DAY, ME, NOON

from siyu.app.context import Context
from siyu.app.guarding import guard_all
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.experiments import service as experiments
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import BadInput, NotAllowed, NotFound
from siyu.kernel.fact import Fact
from siyu.timeline.columns import facts_to_table
from siyu.touch import service
from siyu.touch.types import Guard

_entries = count(1)


@pytest.fixture
def site(database: Database, empty: Client) -> Context:
    return Context(Settings(), database, empty, ManualClock(NOON))


def begin(conn: Connection, key: str = "journey:1", control_bp: int = 1000) -> int:
    return experiments.start_programme(
        conn, key=key, kind="journey", name=key, actor="operator:1", now=NOON, control_bp=control_bp, reason="a test"
    ).id


def day(site: Context, programme_id: int, people: range, rates: tuple[float, float], seed: int) -> datetime:
    """A day passes: these people are exposed, and of the treated and the control group so many leave."""
    now = site.clock.now()
    rng = np.random.default_rng(seed)
    with site.database.transaction() as conn:
        places = experiments.assign(conn, programme_id, people, now, expose=True)
    gone = [one for one, place in places.items() if rng.random() < rates[place.group == "control"]]
    facts = [
        Fact("friend.deleted", one, one + 10**6, now + timedelta(hours=1), properties={"by": "customer"})
        for one in gone
    ]
    entry = next(_entries)
    if facts:
        site.clickhouse.insert("facts", facts_to_table(entry, facts, 0), token=f"guard-{entry}")
    assert isinstance(site.clock, ManualClock)
    return site.clock.advance(DAY)


def audited(conn: Connection, action: str) -> list[dict[str, object]]:
    return [dict(entry.details) for entry in access.audit_page(conn, action=action)]


def test_a_harmful_programme_is_stopped_and_its_neighbour_is_not(site: Context) -> None:
    with site.database.transaction() as conn:
        bad, good = begin(conn, "journey:1"), begin(conn, "journey:2")
    stopped: list[int] = []
    for number in range(10):
        people = range(1 + 4000 * number, 4001 + 4000 * number)
        day(site, bad, people, (0.03, 0.005), 2 * number)
        day(site, good, people, (0.005, 0.005), 2 * number + 1)
        stopped += guard_all(site)
    assert stopped == [bad]
    with site.database.transaction() as conn:
        found = service.guard_of(conn, bad)
        assert found.halted_at is not None
        assert "deleted a member of staff" in found.said_en
        assert "删除好友" in found.said_zh
        assert "times as often" in found.said_en
        assert service.sendings(conn, [bad, good])[bad].state == "halted"
        assert good not in service.sendings(conn, [bad, good])
        (entry,) = audited(conn, "sending.halted")
        assert found.said_zh in str(entry["reason"])
        calm = service.guard_of(conn, good)
        assert calm.watched is not None
        assert not calm.watched.alarm
        assert calm.checked_at is not None


def test_one_that_cannot_be_looked_at_does_not_shield_the_others(
    site: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.database.transaction() as conn:
        broken, bad = begin(conn, "journey:1"), begin(conn, "journey:2")
    day(site, bad, range(1, 10_001), (0.03, 0.005), 1)
    look = service.guard_programme

    def stumbling(conn: Connection, clickhouse: Client, programme_id: int, now: datetime) -> Guard:
        if programme_id == broken:
            raise RuntimeError("no answer")
        return look(conn, clickhouse, programme_id, now)

    monkeypatch.setattr(service, "guard_programme", stumbling)
    with pytest.raises(ExceptionGroup, match="could not look at") as failed:
        guard_all(site)
    assert [str(one) for one in failed.value.exceptions] == ["no answer"]
    with site.database.transaction() as conn:
        assert service.guard_of(conn, bad).halted_at is not None


def test_only_an_operator_lets_it_go_on_and_what_was_before_counts_no_more(site: Context) -> None:
    with site.database.transaction() as conn:
        bad = begin(conn)
    day(site, bad, range(1, 10_001), (0.03, 0.005), 1)
    assert guard_all(site) == [bad]
    assert guard_all(site) == []
    with site.database.transaction() as conn:
        with pytest.raises(NotAllowed):
            service.resume_sending(conn, Principal("operator", 2, "Eve", frozenset()), bad, "I say so", NOON)
        with pytest.raises(BadInput):
            service.resume_sending(conn, ME, bad, "", NOON)
        service.resume_sending(conn, ME, bad, "The text was changed", site.clock.now())
    assert guard_all(site) == []
    with site.database.transaction() as conn:
        found = service.guard_of(conn, bad)
        assert (found.halted_at, found.said_en) == (None, "")
        assert found.watched is not None
        assert found.watched.harms[0].treated == 0
    # And stopped again, when it goes on as before.
    day(site, bad, range(10_001, 20_001), (0.03, 0.005), 2)
    assert guard_all(site) == [bad]


def test_it_is_switched_off_with_a_reason_only(site: Context) -> None:
    with site.database.transaction() as conn:
        bad = begin(conn)
        for reason in ("", "  ", "x"):
            with pytest.raises(BadInput):
                service.change_guard(conn, ME, bad, watching=False, tolerated=1, reason=reason, now=NOON)
        with pytest.raises(BadInput):
            service.change_guard(conn, ME, bad, watching=True, tolerated=0.5, reason="less is more", now=NOON)
        with pytest.raises(NotFound):
            service.change_guard(conn, ME, 999, watching=False, tolerated=1, reason="no such", now=NOON)
        for _ in range(2):
            service.change_guard(conn, ME, bad, watching=False, tolerated=1, reason="A recall of goods", now=NOON)
        assert [one["reason"] for one in audited(conn, "guard.changed")] == ["A recall of goods"]
    day(site, bad, range(1, 10_001), (0.03, 0.005), 1)
    assert guard_all(site) == []
    with site.database.transaction() as conn:
        found = service.guard_of(conn, bad)
        assert found.watched is not None
        assert found.watched.alarm  # it is seen all the same
        service.change_guard(conn, ME, bad, watching=True, tolerated=10, reason="Back, but patient", now=NOON)
    assert guard_all(site) == []
    with site.database.transaction() as conn:
        service.change_guard(conn, ME, bad, watching=True, tolerated=1, reason="As usual", now=NOON)
    assert guard_all(site) == [bad]


def test_who_has_no_control_group_is_not_stopped_and_it_is_said(site: Context) -> None:
    with site.database.transaction() as conn:
        blind = begin(conn, control_bp=0)
    day(site, blind, range(1, 1001), (0.5, 0.5), 1)
    assert guard_all(site) == []
    with site.database.transaction() as conn:
        found = service.guard_of(conn, blind)
        assert found.watched is not None
        assert found.watched.blind
