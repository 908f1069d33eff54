"""Programmes: started once, changed with a reason."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.experiments import service
from siyu.experiments.types import Arm, NeedsReason, Programme
from siyu.kernel.errors import BadInput, IdempotencyMismatch, NotFound


def start(conn: Connection, now: datetime, **given: object) -> Programme:
    input_ = {"key": "journey:1", "kind": "journey", "name": "Six links", "actor": "operator:1", **given}
    return service.start_programme(conn, now=now, **input_)  # type: ignore[arg-type]  # what a test gives


def audited(conn: Connection, action: str) -> list[dict[str, object]]:
    return [dict(entry.details) for entry in access.audit_page(conn, action=action)]


def test_the_same_start_again_is_the_same_programme(conn: Connection, now: datetime) -> None:
    first = start(conn, now, arms=(Arm("short"), Arm("long", 2)))
    assert first.control_bp == 1000
    assert start(conn, now.replace(hour=13), arms=(Arm("short"), Arm("long", 2))) == first
    assert service.programme(conn, first.id) == first
    assert len(audited(conn, "programme.started")) == 1


def test_a_changed_share_does_not_make_the_start_another(conn: Connection, now: datetime) -> None:
    first = start(conn, now)
    service.change_control(conn, first.id, 2000, "few people", "operator:1", now)
    assert start(conn, now) == replace(first, control_bp=2000)


def test_a_key_belongs_to_one_input(conn: Connection, now: datetime) -> None:
    start(conn, now)
    with pytest.raises(IdempotencyMismatch):
        start(conn, now, name="Another")


@pytest.mark.parametrize(
    "given",
    [
        {"key": "Journey 1"},
        {"kind": ""},
        {"control_bp": -1, "reason": "so"},
        {"control_bp": 9001, "reason": "so"},
        {"arms": (Arm("alone"),)},
        {"arms": (Arm("a"), Arm("a"))},
        {"arms": (Arm("a"), Arm(" "))},
        {"arms": (Arm("a"), Arm("b", 0))},
    ],
)
def test_what_cannot_be_a_programme_is_refused(conn: Connection, now: datetime, given: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        start(conn, now, **given)


def test_another_share_has_a_reason(conn: Connection, now: datetime) -> None:
    with pytest.raises(NeedsReason):
        start(conn, now, control_bp=0)
    made = start(conn, now, control_bp=0, reason="everybody must hear of the recall")
    assert audited(conn, "programme.started")[0]["reason"] == "everybody must hear of the recall"
    with pytest.raises(NeedsReason):
        service.change_control(conn, made.id, 500, "  ", "operator:1", now)
    for _ in range(2):
        assert service.change_control(conn, made.id, 500, "now we may", "operator:2", now).control_bp == 500
    assert audited(conn, "programme.control_changed") == [{"from_bp": 0, "to_bp": 500, "reason": "now we may"}]


def test_stop_and_resume(conn: Connection, now: datetime) -> None:
    made = start(conn, now)
    for _ in range(2):
        assert service.stop_programme(conn, made.id, "operator:1", now).stopped_at == now
    assert service.programmes(conn, running=True) == []
    for _ in range(2):
        assert service.resume_programme(conn, made.id, "operator:1", now) == made
    assert service.programmes(conn, running=True) == [made]
    assert [len(audited(conn, f"programme.{what}")) for what in ("stopped", "resumed")] == [1, 1]


def test_there_is_no_such_programme(conn: Connection, now: datetime) -> None:
    with pytest.raises(NotFound):
        service.stop_programme(conn, 7, "operator:1", now)
    with pytest.raises(NotFound):
        service.assign(conn, 7, [1], now)


def test_the_holdout_is_changed_with_a_reason(conn: Connection, now: datetime) -> None:
    assert service.holdout(conn) == 0
    with pytest.raises(NeedsReason):
        service.change_holdout(conn, 500, "", "operator:1", now)
    with pytest.raises(BadInput):
        service.change_holdout(conn, 5001, "so", "operator:1", now)
    for _ in range(2):
        assert service.change_holdout(conn, 500, "what is marketing worth?", "operator:1", now) == 500
    assert service.holdout(conn) == 500
    assert len(audited(conn, "holdout.changed")) == 1
