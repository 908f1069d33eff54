"""A moment, and a programme to be assigned to."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from siyu.experiments import service
from siyu.experiments.types import CONTROL_BP, Arm, Programme


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


Start = Callable[..., Programme]


@pytest.fixture
def start(now: datetime) -> Start:
    """Start a programme with this key."""

    def started(
        conn: Connection, key: str = "journey:1", *, control_bp: int = CONTROL_BP, arms: tuple[Arm, ...] = ()
    ) -> Programme:
        reason = "" if control_bp == CONTROL_BP else "a test"
        return service.start_programme(
            conn,
            key=key,
            kind="journey",
            name="Six links",
            actor="operator:1",
            now=now,
            control_bp=control_bp,
            arms=arms,
            reason=reason,
        )

    return started
