"""A command is found in the module that is said to have it, and its module alone is loaded for it."""

import os
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.main import get_group

from siyu.app.cli import MODULES
from siyu.app.cli.everything import app


def test_every_command_has_its_module() -> None:
    assert MODULES.keys() == get_group(app).commands.keys()
    for module in set(MODULES.values()):
        few = typer.Typer()
        few.callback()(lambda: None)
        import_module(f"siyu.app.cli.{module}").register(few)
        assert get_group(few).commands.keys() == {name for name, place in MODULES.items() if place == module}


@pytest.mark.parametrize(
    ("command", "without"),
    [
        ("up", ("siyu.channels", "siyu.identity", "siyu.touch", "alembic", "httpx", "fastapi")),
        ("sources", ("siyu.channels", "siyu.identity", "siyu.touch", "fastapi")),
    ],
)
def test_what_is_not_needed_is_not_loaded(command: str, without: tuple[str, ...]) -> None:
    script = f"""
import sys
from siyu.app.cli import main
sys.argv[1:] = [{command!r}, "--help"]
try:
    main()
finally:
    print([name for name in {without!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"siyu {command}" in done.stdout or f"-c {command}" in done.stdout
    assert done.stderr.strip() == "[]"
