"""What orders should have earned is reckoned anew whenever something is told of them, and compared with what they have."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.commerce.types import LineStanding, OrderStanding
from siyu.customers import service as customers
from siyu.engines.versions.service import Versions
from siyu.engines.versions.types import Version
from siyu.loyalty.rules import caps, days, earning
from siyu.loyalty.rules.earning import Terms
from siyu.loyalty.service.posting import post, sure
from siyu.loyalty.service.tiers import tier_percents
from siyu.loyalty.service.undoing import undo
from siyu.loyalty.store import earning as tables
from siyu.loyalty.store.earning import Earned
from siyu.loyalty.types import EARNING, EarningRules, OrderRule, Request, Undo, gift
from siyu.loyalty.types.earning import PLAIN

VERSIONS: Final = Versions("loyalty.earning_rules", EARNING, earning.check, "earning")
_TRIED: Final = -1  # the version of rules that are not in force
_OF_TIERS: Final = "growth"  # what makes tiers is not multiplied by them: it would earn from its own effect
_Rules = Mapping[int, EarningRules]
_ByUnit = tuple[int, str]  # an order or a customer, and a unit


class _Strand(NamedTuple):
    """What one order earns by one rule; what it earns lasts so many days."""

    order: OrderStanding
    unit: str
    place: int
    lasts: int | None
    terms: Terms
    due: int
    had: list[Earned]

    @property
    def standing(self) -> int:
        return sum(one.amount - one.taken for one in self.had)


def reckon(
    conn: Connection,
    newest: Version[EarningRules],
    told: Sequence[OrderStanding],
    now: datetime,
    zone: ZoneInfo,
) -> None:
    """Have orders earn what they come to; what is too much is taken back.

    Args:
        conn: a transaction that has these orders locked.
        newest: the rules in force.
        told: of customers.
        now: the present.
        zone: the brand's.
    """
    kept = tables.terms(conn, [order.id for order in told])
    versions = _versions(conn, newest, kept)
    orders = list(told)
    if any(rules.caps for rules in versions.values()):
        tables.lock_earners(conn, [order.customer_id for order in told])
        others = _others(conn, told, kept, zone)
        kept |= tables.terms(conn, [order.id for order in others])
        versions = _versions(conn, newest, kept)
        known = {order_id for order_id, _ in kept}
        orders += [order for order in others if order.id in known]
    fresh = _fresh(conn, newest.version, newest.rules, told, kept, zone)
    strands = _strands(conn, versions, sorted(orders, key=lambda one: one.id), {**fresh, **kept})
    earning_now = {(one.order.id, one.unit) for one in strands if one.due}
    if first := {key: terms for key, terms in fresh.items() if key in earning_now}:
        tables.keep_terms(conn, first)
    numbers: dict[_ByUnit, int] = defaultdict(int)
    for one in strands:
        numbers[one.order.id, one.unit] += len(one.had)
    due = _Due(now, numbers)
    for strand, target in zip(strands, _targets(strands, versions), strict=True):
        due.compare(strand, target)
    due.settle(conn)


def would_earn(
    conn: Connection, rules: EarningRules, orders: Sequence[OrderStanding], zone: ZoneInfo
) -> dict[tuple[int, str], int]:
    """By (customer, unit), what orders would earn by other rules if they were all there is, and had earned nothing yet. Nothing
    is written.
    """
    versions = {_TRIED: rules}
    terms = _fresh(conn, _TRIED, rules, orders, {}, zone)
    strands = _strands(conn, versions, sorted(orders, key=lambda one: one.id), terms, anew=True)
    found: dict[tuple[int, str], int] = defaultdict(int)
    for strand, target in zip(strands, _targets(strands, versions), strict=True):
        found[strand.order.customer_id, strand.unit] += target
    return found


def _versions(conn: Connection, newest: Version[EarningRules], kept: Mapping[_ByUnit, Terms]) -> _Rules:
    older = {terms.version for terms in kept.values()} - {newest.version}
    return {newest.version: newest.rules, **VERSIONS.numbered(conn, older)}


def _others(
    conn: Connection, told: Sequence[OrderStanding], kept: Mapping[_ByUnit, Terms], zone: ZoneInfo
) -> list[OrderStanding]:
    """The other orders of their customers in the same months: what one earns less, another may earn more."""
    spans: dict[int, list[date]] = defaultdict(list)
    whose = {order.id: order.customer_id for order in told}
    for order in told:
        spans[order.customer_id].append(_day(order, zone))
    for (order_id, _), terms in kept.items():
        spans[whose[order_id]].append(terms.day)
    wanted = [(one, _month(min(of_one), zone), _month(_next_month(max(of_one)), zone)) for one, of_one in spans.items()]
    return [order for order in commerce.standings_between(conn, wanted) if order.id not in whose]


def _day(order: OrderStanding, zone: ZoneInfo) -> date:
    return order.bought_at.astimezone(zone).date()


def _month(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, 1, tzinfo=zone)


def _next_month(day: date) -> date:
    return day.replace(day=28) + timedelta(days=4)


def _fresh(
    conn: Connection,
    version: int,
    rules: EarningRules,
    told: Sequence[OrderStanding],
    kept: Mapping[_ByUnit, Terms],
    zone: ZoneInfo,
) -> dict[_ByUnit, Terms]:
    """Terms for orders that have none in a unit in which they may earn by these rules."""
    lacking = [
        (order, unit)
        for order in told
        for unit in sorted(earning.units_of(rules.orders, order))
        if (order.id, unit) not in kept
    ]
    births: Mapping[int, Mapping[str, object]] = {}
    if lacking and any(one.birthday for one in rules.days):
        births = customers.traits_of(conn, sorted({order.customer_id for order, _ in lacking}), ["birthday"])
    of_tier = tier_percents(conn, sorted({order.customer_id for order, unit in lacking if unit != _OF_TIERS}))
    found = {}
    for order, unit in lacking:
        day = _day(order, zone)
        born = days.birthday_of(births.get(order.customer_id, {}).get("birthday"))
        of_day = days.percent_of(rules.days, unit, day, born)
        tier = of_tier[order.customer_id] if unit != _OF_TIERS else PLAIN
        found[order.id, unit] = Terms(version, day, of_day, tier)
    return found


def _strands(
    conn: Connection,
    versions: _Rules,
    orders: Sequence[OrderStanding],
    terms: Mapping[_ByUnit, Terms],
    *,
    anew: bool = False,
) -> list[_Strand]:
    """What each order should have earned by each rule, and has; ``anew``: as if none had earned anything."""
    of_order: dict[int, list[tuple[str, Terms]]] = defaultdict(list)
    for (order_id, unit), one in sorted(terms.items()):
        of_order[order_id].append((unit, one))
    with_lines = {version for version, rules in versions.items() if any(rule.category for rule in rules.orders)}
    lined = [order_id for order_id, own in of_order.items() if any(one.version in with_lines for _, one in own)]
    lines = commerce.line_standings(conn, lined)
    had: dict[_ByUnit, list[Earned]] = defaultdict(list)
    for row in () if anew else tables.earned(conn, [order.id for order in orders]):
        had[row.order_id, row.unit].append(row)
    found: list[_Strand] = []
    for order in orders:
        for unit, one in of_order[order.id]:
            rules = versions[one.version].orders
            own = had[order.id, unit]
            found += _of_unit(order, unit, one, rules, lines.get(order.id, ()), own)
    return found


def _of_unit(
    order: OrderStanding,
    unit: str,
    terms: Terms,
    rules: Sequence[OrderRule],
    lines: Sequence[LineStanding],
    had: Iterable[Earned],
) -> list[_Strand]:
    dues = earning.dues(rules, unit, order, lines, terms)
    by_place: dict[int, list[Earned]] = defaultdict(list)
    for row in had:
        by_place[row.rule if row.rule is not None else min(dues, default=0)].append(row)
    places = sorted({*dues, *by_place})
    lasts = [rules[place].expires_days if place < len(rules) else None for place in places]
    return [
        _Strand(order, unit, place, days_, terms, dues.get(place, 0), by_place[place])
        for place, days_ in zip(places, lasts, strict=True)
    ]


def _targets(strands: Sequence[_Strand], versions: _Rules) -> list[int]:
    """What each should have earned within the caps."""
    groups: dict[_ByUnit, list[int]] = defaultdict(list)
    wanted = []
    for place, one in enumerate(strands):
        cap = next((cap for cap in versions[one.terms.version].caps if cap.unit == one.unit), None)
        wanted.append(caps.Wanted(one.terms.day, one.due, one.standing, cap))
        groups[one.order.customer_id, one.unit].append(place)
    found = [0] * len(strands)
    for places in groups.values():
        for place, count in zip(places, caps.allowed([wanted[place] for place in places]), strict=True):
            found[place] = count
    return found


@dataclass(slots=True)
class _Due:
    """What is to be posted and taken back."""

    now: datetime
    numbers: dict[_ByUnit, int]
    earnings: list[tuple[Request, Earned]] = field(default_factory=list)
    takings: list[tuple[Undo, int]] = field(default_factory=list)

    def compare(self, strand: _Strand, target: int) -> None:
        """Compare what an order should have earned by a rule with what it has."""
        more = target - strand.standing
        if more > 0:
            self._earn(strand, more)
        for one in reversed(strand.had):
            part = min(max(-more, 0), one.amount - one.taken)
            if part:
                more += part
                back = f"order_back:{one.transaction_id}:{one.taken}"
                source = _source(strand.order)
                self.takings.append((Undo(back, one.transaction_id, part, reason="refund", source=source), part))

    def _earn(self, strand: _Strand, amount: int) -> None:
        order, unit = strand.order, strand.unit
        until = order.at + timedelta(strand.lasts) if strand.lasts else None
        lines = gift(order.customer_id, unit, amount, until)
        number = self.numbers[order.id, unit]
        self.numbers[order.id, unit] += 1
        key = f"order:{order.id}:{unit}:{number}"
        request = Request(key, lines, "order", source=_source(order), effective_at=order.at, via=order.via)
        self.earnings.append((request, Earned(order.id, unit, number, strand.place, 0, amount, 0)))

    def settle(self, conn: Connection) -> None:
        """Post it."""
        if self.earnings:
            answers = post(conn, [request for request, _ in self.earnings], self.now)
            ids = [sure(answer).transaction_id for answer in answers]
            made = [one._replace(transaction_id=id_) for (_, one), id_ in zip(self.earnings, ids, strict=True)]
            tables.insert(conn, made)
        if self.takings:
            for answer in undo(conn, [one for one, _ in self.takings], self.now):
                sure(answer)
            tables.take_back(conn, [(one.transaction_id, part) for one, part in self.takings])


def _source(order: OrderStanding) -> str:
    return f"order:{order.platform}:{order.shop}:{order.order_no}"[:300]
