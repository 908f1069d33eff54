"""``siyu sources``: where messages come from, and the write keys under which they come."""

from typing import Annotated

import typer

from siyu.app.cli.engines import ACTOR, engines
from siyu.app.cli.frame import DataOption, JsonOption, console, print_json
from siyu.app.cli.tables import figures, print_table, table
from siyu.engines.access import service as access
from siyu.kernel.errors import NotFound

app = typer.Typer(help="Sources and their write keys.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="Name of the source.")]


def register(whole: typer.Typer) -> None:
    """Add the commands."""
    whole.add_typer(app, name="sources")


@app.command("list")
def list_sources(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the sources with their write keys."""
    with engines(data) as context, context.database.transaction() as conn:
        found = access.sources(conn)
    if as_json:
        print_json(found)
        return
    shown = table(*figures("id"), "name", "kind", "write keys")
    for source in found:
        keys = [f"{key.key}{' (revoked)' if key.revoked_at else ''}" for key in source.keys]
        without = f"none: it is filled by {'imports' if source.kind == 'file' else 'its account'}"
        shown.add_row(str(source.id), source.name, source.kind, ", ".join(keys) or without)
    print_table(shown, "There is no source yet; `siyu sources add` makes one.")


@app.command()
def add(
    name: _Name,
    kind: Annotated[str, typer.Option(help="web, app, server, file, or a platform's name.")] = "web",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a source and print its write key."""
    with engines(data) as context, context.database.transaction() as conn:
        made = access.create_source(conn, ACTOR, name=name, kind=kind, now=context.clock.now())
        base = context.settings.base_url
    key = made.keys[0].key
    if as_json:
        print_json({"id": made.id, "name": made.name, "kind": made.kind, "write_key": key, "host": base})
        return
    console.print(f"Source {made.id} '{made.name}'. Write key: {key}", highlight=False, soft_wrap=True)
    console.print(f"Segment, Python:  analytics.Client('{key}', host='{base}')", highlight=False, soft_wrap=True)


@app.command()
def revoke(name: _Name, key: Annotated[str, typer.Argument(help="The write key.")], data: DataOption = None) -> None:
    """Refuse a write key from now on. What was accepted under it stays."""
    with engines(data) as context, context.database.transaction() as conn:
        for source in access.sources(conn):
            for known in source.keys:
                if source.name == name and known.key == key:
                    access.revoke_write_key(conn, ACTOR, source.id, known.id, context.clock.now())
                    console.print("Revoked.")
                    return
        raise NotFound(what="write key", what_zh="写入密钥", key=key)


@app.command("new-key")
def new_key(name: _Name, data: DataOption = None) -> None:
    """Give a source one more write key."""
    with engines(data) as context, context.database.transaction() as conn:
        for source in access.sources(conn):
            if source.name == name:
                print(access.create_write_key(conn, ACTOR, source.id, context.clock.now()).key)
                return
        raise NotFound(what="source", what_zh="来源", key=name)
