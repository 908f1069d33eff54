"""Going on: everybody who is due, a batch at a time, and each step exactly once.

A batch is one transaction: the rows stay locked until where everybody is, what was proposed to the gate and what was told
are durable together. A process that dies takes all of it with it, and somebody else begins where it had begun.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import psycopg
import structlog
from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import savepoint
from siyu.identity import service as identity
from siyu.journeys.service.batch import Batch, Group, Place, Surroundings
from siyu.journeys.service.steps import carry_out
from siyu.journeys.service.telling import ended
from siyu.journeys.service.versions import Versions
from siyu.journeys.store import enrolments as tables
from siyu.journeys.store import journeys, passages
from siyu.journeys.types.definition import Invite, Moment, Send, StaffTask
from siyu.journeys.types.running import Stepped, Version
from siyu.kernel.errors import TryLater
from siyu.timeline import service as timeline
from siyu.touch import service as touch

log = structlog.get_logger(__name__)

_LEAST: Final = 200  # people of one journey in a batch, however many journeys want their turn
_HOPS: Final = 100  # steps in a row; who has more before them goes on in the next batch


def step_once(conn: Connection, clickhouse: Client, now: datetime, zone: ZoneInfo, *, most: int = 4000) -> Stepped:
    """Carry out the steps of those who are due, longest overdue first, as far as they go without waiting.

    Any number of processes may do so at once: whom one has, the others pass by. Journeys that are paused hold their people;
    several that are due share the batch. Everything is written with this transaction or not at all.

    Args:
        conn: the transaction.
        clickhouse: where branches ask what somebody did.
        now: the moment.
        zone: of the brand: times of day and days of the week are meant there.
        most: people in the batch.
    """
    identity.hold_people(conn, alone=False)  # before any other lock, as the gate wants it
    return carry_on(Surroundings(conn, clickhouse, now, zone), _claim(conn, now, most))


def carry_on(
    around: Surroundings, places: Sequence[Place], proposed: dict[str, tuple[str, str]] | None = None
) -> Stepped:
    """Carry out the steps of these people, whom this transaction has locked; ``proposed`` is told of their touches."""
    conn, now = around.conn, around.now
    if not places:
        return Stepped()
    versions = Versions(conn)
    for place in places:
        place.version_id, place.step = versions.now(place.version_id, place.step)
    known_versions = versions.of({place.version_id for place in places})
    known = journeys.journeys_by_id(conn, sorted({place.journey_id for place in places}))
    batch = Batch(around, known, proposed=proposed)
    if any(
        isinstance(step, Send | Invite | Moment | StaffTask)
        for one in known_versions.values()
        for step in one.definition.steps.values()
    ):
        places, batch.held = _hold(conn, places)  # before rows of theirs are written
    _carry_out(batch, places, known_versions)
    left = [place for place in places if place.ended]
    tables.move(conn, [place.moved() for place in places if not place.ended])
    tables.leave(conn, [place.left() for place in left], now)
    passages.add(conn, batch.passages, now)
    timeline.append(conn, [*batch.facts, *(ended(place, known[place.journey_id], now) for place in left)])
    return Stepped(len(places), batch.steps, len(left), batch.touches)


def _hold(conn: Connection, places: Sequence[Place]) -> tuple[Sequence[Place], Mapping[int, int]]:
    """Those of whom nobody else decides at this moment; the others stay due. Where that is nobody, they are waited for."""
    ids = [place.customer_id for place in places]
    held = touch.hold_free(conn, ids) or touch.hold_customers(conn, ids)
    return [place for place in places if place.customer_id in held], held


def _claim(conn: Connection, now: datetime, most: int) -> list[Place]:
    due = tables.due_journeys(conn, now)
    found: list[Place] = []
    for number, journey_id in enumerate(due):
        share = max(_LEAST, (most - len(found)) // (len(due) - number))
        found += [Place(row) for row in tables.claim(conn, journey_id, now, min(share, most - len(found)))]
        if len(found) >= most:
            break
    return found


def _carry_out(batch: Batch, places: Sequence[Place], versions: Mapping[int, Version]) -> None:
    going = list(places)
    for _ in range(_HOPS):
        if not going:
            return
        groups: dict[tuple[int, str], list[Place]] = defaultdict(list)
        for place in going:
            groups[place.version_id, place.step].append(place)
        for (version_id, step), members in groups.items():
            _one_group(batch, versions[version_id], step, members)
        going = [place for place in going if place.due_at is None and place.ended is None]
    for place in going:
        place.due_at = batch.around.now


def _one_group(batch: Batch, version: Version, step: str, places: Sequence[Place]) -> None:
    """A step that cannot be carried out keeps its people and is tried again; nobody else waits for that."""
    before = [(place.step, place.begun, place.passed, place.since) for place in places]
    kept = (len(batch.facts), batch.passages.copy(), batch.touches, batch.steps)
    group = Group(batch.journeys[version.journey_id], version.definition, version.id, step, places)
    try:
        if step not in version.definition.steps:
            raise KeyError(step)  # noqa: TRY301 - a successor without this step; told and tried again like any trouble
        with savepoint(batch.around.conn):
            carry_out(batch, group)
    except Exception as error:
        if _of_the_engine(error):
            raise
        log.warning(
            "journeys.step_failed", journey=group.journey.id, step=step, people=len(places), error=str(error)[:500]
        )
        del batch.facts[kept[0] :]
        batch.passages, batch.touches, batch.steps = kept[1:]
        batch.passages[version.id, step, "failed"] += len(places)
        for place, (name, begun, passed, since) in zip(places, before, strict=True):
            place.step, place.begun, place.passed, place.since = name, begun, passed, since
            place.due_at, place.ended = batch.around.now + batch.around.again, None


def _of_the_engine(error: Exception) -> bool:
    """A lost connection, a deadlock: nothing is wrong with the step, and the batch is tried again as it is."""
    return isinstance(
        error,
        TryLater | psycopg.OperationalError | psycopg.InternalError | psycopg.InterfaceError | MemoryError | OSError,
    )


def let_out(conn: Connection, now: datetime, *, most: int = 5000) -> int:
    """Let people out of journeys that were stopped, and stop those that are drained. Returns how many; safe to repeat."""
    for journey_id in journeys.empty_draining(conn):
        journeys.set_state(conn, journey_id, "stopped", now)
    places = [Place(row) for row in tables.of_stopped(conn, most)]
    if not places:
        return 0
    known = journeys.journeys_by_id(conn, sorted({place.journey_id for place in places}))
    for place in places:
        place.ended = "stopped"
    leave(conn, places, now)
    timeline.append(conn, [ended(place, known[place.journey_id], now) for place in places])
    return len(places)


def leave(conn: Connection, places: Sequence[Place], now: datetime) -> None:
    """Write down that these have left from where they are, as each says."""
    tables.leave(conn, [place.left() for place in places], now)
    counted: dict[tuple[int, str, str], int] = defaultdict(int)
    for place in places:
        counted[place.version_id, place.step, str(place.ended)] += 1
    passages.add(conn, counted, now)
