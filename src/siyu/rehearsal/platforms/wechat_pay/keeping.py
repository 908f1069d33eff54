"""A fake merchant in a file, with its keys: what was paid outlasts the process."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from siyu.kernel.clock import Clock
from siyu.kernel.errors import BadInput, original
from siyu.rehearsal.platforms.wechat_pay import crypto
from siyu.rehearsal.platforms.wechat_pay.merchant import FakeMerchant, Notice

_PLAIN: Final = ("mch_id", "app_id", "name", "serial", "api_key", "key_id", "balance", "number")
_TABLES: Final = ("trades", "refunds", "bills", "prepaid", "visits")


def written(merchant: FakeMerchant) -> bytes:
    """All that there is of a merchant, as JSON."""
    with merchant.lock:
        said: dict[str, Any] = {name: getattr(merchant, name) for name in (*_PLAIN, *_TABLES)}
        said["notices"] = [asdict(one) for one in merchant.notices]
        said["keys"] = {"own": merchant.own.private, "platform": merchant.platform.private}
        return orjson.dumps(said)


def save(merchant: FakeMerchant, path: Path) -> None:
    """Write a merchant to a JSON file that only its owner can read; it appears when it is whole."""
    draft = path.with_name(path.name + ".new")
    draft.touch(mode=0o600)
    draft.write_bytes(written(merchant))
    draft.replace(path)


def load(path: Path, clock: Clock) -> FakeMerchant:
    """A merchant as it was saved.

    Raises:
        BadInput: the file is something else.
    """
    try:
        said = orjson.loads(path.read_bytes())
        made = FakeMerchant(clock, keys=(crypto.read(said["keys"]["own"]), crypto.read(said["keys"]["platform"])))
        for name in (*_PLAIN, *_TABLES):
            setattr(made, name, said[name])
        made.notices = [Notice(**one) for one in said["notices"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            reason=f"{path} does not hold a fake merchant: {error!r}.",
            reason_zh=f"{path} 不是模拟商户的存档文件{original(repr(error))}。",
        ) from None
    return made
