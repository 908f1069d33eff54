"""``siyu doctor``: looks at everything a newcomer can get wrong, and says in plain words what to do."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from siyu.app.doctor import channels, engines, machine
from siyu.app.doctor.check import Check, Finding
from siyu.app.place import NotRunning, Place, Running
from siyu.engines.settings import Settings
from siyu.kernel.errors import NotFound, SiyuError, original

__all__ = ["Check", "run_checks"]


def run_checks(settings: Settings, only: str = "") -> list[Check]:
    """Run every check, or the one of this name; one that breaks counts as failed and stops none of the others.

    Changes nothing lasting but what is known of accounts on platforms.

    Raises:
        NotFound: there is no check of this name.
    """
    running = _running(settings)
    checks: list[tuple[str, Callable[[], Finding]]] = [
        ("python", machine.python_check),
        ("platform", lambda: machine.platform_check(settings)),
        ("settings", lambda: machine.unknown_settings_check(dict(os.environ))),
        ("folder", lambda: machine.folder_check(settings)),
        ("held", lambda: machine.held_check(settings, running)),
        ("disk", lambda: machine.disk_check(settings)),
        ("memory", machine.memory_check),
        ("limits", machine.limits_check),
        ("user", lambda: machine.user_check(settings)),
        ("port", lambda: machine.port_check(settings, running)),
        ("exposure", lambda: machine.exposure_check(settings)),
        ("clock", lambda: machine.clock_check(datetime.now(UTC))),
        ("zone", lambda: machine.zone_check(settings)),
        ("encoding", machine.encoding_check),
        ("vault", lambda: machine.vault_file_check(settings)),
        ("postgres", lambda: engines.postgres_check(settings, running)),
        ("clickhouse", lambda: engines.clickhouse_check(settings, running)),
        ("channels", lambda: channels.channels_check(settings, running)),
    ]
    if only and only not in dict(checks):
        raise NotFound(what="check", what_zh="检查项", key=only)
    return [found for name, check in checks if only in ("", name) for found in _guarded(name, check)]


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        yield from check()
    except SiyuError as problem:
        yield Check(name, "fail", problem.message, problem.message_zh)
    except Exception as problem:  # noqa: BLE001 - the doctor has to get through, whatever one check meets
        said = f"{type(problem).__name__}: {str(problem).splitlines()[0] if str(problem) else ''}"
        yield Check(name, "fail", f"the check itself broke: {said}", f"检查本身出错{original(said)}。")


def _running(settings: Settings) -> Running | None:
    try:
        return Place(settings.data_folder).running()
    except (NotRunning, OSError):
        return None
