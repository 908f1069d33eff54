"""Profiles follow when OneID merges people; what a split leaves behind."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from siyu.customers import store
from siyu.customers.predictions import store as predictions
from siyu.customers.rules import better_consent, combine
from siyu.customers.service.listing import mark_stale
from siyu.customers.store import StoredProfile, StoredRelation
from siyu.customers.types import Consent
from siyu.identity import service as identity


def merge_profiles(conn: Connection, pairs: Sequence[tuple[int, int]]) -> None:
    """After merges: make one profile of each loser and its winner. Pairs are (loser, winner), chains are followed.

    Traits: the newer word on each. Tags and relations: all of them; where both stand in the same relation the newer
    word, begun at the earlier time. Consent: the newer word, of two at once the more restrictive. Safe to repeat.
    No facts: identity publishes ``customer.merged``.

    A split gives nothing back by itself: which of two people a trait, tag or consent belongs to cannot be told from a
    merged profile. What was known stays with the customer that stays; the other starts empty
    (:func:`start_profile`) and learns from its own next messages. To forbid is inherited safely: as long as the new
    profile has no consent of its own, nothing is granted.
    """
    final = identity.ends_of(pairs)
    if not final:
        return
    losers, winners = list(final), [final[loser] for loser in final]
    profiles = store.profiles(conn, {*losers, *winners}, lock=True)
    relations: dict[tuple[int, str, str], StoredRelation] = {}
    for relation in store.relations(conn, profiles):
        moved = replace(relation, customer_id=final.get(relation.customer_id, relation.customer_id))
        key = (moved.customer_id, moved.kind, moved.scope)
        relations[key] = _one_relation(relations[key], moved) if key in relations else moved
    consents: dict[tuple[int, str, str], Consent] = {}
    for (customer_id, channel, purpose), consent in store.consents(conn, profiles).items():
        key = (final.get(customer_id, customer_id), channel, purpose)
        old = consents.get(key)
        if old is None or better_consent((old.state, old.since), (consent.state, consent.since)):
            consents[key] = consent
    predictions.drop(conn, losers, winners)
    store.forget(conn, losers)
    store.write_profiles(conn, _merged(profiles, final))
    store.write_relations(conn, list(relations.values()))
    store.write_consents(conn, consents)
    store.move_tags(conn, losers, winners)
    mark_stale(conn, winners)


def start_profile(conn: Connection, customer_id: int, now: datetime, *, source_id: int = 0) -> None:
    """Make an empty profile, for a customer that a split has made. Safe to repeat."""
    store.touch(conn, [customer_id], [now], [now], [source_id])
    mark_stale(conn, [customer_id])


def _merged(profiles: dict[int, StoredProfile], final: dict[int, int]) -> list[StoredProfile]:
    groups: dict[int, list[StoredProfile]] = defaultdict(list)
    for customer_id, profile in profiles.items():
        groups[final.get(customer_id, customer_id)].append(profile)
    merged = []
    for winner, members in groups.items():
        members.sort(key=lambda one: (one.customer_id != winner, one.customer_id))  # the winner's word in a draw
        traits = members[0].traits
        for member in members[1:]:
            traits = combine(traits, member.traits)
        first = min(members, key=lambda one: one.first_seen_at)
        last = max(one.last_seen_at for one in members)
        merged.append(StoredProfile(winner, traits, first.first_seen_at, last, first.first_source_id))
    return merged


def _one_relation(one: StoredRelation, other: StoredRelation) -> StoredRelation:
    if one.as_of == other.as_of:
        newer, older = (one, other) if one.ended_at is not None else (other, one)
    else:
        newer, older = (one, other) if one.as_of > other.as_of else (other, one)
    if newer.ended_at is None and older.ended_at is None:
        return replace(newer, since=min(one.since, other.since))
    return newer
