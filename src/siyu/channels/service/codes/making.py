"""From what an operator said of a code to what is written down and what the platform is to know."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from siyu.channels.rules.schedule import capped, next_change, serving
from siyu.channels.store.codes import Made
from siyu.channels.types.codes import CodeDefinition, CodeKind, Opening, Serving

_NOW_AND_THEN: Final = timedelta(minutes=10)  # staff come and go
_CAPPED: Final = timedelta(seconds=30)  # and people come
_NOBODY: Final = Serving((), skip_verify=True, by="nobody")


def made(
    kind: CodeKind,
    name: str,
    definition: CodeDefinition,
    now: datetime,
    zone: ZoneInfo,
    *,
    got: Mapping[str, int],
    able: Collection[str],
    before: Opening | None = None,
) -> Made:
    """What is written down of a code.

    Args:
        kind: of the code.
        name: its name.
        definition: checked.
        now: the present.
        zone: of the brand.
        got: how many people each has got today through it.
        able: who may serve.
        before: what the platform was to know so far; stays where nobody can serve.
    """
    roster = definition.roster
    if roster is None:
        wanted = Opening(kind, "", name, chats=definition.chats)
        return Made(name, definition, _NOBODY, wanted, key_of(wanted), None)
    serve = serving(roster, now, zone, got=got, able=able)
    staff = serve.staff or (before.staff_ids if before else ())
    wanted = Opening(kind, "", name, staff, serve.skip_verify)
    change = next_change(roster, now, zone, got=got, able=able)
    look = now + (_CAPPED if capped(roster) else _NOW_AND_THEN)
    return Made(name, definition, serve, wanted, key_of(wanted), min(change, look) if change else look)


def key_of(wanted: Opening) -> str:
    """A digest: the same for the same."""
    return blake2b(orjson.dumps(asdict(wanted), option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()
