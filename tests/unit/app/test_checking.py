"""Jobs over all accounts: trying them, and deleting what they keep no longer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from tests.unit.app.flock import Flock

from siyu.app import checking, forgetting, syncing
from siyu.app.context import Context
from siyu.channels import registry, service
from siyu.channels.registry import Plugins
from siyu.channels.types import Contact, Follow, Staff
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows, run
from siyu.engines.settings import Settings
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ME = access.system("tests")


@pytest.fixture
def context(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"flock": Flock}, ()))
    with database.transaction() as conn:
        for number in range(3):
            service.connect_account(
                conn, ME, channel="flock", external_id=f"corp-{number}", name="", values={}, now=NOW
            )
        service.pause_account(conn, ME, service.accounts(conn)[2].id, NOW)
    return Context(Settings(data_folder=tmp_path), database, cast("Any", None), ManualClock(NOW))


def test_each_is_tried_when_it_is_due_and_paused_ones_never(context: Context) -> None:
    clock = cast("ManualClock", context.clock)
    assert checking.check_all(context) == 2
    assert checking.check_all(context) == 0
    clock.advance(timedelta(minutes=19))
    assert checking.check_all(context) == 2
    with context.database.transaction() as conn:
        assert {one.checked_at for one in service.health_of_accounts(conn).values()} == {clock.now()}


def test_an_ending_process_leaves_the_rest(context: Context) -> None:
    assert checking.check_all(context, ending=lambda: True) == 0
    assert checking.check_all(context) == 2


def test_what_is_old_is_deleted_until_the_process_ends(context: Context) -> None:
    with context.database.transaction() as conn:
        run(
            conn,
            """INSERT INTO channels.report (account_id, handle, subject_id, ok, said, at)
               SELECT 1, 'h' || n, '', true, '', CAST(:at AS timestamptz) - n * interval '1 day'
               FROM generate_series(1, 300) AS n""",
            at=NOW,
        )
    assert not any(forgetting.forget_channels(context, ending=lambda: True).values())
    assert forgetting.forget_channels(context)["reports"] == 120
    assert not any(forgetting.forget_channels(context).values())


def test_the_ties_of_a_deleted_account_end(context: Context) -> None:
    with context.database.transaction() as conn:
        account = service.accounts(conn)[2]  # which is paused
        follows = (Follow("ann", NOW), Follow("bo", NOW))
        service.mirror(
            conn, account, [Staff("ann", "安"), Staff("bo", "博"), Contact("w1", "甲", "wechat", follows=follows)], NOW
        )
        service.delete_account(conn, ME, account.id, NOW)
    with syncing.alone(context.database, syncing._LOCK, account.id), pytest.raises(TryLater):
        syncing.end_ties(context, account.id)  # while a reconcile is under way
    assert syncing.end_ties(context, account.id) == 1
    assert syncing.end_ties(context, account.id) == 0
    assert syncing.reconcile(context, account.id) is None
    with context.database.transaction() as conn:
        assert rows(conn, "SELECT DISTINCT ended_by FROM channels.follow") == [("account",)]
