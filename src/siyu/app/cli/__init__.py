"""The command line: ``siyu --help``."""

import sys
from typing import Final

import typer

from siyu.kernel.errors import SiyuError

# These need the engines and no room: `siyu up` must not wait for the import of what only its processes use.
_WITHOUT_ROOMS: Final = frozenset({"up", "status", "version"})


def main() -> None:
    """Run a command; an error is a sentence on stderr and exit code 1, an interruption is 130."""
    from siyu.app.cli.frame import console, fail  # noqa: PLC0415 - only when a command is run

    try:
        _commands()()
    except SiyuError as error:
        fail(error)
    except KeyboardInterrupt:
        console.print("Interrupted.")
        sys.exit(130)


def _commands() -> typer.Typer:
    if len(sys.argv) > 1 and sys.argv[1] in _WITHOUT_ROOMS:
        from siyu.app.cli import run  # noqa: PLC0415 - see above

        few = typer.Typer(name="siyu", pretty_exceptions_enable=False, rich_markup_mode=None)
        run.register(few)
        return few
    from siyu.app.cli.everything import app  # noqa: PLC0415 - likewise

    return app
