"""All commands, and with them all rooms."""

import typer

from siyu.app.cli import (
    access,
    channels,
    data,
    fake,
    imports,
    journeys,
    ledger,
    letters,
    lifetime,
    people,
    run,
    segments,
    sources,
)

app = typer.Typer(
    name="siyu",
    help="Siyu (私域): look after the customers a brand can reach itself.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (
    run, people, data, lifetime, access, letters, imports, sources, channels, journeys, ledger, segments, fake,
):  # fmt: skip
    module.register(app)
