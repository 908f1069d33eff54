"""What merges and splits of people move, and what is learned of their day."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.identity import service as identity
from siyu.touch.rules.hours import HOURS, join_acts
from siyu.touch.store import people

# What a person does themselves, at the moment at which they do it.
ACTS: Final = frozenset(
    {
        "event.tracked", "page.viewed", "screen.viewed", "order.placed", "order.paid", "message.received", "moment.liked",
        "moment.commented", "entry.scanned", "account.followed", "friend.added",
    }
)  # fmt: skip


def note_acts(conn: Connection, customer_ids: NDArray[np.int64], hours: NDArray[np.int64]) -> None:
    """Learn at which hours people are active, from acts of :data:`ACTS`. Not idempotent: each act is given once.

    Args:
        conn: an open transaction.
        customer_ids: whose act, as OneID knows them now.
        hours: at which hour of the day, in UTC.
    """
    if not len(customer_ids):
        return
    ids, places = np.unique(customer_ids, return_inverse=True)
    counts = np.zeros((len(ids), HOURS), np.int64)
    np.add.at(counts, (places, hours), 1)
    known = people.lock_daytimes(conn, ids.tolist())
    added = zip(ids.tolist(), counts.tolist(), strict=True)
    people.write_daytimes(conn, {one: join_acts(known[one], done) for one, done in added})


def reassign(conn: Connection, merged: Sequence[tuple[int, int]]) -> None:
    """After merges: what both received counts for the one who stays, what waits is theirs, and whoever was left alone is.

    Safe to repeat.

    Args:
        conn: an open transaction that is alone with the people, see :func:`siyu.identity.service.hold_people`.
        merged: (loser, winner); chains within them are followed.
    """
    final = identity.ends_of(merged)
    if not final:
        return
    losers, winners = list(final), list(final.values())
    known = people.daytimes(conn, {*losers, *winners})
    joined: dict[int, bytes] = {}
    for loser, winner in final.items():
        if loser in known:
            before = joined.get(winner) or known.get(winner) or bytes(HOURS)
            joined[winner] = join_acts(before, known[loser])
    if joined:
        people.lock_daytimes(conn, sorted(joined))
        people.write_daytimes(conn, joined)
    people.follow(conn, losers, winners)


def split(conn: Connection, parted: Iterable[tuple[int, int, Sequence[int]]]) -> None:
    """After splits: what reached a contact goes with the contact, and who is new is left alone if the other is.

    What waits stays with the one who stays, and nothing is known yet of the day of who is new. Safe to repeat.

    Args:
        conn: an open transaction that is alone with the people.
        parted: (customer who stays, customer who is new, identifiers that went).
    """
    moved = list(parted)
    if not moved:
        return
    own = {(channels.about(one.channel).identity[0], one.external_id): one.id for one in channels.accounts(conn)}
    for stays, new, identifier_ids in moved:
        went = [
            (own[one.type, one.scope], one.value)
            for one in identity.identifiers(conn, list(identifier_ids))
            if (one.type, one.scope) in own
        ]
        people.part(conn, stays, new, went)
