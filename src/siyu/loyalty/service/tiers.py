"""Tiers: customers come up and fall by what they have, soon after it changes, and when what they have grows old."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.customers.types import TraitWord
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.versions.service import Versions
from siyu.engines.versions.types import Version
from siyu.identity import service as identity
from siyu.kernel.fact import Fact
from siyu.loyalty.rules import tiers as rules
from siyu.loyalty.rules.tiers import Held, Measured, Moved
from siyu.loyalty.store import tiers as tables
from siyu.loyalty.types import TIERS, TierAhead, TierPreview, TierRules, TierStanding
from siyu.loyalty.types.earning import PLAIN
from siyu.timeline import service as timeline

TIERS_CHANNEL: Final = "siyu_tiers"  # NOTIFY wakes whoever moves customers between tiers
TRAIT: Final = "tier"
_VERSIONS: Final = Versions("loyalty.tier_rules", TIERS, rules.check, "tiers")
_BY_ORDERS: Final = frozenset({"spend", "orders"})


def tiers(conn: Connection) -> Version[TierRules] | None:
    """The tiers in force; ``None`` when nobody ever made any: then there are none."""
    return _VERSIONS.newest(conn)


def tier_versions(conn: Connection, limit: int = 50) -> list[Version[TierRules]]:
    """How the tiers were changed, newest first."""
    return _VERSIONS.listed(conn, limit)


def read_tiers(said: Any) -> TierRules:
    """Tiers from JSON.

    Raises:
        BadInput: says what to change.
    """
    return _VERSIONS.read(said)


def change_tiers(
    conn: Connection, principal: Principal, changed: TierRules, version: int, reason: str, now: datetime
) -> Version[TierRules]:
    """Have these tiers in force. Audited. Soon after everybody is looked at; who falls by it has the days of grace.

    Args:
        conn: an open transaction.
        principal: who changes them.
        changed: all of them.
        version: of the tiers that were changed, 0 where there were none.
        reason: 3 to 500 characters, kept in the audit.
        now: the present.

    Raises:
        NotAllowed: without the right ``ledger.manage``.
        BadInput: tiers overlap or leave a gap, or there is no reason.
        Conflict: they were changed meanwhile.
    """
    access.require(principal, "ledger.manage")
    made = _VERSIONS.change(conn, principal, changed, version, reason, now, action="ledger.tiers_changed")
    if made.version != version:
        tables.begin_round(conn)
        tables.mark(conn, [], TIERS_CHANNEL)
    return made


def preview_tiers(
    conn: Connection, principal: Principal, wanted: TierRules, now: datetime, *, page: int = 20_000
) -> list[TierPreview]:
    """What tiers would do to how many, if they were in force; by the same path, and nothing is written.

    Reads everybody: once an operator asks, not once a request of a member.

    Raises:
        NotAllowed: without the right ``ledger.manage``.
        BadInput: tiers overlap or leave a gap.
    """
    access.require(principal, "ledger.manage")
    rules.check(wanted)
    counts = [(0, 0, 0) for _ in wanted.tiers]
    above = 0
    while ids := customers.everybody(conn, above=above, limit=page):
        above = ids[-1]
        found = rules.count(wanted, tables.held(conn, ids), _measured(conn, wanted, ids, now), ids)
        counts = rules.added(counts, found)
    return [
        TierPreview(tier, up + down + same, up, down, same)
        for tier, (up, down, same) in zip(wanted.tiers, counts, strict=True)
    ]


def tier_of(conn: Connection, customer_id: int) -> TierStanding | None:
    """In which tier a customer is; ``None`` where there are no tiers."""
    found = _VERSIONS.newest(conn)
    if found is None:
        return None
    held = tables.held(conn, [customer_id]).get(customer_id)
    own = found.rules.tiers[min(rules.stands(found.rules, held), len(found.rules.tiers) - 1)]
    if held is None:
        return TierStanding(customer_id, own, None, None, "reached", found.rules.by, 0)
    return TierStanding(customer_id, own, held.since, held.until, held.why, found.rules.by, held.figure)


def tier_ahead(conn: Connection, customer_id: int, now: datetime) -> TierAhead | None:
    """The tier above that of a customer, and how far they are, measured now; ``None`` in the highest, or without tiers."""
    standing, found = tier_of(conn, customer_id), _VERSIONS.newest(conn)
    if standing is None or found is None:
        return None
    above = next((tier for tier in found.rules.tiers if tier.at_least == standing.tier.below), None)
    if above is None:
        return None
    has = _measured(conn, found.rules, [customer_id], now).get(customer_id, rules.NOTHING).figure
    return TierAhead(above, has, max(above.at_least - has, 0))


def tier_percents(conn: Connection, customer_ids: Sequence[int]) -> dict[int, int]:
    """What orders of these customers earn of what the rate says, by their tiers; 100 where there are none."""
    found = _VERSIONS.newest(conn)
    if found is None or all(tier.percent == PLAIN for tier in found.rules.tiers):
        return dict.fromkeys(customer_ids, PLAIN)
    held = tables.held(conn, customer_ids)
    codes = {one: held[one].tier if one in held else None for one in customer_ids}
    return {one: rules.percent_of(found.rules, code) for one, code in codes.items()}


def orders_changed(conn: Connection, customer_ids: Iterable[int]) -> None:
    """Have customers looked at of whose orders something was told, where tiers depend on it."""
    _mark(conn, customer_ids, _BY_ORDERS)


def growth_changed(conn: Connection, customer_ids: Iterable[int]) -> None:
    """Have customers looked at whose growth changed, where tiers depend on it."""
    _mark(conn, customer_ids, frozenset({"growth"}))


def _mark(conn: Connection, customer_ids: Iterable[int], by: frozenset[str]) -> None:
    wanted = {one for one in customer_ids if one}
    found = _VERSIONS.newest(conn) if wanted else None
    if found is not None and found.rules.by in by:
        tables.mark(conn, wanted, TIERS_CHANNEL)


def regroup_tiers(conn: Connection, merged: Sequence[tuple[int, int]], parted: Iterable[int]) -> None:
    """After merges the winner has the higher tier of the two, until both are looked at; so are those who were split.

    Args:
        conn: an open transaction that is alone with the people.
        merged: (loser, winner); chains within them are followed.
        parted: customers on either side of a split.
    """
    final = identity.ends_of(merged)
    wanted = {*final.values(), *parted}
    if not wanted or _VERSIONS.newest(conn) is None:
        return
    held = tables.held(conn, [*final, *final.values()])
    kept: dict[int, Held] = {}
    for loser, winner in sorted(final.items()):
        if loser in held:
            kept[winner] = rules.joined(kept.get(winner, held.get(winner)), held[loser])
    if kept:
        tables.drop(conn, list(final))
        tables.keep(conn, kept)
    tables.mark(conn, wanted, TIERS_CHANNEL)


def move_due(conn: Connection, now: datetime, limit: int = 5000) -> int:
    """Move customers between tiers who are due; returns how many were looked at, 0 when nobody waits.

    Several may call it at once: one of them works. Facts and the trait ``tier`` are written with it.
    """
    found = _VERSIONS.newest(conn)
    if found is None or not tables.hold_moving(conn):
        return 0
    identity.hold_people(conn, alone=False)
    asked = tables.take_due(conn, now, limit)
    if not asked:
        return _go_round(conn, limit)
    moved = identity.living_of(conn, sorted(asked))
    if moved:  # their successors are looked at; a row of theirs would be due for ever
        tables.drop(conn, list(moved))
    ids = sorted({moved.get(one, one) for one in asked})
    held = tables.held(conn, ids)
    has = _measured(conn, found.rules, ids, now)
    turned: dict[int, Moved] = {}
    for one in ids:
        came = rules.move(found.rules, found.version, held.get(one), has.get(one, rules.NOTHING), now)
        if came is not None:
            turned[one] = came
    if turned:
        tables.keep(conn, {one: came.held for one, came in turned.items()})
    _tell(conn, found.rules, held, turned, now)
    return len(asked)


def _go_round(conn: Connection, limit: int) -> int:
    after = tables.round_after(conn)
    if after is None:
        return 0
    ids = customers.everybody(conn, above=after, limit=limit)
    tables.mark(conn, ids, TIERS_CHANNEL)
    tables.go_on(conn, ids[-1] if ids else None)
    return len(ids)


def _measured(conn: Connection, wanted: TierRules, ids: Sequence[int], now: datetime) -> Mapping[int, Measured]:
    since = now - timedelta(wanted.window_days) if wanted.window_days else None
    if wanted.by == "growth":
        return tables.growth(conn, ids, since)
    bought = commerce.bought_since(conn, ids, since, customers.basis(conn).purchase)
    orders = wanted.by == "orders"
    return {one: Measured(count if orders else max(0, net), first_at) for one, (count, net, first_at) in bought.items()}


def _tell(
    conn: Connection, now_in_force: TierRules, before: Mapping[int, Held], turned: Mapping[int, Moved], now: datetime
) -> None:
    words, facts = [], []
    names = {tier.code: tier.name for tier in now_in_force.tiers}
    for one, came in turned.items():
        if one not in before or before[one].tier != came.held.tier:
            words.append(TraitWord(one, TRAIT, came.held.tier, now))
        if came.turn is not None:
            said = {
                "tier": came.held.tier,
                "before": came.before,
                "by": now_in_force.by,
                "figure": came.held.figure,
                "why": came.held.why,
            }
            facts.append(Fact(f"tier.{came.turn}", one, 0, now, name=names[came.held.tier], properties=said))
    timeline.append(conn, [*facts, *customers.put_traits(conn, words, now)])
