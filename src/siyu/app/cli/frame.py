"""What all commands share: the console, the options, errors as sentences, JSON on request."""

import json
import os
import sys
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from siyu.app.place import Place, Running
from siyu.engines import logging
from siyu.engines.settings import Settings, load
from siyu.engines.zone import brand_zone
from siyu.kernel.errors import SiyuError

_PIPED = 10_000  # characters of a line: no program that reads it wants it broken
# What brands and shops call things is no markup: "[sale]" and ":smile:" are printed as they are.
console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPED, markup=False, emoji=False)
errors = Console(stderr=True, markup=False, emoji=False)
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Data folder. Default: SIYU_DATA_FOLDER, or ~/.local/share/siyu.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def fail(error: SiyuError) -> NoReturn:
    """Say what is wrong, in the language of the terminal, and end with 1."""
    # Not broken into lines of 80: a command or a path in it is there to be copied.
    errors.print(spoken(error.message, error.message_zh), style="red", soft_wrap=True)
    sys.exit(1)


def spoken(en: str, zh: str) -> str:
    """Of a sentence in two languages, the one of the terminal."""
    chosen = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return zh if next(filter(None, chosen), "").startswith("zh") else en


def print_finding(status: str, said: str, advice: str) -> None:
    """What a check found: ok, warn or fail, and what to do."""
    console.print(f"{status:>4}", style=_COLOURS[status], end="  ")
    console.print(said, highlight=False, soft_wrap=True)
    if advice:
        console.print(f"      {advice}", style="dim", soft_wrap=True)


def load_settings(data: Path | None = None) -> Settings:
    """The settings, with the data folder of the option if one was given."""
    settings = load(data_folder=data)
    logging.configure(settings.log_level, settings.log_format)
    return settings


def where(settings: Settings) -> Running:
    """Where the engines answer: by the settings if both are URLs, else of the Siyu that runs on the data folder."""
    if settings.postgres_url and settings.clickhouse_url:
        return Running(0, "", "", settings.base_url, settings.postgres_url, settings.clickhouse_url)
    return Place(settings.data_folder).running()


def meant(moment: datetime | None) -> datetime | None:
    """What was typed without a zone is meant on the brand's clock."""
    return moment.replace(tzinfo=ZoneInfo(brand_zone())).astimezone(UTC) if moment else None


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)
