"""Tags, relations, consent and what came first, changed by the batch: from messages, by other rooms, by hand."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from siyu.customers import store
from siyu.customers.rules import FIRST, TraitChange, better_consent, learn
from siyu.customers.service.listing import mark_stale
from siyu.customers.store import StoredRelation
from siyu.customers.types import Consent, ConsentChange, FirstTrait, RelationChange, TagChange
from siyu.kernel.clock import to_millis
from siyu.kernel.fact import Fact

_Change = RelationChange | ConsentChange | TagChange | FirstTrait


def add_tags(conn: Connection, changes: Sequence[TagChange]) -> list[Fact]:
    """Put tags on customers. ``tag.added`` only where no source had put it before. Safe to repeat."""
    return _tag_facts(conn, "tag.added", changes, store.add_tags(conn, changes) if changes else {})


def remove_tags(conn: Connection, changes: Sequence[TagChange]) -> list[Fact]:
    """Take tags off that the same source put on. ``tag.removed`` only where no source is left. Safe to repeat."""
    return _tag_facts(conn, "tag.removed", changes, store.remove_tags(conn, changes) if changes else {})


def _tag_facts(
    conn: Connection, kind: str, changes: Sequence[TagChange], happened: dict[tuple[int, str], bool]
) -> list[Fact]:
    # Who else put the tag on or took it off is no fact, but a rule may ask for it.
    mark_stale(conn, [customer_id for (customer_id, _), told in happened.items() if not told])
    return [
        _fact(kind, change, tag=change.tag)
        for change in changes
        if happened.pop((change.customer_id, change.tag), False)
    ]


def change_relations(conn: Connection, changes: Sequence[RelationChange], now: datetime) -> list[Fact]:
    """Begin and end relations; word older than what is known changes nothing but a start further back.

    Returns ``relation.started`` and ``relation.ended`` for what really changed. Safe to repeat; the customers' profiles
    are locked.
    """
    if not changes:
        return []
    ids = _lock(conn, changes, now)
    known = {(one.customer_id, one.kind, one.scope): one for one in store.relations(conn, ids)}
    written: dict[tuple[int, str, str], StoredRelation] = {}
    facts = []
    for change in changes:
        key = (change.customer_id, change.kind, change.scope)
        old = known.get(key)
        new = _relation_after(old, change)
        if new is None or new == old:
            continue
        known[key] = written[key] = new
        if new.ended_at is None and (old is None or old.ended_at is not None):
            facts.append(_fact("relation.started", change, new.since, relation=change.kind, scope=change.scope))
        elif new.ended_at is not None and old is not None and old.ended_at is None:
            facts.append(_fact("relation.ended", change, relation=change.kind, scope=change.scope))
    store.write_relations(conn, list(written.values()))
    mark_stale(conn, {customer_id for customer_id, _, _ in written})
    return facts


def _relation_after(old: StoredRelation | None, change: RelationChange) -> StoredRelation | None:
    since = change.since or change.at
    if old is None:
        if not change.standing:
            if change.since is None:
                return None  # nobody knew of it: there is nothing to end
            # The word of its beginning is still to come, and must not bring it back.
            return StoredRelation(
                change.customer_id, change.kind, change.scope, since, change.at, change.source, change.at
            )
        return StoredRelation(change.customer_id, change.kind, change.scope, since, None, change.source, change.at)
    if change.at < old.as_of:
        if change.standing and since < old.since and old.ended_at is None:
            return replace(old, since=since)
        return old
    if change.standing:
        if old.ended_at is None:
            return replace(old, since=min(since, old.since), as_of=change.at)
        if change.at == old.as_of:
            return old  # of two words at once the end stands
        return replace(old, since=max(since, old.ended_at), ended_at=None, source=change.source, as_of=change.at)
    return replace(old, ended_at=old.ended_at or change.at, as_of=change.at)


def change_consents(conn: Connection, changes: Sequence[ConsentChange], now: datetime) -> list[Fact]:
    """Keep what customers allowed or forbade; the newer word stands, of two at once the more restrictive.

    Returns ``consent.changed`` where the state changed. Safe to repeat; the customers' profiles are locked.
    """
    if not changes:
        return []
    known: dict[tuple[int, str, str], Consent | ConsentChange] = dict(store.consents(conn, _lock(conn, changes, now)))
    written: dict[tuple[int, str, str], Consent | ConsentChange] = {}
    facts = []
    for change in changes:
        key = (change.customer_id, change.channel, change.purpose)
        old = known.get(key)
        if old is not None:
            since = old.at if isinstance(old, ConsentChange) else old.since
            if old.state == change.state or not better_consent((old.state, since), (change.state, change.at)):
                continue
        known[key] = written[key] = change
        facts.append(
            _fact(
                "consent.changed",
                change,
                channel=change.channel,
                purpose=change.purpose,
                state=change.state,
                before=old.state if old else "unknown",
            )
        )
    store.write_consents(conn, written)
    return facts


def keep_first(conn: Connection, changes: Sequence[FirstTrait], now: datetime) -> list[Fact]:
    """Keep what came first: of several words on a trait the oldest stands, in whatever order they come.

    Returns ``profile.identified`` where something changed. Safe to repeat; the customers' profiles are locked.
    """
    changes = [change for change in changes if change.name in FIRST]
    if not changes:
        return []
    by_customer: dict[int, list[FirstTrait]] = defaultdict(list)
    for change in changes:
        by_customer[change.customer_id].append(change)
    written, facts = [], []
    for customer_id, stored in store.profiles(conn, _lock(conn, changes, now)).items():
        told = sorted(by_customer[customer_id], key=lambda one: one.at)
        traits, changed, _ = learn(stored.traits, [TraitChange(one.name, one.value, to_millis(one.at)) for one in told])
        if traits is not stored.traits:
            written.append(replace(stored, traits=traits))
        if changed:
            facts.append(_fact("profile.identified", told[0], changed=sorted(changed), removed=[]))
    store.write_profiles(conn, written)
    return facts


def _lock(conn: Connection, changes: Sequence[_Change], now: datetime) -> list[int]:
    """Make profiles that are missing, lock them all, in the order of their ids."""
    ids = sorted({change.customer_id for change in changes})
    there = store.profiles(conn, ids, lock=True)
    if missing := [customer_id for customer_id in ids if customer_id not in there]:
        moments, sources = [now] * len(missing), [0] * len(missing)
        store.touch(conn, missing, moments, moments, sources)
        store.profiles(conn, missing, lock=True)
    return ids


def _fact(kind: str, change: _Change, at: datetime | None = None, **properties: Any) -> Fact:
    return Fact(
        kind,
        change.customer_id,
        change.via,
        at or change.at,
        change.source_id,
        change.message_id,
        "",
        0,
        properties,
    )
