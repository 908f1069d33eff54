"""The command line: ``siyu --help``."""

import gc
import sys
from importlib import import_module
from typing import Final

import typer

from siyu.kernel.errors import SiyuError

# Whose module a command is in: it alone is loaded, because loading all rooms takes longer than most commands do.
MODULES: Final = {
    **dict.fromkeys(("up", "demo", "status", "doctor", "version"), "run"),
    **dict.fromkeys(("find", "show", "timeline", "orders", "graph", "merge", "split", "review", "assets"), "people"),
    **dict.fromkeys(("retention", "rfm", "ltv", "days", "rebuild-timeline"), "data"),
    **dict.fromkeys(("check-identity", "check-standings"), "data"),
    **dict.fromkeys(("owner", "keys"), "access"),
    **{name: name for name in ("lifetime", "sources", "channels", "journeys", "ledger", "segments", "fake")},
    "import": "imports",
    "dead-letters": "letters",
}


def main() -> None:
    """Run a command; an error is a sentence on stderr and exit code 1, an interruption is 130."""
    gc.disable()  # modules are no garbage
    from siyu.app.cli.frame import console, fail  # noqa: PLC0415 - only when a command is run

    try:
        commands = _commands()
        gc.freeze()
        gc.set_threshold(100_000, 50, 50)  # rows come and go by the thousand, none in a cycle
        gc.enable()
        commands()
    except SiyuError as error:
        fail(error)
    except KeyboardInterrupt:
        console.print("Interrupted.")
        sys.exit(130)


def _commands() -> typer.Typer:
    module = MODULES.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if module is not None:
        few = typer.Typer(name="siyu", pretty_exceptions_enable=False, rich_markup_mode=None)
        few.callback()(_named)
        import_module(f"siyu.app.cli.{module}").register(few)
        return few
    from siyu.app.cli.everything import app  # noqa: PLC0415 - for help, and for what is no command

    return app


def _named() -> None:
    """Where there is one command only, its name has to be given nevertheless."""
