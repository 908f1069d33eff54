"""Conditions on state: who passes, asked of the room that owns it, and when that changes by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.customers.types import PurchaseMeans
from siyu.engines.clickhouse.client import Client
from siyu.identity import service as identity
from siyu.identity.types import ManyAliases
from siyu.segments import rules
from siyu.segments.store import members
from siyu.segments.store.aggregates import DAY, NEVER, Moment
from siyu.segments.store.bitmaps import bitmap, ids
from siyu.segments.store.scans import Few
from siyu.segments.types import (
    Anniversary,
    ConsentIs,
    EntryCode,
    FirstSource,
    InGroup,
    Leaf,
    OnLayer,
    OnList,
    Predicted,
    RelationIs,
    Rfm,
    TagOn,
    Trait,
    TraitDate,
    ValueIs,
)

Ids = NDArray[np.int64]
Dues = list[tuple[Ids, Ids]]  # (customer, next moment in ms)
_OPPOSITE: Final = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge", "eq": "ne", "ne": "eq"}


@dataclass(slots=True)
class World:
    """Of whom is asked, at what moment; what was looked up once for all conditions.

    Attributes:
        moment: now.
        purchase: what a purchase is.
        everybody: all customers, or those of ``few`` who are there.
        few: only these; everybody when ``None``.
    """

    conn: Connection
    clickhouse: Client
    moment: Moment
    purchase: PurchaseMeans
    everybody: BitMap64
    few: Few | None = None
    _lists: dict[int, BitMap64] = field(default_factory=dict)

    @property
    def among(self) -> Sequence[int] | None:
        """Ids for a query, ``None`` for everybody."""
        return None if self.few is None else self.few.ids

    @property
    def today(self) -> date:
        """The day it is by the brand's clock."""
        return datetime.fromtimestamp(self.moment.now / 1000, UTC).astimezone(self.moment.zone).date()


def open_world(
    conn: Connection, clickhouse: Client, moment: Moment, customer_ids: Sequence[int] | None = None
) -> World:
    """Everybody as of now, or those of ``customer_ids`` who are there (as OneID knows them now)."""
    there = customers.finding.everybody(conn, None if customer_ids is None else list(customer_ids))
    few = None
    if customer_ids is not None:
        known = there.tolist()
        few = Few(known, identity.aliases_among(conn, known) if known else _NO_ALIASES)
    return World(conn, clickhouse, moment, customers.basis(conn).purchase, bitmap(there), few)


_NOBODY: Final = np.empty(0, np.int64)
_NO_ALIASES: Final = ManyAliases(_NOBODY, _NOBODY, _NOBODY, _NOBODY, _NOBODY)


def ask(world: World, leaf: Leaf) -> tuple[BitMap64, Dues]:
    """Who passes the condition; of whom the answer changes by itself, and when at the earliest."""
    for kinds, asking in _ASKED:
        if isinstance(leaf, kinds):
            people, dues = asking(world, leaf)
            return people & world.everybody, dues
    raise AssertionError(leaf)


def _trait(world: World, leaf: Trait) -> tuple[BitMap64, Dues]:
    found = customers.finding.with_trait(world.conn, leaf.name, leaf.comparison, leaf.value, world.among)
    return bitmap(found), []


def _date(world: World, leaf: TraitDate | Anniversary) -> tuple[BitMap64, Dues]:
    who, dates = customers.finding.trait_dates(world.conn, leaf.name, world.among)
    numbers, there = rules.day_number(dates)
    who, dates, numbers = who[there], dates[there], numbers[there]
    if not len(who):
        return BitMap64(), []
    if isinstance(leaf, Anniversary):
        passes, flips = rules.next_anniversaries(dates, leaf.days, world.today)
    else:
        passes, flips = rules.flips_by_day(leaf, numbers, world.today)
    return bitmap(who[passes]), [_later(world, who, rules.moments_of_days(flips, world.moment.zone))]


def _later(world: World, who: Ids, moments: Ids) -> tuple[Ids, Ids]:
    coming = (moments > world.moment.now) & (moments < NEVER)
    return who[coming], moments[coming]


def _tag(world: World, leaf: TagOn) -> tuple[BitMap64, Dues]:
    who, first, _ = customers.finding.with_tag(world.conn, leaf.tag, leaf.source, world.among)
    return _elapsed(world, who, first, first, leaf.at_least_days, leaf.less_than_days)


