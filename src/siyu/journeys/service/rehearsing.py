"""Rehearsals: a journey over what really happened, with the same engine and the same gate, of which nothing stays.

It runs in a savepoint that is always undone: enrolments, touches and what was taken from quotas are gone with it, and no
sender ever sees them. While it runs it holds rows of the people it looks at and of the quotas that they take from, so it is
kept short: a sample of people, and seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines import jobs
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.experiments import service as experiments
from siyu.experiments.types import Arm
from siyu.identity import service as identity
from siyu.journeys.rules.moments import days_of, next_day, next_run
from siyu.journeys.service.batch import Place, Surroundings
from siyu.journeys.service.entering import enrol
from siyu.journeys.service.looking import figures
from siyu.journeys.service.managing import definition_of, journey
from siyu.journeys.service.reacting import awaited, react
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
from siyu.journeys.types.running import AskedRehearsal, Happened, Newcomer, Rehearsal, RehearsedTouch
from siyu.kernel.errors import BadInput, Conflict, NotFound
from siyu.segments import service as segments
from siyu.segments.types import Change
from siyu.timeline import service as timeline
from siyu.timeline.types import TimelineEntry
from siyu.touch import service as touch

REHEARSE: Final = "journeys.rehearse"  # the job
LONGEST: Final = timedelta(days=100)
MOST: Final = 2000
_SECONDS: Final = 8.0
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


def ask_rehearsal(
    conn: Connection, journey_id: int, since: datetime, until: datetime, most: int, actor: str, now: datetime
) -> AskedRehearsal:
    """Have the draft (or the newest version) rehearsed over what happened in this time, by a job. Audited.

    Raises:
        NotFound: there is no such journey.
        BadInput: the time is empty, longer than a hundred days, or not past.
    """
    found = journey(conn, journey_id)
    if not since < until <= now or until - since > LONGEST:
        raise BadInput(
            reason="a rehearsal goes over at most 100 days that are past: 'since' lies before 'until', and that before now.",
            reason_zh="演练时段须为过去的时间，起点早于终点，且不超过 100 天。",
        )
    asked = rehearsals.insert(conn, found.id, definition_of(conn, found), since, until, most, actor, now)
    jobs.defer(conn, REHEARSE, {"rehearsal_id": asked.id})
    details = {"rehearsal": asked.id}
    access.record(conn, actor=actor, action="journey.rehearsed", target=f"journey:{found.id}", details=details, now=now)
    return asked


def rehearsal(conn: Connection, rehearsal_id: int) -> AskedRehearsal:
    """One rehearsal with its result, once it is done.

    Raises:
        NotFound: there is none of this id.
    """
    found = rehearsals.rehearsal(conn, rehearsal_id)
    if found is None:
        raise NotFound(what="rehearsal", what_zh="演练", key=rehearsal_id)
    return found


def rehearsals_of(conn: Connection, journey_id: int, limit: int = 20) -> list[AskedRehearsal]:
    """The last rehearsals of a journey, newest first, without their results."""
    return rehearsals.of_journey(conn, journey(conn, journey_id).id, max(1, min(limit, 100)))


def rehearsed_definition(conn: Connection, rehearsal_id: int) -> Definition:
    """The definition as it was when the rehearsal was asked for."""
    return rehearsals.definition_of(conn, rehearsal_id)


def finish_rehearsal(
    conn: Connection, rehearsal_id: int, result: Rehearsal | None, problem: dict[str, object] | None, now: datetime
) -> None:
    """Keep what came of it. Safe to repeat: what came first stays."""
    rehearsals.finish(conn, rehearsal_id, result, problem, now)


def rehearse(
    conn: Connection,
    clickhouse: Client,
    definition: Definition,
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
    *,
    most: int = 300,
    elapsed: Callable[[], float],
) -> Rehearsal:
    """Take up to ``most`` people through a journey, over what happened from ``since`` to ``until``; all of it is undone.

    Args:
        conn: a transaction.
        clickhouse: where what happened is.
        definition: one without problems.
        since: the moment at which it would have been started.
        until: the end.
        zone: of the brand.
        most: people; drawn by a hash, so that the same question looks at the same people.
        elapsed: seconds since anything; after eight of them it ends where it is.

    Raises:
        Conflict: nothing brings anybody in by itself.
    """
    found: Rehearsal | None = None
    try:
        with conn.begin_nested():
            identity.hold_people(conn, alone=False)
            found = _Run(conn, clickhouse, definition, since, until, zone, most, elapsed).through()
            raise _Undone  # noqa: TRY301 - the only way to undo what went well
    except _Undone:
        pass
    assert found is not None
    return found


@dataclass(slots=True)
class _Run:
    conn: Connection
    clickhouse: Client
    definition: Definition
    since: datetime
    until: datetime
    zone: ZoneInfo
    most: int
    elapsed: Callable[[], float]
    proposed: dict[str, tuple[str, str]] = field(default_factory=dict)
    at: datetime = field(init=False)
    journey_id: int = 0
    programme_id: int = 0

    def through(self) -> Rehearsal:
        self._scratch()
        self.at = self.since
        began = self.elapsed()
        people, of, events = self._history()
        at = self.since
        for moment, happened in groupby(events, key=lambda event: self._grain(event[0])):
            at = self._go_on(min(moment, self.until), began)
            if at < moment or at >= self.until:
                break
            self._happen([what for _, what in happened], at)
        reached = self._go_on(self.until, began) if self.elapsed() - began < _SECONDS else at
        return self._told(len(people), of, reached)

    def _scratch(self) -> None:
        """A journey of its own for the time of the savepoint."""
        made = store.insert(self.conn, "rehearsal", self.definition, "system:rehearsal", self.since)
        if made is None:
            raise Conflict(
                reason="there is a journey whose key is 'rehearsal'. Rename it.",
                reason_zh="已有键为 rehearsal 的旅程，请更换其键。",
            )
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

    def _history(self) -> tuple[Sequence[int], int, list[tuple[datetime, object]]]:
        """Who is looked at, of how many, and what happened to them in the order of time."""
        trigger = self.definition.trigger
        entering: tuple[str, ...] = ()
        name: str | None = None
        if isinstance(trigger, FactTrigger):
            entering = (trigger.fact.kind,)
        elif isinstance(trigger, CodeTrigger):
            entering = _CODES
        elif isinstance(trigger, SegmentTrigger):
            entering, name = (f"segment.{trigger.moves}",), str(trigger.segment)
        events: list[tuple[datetime, object]] = []
        if entering:
            people, of = timeline.people_with(
                self.clickhouse, kinds=entering, name=name, since=self.since, until=self.until, most=self.most
            )
        else:
            people, of, crowds = self._crowds()
            events += crowds
        kinds = sorted({*entering, *(one.kind for one in awaited(self.definition))})
        facts = timeline.facts_between(
            self.clickhouse, kinds=kinds, customer_ids=people, since=self.since, until=self.until
        )
        events += [(fact.occurred_at, _event(whose, fact)) for whose, fact in facts]
        return people, of, sorted(events, key=lambda event: event[0])

    def _crowds(self) -> tuple[list[int], int, list[tuple[datetime, object]]]:
        trigger = self.definition.trigger
        runs: list[tuple[datetime, list[int]]] = []
        at: datetime | None = self.since
        while at is not None and at < self.until and len(runs) < 200:
            if isinstance(trigger, TimeTrigger):
                at = next_run(trigger, at, self.zone)
                ids = list(segments.members(self.conn, trigger.segment)) if at is not None else []
            elif isinstance(trigger, DateTrigger):
                at = next_day(trigger.at, at, self.zone)
                day = at.astimezone(self.zone).date() + timedelta(days=trigger.before_days)
                ids = customers.people_of_days(self.conn, trigger.trait, days_of(day), most=self.most)
            else:
                raise Conflict(
                    reason="people are put into this journey by hand, so history cannot tell who would have entered. "
                    "Rehearse it with another trigger.",
                    reason_zh="该旅程由人工加入客户，历史数据无法得知谁会进入，请换用其他触发方式进行演练。",
                )
            if at is not None and at < self.until:
                runs.append((at, ids))
        everybody = sorted({one for _, ids in runs for one in ids}, key=lambda one: (one * 2654435761) % 2**32)
        chosen = set(everybody[: self.most])
        events: list[tuple[datetime, object]] = [
            (at, Newcomer(self.journey_id, one, f"time:{at.isoformat()}", at))
            for at, ids in runs
            for one in ids
            if one in chosen
        ]
        return sorted(chosen), len(everybody), events

    def _grain(self, moment: datetime) -> datetime:
        """The end of the piece of time in which this lies."""
        return self.since + ((moment - self.since) // _GRAIN + 1) * _GRAIN

    def _go_on(self, to: datetime, began: float) -> datetime:
        """Have everybody go on who is due until then, and what waits at the gate; how far it came."""
        while self.at < to:
            if self.elapsed() - began > _SECONDS:
                return self.at
            due = rehearsals.next_due(self.conn, self.journey_id)
            # At least once a day, for what the gate has put off.
            if due is None or due > self.at:
                self.at = min(self._grain(due) if due is not None else to, self.at + _DAY, to)
            now = self.at
            places = [Place(row) for row in tables.claim(self.conn, self.journey_id, now, MOST)]
            carry_on(Surroundings(self.conn, self.clickhouse, now, self.zone), places, self.proposed)
            touch.decide_due(self.conn, now)
        return to

    def _happen(self, happened: Sequence[object], now: datetime) -> None:
        facts = [one for one in happened if isinstance(one, Happened)]
        changes = [one for one in happened if isinstance(one, Change)]
        react(self.conn, self.clickhouse, facts, changes, now, only=self.journey_id)
        enrol(self.conn, self.clickhouse, [one for one in happened if isinstance(one, Newcomer)], now)

    def _told(self, people: int, of: int, reached: datetime) -> Rehearsal:
        reasons = touch.reason_counts(self.conn, self.programme_id)
        return Rehearsal(
            self.since,
            reached,
            people,
            of,
            figures(self.conn, self.journey_id),
            tuple(self._touches()),
            tuple([(str(one.state), one.code, one.count) for one in reasons]),
            _CANNOT_KNOW,
        )

    def _touches(self) -> Iterator[RehearsedTouch]:
        found = touch.touches(self.conn, programme_id=self.programme_id, limit=_SHOWN)
        for one in sorted(found, key=lambda one: (one.proposed_at, one.id)):
            step, text = self.proposed.get(one.key, ("", ""))
            because = one.decisions[-1].reasons[-1:] if one.decisions and one.code else ()
            en, zh = touch.said(because[0]) if because else ("", "")
            yield RehearsedTouch(
                one.customer_id, step, one.proposed_at, str(one.state), one.way, one.account_id, text, one.code, en, zh
            )


def _event(whose: int, fact: TimelineEntry) -> object:
    """What journeys hear of a fact; a move between segments is heard as such."""
    if fact.kind in {"segment.entered", "segment.left"} and isinstance(fact.properties.get("segment"), int):
        return Change(fact.properties["segment"], whose, fact.kind == "segment.entered", fact.occurred_at)
    return Happened(
        fact.fact_id, fact.kind, fact.name, whose, fact.occurred_at, fact.source_id, fact.amount_fen, fact.properties
    )
