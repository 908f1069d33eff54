"""``siyu owner`` and ``siyu keys``: who may use the API."""

from typing import Annotated

import typer

from siyu.app.cli.engines import ACTOR, engines
from siyu.app.cli.frame import DataOption, JsonOption, console, print_json
from siyu.app.cli.tables import figures, print_table, table, whole
from siyu.engines.access import service as access
from siyu.kernel.errors import BadInput

keys = typer.Typer(help="API keys and their scopes.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(owner)
    app.add_typer(keys, name="keys")


def owner(
    login: Annotated[str, typer.Option(prompt=True, help="Name or mail to sign in with.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    token: Annotated[str | None, typer.Option(help="Of the one-time link; a fresh one is made when absent.")] = None,
    data: DataOption = None,
) -> None:
    """Make the first owner, without a browser."""
    with engines(data) as context, context.database.transaction() as conn:
        now = context.clock.now()
        good = token or access.create_first_owner_link(conn, now)
        if good is None:
            raise BadInput(
                reason="there is an owner already; owners make further operators.",
                reason_zh="已有所有者，其他操作员请由所有者创建。",
            )
        made = access.redeem(conn, good, login, password, now)
    console.print(f"'{made.login}' is the owner.")


@keys.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help="A right; may be repeated. See docs/reference/rights.md.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an API key and print it; it is shown this once."""
    with engines(data) as context, context.database.transaction() as conn:
        made = access.create_api_key(conn, ACTOR, name=name, scopes=scope, now=context.clock.now())
    if as_json:
        print_json({"id": made.id, "token": made.token})
    else:
        print(made.token)


@keys.command("list")
def list_keys(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the API keys."""
    with engines(data) as context, context.database.transaction() as conn:
        found = access.api_keys(conn)
    if as_json:
        print_json(found)
        return
    shown = table(*figures("id"), "name", *whole("begins with"), "scopes", *whole("revoked"))
    for key in found:
        shown.add_row(str(key.id), key.name, key.prefix, ", ".join(key.scopes), "yes" if key.revoked_at else "")
    print_table(shown, "There is no API key; `siyu keys add` makes one.")


@keys.command()
def revoke(key_id: Annotated[int, typer.Argument(metavar="ID")], data: DataOption = None) -> None:
    """Refuse an API key from the next request on."""
    with engines(data) as context, context.database.transaction() as conn:
        access.revoke_api_key(conn, ACTOR, key_id, context.clock.now())
    console.print("Revoked.")
