"""Locks of the gate, in the order in which everybody takes them: people as OneID knows them, the gate, then persons."""

from collections.abc import Iterable

from sqlalchemy import Connection

from siyu.identity import service as identity
from siyu.touch import store
from siyu.touch.store import people


def hold_customers(conn: Connection, customer_ids: Iterable[int]) -> dict[int, int]:
    """Lock customers as the gate does, in the order of their ids, until the end of the transaction; returns who each is now.

    For a caller that writes rows of the same people (a place in a programme, a step of a journey) before it proposes:
    without it, it and a worker that decides about them could wait for each other. Safe to repeat.
    """
    living = _living(conn, customer_ids)
    people.lock(conn, sorted(set(living.values())))
    return living


def hold_free(conn: Connection, customer_ids: Iterable[int]) -> dict[int, int]:
    """As :func:`hold_customers`, but nobody is waited for: of whom somebody else decides at this moment is absent.

    For a caller that may come again for them. So workers whose batches have people in common work beside each other.
    """
    living = _living(conn, customer_ids)
    wanted = sorted(set(living.values()))
    people.make(conn, wanted)
    free = set(people.lock_free(conn, wanted))
    return {one: lives for one, lives in living.items() if lives in free}


def _living(conn: Connection, customer_ids: Iterable[int]) -> dict[int, int]:
    """Who each is, which stays so until the end of the transaction."""
    decide_beside_others(conn)
    given = sorted(set(customer_ids))
    moved = identity.living_of(conn, given)
    return {one: moved.get(one, one) for one in given}


def decide_beside_others(conn: Connection) -> None:
    """This transaction decides: nobody is merged away meanwhile, and no rule or programme changes."""
    identity.hold_people(conn, alone=False)
    store.hold_gate(conn, alone=False)


def change_alone(conn: Connection) -> None:
    """This transaction changes what decisions depend on: it waits for those that are under way, and others for it."""
    store.hold_gate(conn, alone=True)
