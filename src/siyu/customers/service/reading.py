"""Looking at customers; personal data is masked here, showing it goes through the vault."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from siyu.customers import store
from siyu.customers.rules import kind_of_trait, ladder_of, layer_of, normalise
from siyu.customers.store import StoredProfile, listing
from siyu.customers.types import CustomerFilter, CustomerPage, CustomerSummary, Profile, Tag
from siyu.engines.cursor import foreign_cursor
from siyu.engines.vault import service as vault
from siyu.kernel.errors import NotFound

_MAX_PAGE = 500


def profile(conn: Connection, customer_id: int, *, purchases: int = 0) -> Profile:
    """Everything known of one customer.

    Args:
        conn: an open transaction.
        customer_id: as OneID knows the customer now.
        purchases: how many they made, from commerce by :func:`siyu.customers.service.basis`; the ladder asks.

    Raises:
        NotFound: nobody has this id.
    """
    stored = store.profiles(conn, [customer_id]).get(customer_id)
    if stored is None:
        raise NotFound(what="customer", what_zh="客户", key=customer_id)
    relations = [store.as_relation(one) for one in store.relations(conn, [customer_id])]
    standing = [one.kind for one in relations if one.ended_at is None]
    return Profile(
        customer_id=customer_id,
        layer=layer_of(standing, purchases, ladder_of(listing.basis(conn)[1])),
        traits=stored.traits.plain,
        personal=masked_traits(conn, [stored])[customer_id],
        first_seen_at=stored.first_seen_at,
        last_seen_at=stored.last_seen_at,
        first_source_id=stored.first_source_id,
        tags=tuple([tag for _, tag in store.tags(conn, [customer_id])]),
        relations=tuple(relations),
        consents=tuple(store.consents(conn, [customer_id]).values()),
    )


def consents_of(conn: Connection, customer_ids: Sequence[int]) -> dict[int, dict[tuple[str, str], str]]:
    """What each of these customers said, as (channel, purpose) → state; who never said anything is absent."""
    found: dict[int, dict[tuple[str, str], str]] = {}
    for customer_id, channel, purpose, state in store.consent_states(conn, customer_ids):
        found.setdefault(customer_id, {})[channel, purpose] = state
    return found


def zones_of(conn: Connection, customer_ids: Sequence[int]) -> dict[int, str]:
    """The time zone of each of these customers, as it was told (trait ``timezone``); who told none is absent."""
    return store.zones(conn, customer_ids)


def search(
    conn: Connection, wanted: CustomerFilter | None = None, *, cursor: str | None = None, limit: int = 50
) -> CustomerPage:
    """Customers that pass the filter, newest first.

    Args:
        conn: an open transaction.
        wanted: see :class:`CustomerFilter`; everybody when absent.
        cursor: ``next`` of the page before; ``None`` for the first.
        limit: 1 to 500.

    Raises:
        BadInput: the cursor is none of ours.
    """
    wanted = wanted or CustomerFilter()
    limit = max(1, min(limit, _MAX_PAGE))
    if cursor is not None and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise foreign_cursor()
    token = None
    if wanted.personal:
        kind, value = wanted.personal
        token = vault.fingerprint(kind, normalise(kind, value))
    found = store.page(
        conn,
        limit + 1,
        token=token,
        tag=wanted.tag,
        relation=wanted.relation,
        source_id=wanted.source_id,
        seen_from=wanted.seen_from,
        seen_before=wanted.seen_before,
        before_id=int(cursor) if cursor else None,
    )
    shown = found[:limit]
    return CustomerPage(_summaries(conn, shown), str(shown[-1].customer_id) if len(found) > limit else None)


def _summaries(conn: Connection, shown: Sequence[StoredProfile]) -> tuple[CustomerSummary, ...]:
    if not shown:
        return ()
    ids = [one.customer_id for one in shown]
    tags: dict[int, list[Tag]] = defaultdict(list)
    for customer_id, tag in store.tags(conn, ids):
        tags[customer_id].append(tag)
    standing, masked = store.standing_kinds(conn, ids), masked_traits(conn, shown)
    return tuple(
        [
            CustomerSummary(
                customer_id=one.customer_id,
                personal=masked[one.customer_id],
                first_seen_at=one.first_seen_at,
                last_seen_at=one.last_seen_at,
                first_source_id=one.first_source_id,
                tags=tuple(sorted({tag.tag for tag in tags[one.customer_id]})),
                relations=tuple(standing.get(one.customer_id, ())),
            )
            for one in shown
        ]
    )


def masked_traits(conn: Connection, shown: Iterable[StoredProfile]) -> dict[int, dict[str, str]]:
    """Masked personal traits by customer; what was erased from the vault shows as ``***``."""
    shown = list(shown)
    items = {(str(kind_of_trait(name)), print_) for one in shown for name, print_ in one.traits.personal.items()}
    masks = vault.masked(conn, sorted(items))
    return {
        one.customer_id: {name: masks.get(print_, "***") for name, print_ in one.traits.personal.items()}
        for one in shown
    }


def relation_counts(conn: Connection) -> dict[str, int]:
    """How many customers stand in each kind of relation now."""
    return store.relation_counts(conn)


def personal_items(conn: Connection, customer_id: int) -> dict[str, tuple[str, str]]:
    """Personal traits by name, as (kind, fingerprint) for the vault; empty for somebody unknown."""
    stored = store.profiles(conn, [customer_id]).get(customer_id)
    found = stored.traits.personal if stored else {}
    return {name: (str(kind_of_trait(name)), print_) for name, print_ in found.items()}


def personal_prints(conn: Connection, customer_ids: Sequence[int]) -> dict[int, dict[str, tuple[str, str]]]:
    """The same of many customers, by id; who has none, or is unknown, is absent."""
    return {
        customer_id: {name: (str(kind_of_trait(name)), print_) for name, print_ in stored.traits.personal.items()}
        for customer_id, stored in store.profiles(conn, customer_ids).items()
        if stored.traits.personal
    }


def without_profile(conn: Connection, customer_ids: Iterable[int]) -> list[int]:
    """Those of these customers of whom this room has never heard, ascending; 0 is left out."""
    return store.without_profile(conn, sorted({customer_id for customer_id in customer_ids if customer_id}))
