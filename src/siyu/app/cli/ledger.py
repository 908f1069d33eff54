"""``siyu ledger``: what customers have, postings by hand, and proof that nothing was changed."""

import sys
from datetime import datetime
from typing import Annotated
from uuid import uuid4

import typer

from siyu.app import ledger
from siyu.app.cli.engines import ACTOR, engines
from siyu.app.cli.frame import DataOption, JsonOption, console, meant, print_json, spoken
from siyu.app.cli.tables import figures, print_table, table, whole
from siyu.engines.zone import written
from siyu.kernel.errors import BadInput
from siyu.loyalty import service as loyalty

app = typer.Typer(help="The ledger: points and whatever else has value.", no_args_is_help=True)

_Customer = Annotated[int, typer.Argument(help="Number of the customer.", min=1)]
_Unit = Annotated[str, typer.Option(help="points, growth, group_points, fen, coupon:12 …")]


def register(whole: typer.Typer) -> None:
    """Add the commands."""
    whole.add_typer(app, name="ledger")


@app.command()
def verify(
    anchor: Annotated[
        str,
        typer.Option(help="NUMBER:HASH of a block that an earlier run told, to prove that nothing before it changed."),
    ] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute every block, sum, balance, lot and hold again, and say what is wrong. Ends with 1 when something is."""
    noted = _anchor(anchor) if anchor else None
    with engines(data) as context:
        found = ledger.verify(context, noted, actor=ACTOR.actor)
    if as_json:
        print_json(found)
    else:
        for one in found.findings:
            console.print(spoken(one.en, one.zh), style="red", highlight=False, soft_wrap=True)
        if not found.findings:
            console.print(
                spoken(
                    f"Nothing was changed: {found.transactions:,} transactions sealed, {found.unsealed:,} wait.",
                    f"账本完好：已封存 {found.transactions:,} 笔，待封存 {found.unsealed:,} 笔。",
                ),
                highlight=False,
            )
        if found.block:
            console.print(f"{found.block}:{found.hash}", highlight=False, soft_wrap=True)
    if found.findings:
        sys.exit(1)


@app.command()
def balance(
    customer_id: _Customer,
    at: Annotated[
        datetime | None, typer.Option(help="At this moment of the brand's zone instead of now, by effective time.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a customer has of every unit."""
    with engines(data) as context, context.database.transaction() as conn:
        found = loyalty.accounts_of(conn, customer_id, context.clock.now())
        moment = meant(at)
        then = [loyalty.balance_at(conn, one.account, moment) for one in found] if moment else []
    if as_json:
        print_json(
            [
                {"account": str(one.account), "at": moment, "balance": count}
                for one, count in zip(found, then, strict=True)
            ]
            if moment
            else found
        )
        return
    if moment:
        shown = table("account", *figures("balance"), title=written(moment))
        for one, count in zip(found, then, strict=True):
            shown.add_row(str(one.account), f"{count:,}")
    else:
        numbers = figures("balance", "available", "pending", "held", "owed")
        shown = table("account", *numbers, *whole("next expiry"))
        for one in found:
            counts = (one.balance, one.available, one.pending, one.held, one.owed)
            until = written(one.next_expiry) if one.next_expiry else ""
            shown.add_row(str(one.account), *[f"{count:,}" for count in counts], until)
    print_table(shown, f"Customer {customer_id} has no account yet.")


@app.command()
def post(
    customer_id: _Customer,
    amount: Annotated[int, typer.Argument(help="How many; below zero they are taken (put -- before it).")],
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")],
    unit: _Unit = "points",
    key: Annotated[str, typer.Option(help="Of this request: the same again posts nothing twice.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a customer something, or take it. Above the unit's limit it waits for a second person."""
    with engines(data) as context, context.database.transaction() as conn:
        made = loyalty.post_by_hand(
            conn,
            ACTOR,
            key=key or f"cli:{uuid4().hex}",
            customer_id=customer_id,
            unit=unit,
            amount=amount,
            reason=reason,
            now=context.clock.now(),
        )
    if as_json:
        print_json(made)
    elif made.state == "waiting":
        console.print(
            spoken(
                f"{made.amount:,} {made.account.unit} wait for a second person to approve them (number {made.id}).",
                f"{made.amount:,} {made.account.unit} 待第二人审批（编号 {made.id}）。",
            ),
            highlight=False,
        )
    else:
        console.print(f"{made.account}: {made.amount:+,} (transaction {made.transaction_id})", highlight=False)


def _anchor(given: str) -> tuple[int, str]:
    number, _, hash_ = given.partition(":")
    if not number.isdecimal() or len(hash_) != 64:
        raise BadInput(
            reason="an anchor is the number of a block, a colon and its hash: what this command told before.",
            reason_zh="锚点格式为“区块编号:哈希”，即本命令此前输出的内容。",
        )
    return int(number), hash_.lower()
