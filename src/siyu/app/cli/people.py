"""Commands about customers."""

from datetime import datetime
from typing import Annotated

import typer

from siyu.app import people
from siyu.app.cli.engines import ACTOR, engines
from siyu.app.cli.frame import DataOption, JsonOption, console, errors, meant, print_json
from siyu.app.cli.tables import figures, glance, print_table, sheet, table, whole
from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.engines.zone import here, written
from siyu.identity import service as identity
from siyu.kernel.clock import from_millis

_Customer = Annotated[int, typer.Argument(help="Id of the customer.", metavar="CUSTOMER")]
_Reason = Annotated[str, typer.Option(help="For the audit.", prompt=True)]
_Ids = Annotated[list[int], typer.Argument(help="Ids of the identifiers, from `siyu graph`.", metavar="IDENTIFIER…")]
_EPOCH_MS = 1_000_000_000_000  # a number below it is no moment of our days
_KNOWN_ON = {0: "no channel (phone, mail …)", 1: "1 channel"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (find, show, timeline, orders, graph, merge, split, review, assets):
        app.command()(command)


def find(
    value: Annotated[str, typer.Argument(help="A phone, member number, anonymous id, customer id …")],
    kind: Annotated[str | None, typer.Option("--type", help="Type of the identifier.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find customers by any identifier."""
    with engines(data) as context, context.database.transaction() as conn:
        found = [people.person(conn, customer_id) for customer_id in people.find(conn, value, kind)]
    if as_json:
        print_json(found)
        return
    if not found:
        errors.print("Nobody has this identifier.")
        raise typer.Exit(1)
    for person in found:
        _show(person)


def show(customer: _Customer, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show a customer: profile, layer on the ladder, identifiers, value. Personal data is masked."""
    with engines(data) as context, context.database.transaction() as conn:
        person = people.person(conn, customer)
    if as_json:
        print_json(person)
    else:
        _show(person)


def timeline(
    customer: _Customer,
    kind: Annotated[list[str], typer.Option(help="Only facts of this kind; may be repeated.")] = [],  # noqa: B006
    since: Annotated[datetime | None, typer.Option(help="On the brand's clock.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 30,
    cursor: Annotated[str | None, typer.Option(help="Of the following page.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what happened to a customer, newest first."""
    with engines(data) as context, context.database.transaction() as conn:
        page = people.person_timeline(
            conn, context.clickhouse, customer, cursor=cursor, limit=limit, kinds=kind, since=meant(since)
        )
    if as_json:
        print_json(page)
        return
    shown = table(*whole("when"), "what", "name", *figures("yuan"), "details")
    for entry in page.entries:
        amount = f"{entry.amount_fen / 100:,.2f}" if entry.amount_fen else ""
        details = ", ".join(
            f"{key}={value}" for key, value in entry.properties.items() if value not in (None, "", {}, [])
        )
        shown.add_row(f"{here(entry.occurred_at):%Y-%m-%d %H:%M:%S}", entry.kind, entry.name, amount, glance(details))
    print_table(shown, f"Nothing like that happened to customer {customer}.")
    if page.next:
        console.print(f"more: siyu timeline {customer} --cursor {page.next}", highlight=False)


def orders(customer: _Customer, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the orders of a customer, newest first."""
    with engines(data) as context, context.database.transaction() as conn:
        page = commerce.orders_of(conn, identity.living(conn, customer))
    if as_json:
        print_json(page)
        return
    shown = table(*whole("ordered"), "order and lines", "shop", *whole("status"), *figures("paid", "refunded"))
    for order in page.orders:
        goods = "; ".join(f"{line.title or line.product_no or line.line_no} ×{line.quantity}" for line in order.lines)
        shown.add_row(
            f"{here(order.ordered_at):%Y-%m-%d %H:%M}",
            f"{order.order_no} {goods}",
            " ".join(filter(None, [order.platform, order.shop])),
            str(order.status),
            f"{order.paid_fen / 100:,.2f}",
            f"{order.refunded_fen / 100:,.2f}" if order.refunded_fen else "",
        )
    print_table(shown, f"Customer {customer} has no orders.")


def graph(customer: _Customer, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the identity graph of a customer: every identifier, every edge with its evidence, what happened."""
    with engines(data) as context, context.database.transaction() as conn:
        found = identity.graph(conn, identity.living(conn, customer))
        known = people.shown(conn, found.identifiers)
    if as_json:
        print_json(
            {"customer_id": found.customer_id, "identifiers": known, "edges": found.edges, "history": found.history}
        )
        return
    names = {one.id: f"{one.type} {one.value}" for one in known}
    held = table(
        *figures("id"), "type", "scope", "value", *whole("state", "first seen", "last seen"),
        title=f"Customer {found.customer_id}",
    )  # fmt: skip
    for one in known:
        days = [f"{here(moment):%Y-%m-%d}" for moment in (one.first_seen, one.last_seen)]
        held.add_row(str(one.id), one.type, one.scope, one.value, one.state, *days)
    console.print(held)
    console.print()
    edges = table(
        "identifier", "identifier", *whole("strength", "state"), "reason", *figures("source"), "message",
        *figures("times"), title="Evidence",
    )  # fmt: skip
    for edge in found.edges:
        ends = [names.get(end, f"#{end} (of somebody else)") for end in (edge.stronger, edge.weaker)]
        told = [edge.strength, str(edge.state), edge.reason, str(edge.source_id), edge.message_id, str(edge.times)]
        edges.add_row(*ends, *told)
    console.print(edges)
    for entry in found.history:
        console.print(
            f"{here(entry.at):%Y-%m-%d %H:%M} {entry.op}: {entry.customer_id} / {entry.other_id} by {entry.actor} {entry.reason}",
            highlight=False,
        )


def merge(customer: _Customer, other: _Customer, reason: _Reason, data: DataOption = None) -> None:
    """Make two customers one, whatever the limits say. Undone by a split."""
    with engines(data) as context, context.database.transaction() as conn:
        kept = people.merge(conn, ACTOR, customer, other, reason, context.clock.now())
    console.print(f"They are customer {kept} now.")


def split(
    customer: _Customer,
    identifiers: _Ids,
    reason: _Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: DataOption = None,
) -> None:
    """Give some identifiers of a customer, and what came in under them, to a new customer."""
    with engines(data) as context, context.database.transaction() as conn:
        preview = people.split_preview(conn, customer, identifiers)
        for title, side in (("leaves", preview.leaving), ("stays", preview.staying)):
            for one in people.shown(conn, side):
                console.print(f"{title}: {one.id} {one.type} {one.value}")
        if not yes:
            typer.confirm("Split?", abort=True)
        made = people.split(conn, ACTOR, customer, identifiers, reason, context.clock.now())
    console.print(f"The new customer is {made}.")


def review(
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """List links that wait for an operator, oldest first, with the customers whom they would make one."""
    with engines(data) as context, context.database.transaction() as conn:
        found = people.waiting(conn, limit=limit)
    if as_json:
        print_json(found)
        return
    shown = table(*figures("customer"), "has", *figures("customer"), "has", *whole("reason", "since"))
    for link in found:
        ends = [
            cell
            for one in (link.stronger_is, link.weaker_is)
            for cell in (str(one.customer_id), f"{one.type} {one.value}")
        ]
        shown.add_row(*ends, link.reason, f"{here(link.first_seen):%Y-%m-%d}")
    print_table(shown, "No link waits for an operator.")


def assets(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Count the OneID assets."""
    with engines(data) as context, context.database.transaction() as conn:
        counts = identity.asset_counts(conn)
        buyers = customers.buyers(conn)
    if as_json:
        print_json({"counts": counts, "buyers": buyers})
        return
    console.print(
        f"People: {counts.known:,} known, {counts.anonymous:,} anonymous, {buyers:,} buyers.", highlight=False
    )
    by_type = table("identifier", *figures("how many"))
    for name, count in counts.identifiers.items():
        by_type.add_row(name, f"{count:,}")
    by_channels = table("known on", *figures("people"))
    for on, count in counts.people_by_channels.items():
        by_channels.add_row(_KNOWN_ON.get(on, f"{on} channels"), f"{count:,}")
    console.print(by_type)
    console.print()
    console.print(by_channels)


def _show(person: people.Person) -> None:
    profile, value = person.profile, person.value
    shown = sheet(f"Customer {person.customer_id}")
    shown.add_row("layer", profile.layer.name.lower().replace("_", " "))
    shown.add_row("personal", ", ".join(f"{field} {said}" for field, said in profile.personal.items()))
    shown.add_row("traits", ", ".join(f"{field} {_trait(field, said)}" for field, said in profile.traits.items()))
    shown.add_row("tags", ", ".join(tag.tag for tag in profile.tags))
    shown.add_row("seen", f"{here(profile.first_seen_at):%Y-%m-%d} – {here(profile.last_seen_at):%Y-%m-%d %H:%M}")
    shown.add_row(
        "value", f"{value.net_fen / 100:,.2f} yuan in {value.orders} orders, {value.refunded_fen / 100:,.2f} refunded"
    )
    for one in value.platforms:
        shown.add_row("", f"{one.platform}: {one.orders} orders, {one.paid_fen / 100:,.2f} yuan")
    if found := person.prediction:
        shown.add_row(
            "expected",
            f"{found.value_fen / 100:,.2f} yuan in {found.months} months: bought {found.bought} times in "
            f"{found.days_since_first} days, last {found.days_since_last} days before {found.as_of}; {found.p_alive:.0%} "
            f"alive, {found.purchases:,.2f} more purchases at {found.spend_fen / 100:,.2f} yuan",
        )
    for known in person.identifiers:
        shown.add_row(
            "identifier", f"{known.type} {known.value}" + ("" if known.state == "active" else f" ({known.state})")
        )
    console.print(shown)


def _trait(field: str, value: object) -> str:
    """A trait as its name says: `…_fen` is money, `…_at` a moment in milliseconds."""
    if isinstance(value, int) and field.endswith("_fen"):
        return f"{value / 100:,.2f} yuan"
    if isinstance(value, int) and field.endswith("_at") and value > _EPOCH_MS:
        return written(from_millis(value))
    return str(value)
