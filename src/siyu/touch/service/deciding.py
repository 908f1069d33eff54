"""A batch of touches is decided: everything that has to be known is read at once, and what was decided is written at once."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines.zone import brand_zone
from siyu.experiments import service as experiments
from siyu.kernel.fact import Fact
from siyu.timeline import service as timeline
from siyu.touch.rules.choosing import UNTREATED, Chosen, choose
from siyu.touch.rules.history import History
from siyu.touch.rules.hours import zone_of
from siyu.touch.rules.judging import Judge
from siyu.touch.rules.offers import Offer, Person, World
from siyu.touch.service import messages
from siyu.touch.service.held import decide_beside_others
from siyu.touch.service.outgoing import send
from siyu.touch.service.ruling import in_force
from siyu.touch.service.wishes import roads
from siyu.touch.service.writing import Decided, Outgoing, Ticket, code_of, write
from siyu.touch.store import people, sendings, touches
from siyu.touch.types import Decision, RuleSet, Wish

_NOTHING_SAID: Final[Mapping[tuple[str, str], str]] = {}
_SHORTLY: Final = timedelta(minutes=1)


def decide_due(conn: Connection, now: datetime, most: int = 5000, *, among: Collection[int] | None = None) -> int:
    """Decide again what has waited until now; returns how many touches were decided.

    Of everybody whose touches are due all come together, so that the one that is worth most wins. Several may run at
    once: people whom another is deciding about are left to it.

    Args:
        conn: an open transaction.
        now: the present.
        most: so many touches pick the people; of each of them a few more may come.
        among: only these people, whoever is due; everybody when ``None``.
    """
    decide_beside_others(conn)
    ids = people.lock_free(conn, touches.due_people(conn, now, most) if among is None else sorted(among))
    return len(decide(conn, [], set(ids), now)) if ids else 0


def next_decision(conn: Connection, customer_ids: Collection[int], after: datetime) -> datetime | None:
    """When the next touch of these people is decided again, after a moment; ``None`` where none waits."""
    return touches.next_due(conn, customer_ids, after)


def decide(conn: Connection, fresh: Sequence[Ticket], locked: Collection[int], now: datetime) -> list[Decision]:
    """Decide new touches of locked people, together with what is due of the same people."""
    tickets = [*fresh, *_due(conn, locked, now)]
    if not tickets:
        return []
    rules = in_force(conn)
    by_key = {one.offer.key: one for one in tickets}
    offers = [one.offer for one in tickets]
    found = roads(conn, _wanted(offers), rules.staff.fallback)
    ids = sorted({one.customer_id for one in offers})
    history = touches.received(conn, ids, now - _memory(rules))
    known = _people(conn, ids, history)
    world = World(now, rules, found.channels, found.closed, found.addresses, _sendings(conn, offers), history)
    judge = Judge(world)
    groups = _Groups(conn, offers, now)
    chosen = choose(judge, offers, known, groups.of)
    groups.expose(chosen)
    sent = send(conn, found, judge, known, chosen, by_key, now)
    _let_losers_hope(chosen, sent, now)
    waiting = [by_key[one.offer.key] for one in chosen if one.outcome == "defer"]
    messages.keep(conn, {one.message_hash: one.packed for one in waiting if one.packed})
    decided = [Decided(one, one.decision(), by_key[one.offer.key], sent.get(one.offer.key)) for one in chosen]
    ids_of = write(conn, decided, now)
    told = [one for one in decided if one.decision.outcome == "drop" and one.chosen.group not in UNTREATED]
    timeline.append(conn, [_dropped(one, ids_of, now) for one in told])
    return [one.decision for one in decided]


def _due(conn: Connection, ids: Collection[int], now: datetime) -> list[Ticket]:
    return [
        Ticket(
            Offer(
                row.key, row.programme_id, row.customer_id, row.purpose,
                tuple([Wish(account_id, way) for account_id, way in row.wishes]), row.value_fen, row.valid_until,
                row.not_before, frozenset(row.kinds), row.content, row.wish,
            ),
            row.message_hash,
            id=row.id,
            attempt=row.attempt,
        )
        for row in touches.due_of(conn, ids, now)
    ]  # fmt: skip


def _wanted(offers: Iterable[Offer]) -> dict[Wish, list[int]]:
    together: dict[tuple[Wish, ...], set[int]] = {}
    for one in offers:
        together.setdefault(tuple(one.wishes), set()).add(one.customer_id)
    wanted: dict[Wish, set[int]] = {}
    for wishes, ids in together.items():
        for wish in wishes:
            wanted.setdefault(wish, set()).update(ids)
    return {wish: list(wanted[wish]) for wish in sorted(wanted)}


def _sendings(conn: Connection, offers: Iterable[Offer]) -> dict[int, tuple[str, str]]:
    """How those programmes stand that do not simply run."""
    ids = sorted({one.programme_id for one in offers})
    programmes = experiments.programmes_of(conn, ids)
    stopped = {one: ("stopped", "") for one in ids if programmes[one].stopped_at is not None}
    said = {
        one.programme_id: (str(one.state), one.reason) for one in sendings.sendings(conn, ids) if one.state != "running"
    }
    return {**stopped, **said}


def _people(conn: Connection, ids: Sequence[int], history: History) -> dict[int, Person]:
    zones = customers.zones_of(conn, ids)
    consents = customers.consents_of(conn, ids)
    brand = brand_zone()
    return {
        customer_id: Person(
            customer_id,
            zone_of(zones.get(customer_id, ""), brand),
            acts,
            left_alone_until,
            consents.get(customer_id, _NOTHING_SAID),
            history,
        )
        for customer_id, left_alone_until, acts in people.read(conn, ids)
    }


def _memory(rules: RuleSet) -> timedelta:
    """As far back as any rule asks."""
    days = [one.days for one in rules.exclusions] + [rules.dedup.days]
    return max(timedelta(hours=max([one.hours for one in rules.budgets], default=0)), timedelta(max(days)))


class _Groups:
    """Control groups of those of whom nothing else stands in the way."""

    def __init__(self, conn: Connection, offers: Iterable[Offer], now: datetime) -> None:
        self._conn, self._now = conn, now
        counts = Counter([one.customer_id for one in offers])
        self._alone = {one for one, count in counts.items() if count == 1}
        self._exposed: set[tuple[int, int]] = set()

    def of(self, wanted: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], str]:
        """By programme and customer. Who has no rival is exposed at once: nothing else is asked of them."""
        pairs = {(programme_id, one) for programme_id, ids in wanted.items() for one in ids}
        self._exposed = {pair for pair in pairs if pair[1] in self._alone}
        found = experiments.assign_many(self._conn, self._exposed, self._now, expose=True)
        found |= experiments.assign_many(self._conn, pairs - self._exposed, self._now)
        return {pair: place.group for pair, place in found.items()}

    def expose(self, chosen: Iterable[Chosen]) -> None:
        """From now on the outcome counts of all against whom nothing stood but, perhaps, their group."""
        pairs = {
            (one.offer.programme_id, one.offer.customer_id)
            for one in chosen
            if one.group and (one.group in UNTREATED or one.outcome == "send")
        }
        experiments.expose_many(self._conn, pairs - self._exposed, self._now)


def _let_losers_hope(chosen: Iterable[Chosen], sent: Mapping[str, Outgoing], now: datetime) -> None:
    """Who was outbid by a touch that found no room on any platform is decided again shortly."""
    failed = {
        one.offer.customer_id for one in chosen if one.group != "" and one.offer.key not in sent and not one.outbid
    }
    for one in chosen:
        if one.offer.customer_id in failed and one.outcome == "defer" and one.outbid:
            one.verdict.until = now + _SHORTLY


def _dropped(one: Decided, ids: Mapping[str, int], now: datetime) -> Fact:
    offer = one.ticket.offer
    said = {
        "touch": ids[offer.key],
        "programme": offer.programme_id,
        "purpose": offer.purpose,
        "kinds": sorted(offer.kinds),
        "reason": code_of(one.decision),
    }
    return Fact("touch.dropped", offer.customer_id, 0, now, properties=said)
