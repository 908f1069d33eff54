"""Trials follow when people are merged, and forget what somebody wrote."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.identity import service as identity
from siyu.trials.rules.applying import FURTHER
from siyu.trials.service.moving import give_points_back
from siyu.trials.store import applications as tables
from siyu.trials.store import trials as kept


def regroup_trials(conn: Connection, merged: Sequence[tuple[int, int]], now: datetime) -> None:
    """After merges: what one of them has applied for, the winner has. Where both applied for one trial, the further application
    counts; one that waited is withdrawn, and its points go back. Who was given two pieces keeps both, and reports on both.

    Args:
        conn: an open transaction that is alone with the people, in which the ledger has followed.
        merged: (loser, winner); chains within them are followed.
        now: the present.
    """
    final = identity.ends_of(merged)
    if not final:
        return
    waited: dict[int, list[int]] = defaultdict(list)
    for one in tables.outrank(conn, final, FURTHER, now):
        if one.waiting:
            waited[one.trial_id].append(one.id)
    tables.move(conn, final)
    of = kept.find_many(conn, waited)
    for trial_id, ids in waited.items():
        give_points_back(conn, of[trial_id], ids, now)


def forget_trials(conn: Connection, customer_id: int) -> None:
    """Delete what a customer wrote, in applications and reports; what became of them stays. Safe to repeat.

    Raises:
        NotFound: nobody ever had this id.
    """
    tables.forget(conn, identity.living(conn, customer_id))
