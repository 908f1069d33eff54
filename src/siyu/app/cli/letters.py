"""``siyu dead-letters``: messages that could not be understood."""

from pathlib import Path
from typing import Annotated

import typer

from siyu.app import letters
from siyu.app.cli.engines import ACTOR, engines
from siyu.app.cli.frame import DataOption, JsonOption, console, errors, print_json, spoken
from siyu.app.cli.tables import figures, print_table, table, whole
from siyu.engines.zone import written
from siyu.intake import service as intake
from siyu.intake.types import LettersOf, Settling
from siyu.kernel.errors import BadInput

app = typer.Typer(help="Messages that could not be understood.", no_args_is_help=True)

_NONE = "No message waits as a dead letter."
_Ids = Annotated[list[int] | None, typer.Argument(help="Which, from `siyu dead-letters list`.", show_default=False)]
_Source = Annotated[int | None, typer.Option(help="Only of this source, by its id.")]
_Code = Annotated[str | None, typer.Option(help="Only what died of this.")]
_All = Annotated[bool, typer.Option("--all", help="All that are open.")]


def register(whole: typer.Typer) -> None:
    """Add the commands."""
    whole.add_typer(app, name="dead-letters")


@app.command("list")
def list_letters(
    source: _Source = None, code: _Code = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """List the newest open dead letters."""
    with engines(data) as context, context.database.transaction() as conn:
        found = intake.dead_letters(conn, source_id=source, code=code)
    if as_json:
        print_json(found)
        return
    shown = table(*figures("id", "source"), "message", "type", "code", "reason")
    for letter in found:
        told = [str(letter[key]) for key in ("id", "source_id", "message_id", "message_type", "code")]
        shown.add_row(*told, spoken(letter["reason"], letter["reason_zh"]))
    print_table(shown, _NONE)


@app.command()
def groups(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Count the open dead letters by source and by what they died of, with what the newest of each says."""
    with engines(data) as context, context.database.transaction() as conn:
        found = intake.dead_letter_groups(conn)
    if as_json:
        print_json(found)
        return
    shown = table(*figures("source"), "code", *figures("letters"), *whole("first", "last"), "reason")
    for one in found:
        moments = (written(one.first_died_at), written(one.last_died_at))
        shown.add_row(str(one.source_id), one.code, f"{one.letters:,}", *moments, spoken(one.reason, one.reason_zh))
    print_table(shown, _NONE)


@app.command()
def replay(
    ids: _Ids = None, source: _Source = None, code: _Code = None, everything: _All = False, data: DataOption = None
) -> None:
    """Put dead letters back into the queue, after a fix: some by their ids, or all of a kind. Each goes once."""
    _settle("replayed", ids or [], LettersOf(source, code), everything, data)


@app.command()
def discard(
    ids: _Ids = None, source: _Source = None, code: _Code = None, everything: _All = False, data: DataOption = None
) -> None:
    """Give dead letters up: some by their ids, or all of a kind. They stay on record for a time."""
    _settle("discarded", ids or [], LettersOf(source, code), everything, data)


def _settle(how: Settling, ids: list[int], of: LettersOf, everything: bool, data: Path | None) -> None:
    of_a_kind = of != LettersOf()
    if bool(ids) + of_a_kind + everything != 1:
        raise BadInput(
            reason="say which: ids, or --source and --code, or --all.",
            reason_zh="请指定要处理的死信：编号，或 --source 与 --code，或 --all。",
        )
    with engines(data) as context:
        if ids:
            with context.database.transaction() as conn:
                count = intake.settle(conn, how, ids, context.clock.now())
                letters.record(context, conn, ACTOR, how, count)
            wanted = len(set(ids))
        else:
            with context.database.transaction() as conn:
                wanted, asked = letters.begin(context, conn, ACTOR, how, of)
            with errors.status("…") as status:
                count = letters.settle(
                    context, how, asked, progress=lambda done: status.update(f"{done:,} of {wanted:,}")
                )
    what = "in the queue again" if how == "replayed" else "given up"
    console.print(f"{count:,} {'letter is' if count == 1 else 'letters are'} {what}.")
    if left := wanted - count:
        errors.print(
            spoken(
                f"{left:,} of those named: no such letter is open, or the door would refuse it again. See: siyu dead-letters list",
                f"指定的死信中有 {left:,} 条未处理：没有这个编号的待处理死信，或入口仍会拒绝它。请查看：siyu dead-letters list",
            ),
            style="yellow",
            highlight=False,
            soft_wrap=True,
        )
        raise typer.Exit(1)
