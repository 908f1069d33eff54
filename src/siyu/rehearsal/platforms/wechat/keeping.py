"""Fake accounts in a file: those of one brand lie together, because their people are the same."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from siyu.kernel.clock import Clock
from siyu.kernel.errors import BadInput, original
from siyu.rehearsal.platforms.wechat.account import Account
from siyu.rehearsal.platforms.wechat.types import State

_STATES: Final = TypeAdapter(list[State])
_MOST_KEPT: Final = 10_000  # messages that arrived, the latest


def save(accounts: Iterable[Account], path: Path) -> None:
    """Write accounts to a JSON file, which appears when it is whole. Codes for signing in live minutes and are left out."""
    pieces = []
    for one in accounts:
        with one.lock:
            del one.state.received[:-_MOST_KEPT]
            pieces.append(_STATES.dump_json([one.state], exclude={0: {"codes"}})[1:-1])
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(b"[" + b",".join(pieces) + b"]")
    draft.replace(path)


def load(path: Path, clock: Clock) -> list[Account]:
    """Accounts as they were saved.

    Raises:
        BadInput: the file is something else.
    """
    try:
        states = _STATES.validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        first = str(error).splitlines()[0]
        raise BadInput(
            reason=f"{path} does not hold fake accounts: {first}.",
            reason_zh=f"{path} 不是模拟账号的存档文件{original(first)}。",
        ) from None
    return [Account(clock, one.kind, state=one) for one in states]
