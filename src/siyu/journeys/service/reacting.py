"""What facts and moves between segments do to journeys: somebody enters, goes on, or has reached what it was for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.engines.clickhouse.client import Client
from siyu.identity import service as identity
from siyu.journeys.rules.facts import matches, told
from siyu.journeys.rules.moments import sure_span
from siyu.journeys.service.batch import Place
from siyu.journeys.service.entering import enrol
from siyu.journeys.service.stepping import leave
from siyu.journeys.service.telling import CHANNEL, ended
from siyu.journeys.service.versions import Versions
from siyu.journeys.store import enrolments as tables
from siyu.journeys.store import journeys as store
from siyu.journeys.types.definition import (
    CodeTrigger,
    Definition,
    FactTrigger,
    SegmentTrigger,
    StaffTask,
    WaitFor,
)
from siyu.journeys.types.running import Happened, Journey, Newcomer, Version
from siyu.kernel.clock import to_millis
from siyu.segments.types import Change, FactTest, PropertyTest
from siyu.timeline import service as timeline

_COMING: Final = ("friend.added", "account.followed", "entry.scanned", "chat.joined")
_LONGEST_KEY: Final = 200
# What tells how a task of staff ended; that of control groups is told by nothing, and they do not wait.
_ASKED: Final = tuple([FactTest(kind) for kind in ("touch.sent", "touch.failed", "touch.dropped")])


@dataclass(frozen=True, slots=True)
class Reacted:
    """How many entered, were woken, and reached a goal."""

    entered: int = 0
    woken: int = 0
    reached: int = 0


@dataclass(slots=True)
class Ears:
    """Who listens to which kind of fact and to which segment, at a moment."""

    entering: dict[str, list[tuple[Journey, FactTrigger]]] = field(default_factory=lambda: defaultdict(list))
    crossing: dict[int, list[tuple[Journey, SegmentTrigger]]] = field(default_factory=lambda: defaultdict(list))
    inside: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # kind → journeys

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of facts that :func:`react` does anything with; others need not be shown to it."""
        return frozenset([*self.entering, *self.inside])


def react(
    conn: Connection,
    clickhouse: Client,
    facts: Sequence[Happened],
    changes: Sequence[Change],
    now: datetime,
    *,
    ears: Ears | None = None,
) -> Reacted:
    """Have journeys hear what happened: goals first, then waits, then who enters. Safe to repeat.

    Args:
        conn: the transaction.
        clickhouse: where audiences are asked.
        facts: in the order of the log; customers as OneID knows them now.
        changes: who came into which segments and left them.
        now: the moment.
        ears: what :func:`listen` said in this transaction, of one journey or of all; else all are asked.
    """
    if not facts and not changes:
        return Reacted()
    identity.hold_people(conn, alone=False)
    ears = listen(conn) if ears is None else ears
    woken, reached = _inside(conn, ears, facts, now)
    newcomers = [*_by_facts(ears, facts, now), *_by_segments(ears, changes)]
    return Reacted(len(enrol(conn, clickhouse, newcomers, now)), woken, reached)


def listen(conn: Connection, only: int | None = None) -> Ears:
    """Who listens now, of this journey alone or of all."""
    ears = Ears()
    versions = Versions(conn)
    running = [found for found in store.entering(conn) if only in {None, found[0].id}]
    newest = versions.of(version_id for _, version_id in running)
    for journey, version_id in running:
        trigger = newest[version_id].definition.trigger
        if isinstance(trigger, CodeTrigger):
            for each in _of_codes(conn, trigger):
                ears.entering[each.fact.kind].append((journey, each))
        elif isinstance(trigger, FactTrigger):
            ears.entering[trigger.fact.kind].append((journey, trigger))
        elif isinstance(trigger, SegmentTrigger):
            ears.crossing[trigger.segment].append((journey, trigger))
    for version in versions.of(store.lived_in(conn)).values():
        for wanted in awaited(version.definition) if only in {None, version.journey_id} else ():
            ears.inside[wanted.kind].add(version.journey_id)
    return ears


def _of_codes(conn: Connection, trigger: CodeTrigger) -> list[FactTrigger]:
    """A trigger of codes as triggers of the facts that tell of somebody's coming."""
    if not trigger.codes:
        carried = (PropertyTest("state", "exists", value=True), PropertyTest("state", "ne", ""))
        return [FactTrigger(FactTest(kind, where=carried), fresh=trigger.fresh) for kind in _COMING]
    return [
        FactTrigger(
            FactTest(
                kind, where=(PropertyTest("account", "eq", code.account_id), PropertyTest("state", "eq", code.state))
            ),
            fresh=trigger.fresh,
        )
        for code in channels.codes_of(conn, trigger.codes)
        for kind in _COMING
    ]


