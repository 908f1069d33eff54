"""Single things of many customers at once, for those who plan for them, and what they learn."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from siyu.customers import store
from siyu.customers.rules import FIRST, TraitChange, kind_of_trait, learn
from siyu.customers.store import knowing
from siyu.customers.types import DayWanted, RelationKind, TraitWord
from siyu.kernel.clock import to_millis
from siyu.kernel.fact import Fact


def traits_of(conn: Connection, customer_ids: Sequence[int], names: Iterable[str]) -> dict[int, dict[str, Any]]:
    """Some traits of many customers, by customer; those that are not personal. Who has none is absent."""
    plain = [name for name in names if kind_of_trait(name) is None]
    return knowing.traits(conn, customer_ids, plain) if plain and customer_ids else {}


def may_be_put(trait: str) -> bool:
    """Whether :func:`put_traits` takes a trait of this name."""
    return kind_of_trait(trait) is None and trait not in FIRST


def people_of_day(conn: Connection, trait: str, wanted: DayWanted, *, after: int = 0, most: int = 5000) -> list[int]:
    """Customers whose trait is such a day, by id, from behind ``after``.

    The trait is a text, ``1990-05-17`` (also with ``/`` or ``.``, or a time behind it) or ``05-17``, which is no day that comes
    only once. This reads every profile: once a day, not once a request.
    """
    return knowing.of_day(conn, trait, wanted, after, most)


def people_tied_on(
    conn: Connection, kind: RelationKind, wanted: DayWanted, zone: str, *, after: int = 0, most: int = 5000
) -> list[int]:
    """Customers of whose ties of this kind that stand the oldest began on such a day of the zone, by id, from behind
    ``after``; of a day that comes round, in an earlier month. This reads every tie of the kind.
    """
    return knowing.tied_on(conn, kind, wanted, zone, after, most)


def scopes_of(conn: Connection, customer_ids: Sequence[int], kind: RelationKind) -> dict[int, list[str]]:
    """With what many customers stand in a relation of this kind, by customer; the newest first. Who does not is absent."""
    found: dict[int, list[str]] = defaultdict(list)
    for customer_id, scope in knowing.standing_scopes(conn, customer_ids, kind) if customer_ids else ():
        found[customer_id].append(scope)
    return dict(found)


def put_traits(conn: Connection, words: Sequence[TraitWord], now: datetime) -> list[Fact]:
    """Keep what Siyu itself says of traits; a newer word from elsewhere stands. ``None`` takes a trait away.

    Personal traits, and those of which the first word stands, are left out. Returns ``profile.identified`` where something
    changed. Safe to repeat; the customers' profiles are locked.
    """
    by_customer: dict[int, list[TraitWord]] = defaultdict(list)
    for word in words:
        if may_be_put(word.name):
            by_customer[word.customer_id].append(word)
    if not by_customer:
        return []
    ids = sorted(by_customer)
    there = store.profiles(conn, ids, lock=True)
    if missing := [customer_id for customer_id in ids if customer_id not in there]:
        store.touch(conn, missing, [now] * len(missing), [now] * len(missing), [0] * len(missing))
        there |= store.profiles(conn, missing, lock=True)
    written, facts = [], []
    for customer_id, stored in there.items():
        told = [TraitChange(one.name, one.value, to_millis(one.at)) for one in by_customer[customer_id]]
        traits, changed, removed = learn(stored.traits, told)
        if traits is not stored.traits:
            written.append(replace(stored, traits=traits))
        if changed or removed:
            properties = {"changed": sorted(changed), "removed": sorted(removed)}
            at = by_customer[customer_id][0].at
            facts.append(Fact("profile.identified", customer_id, 0, at, properties=properties))
    store.write_profiles(conn, written)
    return facts
