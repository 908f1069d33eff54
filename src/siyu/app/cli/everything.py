"""All commands, and with them all rooms."""

import typer

from siyu.app.cli import (
    access,
    channels,
    data,
    fake,
    fake_wechat,
    imports,
    journeys,
    ledger,
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
run.register(app)
people.register(app)
data.register(app)
lifetime.register(app)
access.register(app)
app.add_typer(imports.app, name="import")
app.add_typer(sources.app, name="sources")
app.add_typer(channels.app, name="channels")
app.add_typer(journeys.app, name="journeys")
app.add_typer(ledger.app, name="ledger")
app.add_typer(segments.app, name="segments")
app.add_typer(data.dead_letters, name="dead-letters")
fake_wechat.register(fake.app)
app.add_typer(fake.app, name="fake")