def awaited(definition: Definition) -> Iterable[FactTest]:
    """The facts that those inside wait for or are to reach."""
    yield from (goal.fact for goal in definition.goals)
    yield from (step.fact for step in definition.steps.values() if isinstance(step, WaitFor))
    if any(isinstance(step, StaffTask) for step in definition.steps.values()):
        yield from _ASKED


def _by_facts(ears: Ears, facts: Sequence[Happened], now: datetime) -> Iterable[Newcomer]:
    for fact in facts:
        if not fact.customer_id:
            continue
        for journey, trigger in ears.entering.get(fact.kind, ()):
            if now - fact.occurred_at > sure_span(trigger.fresh) or not matches(fact, trigger.fact):
                continue
            key = told(fact, trigger.key) if trigger.key else ""
            if isinstance(key, str | int) and (key != "" or not trigger.key):
                entry = {**fact.properties, "amount_fen": fact.amount_fen}
                yield Newcomer(
                    journey.id,
                    fact.customer_id,
                    f"fact:{fact.fact_id}",
                    fact.occurred_at,
                    str(key)[:_LONGEST_KEY],
                    entry=entry,
                )


def _by_segments(ears: Ears, changes: Sequence[Change]) -> Iterable[Newcomer]:
    for change in changes:
        for journey, trigger in ears.crossing.get(change.segment_id, ()):
            if change.entered == (trigger.moves == "entered"):
                origin = f"segment:{change.segment_id}:{to_millis(change.at)}"
                yield Newcomer(journey.id, change.customer_id, origin, change.at)


def _inside(conn: Connection, ears: Ears, facts: Sequence[Happened], now: datetime) -> tuple[int, int]:
    by_pair: dict[tuple[int, int], list[Happened]] = defaultdict(list)
    for fact in facts:
        for journey_id in ears.inside.get(fact.kind, ()) if fact.customer_id else ():
            by_pair[fact.customer_id, journey_id].append(fact)
    found = tables.inside(conn, sorted(by_pair))
    if not found:
        return 0, 0
    versions = Versions(conn)
    known = versions.of({row.version_id for row in found})
    journeys = store.journeys_by_id(conn, sorted({row.journey_id for row in found}))
    gone: list[Place] = []
    heard: list[tuple[int, Mapping[str, int], datetime | None]] = []
    for row in found:
        version_id, step = versions.now(row.version_id, row.step)
        place = Place(row._replace(version_id=version_id, step=step))
        happened = by_pair[row.customer_id, row.journey_id]
        if _reached(known[version_id], place, happened):
            place.ended = "goal"
            gone.append(place)
        elif told_ := _heard(known[version_id], journeys[row.journey_id], place, happened):
            wakes = place.begun and told_.get(step, -1) >= to_millis(place.since)
            heard.append((place.id, told_, now if wakes else None))
    tables.hear(conn, heard)
    if any(due is not None for _, _, due in heard):
        store.notify(conn, CHANNEL)
    if gone:
        leave(conn, gone, now)
        timeline.append(conn, [ended(place, journeys[place.journey_id], now) for place in gone])
    return sum(due is not None for _, _, due in heard), len(gone)


def _reached(version: Version, place: Place, facts: Sequence[Happened]) -> bool:
    """A fact of before they entered is no goal of this time."""
    return any(
        fact.occurred_at >= place.entered_at
        and matches(fact, goal.fact)
        and (not goal.key or str(told(fact, goal.key)) == place.key)
        for fact in facts
        for goal in version.definition.goals
    )


def _heard(version: Version, journey: Journey, place: Place, facts: Sequence[Happened]) -> dict[str, int]:
    """Step that waits for such a fact → when the newest of them happened. Also of steps that are still before them: who
    is late must not miss what they would have waited for.
    """
    found: dict[str, int] = {}
    before = place.heard
    for name, step in version.definition.steps.items():
        if isinstance(step, WaitFor):
            for fact in facts:
                own = not step.key or str(told(fact, step.key)) == place.key
                if own and matches(fact, step.fact):
                    found[name] = max(found.get(name, before.get(name, 0)), to_millis(fact.occurred_at))
        elif isinstance(step, StaffTask):
            # Which touch it was is looked up when they are woken.
            for fact in facts:
                if fact.properties.get("programme") == journey.programme_id and any(
                    matches(fact, one) for one in _ASKED
                ):
                    found[name] = max(found.get(name, before.get(name, 0)), to_millis(fact.occurred_at))
    return found