def _elapsed(
    world: World, who: Ids, first: Ids, last: Ids, at_least_days: int | None, less_than_days: int | None
) -> tuple[BitMap64, Dues]:
    passes, dues = np.ones(len(who), np.bool_), []
    if at_least_days is not None:
        reached = first + at_least_days * DAY
        passes &= reached <= world.moment.now
        dues.append(_later(world, who, reached))
    if less_than_days is not None:
        over = last + less_than_days * DAY
        passes &= over > world.moment.now
        dues.append(_later(world, who, over))
    return bitmap(who[passes]), dues


def _consent(world: World, leaf: ConsentIs) -> tuple[BitMap64, Dues]:
    def said(state: str) -> BitMap64:
        found = customers.finding.with_consent(world.conn, leaf.channel, leaf.purpose, state, world.among)
        return bitmap(found)

    if leaf.state == "unknown":
        return world.everybody - said("granted") - said("denied"), []
    return said(leaf.state), []


def _relation(world: World, leaf: RelationIs | InGroup) -> tuple[BitMap64, Dues]:
    if isinstance(leaf, InGroup):
        tie, scopes = RelationIs("group_member"), list(leaf.groups) or None
    else:
        tie, scopes = leaf, None if leaf.scope is None else [leaf.scope]
    standing = tie.state == "standing"
    found = customers.finding.with_relation(world.conn, tie.kind, scopes, world.among, standing=standing)
    who, first, last = found
    # It ended when the last of them did.
    return _elapsed(world, who, first if standing else last, last, tie.at_least_days, tie.less_than_days)


def _layer(world: World, leaf: OnLayer) -> tuple[BitMap64, Dues]:
    if 0 not in leaf.layers:
        return bitmap(customers.finding.on_layers(world.conn, list(leaf.layers), world.among)), []
    others = [layer for layer in range(1, 5) if layer not in leaf.layers]
    return world.everybody - bitmap(customers.finding.on_layers(world.conn, others, world.among)), []


def _origin(world: World, leaf: FirstSource | EntryCode) -> tuple[BitMap64, Dues]:
    if isinstance(leaf, FirstSource):
        return bitmap(customers.finding.from_sources(world.conn, leaf.source_ids, world.among)), []
    return bitmap(customers.finding.by_entry_codes(world.conn, leaf.codes, world.among)), []


def _rfm(world: World, leaf: Rfm) -> tuple[BitMap64, Dues]:
    bounds: list[tuple[int | None, int | None]] = [
        (None, None) if one is None else (one.least, one.most) for one in (leaf.purchases, leaf.money_fen)
    ]
    who, last = customers.finding.buyers_within(world.conn, bounds[0], bounds[1], world.among)
    days = leaf.recency_days
    most = None if days is None or days.most is None else days.most + 1
    return _elapsed(world, who, last, last, None if days is None else days.least, most)


def _value(world: World, leaf: ValueIs) -> tuple[BitMap64, Dues]:
    if not rules.zero_passes(leaf):
        return bitmap(customers.finding.worth(world.conn, leaf.comparison, leaf.fen, world.among)), []
    others = customers.finding.worth(world.conn, _OPPOSITE[leaf.comparison], leaf.fen, world.among)
    return world.everybody - bitmap(others), []


def _predicted(world: World, leaf: Predicted) -> tuple[BitMap64, Dues]:
    found = customers.finding.predicted(world.conn, leaf.what, leaf.comparison, leaf.value, world.among)
    return bitmap(found), []


def _list(world: World, leaf: OnList) -> tuple[BitMap64, Dues]:
    if world.few is None:
        listed = ids(members.on_list(world.conn, leaf.list_id))
    else:
        aliases = world.few.aliases
        asked = np.concatenate([np.asarray(world.few.ids, np.int64), aliases.merged])
        listed = ids(members.on_list_among(world.conn, leaf.list_id, asked))
    return bitmap(identity.owners_now(world.conn, listed)), []


_Asking = Callable[[World, Any], tuple[BitMap64, Dues]]
_ASKED: Final[tuple[tuple[Any, _Asking], ...]] = (
    (Trait, _trait),
    (TraitDate | Anniversary, _date),
    (TagOn, _tag),
    (ConsentIs, _consent),
    (RelationIs | InGroup, _relation),
    (OnLayer, _layer),
    (FirstSource | EntryCode, _origin),
    (Rfm, _rfm),
    (ValueIs, _value),
    (Predicted, _predicted),
    (OnList, _list),
)
