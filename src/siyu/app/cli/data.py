"""Commands about the data as a whole: dead letters, cohorts, RFM, LTV, facts by day, rebuilding."""

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from siyu.app import rebuilding
from siyu.app.cli.frame import ACTOR, DataOption, JsonOption, console, engines, print_json
from siyu.engines.access import service as access
from siyu.insight import service as insight
from siyu.insight.types import DaysPlan, LtvPlan, Period, RetentionPlan, RfmPlan
from siyu.intake import service as intake

dead_letters = typer.Typer(help="Messages that could not be understood.", no_args_is_help=True)

_Period = Annotated[str, typer.Option(help="week or month.")]
_DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (retention, rfm, ltv, days):
        app.command()(command)
    app.command("rebuild-timeline")(rebuild_timeline)
    app.command("check-identity")(check_identity)


def retention(period: _Period = "month", data: DataOption = None, as_json: JsonOption = False) -> None:
    """Of those who first bought in each period, how many bought again later."""
    with engines(data) as context:
        plan = RetentionPlan(context.clock.now(), _period(period), zone=context.settings.brand_zone)
        found = insight.retention(context.clickhouse, plan)
    if as_json:
        print_json(found)
        return
    longest = max((len(cohort.active) for cohort in found.cohorts), default=0)
    table = Table("first bought", "people", *[f"+{age}" for age in range(longest)])
    for cohort in found.cohorts:
        shares = [f"{active / cohort.customers:.0%}" for active in cohort.active]
        table.add_row(str(cohort.start), f"{cohort.customers:,}", *shares)
    console.print(table)


def ltv(period: _Period = "month", data: DataOption = None, as_json: JsonOption = False) -> None:
    """What customers brought in so far, by when they first bought; yuan a customer."""
    with engines(data) as context:
        plan = LtvPlan(context.clock.now(), _period(period), zone=context.settings.brand_zone)
        found = insight.ltv(context.clickhouse, plan)
    if as_json:
        print_json(found)
        return
    table = Table("first bought", "people", "net yuan", "yuan a customer")
    for cohort in found.cohorts:
        net = cohort.net_fen[-1] / 100 if cohort.net_fen else 0
        table.add_row(str(cohort.start), f"{cohort.customers:,}", f"{net:,.2f}", f"{cohort.ltv_fen / 100:,.2f}")
    console.print(table)


def rfm(data: DataOption = None, as_json: JsonOption = False) -> None:
    """The grid of recency, frequency and money; 5 is best."""
    with engines(data) as context:
        found = insight.rfm(context.clickhouse, RfmPlan(context.clock.now()))
    if as_json:
        print_json(found)
        return
    grid: dict[tuple[int, int], tuple[int, int]] = {}
    for cell in found.cells:
        people, net = grid.get((cell.r, cell.f), (0, 0))
        grid[cell.r, cell.f] = (people + cell.customers, net + cell.net_fen)
    table = Table("recency \\ frequency", *[str(f) for f in range(1, 6)], title=f"{found.customers:,} customers")
    for r in range(5, 0, -1):
        cells = [grid.get((r, f), (0, 0)) for f in range(1, 6)]
        table.add_row(str(r), *[f"{people:,}  ¥{net / 100:,.0f}" if people else "" for people, net in cells])
    console.print(table)


def days(
    kind: Annotated[str, typer.Argument(help="Kind of fact, such as order.paid.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="First day. Default: 30 days in all.")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="Last day. Default: today.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """How many facts of one kind each day has, of how many people, and the sum of their money."""
    with engines(data) as context:
        asked = (first and first.date(), last and last.date())
        plan = DaysPlan(kind, context.clock.now(), *asked, context.settings.brand_zone)
        found = insight.facts_by_day(context.clickhouse, plan)
    if as_json:
        print_json(found)
        return
    table = Table("day", "facts", "people", "yuan", title=f"{found.kind}, {found.first} to {found.last}")
    for day in found.days:
        table.add_row(str(day.day), f"{day.facts:,}", f"{day.people:,}", f"{day.amount_fen / 100:,.2f}")
    console.print(table)


def rebuild_timeline(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, data: DataOption = None
) -> None:
    """Build the timeline in ClickHouse again from the log in PostgreSQL. The worker ships it; see `siyu status`."""
    if not yes:
        typer.confirm("Empty the facts in ClickHouse and ship the whole log again?", abort=True)
    with engines(data) as context:
        rebuilding.rebuild_timeline(context, ACTOR)
    console.print("The log is on its way; `siyu status` shows how far it is.")


def check_identity(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Replay the log of OneID and compare: every identifier must be where the evidence puts it. Ends with 1 if not."""
    with engines(data) as context:
        differences = rebuilding.check_identity(context)
    if as_json:
        print_json(differences)
    elif not differences:
        console.print("Every identifier is where the evidence puts it.")
    for found in differences if not as_json else ():
        console.print(f"{found.what} {found.key}: stored {found.stored}, by the log {found.rebuilt}", markup=False)
    if differences:
        raise typer.Exit(1)


@dead_letters.command("list")
def list_letters(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List open dead letters, newest first."""
    with engines(data) as context, context.database.transaction() as conn:
        found = intake.dead_letters(conn)
        counts = intake.dead_letter_counts(conn)
    if as_json:
        print_json({"letters": found, "open_by_code": counts})
        return
    table = Table("id", "source", "message", "type", "code", "reason")
    for letter in found:
        told = [str(letter[key]) for key in ("id", "source_id", "message_id", "message_type", "code", "reason")]
        table.add_row(*told)
    console.print(table)


@dead_letters.command()
def replay(
    ids: Annotated[list[int] | None, typer.Argument(help="Which; the oldest thousand when none is named.")] = None,
    data: DataOption = None,
) -> None:
    """Put dead letters back into the queue, after a fix. Each goes once."""
    with engines(data) as context, context.database.transaction() as conn:
        now = context.clock.now()
        count = intake.replay(conn, now, ids or None)
        details = {"count": count}
        access.record(
            conn, actor=ACTOR.actor, action="dead_letters.replayed", target="intake", details=details, now=now
        )
    console.print(f"{count:,} letters are in the queue again.")


@dead_letters.command()
def discard(
    ids: Annotated[list[int], typer.Argument(help="Which.")],
    data: DataOption = None,
) -> None:
    """Give dead letters up; they stay on record."""
    with engines(data) as context, context.database.transaction() as conn:
        now = context.clock.now()
        count = intake.discard(conn, now, ids)
        details = {"count": count}
        access.record(
            conn, actor=ACTOR.actor, action="dead_letters.discarded", target="intake", details=details, now=now
        )
    console.print(f"{count:,} letters were given up.")


def _period(text: str) -> Period:
    if text == "week":
        return "week"
    if text == "month":
        return "month"
    raise typer.BadParameter("week or month")
