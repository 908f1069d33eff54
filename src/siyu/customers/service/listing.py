"""The operator's list of customers, and keeping up to date what it is sorted and filtered by.

Where a customer stands (layer, orders, value) is derived. Whoever changes something it is derived from marks the
customer in the same transaction (:func:`mark_stale`); soon after, the marked ones are counted again, each once however
often it was marked, so that a batch of the pipeline pays for one small insert and nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.customers import store
from siyu.customers.rules import ladder_of, layer_of, normalise
from siyu.customers.service.reading import masked_traits
from siyu.customers.store import listing
from siyu.customers.store.listing import Standing
from siyu.customers.types import (
    PURCHASE_MEANS,
    Basis,
    Bought,
    CustomerList,
    CustomerRow,
    Layer,
    ListFilter,
    Sort,
    StandingDifference,
)
from siyu.engines.cursor import decode_cursor, encode_cursor, foreign_cursor
from siyu.engines.vault import service as vault

CHANNEL: Final = "siyu_customers"  # NOTIFY wakes whoever counts
_MAX_PAGE: Final = 5000
_NOTHING: Final = Bought(0, 0, None, None, ())


def mark_stale(conn: Connection, ids: Iterable[int]) -> None:
    """Have these customers counted again once this transaction is committed. Safe to repeat; 0 is left out."""
    listing.mark(conn, {customer_id for customer_id in ids if customer_id}, CHANNEL)


def mark_known(conn: Connection, named: Mapping[int, datetime]) -> None:
    """The same for those whom a message named by more than a device, at that moment, before they count as known.

    An export of old orders may name somebody earlier than they were known so far.
    """
    if wanted := {customer_id: at for customer_id, at in named.items() if customer_id}:
        listing.mark(conn, listing.known_later(conn, wanted), CHANNEL)


def marked_at_one_moment(conn: Connection) -> set[int]:
    """Everybody who waits to be counted again; from here on the transaction sees everything as of this moment.

    To be called first in a transaction.
    """
    return listing.marked_at_one_moment(conn)


def stale_since(conn: Connection) -> datetime | None:
    """Since when somebody waits to be counted again; ``None`` when nobody does."""
    return listing.oldest_mark(conn)


def gather_stale(conn: Connection, *, many: int = listing.MANY) -> bool:
    """Where many marks wait, put them together, so that everybody is counted once; returns whether it did. Safe to repeat.

    Args:
        conn: an open transaction.
        many: from how many calls of :func:`mark_stale` on, each of at most a thousand people.
    """
    return listing.gather_marks(conn, many)


def take_stale(conn: Connection) -> list[int]:
    """Some of those who wait, longest first; the caller counts them (:func:`keep_standings`) in this transaction.

    Empty when nobody waits, or when another transaction counts at this moment.
    """
    return listing.take_marks(conn)


def basis(conn: Connection) -> Basis:
    """What orders and layers are counted by now."""
    purchase, repeat_purchases = listing.basis(conn)
    return Basis(next(means for means in PURCHASE_MEANS if means == purchase), repeat_purchases)


def count_by(conn: Connection, wanted: Basis) -> bool:
    """Count by this from now on, and everybody again if that is new; returns whether it is. Safe to repeat.

    Waits until nobody counts at this moment, so that nobody is counted by the old basis afterwards.
    """
    if basis(conn) == wanted:
        return False
    listing.set_basis(conn, wanted.purchase, wanted.repeat_purchases)
    listing.mark_everybody(conn, CHANNEL)
    return True


def everybody(conn: Connection, *, above: int = 0, limit: int) -> list[int]:
    """Ids of all customers that this room knows, ascending, greater than ``above``; at most ``limit``."""
    return listing.everybody(conn, above, limit)


def keep_standings(
    conn: Connection, ids: Sequence[int], bought: Mapping[int, Bought], known: Mapping[int, datetime]
) -> None:
    """Write where these customers stand now. Safe to repeat.

    Args:
        conn: an open transaction, in which nobody is merged or split.
        ids: everybody to be written; who is a nameless device without orders or relations has no row.
        bought: from commerce, by :func:`basis`; who is missing bought nothing.
        known: since when they are known by more than a device, from OneID.
    """
    counted = _count(conn, ids, bought, known)
    listing.keep_standings(conn, list(counted.values()))
    listing.drop_standings(conn, [customer_id for customer_id in ids if customer_id not in counted])


def standing_differences(
    conn: Connection, ids: Sequence[int], bought: Mapping[int, Bought], known: Mapping[int, datetime]
) -> list[StandingDifference]:
    """Where these stand by what is stored, and where they should by a full count, as far as the two differ.

    Changes nothing. Arguments as for :func:`keep_standings`.
    """
    counted, stored = _count(conn, ids, bought, known), listing.standings(conn, ids)
    return [
        StandingDifference(customer_id, _shown(stored.get(customer_id)), _shown(counted.get(customer_id)))
        for customer_id in ids
        if _shown(stored.get(customer_id)) != _shown(counted.get(customer_id))
    ]


def _shown(standing: Standing | None) -> dict[str, Any] | None:
    return None if standing is None else {**asdict(standing), "places": list(standing.places)}


def _count(
    conn: Connection, ids: Sequence[int], bought: Mapping[int, Bought], known: Mapping[int, datetime]
) -> dict[int, Standing]:
    ties, ladder = store.standing_kinds(conn, ids), ladder_of(basis(conn).repeat_purchases)
    counted = {}
    for customer_id in ids:
        what = bought.get(customer_id, _NOTHING)
        layer = layer_of(ties.get(customer_id, ()), what.orders, ladder)
        since = known.get(customer_id)
        if since is not None or what != _NOTHING or layer:
            counted[customer_id] = _standing(customer_id, int(layer), since, what)
    return counted


def _standing(customer_id: int, layer: int, since: datetime | None, what: Bought) -> Standing:
    # One by one: asdict copies every value to the ground, which took a quarter of the worker's time in an import.
    return Standing(
        customer_id, layer, since, what.orders, what.net_fen, what.first_order_at, what.last_order_at, what.places
    )


def layer_counts(conn: Connection) -> dict[Layer, int]:
    """How many customers stand on each layer of the ladder now; layer 0 holds everybody else, also nameless devices."""
    found = listing.count_layers(conn)
    return {layer: found.get(int(layer), 0) for layer in Layer}


def buyers(conn: Connection) -> int:
    """How many customers made a purchase."""
    return listing.count_buyers(conn)


def became_known(conn: Connection, since: datetime, until: datetime) -> int:
    """How many customers became known by more than a device from ``since`` on and before ``until``."""
    return listing.count_known(conn, since, until)


def list_page(
    conn: Connection,
    wanted: ListFilter,
    *,
    sort: Sort = "last_seen",
    descending: bool = True,
    cursor: str | None = None,
    limit: int = 50,
) -> CustomerList:
    """Customers that pass the filter, in the order asked for.

    Args:
        conn: an open transaction.
        wanted: see :class:`ListFilter`.
        sort: ``last_seen`` is by the hour, within it by id; ``value``, ``orders`` and ``last_order`` list only those
            who bought.
        descending: the greatest first.
        cursor: ``next`` of the page before, for the same filter and order; ``None`` for the first.
        limit: 1 to 5000.

    Raises:
        BadInput: the cursor is none of ours.
    """
    limit = max(1, min(limit, _MAX_PAGE))
    given = _given(wanted)
    found = listing.page_of_ids(
        conn, given, sort=sort, descending=descending, after=_read_cursor(cursor, sort, descending), limit=limit + 1
    )
    shown, more = found[:limit], len(found) > limit
    exact = cursor is None and not more
    return CustomerList(
        customers=_rows(conn, [customer_id for customer_id, _ in shown]),
        next=_cursor(shown[-1], sort, descending) if more else None,
        total=len(shown) if exact else max(listing.estimate(conn, given, sort), len(found)),
        total_exact=exact,
    )


def _given(wanted: ListFilter) -> dict[str, Any]:
    given = asdict(wanted)
    name = given.pop("name")
    given["token"] = vault.fingerprint("name", normalise("name", name)) if name else None
    given["anonymous"] = wanted.anonymous or None  # False leaves it open
    given["ids"] = list(wanted.ids) if wanted.ids is not None else None
    return given


def _cursor(last: tuple[int, Any], sort: str, descending: bool) -> str:
    customer_id, key = last
    return encode_cursor(
        [f"{sort}:{int(descending)}", key.isoformat() if isinstance(key, datetime) else key, customer_id]
    )


def _read_cursor(cursor: str | None, sort: str, descending: bool) -> tuple[Any, int] | None:
    if cursor is None:
        return None
    number = sort in {"value", "orders"}
    found = decode_cursor(cursor, str, int if number else str, int)
    assert found is not None
    order, key, customer_id = found
    if order != f"{sort}:{int(descending)}":
        raise foreign_cursor()
    if number:
        return key, int(customer_id)
    try:
        return datetime.fromisoformat(str(key)), int(customer_id)
    except ValueError:
        raise foreign_cursor() from None


def _rows(conn: Connection, ids: Sequence[int]) -> tuple[CustomerRow, ...]:
    if not ids:
        return ()
    profiles, stand = store.profiles(conn, ids), listing.standings(conn, ids)
    ties, masked = store.standing_kinds(conn, ids), masked_traits(conn, profiles.values())
    tags: dict[int, set[str]] = defaultdict(set)
    for customer_id, tag in store.tags(conn, ids):
        tags[customer_id].add(tag.tag)
    made = []
    for customer_id in ids:
        if (profile := profiles.get(customer_id)) is None:
            continue  # merged away since the page was looked up
        at = stand.get(customer_id) or _standing(customer_id, 0, None, _NOTHING)
        made.append(
            CustomerRow(
                customer_id=customer_id,
                personal=masked[customer_id],
                layer=Layer(at.layer),
                orders=at.orders,
                net_fen=at.net_fen,
                first_order_at=at.first_order_at,
                last_order_at=at.last_order_at,
                first_seen_at=profile.first_seen_at,
                last_seen_at=profile.last_seen_at,
                known_since=at.known_since,
                first_source_id=profile.first_source_id,
                platforms=tuple([place for place in at.places if "/" not in place]),
                tags=tuple(sorted(tags[customer_id])),
                relations=tuple(ties.get(customer_id, ())),
            )
        )
    return tuple(made)
