"""Deleting what is known of somebody."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final, get_args

from sqlalchemy import Connection

from siyu.customers import store
from siyu.customers.rules import FIRST
from siyu.customers.rules.consent import ALL
from siyu.customers.rules.traits import Traits
from siyu.customers.service.changing import change_consents
from siyu.customers.service.listing import mark_stale
from siyu.customers.store import forgetting as tables
from siyu.customers.types import ConsentChange, Purpose
from siyu.kernel.clock import to_millis
from siyu.kernel.fact import Fact

_SOURCE: Final = "member"


def forget(conn: Connection, customer_id: int, now: datetime) -> list[Fact]:
    """Traits and tags of a customer are gone, and no channel may reach them for any purpose. Safe to repeat.

    Older messages that are still under way bring nothing back. Values of personal traits stay in the vault until the
    caller erases them (:func:`siyu.customers.service.personal_items`, asked before).

    Returns:
        ``profile.identified`` with what was removed, and ``consent.changed``.
    """
    facts = []
    stored = store.profiles(conn, [customer_id], lock=True).get(customer_id)
    if stored is not None:
        had = {*stored.traits.plain, *stored.traits.personal}
        times = dict.fromkeys({*had, *stored.traits.times} - FIRST, to_millis(now))
        kept = {name: at for name, at in stored.traits.times.items() if name in FIRST}
        store.write_profiles(conn, [replace(stored, traits=Traits(times={**times, **kept}))])
        if had:
            said = {"changed": [], "removed": sorted(had)}
            facts.append(Fact("profile.identified", customer_id, 0, now, properties=said))
    tables.drop_tags(conn, customer_id)
    purposes: tuple[Purpose, ...] = get_args(Purpose)
    channels = {ALL, *(channel for _, channel, _ in store.consents(conn, [customer_id]))}
    places = {(channel, purpose) for channel in channels for purpose in purposes}
    denied = [
        ConsentChange(customer_id, channel, purpose, "denied", now, _SOURCE) for channel, purpose in sorted(places)
    ]
    facts += change_consents(conn, denied, now)
    mark_stale(conn, [customer_id])
    return facts


def prints_in_use(conn: Connection, prints: Collection[str]) -> set[str]:
    """Those of these fingerprints of the vault that some customer has as a trait."""
    return tables.tokens_in_use(conn, sorted(prints)) if prints else set()
