"""``siyu channels``: the accounts on platforms, and whether they work."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from siyu.app.cli.engines import ACTOR, engines
from siyu.app.cli.frame import DataOption, JsonOption, console, print_finding, print_json, spoken
from siyu.app.cli.tables import figures, print_table, table, whole
from siyu.app.outward import outward
from siyu.channels import service as channels
from siyu.channels.types import About
from siyu.kernel.errors import BadInput

app = typer.Typer(help="Accounts on WeCom and other platforms.", no_args_is_help=True)


def register(whole: typer.Typer) -> None:
    """Add the commands."""
    whole.add_typer(app, name="channels")


@app.command("kinds")
def list_kinds(as_json: JsonOption = False) -> None:
    """List what can be connected, and what is to be filled in for it."""
    found = channels.abouts()
    if as_json:
        print_json([{"channel": one.name, "en": one.en, "zh": one.zh, "fields": one.fields} for one in found])
        return
    shown = table("kind", "name", "fields")
    for one in found:
        fields = [f"{field.name}{'' if field.required else ' (optional)'}" for field in one.fields]
        shown.add_row(one.name, spoken(one.en, one.zh), ", ".join(fields))
    console.print(shown)


@app.command("list")
def list_accounts(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the accounts, with what their last check found."""
    with engines(data) as context, context.database.transaction() as conn:
        found, health = channels.accounts(conn), channels.health_of_accounts(conn)
    if as_json:
        print_json([{"account": one, "health": health.get(one.id)} for one in found])
        return
    shown = table(*figures("id"), "kind", "account", "name", *whole("state"), "last check")
    for one in found:
        seen = health.get(one.id)
        wrong = [spoken(finding.en, finding.zh) for finding in seen.findings if not finding.ok] if seen else ["never"]
        shown.add_row(str(one.id), one.channel, one.external_id, one.name, one.state, " ".join(wrong) or "ok")
    print_table(shown, "No account is connected yet; `siyu channels kinds` lists what can be.")


@app.command()
def connect(
    kind: Annotated[str, typer.Argument(help="wecom, or another of `siyu channels kinds`.")],
    value: Annotated[
        list[str] | None,
        typer.Option("--set", help="field=value, or field=@file; may be repeated. What is missing is asked for."),
    ] = None,
    name: Annotated[str, typer.Option(help="How you call it.")] = "",
    external_id: Annotated[
        str, typer.Option("--id", help="How the platform calls the account, where no field says so.")
    ] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Connect an account and print the address to enter on the platform."""
    values = _values(channels.about(kind), value or [])
    with engines(data) as context:
        with context.database.transaction() as conn:
            made = channels.connect_account(
                conn,
                ACTOR,
                channel=kind,
                external_id=external_id,
                name=name,
                values=values,
                now=context.clock.now(),
            )
        address = f"{context.settings.base_url}/callback/{made.channel}/{made.id}"
    if as_json:
        print_json({"id": made.id, "callback_url": address})
        return
    console.print(f"Account {made.id} '{made.name}' is connected.", highlight=False)
    console.print(f"Callback address: {address}", highlight=False, soft_wrap=True)
    console.print("See whether it works: siyu channels check", highlight=False)


@app.command()
def check(
    account_id: Annotated[int | None, typer.Argument(metavar="[ID]", help="Only this account.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try now what the accounts need, and say what to do. Ends with 1 when something is wrong."""
    with engines(data) as context:
        with context.database.transaction() as conn:
            asked = [channels.account(conn, account_id)] if account_id else channels.accounts(conn)
        base = context.settings.base_url
        found = [(one, channels.check_account(context.database, one, context.clock, outward(), base)) for one in asked]
    if as_json:
        print_json([{"account": one.id, "health": health} for one, health in found])
    else:
        for one, health in found:
            console.print(f"{one.id} {one.name} ({one.channel})", highlight=False)
            for finding in health.findings:
                said = f"{finding.check}: {spoken(finding.en, finding.zh)}"
                print_finding("ok" if finding.ok else "fail", said, spoken(finding.advice_en, finding.advice_zh))
    if not all(health.ok for _, health in found):
        sys.exit(1)


def _values(about: About, given: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for one in given:
        field, found, text = one.partition("=")
        if not found:
            raise BadInput(reason=f"'{one}' is not field=value.", reason_zh=f"“{one}”不是 字段=值 的形式。")
        values[field] = _file(text[1:]) if text.startswith("@") else text
    for asked in about.fields:
        # A secret should not be an argument: other users of the machine see those of every process.
        if asked.required and not asked.default and asked.name not in values:
            values[asked.name] = typer.prompt(spoken(asked.en, asked.zh), hide_input=asked.secret)
    return values


def _file(name: str) -> str:
    try:
        return Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        said = type(problem).__name__
        raise BadInput(reason=f"{name} cannot be read ({said}).", reason_zh=f"无法读取 {name}（{said}）。") from problem
