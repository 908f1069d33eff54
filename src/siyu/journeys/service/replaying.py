"""Rehearsals: a journey over what really happened, with the same engine and the same gate, of which nothing stays.

A few people at a time are taken through it, in a savepoint that is always undone: enrolments, touches and what was taken
from quotas are gone with it, and no sender ever sees them. While it runs it holds rows of the people it looks at and of the
quotas that they take from, so each piece is kept short: one that takes too long is given up, and asked for with fewer people.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from secrets import token_hex
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import savepoint
from siyu.experiments import service as experiments
from siyu.experiments.types import Arm
from siyu.journeys.rules.entering import due_in_crowd
from siyu.journeys.rules.moments import next_day, next_run
from siyu.journeys.service.batch import Place, Surroundings
from siyu.journeys.service.dates import whose_day
from siyu.journeys.service.entering import enrol, in_order
from siyu.journeys.service.looking import figures
from siyu.journeys.service.reacting import awaited, listen, react
from siyu.journeys.service.stepping import carry_on
from siyu.journeys.store import enrolments as tables
from siyu.journeys.store import journeys as store
from siyu.journeys.store import rehearsals
from siyu.journeys.types.definition import (
    CodeTrigger,
    DateTrigger,
    Definition,
    FactTrigger,
    SegmentTrigger,
    TimeTrigger,
)
from siyu.journeys.types.running import Figures, Happened, Newcomer, Rehearsal, RehearsedTouch, StepFigures
from siyu.kernel.errors import Conflict
from siyu.segments import service as segments
from siyu.segments.types import Change
from siyu.timeline import service as timeline
from siyu.timeline.types import TimelineEntry
from siyu.touch import service as touch
from siyu.touch.types import Touch

MOST: Final = 2000
_SHOWN: Final = 1000
_DAY: Final = timedelta(days=1)
_GRAIN: Final = timedelta(minutes=10)  # several who are due within this go together
_CODES: Final = ("friend.added", "account.followed", "entry.scanned", "chat.joined")
_CANNOT_KNOW: Final = (
    (
        "Consents, ties, tags, traits and the members of segments are those of today, not of then.",
        "授权、关系、标签、属性与人群成员均以今天为准，而非当时。",
    ),
    (
        "Nobody answers what a rehearsal sends: waits for facts hear only what really happened.",
        "演练不会真正发送，客户不会对其作出反应；等待事实的步骤只能听到真实发生过的事。",
    ),
    (
        "Budgets know what people received really, and what this rehearsal sent; not what other drafts would send.",
        "打扰预算包含客户实际收到的触达与本次演练的触达，不包含其他草稿。",
    ),
    (
        "Room in the quotas of platforms is that of today, and later journeys may take it.",
        "平台配额余量以今天为准，实际运行时可能被其他旅程占用。",
    ),
)


class _Undone(Exception):
    """Leaves the savepoint, and everything in it, behind."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is looked at in a rehearsal.

    Attributes:
        people: those who are looked at, of ``of`` who would have had a reason to enter.
        crowds: whom the clock brings in, and when; empty where facts bring people in.
    """

    people: tuple[int, ...]
    of: int
    crowds: tuple[tuple[datetime, tuple[int, ...]], ...] = ()


def plan_rehearsal(
    conn: Connection,
    clickhouse: Client,
    definition: Definition,
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
    most: int,
    segment_id: int | None = None,
) -> Plan:
    """Who would have entered from ``since`` to ``until``: up to ``most``, drawn by a hash, so that the same question looks at
    the same people. With a segment: everybody of it, who begins to come in at ``since`` at the journey's pace.

    Raises:
        Conflict: nothing brings anybody in by itself, or the segment was not evaluated yet.
        NotFound: there is no such segment.
    """
    if segment_id is not None:
        crowd = in_order(conn, definition, list(segments.members(conn, segment_id)))
        return _drawn(_by_pace(crowd, since, until, definition.pace.per_minute), most)
    trigger = definition.trigger
    entering = _entering(definition)
    if entering:
        name = str(trigger.segment) if isinstance(trigger, SegmentTrigger) else None
        people, of = timeline.people_with(clickhouse, kinds=entering, name=name, since=since, until=until, most=most)
        return Plan(tuple(people), of)
    return _drawn(_runs(conn, definition, since, until, zone, most), most)


def _drawn(runs: Sequence[tuple[datetime, Sequence[int]]], most: int) -> Plan:
    """Up to ``most`` of those whom the clock brings in."""
    everybody = sorted({one for _, ids in runs for one in ids}, key=lambda one: (one * 2654435761) % 2**32)
    chosen = set(everybody[:most])
    crowds = [(at, tuple([one for one in ids if one in chosen])) for at, ids in runs]
    return Plan(tuple(sorted(chosen)), len(everybody), tuple([one for one in crowds if one[1]]))


def _by_pace(
    crowd: Sequence[int], begins_at: datetime, until: datetime, per_minute: int
) -> list[tuple[datetime, Sequence[int]]]:
    """Who comes in at which minute, as far as that lies before ``until``."""
    size = per_minute or max(len(crowd), 1)
    parts = [
        (due_in_crowd(begins_at, start, per_minute), crowd[start : start + size])
        for start in range(0, len(crowd), size)
    ]
    return [(at, ids) for at, ids in parts if at < until]


def _entering(definition: Definition) -> tuple[str, ...]:
    """The kinds of facts that bring people in."""
    trigger = definition.trigger
    if isinstance(trigger, FactTrigger):
        return (trigger.fact.kind,)
    if isinstance(trigger, CodeTrigger):
        return _CODES
    return (f"segment.{trigger.moves}",) if isinstance(trigger, SegmentTrigger) else ()


def _runs(
    conn: Connection, definition: Definition, since: datetime, until: datetime, zone: ZoneInfo, most: int
) -> list[tuple[datetime, list[int]]]:
    trigger = definition.trigger
    runs: list[tuple[datetime, list[int]]] = []
    at: datetime | None = since
    while at is not None and at < until and len(runs) < 200:
        if isinstance(trigger, TimeTrigger):
            at = next_run(trigger, at, zone)
            ids = list(segments.members(conn, trigger.segment)) if at is not None else []
        elif isinstance(trigger, DateTrigger):
            at = next_day(trigger.at, at, zone)
            ids = whose_day(conn, trigger, at.astimezone(zone).date(), zone, most)
        else:
            raise Conflict(
                reason="people are put into this journey by hand, so history cannot tell who would have entered. "
                "Name a segment that would be brought in.",
                reason_zh="该旅程由人工加入客户，历史数据无法得知谁会进入，请指定将要加入的人群。",
            )
        if at is not None and at < until:
            runs.append((at, ids))
    return runs


def rehearse(
    conn: Connection,
    clickhouse: Client,
    definition: Definition,
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
    *,
    plan: Plan,
    people: Sequence[int],
    going: Callable[[], bool] = lambda: True,
) -> Rehearsal | None:
    """Take some people of the plan through a journey, over what happened from ``since`` to ``until``; all of it is undone.
    ``None`` when it was given up.

    Args:
        conn: a transaction.
        clickhouse: where what happened is.
        definition: one without problems.
        since: the moment at which it would have been started.
        until: the end.
        zone: of the brand.
        plan: see :func:`plan_rehearsal`.
        people: some of its people.
        going: asked again and again; it is given up when that says no.
    """
    found: Rehearsal | None = None
    try:
        with savepoint(conn):
            # All of them at once and in their order: locked one after the other, they and a worker could wait for each other.
            touch.hold_customers(conn, people)
            found = _Run(conn, clickhouse, definition, since, until, zone, plan, frozenset(people), going).through()
            raise _Undone  # noqa: TRY301 - the only way to undo what went well
    except _Undone:
        pass
    return found


def joined(parts: Sequence[Rehearsal], plan: Plan, since: datetime, until: datetime) -> Rehearsal:
    """The whole of what was rehearsed with some people after others."""
    reasons: Counter[tuple[str, str]] = Counter()
    for part in parts:
        reasons.update({(state, code): count for state, code, count in part.reasons})
    touches = sorted((one for part in parts for one in part.touches), key=lambda one: (one.at, one.customer_id))
    return Rehearsal(
        since,
        until,
        sum(part.people for part in parts),
        plan.of,
        _summed([part.figures for part in parts]),
        tuple(touches[:_SHOWN]),
        tuple(
            [
                (state, code, count)
                for (state, code), count in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
            ]
        ),
        _CANNOT_KNOW,
    )


def _summed(parts: Sequence[Figures]) -> Figures:
    ended: Counter[str] = Counter()
    steps: dict[str, StepFigures] = {}
    for part in parts:
        ended.update(part.ended)
        for one in part.steps:
            known = steps.get(one.step, StepFigures(one.step, 0, 0, {}))
            ways = Counter(known.ways) + Counter(one.ways)
            steps[one.step] = replace(
                known, inside=known.inside + one.inside, passed=known.passed + one.passed, ways=dict(ways)
            )
    return Figures(
        sum(part.entered for part in parts), sum(part.inside for part in parts), dict(ended), tuple(steps.values())
    )


@dataclass(slots=True)
class _Run:
    conn: Connection
    clickhouse: Client
    definition: Definition
    since: datetime
    until: datetime
    zone: ZoneInfo
    plan: Plan
    people: frozenset[int]
    going: Callable[[], bool]
    proposed: dict[str, tuple[str, str]] = field(default_factory=dict)
    at: datetime = field(init=False)
    journey_id: int = 0
    programme_id: int = 0

    def through(self) -> Rehearsal:
        self._scratch()
        self.at = self.since
        for moment, happened in groupby(self._history(), key=lambda event: self._grain(event[0])):
            at = min(moment, self.until)
            self._go_on(at)
            self._happen([what for _, what in happened], at)
        self._go_on(self.until)
        return self._told()

    def _scratch(self) -> None:
        """A journey of its own for the time of the savepoint."""
        # A key of its own, which no journey may have: another rehearsal may be under way.
        made = store.insert(self.conn, f"rehearsal:{token_hex(8)}", self.definition, "system:rehearsal", self.since)
        assert made is not None
        store.publish(self.conn, made.id, self.definition, "system:rehearsal", self.since)
        programme = experiments.start_programme(
            self.conn,
            key=f"journey:{made.id}",
            kind=self.definition.kind,
            name=self.definition.name,
            actor="system:rehearsal",
            now=self.since,
            control_bp=self.definition.control_bp,
            arms=[Arm(arm.name, arm.weight) for arm in self.definition.arms],
            reason=self.definition.control_reason,
        )
        store.set_state(self.conn, made.id, "running", self.since, programme.id)
        self.journey_id, self.programme_id = made.id, programme.id

    def _history(self) -> list[tuple[datetime, object]]:
        """What happened to the people, in the order of time."""
        events: list[tuple[datetime, object]] = [
            (at, Newcomer(self.journey_id, one, f"time:{at.isoformat()}", at))
            for at, ids in self.plan.crowds
            for one in ids
            if one in self.people
        ]
        kinds = sorted({*_entering(self.definition), *(one.kind for one in awaited(self.definition))})
        facts = timeline.facts_between(
            self.clickhouse, kinds=kinds, customer_ids=sorted(self.people), since=self.since, until=self.until
        )
        events += [(fact.occurred_at, _event(whose, fact)) for whose, fact in facts]
        return sorted(events, key=lambda event: event[0])

    def _grain(self, moment: datetime) -> datetime:
        """The end of the piece of time in which this lies."""
        return self.since + ((moment - self.since) // _GRAIN + 1) * _GRAIN

    def _go_on(self, to: datetime) -> None:
        """Have everybody go on who is due until then, and what waits at the gate."""
        while self.at < to:
            if not self.going():
                raise _Undone
            due = rehearsals.next_due(self.conn, self.journey_id)
            if due is None or due > self.at:
                put_off = touch.next_decision(self.conn, self.people, self.at)  # by the gate
                first = min([one for one in (due, put_off) if one is not None], default=to)
                self.at = min(self._grain(first), self.at + _DAY, to)
            now = self.at
            places = [Place(row) for row in tables.claim(self.conn, self.journey_id, now, MOST)]
            # What fails does so again in a rehearsal, in which nobody repairs anything.
            carry_on(Surroundings(self.conn, self.clickhouse, now, self.zone, _DAY), places, self.proposed)
            touch.decide_due(self.conn, now, among=self.people)

    def _happen(self, happened: Sequence[object], now: datetime) -> None:
        facts = [one for one in happened if isinstance(one, Happened)]
        changes = [one for one in happened if isinstance(one, Change)]
        if facts or changes:
            react(self.conn, self.clickhouse, facts, changes, now, ears=listen(self.conn, self.journey_id))
        enrol(self.conn, self.clickhouse, [one for one in happened if isinstance(one, Newcomer)], now)

    def _told(self) -> Rehearsal:
        reasons = touch.reason_counts(self.conn, self.programme_id)
        return Rehearsal(
            self.since,
            self.until,
            len(self.people),
            self.plan.of,
            figures(self.conn, self.journey_id),
            tuple(self._touches()),
            tuple([(str(one.state), one.code, one.count) for one in reasons]),
            _CANNOT_KNOW,
        )

    def _touches(self) -> Iterator[RehearsedTouch]:
        found = touch.touches(self.conn, programme_id=self.programme_id, limit=_SHOWN)
        for one in sorted(found, key=lambda one: (one.proposed_at, one.id)):
            step, text = self.proposed.get(one.key, ("", ""))
            en, zh = _because(one) if one.code else ("", "")
            yield RehearsedTouch(
                one.customer_id, step, one.proposed_at, str(one.state), one.way, one.account_id, text, one.code, en, zh
            )


def _because(found: Touch) -> tuple[str, str]:
    """Why, in English and Chinese; of what became too late also what held it until then."""
    told = [decision.reasons[-1] for decision in found.decisions if decision.reasons]
    shown = told[-2:] if found.code == "too_late" else told[-1:]
    said = [touch.said(reason) for reason in shown]
    return " ".join([en for en, _ in said]), "".join([zh for _, zh in said])


def _event(whose: int, fact: TimelineEntry) -> object:
    """What journeys hear of a fact; a move between segments is heard as such."""
    if fact.kind in {"segment.entered", "segment.left"} and isinstance(fact.properties.get("segment"), int):
        return Change(fact.properties["segment"], whose, fact.kind == "segment.entered", fact.occurred_at)
    return Happened(
        fact.fact_id, fact.kind, fact.name, whose, fact.occurred_at, fact.source_id, fact.amount_fen, fact.properties
    )
