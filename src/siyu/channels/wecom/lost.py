"""A group send whose answer was lost: was it taken? The platform takes no key of ours, but lists what it took."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from siyu.channels.types import PlatformRefused
from siyu.channels.wecom.calls import sends
from siyu.channels.wecom.client import Client
from siyu.kernel.errors import TryLater

_APART: Final = timedelta(minutes=2)  # clocks differ, and the platform may take a moment


def found_again(
    client: Client, chat_type: str, subject_ids: Sequence[str], text: str, since: datetime
) -> tuple[str, frozenset[str]] | None:
    """The handle of the send with this text to these people alone, and whom of them it has not; ``None`` if not found.

    That it is not found does not mean that it was not taken.
    """
    try:
        return looked_for(client, chat_type, subject_ids, text, since)
    except (PlatformRefused, TryLater):
        return None


def looked_for(
    client: Client,
    chat_type: str,
    subject_ids: Sequence[str],
    text: str,
    since: datetime,
    known: Collection[str] = (),
) -> tuple[str, frozenset[str]] | None:
    """The same, leaving out sends of these handles; raises where the platform does not answer."""
    wanted = frozenset(subject_ids)
    best: tuple[str, frozenset[str]] | None = None
    start, end = since - _APART, client.ports.clock.now() + _APART
    for one in sends.listed(client, chat_type, int(start.timestamp()), int(end.timestamp())):
        if one.text != text or one.msgid in known:
            continue
        reached = frozenset(
            told.contact_id or told.group_id
            for task in sends.tasks(client, one.msgid)
            for told in sends.deliveries(client, one.msgid, task.staff_id)
        )
        if reached and reached <= wanted and (best is None or len(wanted - reached) < len(best[1])):
            best = one.msgid, wanted - reached
    return best
