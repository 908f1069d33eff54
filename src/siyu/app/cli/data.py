"""Commands about the data as a whole: cohorts, RFM, LTV, facts by day, rebuilding."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from siyu.app import rebuilding, standing
from siyu.app.cli.engines import ACTOR, engines
from siyu.app.cli.frame import DataOption, JsonOption, console, print_json, spoken
from siyu.app.cli.tables import figures, print_table, table, whole
from siyu.insight import service as insight
from siyu.insight.types import DaysPlan, Definitions, LtvPlan, RetentionCohort, RetentionPlan, RfmPlan


class Period(StrEnum):
    """How long the periods of cohorts are."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class By(StrEnum):
    """What parts cohorts: where the first purchase was."""

    NONE = "none"
    PLATFORM = "platform"
    SHOP = "shop"
    SOURCE = "source"


class Measure(StrEnum):
    """What a retention table shows: share of customers, purchases, or yuan a customer."""

    CUSTOMERS = "customers"
    ORDERS = "orders"
    REVENUE = "revenue"


_Period = Annotated[Period, typer.Option(help="Length of the periods.")]
_By = Annotated[By, typer.Option(help="Part the cohorts by where the first purchase was.")]
_DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (retention, rfm, ltv, days):
        app.command()(command)
    app.command("rebuild-timeline")(rebuild_timeline)
    app.command("check-identity")(check_identity)
    app.command("check-standings")(check_standings)


def retention(
    period: _Period = Period.MONTH,
    by: _By = By.NONE,
    measure: Annotated[Measure, typer.Option(help="What the table shows; --json has all of it.")] = Measure.CUSTOMERS,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Of those who first bought in each period, how many bought again later."""
    with engines(data) as context:
        zone, definitions = context.settings.brand_zone, Definitions.of(context.settings)
        plan = RetentionPlan(context.clock.now(), period.value, zone=zone, by=by.value, definitions=definitions)
        found = insight.retention(context.clickhouse, plan)
    if as_json:
        print_json(found)
        return
    longest = max((len(cohort.active) for cohort in found.cohorts), default=0)
    grouped = () if by is By.NONE else (by.value,)
    shown = table(*whole("first bought"), *grouped, *figures("people", *[f"+{age}" for age in range(longest)]))
    for cohort in found.cohorts:
        group = (cohort.group,) if grouped else ()
        shown.add_row(str(cohort.start), *group, f"{cohort.customers:,}", *_shown(cohort, measure))
    print_table(shown, "Nobody has bought anything yet.")
    console.print(spoken(found.definitions.en, found.definitions.zh))


def _shown(cohort: RetentionCohort, measure: Measure) -> list[str]:
    if measure is Measure.CUSTOMERS:
        return [f"{active / cohort.customers:.0%}" for active in cohort.active]
    if measure is Measure.ORDERS:
        return [f"{orders:,}" for orders in cohort.orders]
    return [f"{net / 100 / cohort.customers:,.2f}" for net in cohort.net_fen]


def ltv(
    period: _Period = Period.MONTH, by: _By = By.NONE, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """What customers brought in so far, by when they first bought; yuan a customer."""
    with engines(data) as context:
        zone, definitions = context.settings.brand_zone, Definitions.of(context.settings)
        plan = LtvPlan(context.clock.now(), period.value, zone=zone, by=by.value, definitions=definitions)
        found = insight.ltv(context.clickhouse, plan)
    if as_json:
        print_json(found)
        return
    grouped = () if by is By.NONE else (by.value,)
    shown = table(*whole("first bought"), *grouped, *figures("people", "net yuan", "yuan a customer"))
    for cohort in found.cohorts:
        net = cohort.net_fen[-1] / 100 if cohort.net_fen else 0
        group = (cohort.group,) if grouped else ()
        shown.add_row(str(cohort.start), *group, f"{cohort.customers:,}", f"{net:,.2f}", f"{cohort.ltv_fen / 100:,.2f}")
    print_table(shown, "Nobody has bought anything yet.")
    console.print(spoken(found.definitions.en, found.definitions.zh))


def rfm(
    since: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="Only orders from this day on. Default: all.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """The grid of recency, frequency and money, and the named segments; 5 is best."""
    with engines(data) as context:
        zone = ZoneInfo(context.settings.brand_zone)
        start = since.replace(tzinfo=zone) if since else None
        found = insight.rfm(context.clickhouse, RfmPlan(context.clock.now(), start, Definitions.of(context.settings)))
    if as_json:
        print_json(found)
        return
    grid = {(square.r, square.f): square for square in found.grid}
    shown = table("recency \\ frequency", *figures(*"12345"), title=f"{found.customers:,} customers")
    for r in range(5, 0, -1):
        squares = [grid.get((r, f)) for f in range(1, 6)]
        shown.add_row(str(r), *[f"{one.customers:,}  ¥{one.mean_fen / 100:,.0f}" if one else "" for one in squares])
    console.print(shown)
    console.print()
    named = table("segment", *figures("people", "net yuan"))
    for segment in found.segments:
        named.add_row(spoken(segment.en, segment.zh), f"{segment.customers:,}", f"{segment.net_fen / 100:,.2f}")
    console.print(named)
    console.print(spoken(found.definitions.en, found.definitions.zh))


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
    shown = table(
        *whole("day"), *figures("facts", "people", "yuan"), title=f"{found.kind}, {found.first} to {found.last}"
    )
    for day in found.days:
        shown.add_row(str(day.day), f"{day.facts:,}", f"{day.people:,}", f"{day.amount_fen / 100:,.2f}")
    console.print(shown)


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
        console.print(f"{found.what} {found.key}: stored {found.stored}, by the log {found.rebuilt}")
    if differences:
        raise typer.Exit(1)


def check_standings(
    mend: Annotated[bool, typer.Option("--mend", help="Have the worker count again whoever differs.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count orders, value and layer of every customer in full and compare with the list. Ends with 1 if they differ."""
    with engines(data) as context, context.database.transaction() as conn:
        found = list(standing.check(conn, mend=mend))
    if as_json:
        print_json(found)
    elif not found:
        console.print("Everybody stands in the list as a full count says.")
    for one in found if not as_json else ():
        for name in sorted({*(one.stored or ()), *(one.counted or ())} - {"customer_id"}):
            stored, counted = (one.stored or {}).get(name), (one.counted or {}).get(name)
            if stored != counted:
                said = f"customer {one.customer_id} {name}: stored {stored}, counted {counted}"
                console.print(said, highlight=False)
    if found:
        raise typer.Exit(1)
