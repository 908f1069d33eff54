"""The command line: ``siyu --help``."""

import sys

import typer

from siyu.app.cli import access, data, imports, people, run, sources
from siyu.app.cli.frame import console, fail
from siyu.kernel.errors import SiyuError

app = typer.Typer(
    name="siyu",
    help="Siyu (私域): look after the customers a brand can reach itself.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
run.register(app)
people.register(app)
data.register(app)
access.register(app)
app.add_typer(imports.app, name="import")
app.add_typer(sources.app, name="sources")
app.add_typer(data.dead_letters, name="dead-letters")


def main() -> None:
    """Run a command; an error is a sentence on stderr and exit code 1, an interruption is 130."""
    try:
        app()
    except SiyuError as error:
        fail(error)
    except KeyboardInterrupt:
        console.print("Interrupted.")
        sys.exit(130)


if __name__ == "__main__":
    main()
