"""A batch of messages → profiles, tags, consent, relations and the facts of behaviour."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.customers import store
from siyu.customers.rules import TraitChange, behaviour_fact, changes_of, learn, read_consent
from siyu.customers.service.changing import add_tags, change_consents, change_relations
from siyu.customers.service.listing import mark_known
from siyu.customers.types import RELATION_KINDS, ConsentChange, RelationChange, TagChange
from siyu.engines.vault import service as vault
from siyu.identity.types import IDENTIFIER_TYPES, Attribution, Grade
from siyu.intake.types import Message
from siyu.kernel.clock import from_millis, to_millis
from siyu.kernel.fact import Fact

_BEHAVIOUR: Final = frozenset({"track", "page", "screen", "group"})
_TELLING: Final = frozenset({"identify", "customer", "contact"})
_DEVICES: Final = frozenset(kind.name for kind in IDENTIFIER_TYPES if kind.grade == Grade.DEVICE)
_MAX_TAG: Final = 64
_MAX_TAGS: Final = 100
_MAX_SCOPE: Final = 128
_TIES: Final = frozenset(RELATION_KINDS)


def apply(conn: Connection, batch: Sequence[tuple[Message, Attribution]], now: datetime) -> list[Fact]:
    """Learn what the messages say of people; returns the facts.

    Every track, page, screen and group call becomes its fact, also without an owner (customer 0). For the rest a
    repeat changes nothing and yields nothing; the behaviour facts rely on the pipeline's dedup of messages.

    Args:
        conn: an open transaction.
        batch: messages with whom they belong to, as OneID resolved them.
        now: the moment of the batch: nobody is seen later than this.
    """
    facts: list[Fact] = []
    first: dict[int, tuple[datetime, int]] = {}
    last: dict[int, datetime] = {}
    told: list[tuple[Message, Attribution]] = []
    named: dict[int, datetime] = {}
    for entry in batch:
        message, owner = entry
        customer_id, kind = owner.customer_id, message.type
        if kind in _BEHAVIOUR:
            facts.append(behaviour_fact(message, customer_id, owner.via))
        if not customer_id:
            continue
        if any(claim.type not in _DEVICES for claim in message.claims):
            named[customer_id] = min(named.get(customer_id, message.occurred_at), message.occurred_at)
        if kind in _TELLING or ((c := message.payload.get("context")) and "consent" in c):
            told.append(entry)
        at = message.occurred_at if kind != "customer" else _since(message.payload, message.occurred_at)
        if kind == "contact":  # somebody read it: the person did nothing at that moment
            began, at = _known_since(message.payload, at)
            if customer_id not in first or began < first[customer_id][0]:
                first[customer_id] = (began, message.source_id)
            last[customer_id] = max(at, last.get(customer_id, at))
        elif customer_id not in last:
            last[customer_id] = at
            first[customer_id] = (at, message.source_id)
        elif at > last[customer_id]:
            last[customer_id] = at
        elif at < first[customer_id][0]:
            first[customer_id] = (at, message.source_id)
    if last:
        _touch(conn, first, last, now, lock={owner.customer_id for _, owner in told})
        mark_known(conn, named)
    if told:
        facts += _learn(conn, told)
        facts += _agree(conn, told, now)
        facts += _mark(conn, told, now)
        facts += change_relations(conn, _ties(told), now)
    return facts


def _touch(
    conn: Connection,
    first: dict[int, tuple[datetime, int]],
    last: dict[int, datetime],
    now: datetime,
    *,
    lock: set[int],
) -> None:
    ids = list(last)
    store.touch(
        conn,
        ids,
        [min(first[customer_id][0], now) for customer_id in ids],
        [min(last[customer_id], now) for customer_id in ids],
        [first[customer_id][1] for customer_id in ids],
        lock=lock,
    )


def _learn(conn: Connection, told: Sequence[tuple[Message, Attribution]]) -> list[Fact]:
    """Traits. One fact a customer and batch, under the last message that said something new."""
    changes: dict[int, list[TraitChange]] = defaultdict(list)
    origin: dict[int, tuple[Message, Attribution]] = {}
    for message, owner in told:
        told_traits = _traits(message)
        if told_traits:
            changes[owner.customer_id] += changes_of(told_traits, to_millis(message.occurred_at))
            origin[owner.customer_id] = (message, owner)
    if not changes:
        return []
    _seal(conn, changes)
    written, facts = [], []
    for customer_id, stored in store.profiles(conn, changes, lock=True).items():
        traits, changed, removed = learn(stored.traits, changes[customer_id])
        if traits is stored.traits:
            continue
        written.append(replace(stored, traits=traits))
        if changed or removed:
            message, owner = origin[customer_id]
            said = {"changed": sorted(changed), "removed": sorted(removed)}
            facts.append(_fact("profile.identified", message, owner, said))
    store.write_profiles(conn, written)
    return facts


def _traits(message: Message) -> Mapping[str, Any]:
    """What an identify call, a customer row or a channel says of a person; RudderStack's SDKs put it into the context."""
    if message.type not in _TELLING:
        return {}
    payload = message.payload
    context = payload.get("context")
    for said in (payload.get("traits"), context.get("traits") if isinstance(context, dict) else None):
        if isinstance(said, dict) and said:
            return said
    return {}


