"""After a split: what the mirror knows of a person goes with the identifier under which the platform knows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.service.telling import kind_of, scope_of, source_of
from siyu.channels.store import accounts, contacts
from siyu.channels.store.regrouping import StandingTie, standing_ties
from siyu.customers import service as customers
from siyu.customers.types import RelationChange, RelationKind, TagChange
from siyu.identity import service as identity
from siyu.identity.types import Identifier
from siyu.kernel.fact import Fact

_Place = tuple[int, str]  # account, contact


@dataclass(slots=True)
class _Changes:
    began: list[RelationChange] = field(default_factory=list)
    ended: list[RelationChange] = field(default_factory=list)
    tagged: list[TagChange] = field(default_factory=list)
    untagged: list[TagChange] = field(default_factory=list)


def regroup(conn: Connection, moved: Iterable[tuple[int, Sequence[int]]], now: datetime) -> list[Fact]:
    """Relations and tags follow identifiers that went from one customer to another.

    What the one who stays has by a contact that stays is left as it is. Safe to repeat.

    Args:
        conn: an open transaction, in which OneID has split them already.
        moved: from which customer, and which identifiers.
        now: the moment of the split.

    Returns:
        ``relation.started``, ``relation.ended``, ``tag.added`` and ``tag.removed`` of both.
    """
    types = {about.name: about.identity[0] for about in registry.abouts() if about.identity}
    own = {(types[one.channel], one.external_id): one.id for one, _ in accounts.accounts(conn) if one.channel in types}
    changes = _Changes()
    for source, identifier_ids in moved:
        stays = identity.living(conn, source)  # both may have been merged since, in the same batch
        gone = [one for one in identity.identifiers(conn, list(identifier_ids)) if one.customer_id != stays]
        for target in sorted({one.customer_id for one in gone}):
            leaving = _places(own, [one for one in gone if one.customer_id == target])
            if leaving:
                staying = _places(own, identity.graph(conn, stays).identifiers)
                _change(conn, changes, (stays, staying), (target, leaving), now)
    return [
        *customers.change_relations(conn, [*changes.ended, *changes.began], now),
        *customers.remove_tags(conn, changes.untagged),
        *customers.add_tags(conn, changes.tagged),
    ]


def _places(own: dict[tuple[str, str], int], identifiers: Iterable[Identifier]) -> dict[_Place, int]:
    """Contacts of ours among them, with the identifier of each."""
    return {(own[one.type, one.scope], one.value): one.id for one in identifiers if (one.type, one.scope) in own}


def _change(
    conn: Connection,
    changes: _Changes,
    stays: tuple[int, dict[_Place, int]],
    leaves: tuple[int, dict[_Place, int]],
    now: datetime,
) -> None:
    (source, staying), (target, leaving) = stays, leaves
    ties = standing_ties(conn, [*staying, *leaving])
    kept = {_relation(tie) for tie in ties if (tie.account_id, tie.contact_id) in staying}
    for tie in ties:
        via = leaving.get((tie.account_id, tie.contact_id))
        if via is None:
            continue
        kind, scope = _relation(tie)
        from_ = source_of(tie.account_id)
        changes.began.append(RelationChange(target, kind, scope, True, now, from_, via, since=tie.since))
        if (kind, scope) not in kept:
            changes.ended.append(RelationChange(source, kind, scope, False, now, from_))
    tags = contacts.tags_of(conn, [*staying, *leaving])
    held = {(place[0], name) for place in staying for name in tags.get(place, ())}
    for place, via in leaving.items():
        from_ = source_of(place[0])
        for name in sorted(tags.get(place, ())):
            changes.tagged.append(TagChange(target, name, now, from_, via))
            if (place[0], name) not in held:
                changes.untagged.append(TagChange(source, name, now, from_))


def _relation(tie: StandingTie) -> tuple[RelationKind, str]:
    return cast("RelationKind", kind_of(tie.kind, tie.object_id)), scope_of(tie.account_id, tie.object_id)
