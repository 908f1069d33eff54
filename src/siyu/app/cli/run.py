"""Commands that run Siyu and look after it."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

import siyu
from siyu.app.cli.frame import (
    DataOption,
    JsonOption,
    console,
    errors,
    load_settings,
    print_finding,
    print_json,
    spoken,
    where,
)
from siyu.app.cli.tables import sheet
from siyu.app.place import Place
from siyu.app.supervisor import ROLES, Supervisor, run_until_signalled
from siyu.engines.settings import Settings
from siyu.engines.zone import written

_DEMO_COLOUR = "#a3452f"  # of the demo brand's pages for members
_RoleOption = Annotated[list[str], typer.Option("--role", help="Run only these processes: web, worker.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(demo)
    app.command()(status)
    app.command()(doctor)
    app.command()(version)


def up(data: DataOption = None, role: _RoleOption = list(ROLES)) -> None:  # noqa: B006 - typer copies it
    """Run Siyu: engines, web, worker. Ctrl-C stops everything in order."""
    settings = load_settings(data)
    with Place(settings.data_folder) as place:
        supervisor = Supervisor(settings, place, role)
        run_until_signalled(supervisor, lambda: _greet(settings, supervisor))
    console.print("Siyu has stopped.")


def demo(
    data: Annotated[Path, typer.Option("--data", help="Folder of the demo.")] = Path("data/demo"),
    people: Annotated[int, typer.Option(help="How many people live in the demo brand.", min=10)] = 20_000,
    days: Annotated[int, typer.Option(help="For how many days.", min=7)] = 180,
    seed: Annotated[int, typer.Option(help="Same seed, same brand.")] = 7,
) -> None:
    """Run Siyu with a demo brand: a made-up department store, filled through the public doors."""
    from siyu.app.demo import fill, prepare_sms, stand_sms  # noqa: PLC0415 - heavy, and only needed here
    from siyu.rehearsal.types import NAME  # noqa: PLC0415 - as heavy

    if not os.environ.get("SIYU_BRAND_NAME"):
        os.environ["SIYU_BRAND_NAME"] = NAME  # where web and worker read it too
    os.environ.setdefault("SIYU_BRAND_COLOUR", _DEMO_COLOUR)
    port = prepare_sms()
    settings = load_settings(data)
    with Place(settings.data_folder) as place:
        supervisor = Supervisor(settings, place, list(ROLES))

        def ready() -> None:
            _greet(settings, supervisor)
            stand_sms(settings.base_url, supervisor.attach, port)
            fill(settings, place.running(), supervisor.attach, people=people, days=days, seed=seed)

        run_until_signalled(supervisor, ready)
    console.print("Siyu has stopped.")


def status(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Say whether Siyu runs, and how far it is behind."""
    import httpx  # noqa: PLC0415 - `up` does without

    settings = load_settings(data)
    running = where(settings)
    state = httpx.get(f"{running.http_url}/health/ready", timeout=10, trust_env=False).json()
    if as_json:
        print_json({"url": running.http_url, "pid": running.pid, **state})
        return
    shown = sheet()
    shown.add_row("URL", running.http_url)
    if running.since:
        shown.add_row("since", f"{written(datetime.fromisoformat(running.since))} (process {running.pid})")
    queue, export = state["queue"], state["export"]
    shown.add_row("queue", f"{queue['live']:,} live, {queue['bulk']:,} bulk, oldest {queue['oldest_s']} s")
    shown.add_row("not yet in ClickHouse", f"{export['facts']:,} facts, oldest {export['oldest_s']} s")
    shown.add_row("dead letters", f"{sum(state['dead_letters'].values()):,}")
    shown.add_row("free disk", f"{state['disk_free_bytes'] / 2**30:,.1f} GiB")
    console.print(shown)
    free, reserve = state["disk_free_bytes"], state["disk_reserve_bytes"]
    if free < reserve:
        stands_still = free < reserve // 2
        errors.print(
            spoken(
                f"The disk is nearly full: below {reserve / 2**30:,.1f} GiB nothing is accepted"
                f"{', and below half of it what waits stands still' if stands_still else ''}. Make room; it goes on by itself.",
                f"磁盘空间即将用尽：低于 {reserve / 2**30:,.1f} GiB 时停止接收数据{'，低于其一半时暂停处理' if stands_still else ''}。"
                "请清理磁盘，之后会自动继续。",
            ),
            style="red",
            soft_wrap=True,
        )


def doctor(
    only: Annotated[str, typer.Argument(metavar="[CHECK]", help="Only this one: channels, postgres, disk …")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check everything that can be wrong on this machine, and say what to do. Ends with 1 when something is."""
    from siyu.app.doctor import run_checks  # noqa: PLC0415

    checks = run_checks(load_settings(data), only)
    if as_json:
        print_json(checks)
    else:
        for check in checks:
            said = f"{check.name}: {spoken(check.en, check.zh)}"
            print_finding(check.status, said, spoken(check.advice_en, check.advice_zh))
    if any(check.status == "fail" for check in checks):
        sys.exit(1)


def version() -> None:
    """Print the version."""
    print(siyu.__version__)


def _greet(settings: Settings, supervisor: Supervisor) -> None:
    """Say where it runs; on the very first start also how the owner signs in."""
    base, token = settings.base_url, supervisor.owner_token
    errors.print(
        f"Siyu runs at {base} (API: {base}/docs). Data folder: {settings.data_folder}", highlight=False, soft_wrap=True
    )
    if token:
        errors.print(
            "There is no owner yet. This link makes one; it works once, for 24 hours:\n"
            f"  {base}/first-owner#token={token}\n"
            f"Without a browser: siyu owner --token {token} --login NAME",
            highlight=False,
            soft_wrap=True,  # a link that is broken over two lines is no link
        )
    errors.print("Ctrl-C stops it.", highlight=False)
