"""Looking things up: who somebody is, and why."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow
from siyu.engines.vault import service as vault
from siyu.identity.rules import channels
from siyu.identity.rules.values import normalise, normalise_scope, vault_kind
from siyu.identity.store import reading
from siyu.identity.types import (
    IDENTIFIER_TYPES,
    TYPES,
    Aliases,
    AssetCounts,
    Evidence,
    EvidenceState,
    Grade,
    Graph,
    Identifier,
    IdentifierState,
    LedgerEntry,
    Pair,
)  # fmt: skip
from siyu.kernel.errors import BadInput, NotFound

_DEVICES: Sequence[str] = [kind.name for kind in IDENTIFIER_TYPES if kind.grade == Grade.DEVICE]
_STRENGTHS = {1: "contact", 2: "self", 3: "operator"}
_STATES = {
    1: EvidenceState.MERGED, 2: EvidenceState.SAME, 3: EvidenceState.CONFIRMED, 4: EvidenceState.DEMOTED,
    5: EvidenceState.REVIEW, 6: EvidenceState.REJECTED,
}  # fmt: skip


def find(conn: Connection, value: str, type_name: str | None = None) -> list[Identifier]:
    """Identifiers with this raw value (a phone as people write it, a mail address, an id), of any type or of one.

    Raises:
        BadInput: there is no such type.
    """
    if type_name is not None and type_name not in TYPES:
        raise BadInput(
            reason=f"there is no identifier type '{type_name}'.", reason_zh=f"没有“{type_name}”这种标识类型。"
        )
    stored = set()
    for kind in [TYPES[type_name]] if type_name else IDENTIFIER_TYPES:
        clean = normalise(kind.name, value)
        if clean is not None:
            secret = vault_kind(kind.name, clean)
            stored.add(clean if secret is None else vault.fingerprint(secret, clean))
    found = [as_identifier(row) for row in reading.by_values(conn, sorted(stored))]
    return [identifier for identifier in found if type_name in {None, identifier.type}]


def owners_of(conn: Connection, type_name: str, scope: str, values: Sequence[str]) -> dict[str, int]:
    """Whose these identifiers are now, by the value as it was given; what nobody has is absent.

    Raises:
        BadInput: there is no such type, or it is personal data, of which the vault keeps the values.
    """
    _plain(type_name)
    place = normalise_scope(scope)
    clean = {value: found for value in values if (found := normalise(type_name, value)) is not None}
    if place is None or not clean:
        return {}
    owners = dict(reading.owners(conn, type_name, place, sorted(set(clean.values()))))
    return {value: owners[found] for value, found in clean.items() if found in owners}


def living(conn: Connection, customer_id: int) -> int:
    """The customer that an id stands for now: itself, or whom it was merged into.

    Raises:
        NotFound: it never was a customer.
    """
    found = reading.living(conn, customer_id)
    if not found:
        raise NotFound(what="customer", what_zh="客户", key=customer_id)
    return found


def living_of(conn: Connection, customer_ids: Sequence[int]) -> dict[int, int]:
    """Whom those of these ids that were merged away stand for now; an id that stands for itself is absent."""
    return reading.living_of(conn, customer_ids)


def existing(conn: Connection, customer_ids: Sequence[int]) -> list[int]:
    """Whom these ids stand for now, each once and in order; ids that nobody ever had are left out."""
    moved = reading.living_of(conn, customer_ids)
    return reading.customers_among(conn, sorted({moved.get(one, one) for one in customer_ids}))


def values_of(conn: Connection, type_name: str, scope: str, customer_ids: Sequence[int]) -> list[tuple[int, str]]:
    """(customer, value) of these customers' identifiers of a type and scope, of each the one seen last first.

    Raises:
        BadInput: there is no such type, or it is personal data, of which the vault keeps the values.
    """
    _plain(type_name)
    place = normalise_scope(scope)
    return [] if place is None else reading.values_of(conn, type_name, place, customer_ids)


def _plain(type_name: str) -> None:
    if type_name not in TYPES or TYPES[type_name].personal:
        raise BadInput(
            reason=f"there is no identifier type '{type_name}' to look up like this.",
            reason_zh=f"无法按“{type_name}”类型批量查找。",
        )


def identifiers(conn: Connection, ids: Sequence[int]) -> list[Identifier]:
    """Identifiers by their ids, each with whose it is now; unknown ids are left out."""
    return [as_identifier(row) for row in reading.by_ids(conn, ids)]


def graph(conn: Connection, customer_id: int) -> Graph:
    """A customer's identifiers, every edge that touches them (also refused ones), and the acts of the ledger.

    Raises:
        NotFound: no such customer.
    """
    customer = living(conn, customer_id)
    identifiers = [as_identifier(row) for row in reading.by_customer(conn, customer)]
    edges = [as_evidence(row) for row in reading.edges(conn, [identifier.id for identifier in identifiers])]
    ids = aliases_of(conn, customer).customer_ids
    return Graph(customer, identifiers, edges, [as_entry(row) for row in reading.history(conn, ids)])


def aliases_of(conn: Connection, customer_id: int) -> Aliases:
    """Under which ids the facts of a customer are found; see :class:`Aliases`.

    Raises:
        NotFound: no such customer.
    """
    customer = living(conn, customer_id)
    found = reading.aliases_to(conn, customer)
    customers = [customer, *(row.id for row in found if not row.is_identifier)]
    moved_in = [row.id for row in found if row.is_identifier]
    return Aliases(customer, customers, moved_in, reading.departed(conn, customers, customer))


def review_list(
    conn: Connection, *, after: tuple[datetime, int, int] | None = None, limit: int = 100
) -> list[Evidence]:
    """Links that wait for an operator's word, oldest first.

    Args:
        conn: a connection.
        after: (first_seen, stronger, weaker) of the last one of the page before.
        limit: the most to return.
    """
    return [as_evidence(row) for row in reading.review(conn, after, limit)]


def asset_counts(conn: Connection) -> AssetCounts:
    """How many identifiers and people there are; reads every identifier twice."""
    found = reading.count_identifiers(conn, channels.BUYER)
    identifiers: dict[str, int] = {}
    for (name, _), count in found.items():
        identifiers[name] = identifiers.get(name, 0) + count
    kinds = channels.told_apart(sorted(found, key=lambda kind: -found[kind]))
    known, anonymous = channels.spread(reading.count_people(conn, channels.BUYER, kinds), kinds)
    return AssetCounts(identifiers, known, anonymous, sum(known.values()))


def known_since(conn: Connection, customer_ids: Sequence[int]) -> dict[int, datetime]:
    """Since when each of these customers is known by more than a device; who is not is absent."""
    return reading.known_since(conn, customer_ids, _DEVICES)


def phones_of(conn: Connection, customer_ids: Sequence[int]) -> dict[int, list[str]]:
    """The phones of these customers as fingerprints of the vault, the one seen last first."""
    found: dict[int, list[str]] = {}
    for row in reading.values_of_type(conn, customer_ids, "phone"):
        found.setdefault(row.customer_id, []).append(row.value)
    return found


def paired(
    conn: Connection,
    types: tuple[str, str],
    *,
    scopes: Sequence[str],
    without: tuple[str, str],
    after: int,
    limit: int,
) -> list[Pair]:
    """Pairs of identifiers that were named together, of customers who have none of another type; one a stronger one.

    Args:
        conn: a connection.
        types: of the stronger and the weaker, neither of them personal.
        scopes: of the weaker.
        without: type and scope of the identifier that the customer does not have.
        after: ``place`` of the last one of the page before; 0 for the first page.
        limit: the most to return; fewer mean that there are no more.
    """
    found = reading.paired(conn, types, scopes, without, after, limit)
    return [Pair(row.stronger, row.weaker, row.id) for row in found]


def as_identifier(row: AnyRow) -> Identifier:
    """A stored row as others know it."""
    state = IdentifierState.SHARED if row.conflicts < 0 else IdentifierState.ACTIVE
    return Identifier(row.id, row.type, row.scope, row.value, row.customer_id, state, row.first_seen, row.last_seen)


def as_evidence(row: AnyRow) -> Evidence:
    """A stored row as others know it."""
    return Evidence(
        row.stronger, row.weaker, _STRENGTHS[row.strength], _STATES[row.state], row.reason, row.source_id,
        row.message_id, row.first_seen, row.last_seen, row.times,
    )  # fmt: skip


def as_entry(row: AnyRow) -> LedgerEntry:
    """A stored row as others know it."""
    return LedgerEntry(
        row.seq, row.op, row.customer_id, row.other_id, row.identifiers, row.stronger, row.weaker, row.actor,
        row.reason, row.at,
    )  # fmt: skip
