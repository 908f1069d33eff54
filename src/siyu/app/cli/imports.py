"""``siyu import``: files in."""

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from siyu.app import imports
from siyu.app.cli.engines import ACTOR, engines
from siyu.app.cli.frame import DataOption, JsonOption, console, errors, print_json, spoken
from siyu.app.cli.tables import figures, print_table, sheet, table, whole
from siyu.app.context import Context
from siyu.app.imports import Begun
from siyu.engines.zone import here, written
from siyu.intake import service as intake
from siyu.intake.files.service import FileMapping, recognise
from siyu.intake.files.types import Kind, Preview
from siyu.intake.types import ImportRun
from siyu.kernel.errors import BadInput

app = typer.Typer(help="Import files of orders or customers; imports done so far.", no_args_is_help=True)

_Files = Annotated[list[Path], typer.Argument(help="CSV or XLSX, also in gzip or zip.", show_default=False)]
_Platform = Annotated[str | None, typer.Option(help="Read only as an export of this platform. Default: by its header.")]
_Shop = Annotated[str, typer.Option(help="Name of the shop; goes before what the file says.")]
_Mapping = Annotated[str | None, typer.Option(help="A saved mapping's name, or a YAML/JSON file.")]
_Source = Annotated[str, typer.Option(help="Name of the source. Default: after the platform and shop.")]
_LinksFirst = Annotated[
    bool,
    typer.Option(
        "--links-first",
        help="Read the files twice: first decide who is who in all of them, the surest links first. For a first "
        "import: everything else waits for the first pass.",
    ),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
_Rejects = Annotated[
    Path | None, typer.Option(help="Where rejected rows of the one file go. Default: FILE.rejects.csv.")
]
_Wait = Annotated[bool, typer.Option(help="Wait until everything is on the timelines.")]


def register(whole: typer.Typer) -> None:
    """Add the commands."""
    whole.add_typer(app, name="import")


@app.command()
def orders(
    files: _Files,
    platform: _Platform = None,
    shop: _Shop = "",
    mapping: _Mapping = None,
    source: _Source = "",
    links_first: _LinksFirst = False,
    dry_run: _DryRun = False,
    rejects: _Rejects = None,
    wait: _Wait = True,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import orders: exports of Taobao/Tmall, JD, Doudian, Youzan, WeChat shop, Pinduoduo, or any file by a mapping.

    Safe to repeat and to interrupt: the same file goes on where it stopped, a newer export adds only what is new.
    """
    _run("orders", files, platform, shop, mapping, source, links_first, dry_run, rejects, wait, data, as_json)


@app.command()
def customers(
    files: _Files,
    platform: _Platform = None,
    shop: _Shop = "",
    mapping: _Mapping = None,
    source: _Source = "",
    links_first: _LinksFirst = False,
    dry_run: _DryRun = False,
    rejects: _Rejects = None,
    wait: _Wait = True,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import customers: an export of Youzan, or any file by a mapping. Safe to repeat and to interrupt."""
    _run("customers", files, platform, shop, mapping, source, links_first, dry_run, rejects, wait, data, as_json)


@app.command("list")
def list_imports(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List imports, newest first."""
    with engines(data) as context, context.database.transaction() as conn:
        runs = intake.import_runs(conn)
    if as_json:
        print_json([imports.describe(run) for run in runs])
        return
    numbers = figures("rows", "messages", "rejected")
    shown = table(*figures("id"), "file", "format", *whole("state"), *numbers, *whole("began"))
    for run in runs:
        counts = [f"{number:,}" for number in (run.rows, run.messages, run.rejected)]
        shown.add_row(str(run.id), run.file_name, run.format, run.state, *counts, written(run.started_at))
    print_table(shown, "Nothing was imported yet.")


@app.command("save-mapping")
def save_mapping(file: Annotated[Path, typer.Argument(help="A YAML or JSON file.")], data: DataOption = None) -> None:
    """Keep a mapping under its name, to be used with --mapping NAME."""
    with engines(data) as context:
        mapping = imports.find_mapping(context, str(file))
        with context.database.transaction() as conn:
            intake.save_mapping(conn, mapping, ACTOR.actor, context.clock.now())
    console.print(f"Saved as '{mapping.name}'.")


def _run(
    kind: Kind,
    files: list[Path],
    platform: str | None,
    shop: str,
    mapping: str | None,
    source: str,
    links_first: bool,
    dry_run: bool,
    rejects: Path | None,
    wait: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    if rejects and len(files) > 1:
        raise BadInput(
            reason="--rejects is the place of one file's rejected rows; without it each has its own, beside it.",
            reason_zh="--rejects 只能指定一个文件的被拒行存放位置；不指定时，各文件的被拒行分别写在其旁边。",
        )
    with engines(data) as context:
        how = imports.find_mapping(context, mapping) if mapping else None
        if dry_run:
            _preview(context, kind, files, platform, shop, how, as_json)
            return
        begin = partial(
            imports.begin, context, kind=kind, actor=ACTOR, source=source, platform=platform, shop=shop, mapping=how
        )
        begun: Iterable[Begun] = map(begin, files)  # each when the one before it is done
        if links_first:
            options = imports.options_for(context, kind, source_id=0, platform=platform, shop=shop, mapping=how)
            for file in files:
                recognise(file, options)  # one that cannot be imported is better known now
            begun = list(begun)
            _link_first(context, begun)
        runs, written = [], True
        for each, file in zip(begun, files, strict=True):
            runs.append(_import(context, each))
            written &= _write_rejects(context, runs[-1], rejects or file.with_name(f"{file.name}.rejects.csv"))
        if wait:
            _wait(context)
    if as_json:
        print_json([imports.describe(run) for run in runs])
    for run in runs if not as_json else ():
        console.print(
            f"{run.file_name}: {run.rows:,} rows read as {run.format}, {run.messages:,} messages, "
            f"{run.rejected:,} rejected.",
            highlight=False,
        )
    if not written:
        raise typer.Exit(1)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=errors,
        disable=not sys.stderr.isatty(),
    )


def _link_first(context: Context, begun: list[Begun]) -> None:
    from siyu.app import linking  # noqa: PLC0415 - every room that knows people: 80 MB that a plain import does without

    with _bar() as bar:
        task = bar.add_task("", total=sum(each.run.file_bytes for each in begun), rate="")

        def show(so_far: linking.FirstPass) -> None:
            elapsed = bar.tasks[0].elapsed or 1
            reading = spoken(f"Links in {so_far.file}", f"读取标识关系：{so_far.file}")
            deciding = spoken("Deciding who is who …", "正在归并客户……")
            bar.update(
                task,
                description=reading if so_far.file else deciding,
                completed=so_far.bytes_read,
                rate=spoken(f"{so_far.rows:,} rows", f"{so_far.rows:,} 行") + f", {so_far.rows / elapsed:,.0f}/s",
            )

        found = linking.link_first(context, begun, actor=ACTOR, progress=show)
    errors.print(
        spoken(
            f"Who is who: {found.identifiers:,} new identifiers, {found.customers:,} new customers, "
            f"{len(found.merged):,} merged.",
            f"归并完成：新增标识 {found.identifiers:,} 个，新增客户 {found.customers:,} 位，合并客户 {len(found.merged):,} 位。",
        ),
        highlight=False,
    )


def _import(context: Context, begun: Begun) -> ImportRun:
    with _bar() as bar:
        task = bar.add_task(begun.run.file_name, total=begun.run.file_bytes, rate="")

        def show(run: ImportRun) -> None:
            elapsed = bar.tasks[0].elapsed or 1
            bar.update(task, completed=run.bytes_read, rate=f"{run.rows:,} rows, {run.rows / elapsed:,.0f}/s")

        return imports.finish(context, begun, show)


def _write_rejects(context: Context, run: ImportRun, target: Path) -> bool:
    """Whether they stand there; where they cannot, the import is done nevertheless, and others go on."""
    try:
        if imports.write_rejects(context, run, target):
            errors.print(f"{run.rejected:,} rows were rejected; see {target}", style="yellow", soft_wrap=True)
    except OSError as error:
        said = spoken(
            f"{target} cannot be written: {error.strerror}. The import is done. To get its {run.rejected:,} rejected rows, import "
            "the file again, with --rejects and a place that can be written to: nothing else changes.",
            f"无法写入 {target}：{error.strerror}。导入已完成。如需其中 {run.rejected:,} 条被拒的行，"
            "请用 --rejects 指定可写的位置后再次导入该文件，其余不会改变。",
        )
        errors.print(said, style="red", soft_wrap=True)
        return False
    return True


def _wait(context: Context) -> None:
    with errors.status("Putting everything on the timelines …") as status:
        imports.wait_until_absorbed(
            context, lambda waiting: status.update(f"Putting everything on the timelines … {waiting:,} messages left")
        )


def _preview(
    context: Context,
    kind: Kind,
    files: list[Path],
    platform: str | None,
    shop: str,
    mapping: FileMapping | None,
    as_json: bool,
) -> None:
    previews: list[Preview] = []
    for file in files:
        options = imports.options_for(context, kind, source_id=0, platform=platform, shop=shop, mapping=mapping)
        previews.append(imports.preview_file(file, options))
    if as_json:
        print_json(previews)
        return
    for file, preview in zip(files, previews, strict=True):
        _show(file, preview)


def _show(file: Path, preview: Preview) -> None:
    what = preview.recognition
    console.print(f"{file.name}: {what.title} ({what.format}), {what.encoding or what.container}")
    shown = sheet()
    shown.add_row("rows read", f"{preview.rows:,}")
    shown.add_row("would import", f"{preview.messages:,} {what.kind}")
    shown.add_row("would reject", f"{preview.reject_count:,}")
    shown.add_row("people", f"{preview.people:,}; {preview.anonymous:,} messages name nobody")
    shown.add_row("identifiers", ", ".join(f"{name} {count:,}" for name, count in preview.identifiers.items()))
    if what.kind == "orders":
        shown.add_row("orders", f"{preview.orders:,}")
        shown.add_row("paid", f"{preview.paid_fen / 100:,.2f} yuan, refunded {preview.refunded_fen / 100:,.2f}")
    if preview.first_at and preview.last_at:
        shown.add_row("from – to", f"{here(preview.first_at):%Y-%m-%d} – {here(preview.last_at):%Y-%m-%d}")
    if what.unknown:
        shown.add_row("columns unknown", "、".join(what.unknown))
    console.print(shown)
    for note in preview.notes:
        console.print(f"  note: {spoken(note.en, note.zh)} ({note.rows:,} rows)", style="yellow")
    for reject in preview.rejects:
        where = f"line {reject.line}" + (f", column {reject.column}" if reject.column else "")
        console.print(f"  {where}: {spoken(reject.problem.en, reject.problem.zh)}", style="red")
