"""``siyu journeys``: journeys as files in git."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from siyu.app.cli.engines import ACTOR, engines
from siyu.app.cli.frame import DataOption, JsonOption, console, print_json, spoken
from siyu.app.cli.tables import figures, print_table, table, whole
from siyu.journeys import service as journeys
from siyu.kernel.errors import BadInput, original

app = typer.Typer(help="Journeys and broadcasts, as files for git.", no_args_is_help=True)

_Key = Annotated[str, typer.Argument(help="Key of the journey.")]


def register(whole: typer.Typer) -> None:
    """Add the commands."""
    whole.add_typer(app, name="journeys")


@app.command("list")
def list_journeys(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the journeys with their state, their newest version and how many people are inside."""
    with engines(data) as context, context.database.transaction() as conn:
        found = [(one, journeys.figures(conn, one.id)) for one in journeys.journeys(conn)]
    if as_json:
        print_json(
            [
                {"key": one.key, "name": one.name, "state": one.state, "version": one.version, "inside": counts.inside}
                for one, counts in found
            ]
        )
        return
    shown = table("key", "name", *whole("state"), *figures("version"), *whole("draft"), *figures("inside", "entered"))
    for one, counts in found:
        shown.add_row(
            one.key,
            one.name,
            one.state,
            str(one.version),
            "yes" if one.draft else "",
            f"{counts.inside:,}",
            f"{counts.entered:,}",
        )
    print_table(shown, "There is no journey yet.")


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="A YAML file with a key and a journey.")],
    publish: Annotated[bool, typer.Option("--publish", help="Publish it as well, for whoever enters next.")] = False,
    data: DataOption = None,
) -> None:
    """Make or change a draft to what a file says. Repeating it changes nothing."""
    with engines(data) as context:
        now, zone = context.clock.now(), ZoneInfo(context.settings.brand_zone)
        with context.database.transaction() as conn:
            found, changed = journeys.apply_yaml(conn, _text(file), ACTOR.actor, now)
            problems = journeys.check(conn, journeys.definition_of(conn, found), now, zone)
        said = "changed" if changed else "unchanged"
        console.print(f"{found.key}: draft {said}.", highlight=False)
        for one in problems:
            console.print(spoken(one.en, one.zh), style="yellow", highlight=False)
        if publish:
            with context.database.transaction() as conn:
                made = journeys.publish(conn, found.id, ACTOR.actor, now, zone)
            console.print(f"{found.key}: version {made.number}.", highlight=False)


@app.command()
def export(
    key: _Key,
    to: Annotated[Path | None, typer.Option("--to", help="Write it to this file instead of the terminal.")] = None,
    data: DataOption = None,
) -> None:
    """Print a journey (its draft, or its newest version) as YAML."""
    with engines(data) as context, context.database.transaction() as conn:
        text = journeys.as_yaml(conn, journeys.journey_of_key(conn, key))
    if to is None:
        print(text, end="")
        return
    to.write_text(text, "utf-8")
    console.print(f"Wrote {to}.", highlight=False)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            reason=f"the file {file} cannot be read: {error}", reason_zh=f"无法读取文件 {file}{original(error)}。"
        ) from None
