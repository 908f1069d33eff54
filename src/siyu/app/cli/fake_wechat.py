"""``siyu fake official-account`` and ``siyu fake mini-program``."""

import time
from typing import Annotated

import typer

from siyu.app.cli.frame import console
from siyu.kernel.clock import SystemClock
from siyu.kernel.errors import Conflict, original
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import Account, populated
from siyu.rehearsal.platforms.wechat.app import create_app
from siyu.rehearsal.platforms.wechat.receiver import check
from siyu.rehearsal.platforms.wechat.types import Kind, Mode

PortOption = Annotated[int, typer.Option(help="Port on the loopback; 0 for a free one.", min=0, max=65535)]
CallbackOption = Annotated[str, typer.Option(help="Where callbacks go. Empty: nowhere.")]
TokenOption = Annotated[str, typer.Option(help="Token of the callbacks.")]
KeyOption = Annotated[str, typer.Option(help="EncodingAESKey of the callbacks: 43 letters and digits.")]
ModeOption = Annotated[Mode, typer.Option(help="How callbacks are encrypted.")]
PeopleOption = Annotated[int, typer.Option(help="How many people.", min=0)]
SeedOption = Annotated[int, typer.Option(help="Same seed, same people.")]


def register(app: typer.Typer) -> None:
    """Put the commands below ``siyu fake``."""
    app.command("official-account")(official_account)
    app.command("mini-program")(mini_program)


def official_account(
    port: PortOption = 8771,
    callback_url: CallbackOption = "",
    token: TokenOption = "",
    aes_key: KeyOption = "",
    mode: ModeOption = "safe",
    people: PeopleOption = 1000,
    seed: SeedOption = 7,
) -> None:
    """Run a fake official account: its API, its callbacks, and /_control/acts/… to act as a follower."""
    _run("official_account", port, people, seed, (callback_url, token, aes_key, mode))


def mini_program(
    port: PortOption = 8772,
    callback_url: CallbackOption = "",
    token: TokenOption = "",
    aes_key: KeyOption = "",
    mode: ModeOption = "safe",
    people: PeopleOption = 1000,
    seed: SeedOption = 7,
) -> None:
    """Run a fake mini program: its API, its callbacks, and /_control/acts/… to act as a user."""
    _run("mini_program", port, people, seed, (callback_url, token, aes_key, mode))


def _run(kind: Kind, port: int, people: int, seed: int, callback: tuple[str, str, str, Mode]) -> None:
    account = populated(SystemClock(), kind, people, seed=seed)
    url, token, aes_key, mode = callback
    if url:
        check(url, token, aes_key, mode)
        account.call_back(url, token, aes_key, mode, by_itself=True)
    try:
        with serving(create_app(account), port) as address:
            _greet(account, address)
            while True:
                time.sleep(3600)
    except OSError as error:
        raise Conflict(
            reason=f"port {port} cannot be used: {error}.", reason_zh=f"端口 {port} 无法使用{original(error)}。"
        ) from None
    finally:
        account.hang_up()


def _greet(account: Account, address: str) -> None:
    lines = {"API": address, "Control": f"{address}/_control/state"}
    lines |= {"AppID": account.state.app_id, "Secret": account.state.secret}
    for name, said in lines.items():
        console.print(f"{name:<8}{said}", highlight=False, markup=False, soft_wrap=True)
    if account.receiver is not None:
        verified, reason = account.verify()
        said = "verified" if verified else f"not verified: {reason}"
        console.print(f"Callbacks go to {account.receiver.url}; {said}", highlight=False, markup=False, soft_wrap=True)
    console.print("Ctrl-C ends it.")
