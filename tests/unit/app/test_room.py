"""What is accepted stops at the reserve of the disk, what waits at half of it; a disk on another machine is not looked at."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pytest
from typer.testing import CliRunner

from siyu.app import health
from siyu.app.cli import run as commands
from siyu.app.cli.everything import app
from siyu.app.context import Context
from siyu.app.place import Running
from siyu.app.relief import Relief
from siyu.app.worker import Worker
from siyu.engines.postgres import Database


@pytest.mark.parametrize(("share", "room"), [(1.0, True), (0.5, True), (0.49, False), (0.0, False)])
def test_the_last_half_of_the_reserve_is_the_engines(
    web_context: Context, monkeypatch: pytest.MonkeyPatch, share: float, room: bool
) -> None:
    free = int(web_context.settings.minimum_free_bytes * share)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert web_context.has_room() is room
    away = replace(web_context, database=Database("postgresql://siyu@db.internal/siyu"))
    assert away.disk is None
    assert away.has_room()


@pytest.mark.parametrize(
    ("share", "said"),
    [(1.0, []), (0.9, ["停止接收数据。", "清理磁盘"]), (0.4, ["停止接收数据，低于其一半时暂停处理。", "清理磁盘"])],
)
def test_status_says_so(
    reporting_context: Context, monkeypatch: pytest.MonkeyPatch, share: float, said: list[str]
) -> None:
    free = int(reporting_context.settings.minimum_free_bytes * share)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    monkeypatch.setattr(
        commands, "load_settings", lambda _: reporting_context.settings
    )  # as it is, logging would stay set up
    monkeypatch.setattr(commands, "where", lambda _: Running(0, "", "", "http://siyu", "", ""))
    monkeypatch.setattr(httpx, "get", lambda *_, **__: SimpleNamespace(json=lambda: health.state(reporting_context)))
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    result = CliRunner().invoke(app, ["status"])
    assert result.exit_code == 0, result.output
    assert "GiB" in result.stdout
    assert [one for one in said if one not in result.stderr] == []
    assert bool(result.stderr) == bool(said)


def test_the_pipeline_and_the_exporter_ask(web_context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    loops = [*Worker(web_context)._loops, Relief(web_context)._loop]
    assert sorted(loop.name for loop in loops if not loop._may()) == ["exporter", "pipeline", "pipeline"]
