"""``siyu segments``: rules from files, sizes, who is in them."""

from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from pydantic import ValidationError

from siyu.app import segmenting
from siyu.app.cli.engines import ACTOR, engines
from siyu.app.cli.frame import DataOption, JsonOption, console, print_json, spoken
from siyu.app.cli.tables import figures, print_table, table
from siyu.app.listing import lines_of
from siyu.engines.validation import first_wrong
from siyu.kernel.errors import BadInput
from siyu.segments import service as segments
from siyu.segments.types import Rule, rule_from_json

app = typer.Typer(help="Segments: sets of customers by rules, and lists from files.", no_args_is_help=True)

_RuleFile = Annotated[Path, typer.Argument(help='A file with {"version": 1, "rule": …}.', exists=True, dir_okay=False)]
_Id = Annotated[int, typer.Argument(help="The id of the segment.")]


def register(whole: typer.Typer) -> None:
    """Add the commands."""
    whole.add_typer(app, name="segments")


@app.command("list")
def list_segments(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the segments with their rules in words."""
    with engines(data) as context, context.database.transaction() as conn:
        found = segments.segments(conn)
    if as_json:
        print_json(found)
        return
    shown = table(*figures("id"), "name", *figures("people"), "rule")
    for one in found:
        people = "waits" if one.people is None else f"{one.people:,}"
        shown.add_row(str(one.id), one.name, people, spoken(one.sentence_en, one.sentence_zh))
    print_table(shown, "There is no segment yet.")


@app.command()
def preview(rule: _RuleFile, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Say a rule in words, and how many it holds for now; nothing is kept."""
    wanted = _read(rule)
    with engines(data) as context, context.database.transaction() as conn:
        found = segments.preview(conn, context.clickhouse, wanted, context.clock.now())
    if as_json:
        print_json(found)
        return
    console.print(spoken(found.sentence_en, found.sentence_zh), highlight=False)
    console.print(f"{found.people:,} of {found.everybody:,} customers, in {found.took_ms} ms", highlight=False)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    rule: _RuleFile,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a segment and fill it."""
    wanted = _read(rule)
    with engines(data) as context:
        with context.database.transaction() as conn:
            made = segments.create(conn, ACTOR, name, wanted, context.clock.now(), note=note)
        segmenting.evaluate(context, made.id)
        with context.database.transaction() as conn:
            made = segments.segment(conn, made.id)
    if as_json:
        print_json(made)
        return
    console.print(f"Segment {made.id} has {made.people:,} people.", highlight=False)


@app.command()
def evaluate(segment_id: _Id, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Evaluate a segment in full now, and say who was others than before."""
    with engines(data) as context, context.database.transaction() as conn:
        done = segments.evaluate(conn, context.clickhouse, segment_id, context.clock.now())
    if as_json:
        print_json(done)
        return
    console.print(
        f"{done.people:,} people; {done.entered:,} came in, {done.left:,} went; {done.took_ms} ms", highlight=False
    )


@app.command()
def people(
    segment_id: _Id,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 100,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the ids of the customers in a segment, ascending."""
    with engines(data) as context, context.database.transaction() as conn:
        found = list(islice(segments.members(conn, segment_id), limit))
    if as_json:
        print_json(found)
        return
    for customer_id in found:
        console.print(str(customer_id), highlight=False)


@app.command()
def delete(segment_id: _Id, data: DataOption = None) -> None:
    """Delete a segment on which nothing is built."""
    with engines(data) as context, context.database.transaction() as conn:
        segments.delete(conn, ACTOR, segment_id, context.clock.now())
    console.print(f"Segment {segment_id} is deleted.", highlight=False)


@app.command("upload-list")
def upload_list(
    file: Annotated[Path, typer.Argument(help="A text or CSV file, one person a line.", exists=True, dir_okay=False)],
    name: Annotated[str, typer.Option(help="Name of the list; that of the file when absent.")] = "",
    kind: Annotated[
        str, typer.Option("--type", help="`customer`, or a type of identifier: phone, member_no …")
    ] = "customer",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a list of whom the lines of a file name."""
    lines = lines_of(file.read_bytes())
    with engines(data) as context, context.database.transaction() as conn:
        made = segments.upload(conn, ACTOR, name or file.stem, kind, lines, context.clock.now())
    if as_json:
        print_json(made)
        return
    console.print(
        f"List {made.id}: {made.people:,} people of {made.lines:,} lines; {made.unknown:,} name nobody.",
        highlight=False,
    )


def _read(path: Path) -> Rule:
    try:
        document: Any = orjson.loads(path.read_bytes())
        return rule_from_json(document)
    except ValidationError as error:
        en, zh = first_wrong(error, "rule")
        raise BadInput(reason=f"{path.name}: {en}.", reason_zh=f"{path.name}：{zh}。") from None
    except ValueError as error:
        raise BadInput(reason=f"{path.name} is no JSON: {error}.", reason_zh=f"{path.name} 不是有效的 JSON。") from None