def _seal(conn: Connection, changes: dict[int, list[TraitChange]]) -> None:
    """Put personal values into the vault and their fingerprints in their place."""
    places = [
        (customer_id, index)
        for customer_id, given in changes.items()
        for index, change in enumerate(given)
        if change.kind and change.value is not None
    ]
    if not places:
        return
    found = [changes[customer_id][index] for customer_id, index in places]
    prints = vault.store(conn, [(str(change.kind), change.value) for change in found])
    for (customer_id, index), change, print_ in zip(places, found, prints, strict=True):
        changes[customer_id][index] = replace(change, value=print_)


def _agree(conn: Connection, told: Sequence[tuple[Message, Attribution]], now: datetime) -> list[Fact]:
    changes = []
    for message, owner in told:
        for (channel, purpose), state in read_consent(_preferences(message)).items():
            changes.append(
                ConsentChange(
                    owner.customer_id,
                    channel,
                    purpose,
                    state,
                    message.occurred_at,
                    _source(message),
                    owner.via,
                    message.source_id,
                    message.message_id,
                )
            )
    return change_consents(conn, changes, now)


def _preferences(message: Message) -> Any:
    if message.type == "customer":
        return message.payload.get("consent")
    context = message.payload.get("context")
    consent = context.get("consent") if isinstance(context, dict) else None
    return consent.get("categoryPreferences") if isinstance(consent, dict) else None


def _mark(conn: Connection, told: Sequence[tuple[Message, Attribution]], now: datetime) -> list[Fact]:
    """Tags and membership of customer rows. A row's tags are added; that it lacks one takes none away."""
    tags, relations = [], []
    for message, owner in told:
        if message.type != "customer":
            continue
        row, at, source = message.payload, message.occurred_at, _source(message)
        origin = (owner.via, message.source_id, message.message_id)
        given = row.get("tags")
        tags += [
            TagChange(owner.customer_id, name, at, source, *origin)
            for tag in (given[:_MAX_TAGS] if isinstance(given, list) else ())
            if isinstance(tag, str) and (name := tag.replace("\0", "").strip()[:_MAX_TAG])
        ]
        if isinstance(member := row.get("member"), bool):
            scope = f"{row.get('platform') or ''}:{row.get('shop') or ''}".replace("\0", "")[:_MAX_SCOPE]
            since = _moment(row.get("became_member_at"))
            relations.append(RelationChange(owner.customer_id, "member", scope, member, at, source, *origin, since))
    return add_tags(conn, tags) + change_relations(conn, relations, now)


def _ties(told: Sequence[tuple[Message, Attribution]]) -> list[RelationChange]:
    """Friends and places in groups, as a channel's mirror tells them; the newest word of a tie stands."""
    return [
        RelationChange(
            owner.customer_id,
            tie["kind"],
            tie["scope"][:_MAX_SCOPE],
            tie["standing"],
            from_millis(tie["at"]),
            _source(message),
            owner.via,
            message.source_id,
            message.message_id,
            _moment(tie["since"]),
        )
        for message, owner in told
        if message.type == "contact"
        for tie in message.payload.get("relations", ())
        if tie["kind"] in _TIES
    ]


def _known_since(payload: Mapping[str, Any], read_at: datetime) -> tuple[datetime, datetime]:
    """Since when a channel knows a person, and when they last did something there that the message tells of."""
    since = _moment(payload.get("since")) or read_at
    return since, _moment(payload.get("acted_at")) or since


def _since(row: Any, fallback: datetime) -> datetime:
    """When a person of a customer file was first known: reading the file is no visit of theirs."""
    return _moment(row.get("became_customer_at")) or _moment(row.get("became_member_at")) or fallback


def _moment(millis: Any) -> datetime | None:
    return from_millis(millis) if type(millis) is int and 0 < millis < 7_258_118_400_000 else None


def _source(message: Message) -> str:
    return f"source:{message.source_id}"


def _fact(kind: str, message: Message, owner: Attribution, properties: dict[str, Any]) -> Fact:
    return Fact(
        kind,
        owner.customer_id,
        owner.via,
        message.occurred_at,
        message.source_id,
        message.message_id,
        "",
        0,
        properties,
    )
