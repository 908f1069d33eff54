"""Letting people in: one by one by a fact, or a whole crowd in chunks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.experiments import service as experiments
from siyu.identity import service as identity
from siyu.journeys.rules.entering import due_in_crowd, fair_order, may_enter
from siyu.journeys.service.managing import journey, wrong_state
from siyu.journeys.service.telling import CHANNEL, entered
from siyu.journeys.store import crowds, passages
from siyu.journeys.store import enrolments as tables
from siyu.journeys.store import journeys as store
from siyu.journeys.types.definition import Definition
from siyu.journeys.types.running import Journey, Newcomer
from siyu.segments import service as segments
from siyu.timeline import service as timeline

_CHUNK = 5000


def enrol(conn: Connection, clickhouse: Client, newcomers: Sequence[Newcomer], now: datetime) -> list[Newcomer]:
    """Let in who may: of a journey that runs, who is not inside under this key, by its rules of re-entry and its audience.

    Everybody is given their place in the journey's programme on entering (see
    :func:`siyu.experiments.service.assign`). Returns who entered. Safe to repeat, also at the same time: the journey is
    locked, and what brought somebody in does not do so twice.

    Args:
        conn: the transaction.
        clickhouse: where the audience is asked about what somebody did.
        newcomers: any ids of customers, also of those that were merged away.
        now: the moment.
    """
    if not newcomers:
        return []
    identity.hold_people(conn, alone=False)
    living = identity.living_of(conn, sorted({one.customer_id for one in newcomers}))
    wanted: dict[tuple[int, int, str], Newcomer] = {}
    for one in newcomers:
        customer_id = living.get(one.customer_id, one.customer_id)
        found = one if customer_id == one.customer_id else replace(one, customer_id=customer_id)
        wanted.setdefault((found.journey_id, customer_id, found.key), found)
    locked = store.lock(conn, sorted({one.journey_id for one in wanted.values()}))
    open_ = {one: journey for one, journey in locked.items() if journey.state == "running"}
    versions = store.newest(conn, sorted(open_))
    asked = [one for one in wanted.values() if one.journey_id in versions]
    known = tables.before(conn, [(one.journey_id, one.customer_id, one.key, one.origin) for one in asked])
    allowed = [
        one
        for one, before in zip(asked, known, strict=True)
        if may_enter(
            versions[one.journey_id][1].reentry,
            inside=before.inside,
            times=before.times,
            last=before.last,
            same_origin=before.same_origin,
            at=now,
        )
    ]
    let_in: list[Newcomer] = []
    for journey_id in sorted({one.journey_id for one in allowed}):
        own = [one for one in allowed if one.journey_id == journey_id]
        version_id, definition = versions[journey_id]
        let_in += _into(conn, clickhouse, open_[journey_id], version_id, definition, own, now)
    return let_in


def _into(
    conn: Connection,
    clickhouse: Client,
    journey: Journey,
    version_id: int,
    definition: Definition,
    newcomers: Sequence[Newcomer],
    now: datetime,
) -> list[Newcomer]:
    ids = sorted({one.customer_id for one in newcomers})
    if definition.audience is not None:
        (chosen,) = segments.matching(conn, clickhouse, [definition.audience.rule], ids, now)
        newcomers = [one for one in newcomers if one.customer_id in chosen]
        ids = [one for one in ids if one in chosen]
    places = experiments.assign(conn, journey.programme_id, ids, now) if ids else {}
    new = [
        tables.New(
            journey.id,
            one.customer_id,
            version_id,
            definition.start,
            one.key,
            one.origin,
            max(one.due_at or now, now),
            places[one.customer_id].group == "treated",
            one.entry,
        )
        for one in newcomers
    ]
    made = set(tables.insert(conn, new, now))
    let_in = [one for one in newcomers if (one.journey_id, one.customer_id, one.key) in made]
    passages.add(conn, {(version_id, "", "entered"): len(let_in)} if let_in else {}, now)
    if let_in:
        store.notify(conn, CHANNEL)
    timeline.append(conn, entered([(journey, one.customer_id, one.key) for one in let_in], now))
    return let_in


def bring_crowd(
    conn: Connection,
    journey: Journey,
    definition: Definition,
    customer_ids: Sequence[int],
    *,
    origin: str,
    key: str = "",
    begins_at: datetime,
) -> int:
    """Have a crowd enter, at the journey's pace, each member of staff's customers spread evenly where that is asked.

    Returns how many are on their way; 0 when this origin brought a crowd before. Who may not enter is left out when it is
    their turn. Safe to repeat.
    """
    if not len(customer_ids):
        return 0
    ordered = in_order(conn, definition, customer_ids)
    body = np.asarray(ordered, "<i8").tobytes()
    if not crowds.insert(conn, journey.id, origin, key, body, definition.pace.per_minute, begins_at):
        return 0
    store.notify(conn, CHANNEL)
    return len(ordered)


def in_order(conn: Connection, definition: Definition, customer_ids: Sequence[int]) -> list[int]:
    """A crowd in the order in which it comes in by the journey's pace."""
    ids = list(customer_ids)
    if not (definition.pace.per_minute and definition.pace.fair):
        return ids
    scopes = customers.scopes_of(conn, ids, "friend")
    ordered: list[int] = fair_order(ids, [scopes.get(one, [f"-{one}"])[0] for one in ids]).tolist()
    return ordered


def let_crowds_in(conn: Connection, clickhouse: Client, now: datetime, *, most: int = _CHUNK) -> int:
    """Let the next people of a crowd in; returns how many were looked at, 0 when no crowd waits.

    They come in before they are due, so that a crowd is soon among those whose journey can be seen and stopped.
    """
    crowd = crowds.claim(conn, most)
    if crowd is None:
        return 0
    people = np.frombuffer(crowd.people, "<i8").tolist()
    newcomers = [
        Newcomer(
            crowd.journey_id,
            customer_id,
            crowd.origin,
            crowd.begins_at,
            crowd.key,
            due_in_crowd(crowd.begins_at, crowd.position + number, crowd.per_minute),
        )
        for number, customer_id in enumerate(people)
    ]
    enrol(conn, clickhouse, newcomers, now)
    crowds.advance(conn, crowd.id, crowd.position + len(people))
    return len(people)


def put_in(
    conn: Connection,
    clickhouse: Client,
    journey_id: int,
    customer_ids: Sequence[int],
    *,
    request_id: str,
    key: str = "",
    entry: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> list[int]:
    """Put people into a journey by hand or by a program; who entered, by the ids under which OneID knows them. Audited.

    Safe to repeat with the same ``request_id``. Ids of nobody, and people who may not enter, are left out.

    Raises:
        NotFound: there is no such journey.
        WrongState: it does not run.
    """
    found = _running(conn, journey_id)
    living = identity.existing(conn, customer_ids)
    origin = f"request:{request_id}"
    newcomers = [Newcomer(found.id, one, origin, now, key, entry=entry) for one in living]
    let_in = [one.customer_id for one in enrol(conn, clickhouse, newcomers, now)]
    details = {"customers": len(let_in), "request": request_id}
    access.record(
        conn, actor=actor, action="journey.people_put_in", target=f"journey:{found.id}", details=details, now=now
    )
    return let_in


def bring_segment(
    conn: Connection,
    journey_id: int,
    segment_id: int,
    *,
    request_id: str,
    at: datetime | None,
    actor: str,
    now: datetime,
) -> int:
    """Bring everybody of a segment in, as it stands now; how many are on their way. Audited, safe to repeat.

    Raises:
        NotFound: there is no such journey or segment.
        WrongState: it does not run.
        Conflict: the segment was not evaluated yet.
    """
    found = _running(conn, journey_id)
    _, definition = store.newest(conn, [found.id])[found.id]
    people = list(segments.members(conn, segment_id))
    brought = bring_crowd(conn, found, definition, people, origin=f"request:{request_id}", begins_at=at or now)
    details = {"segment": segment_id, "customers": brought, "request": request_id}
    access.record(
        conn, actor=actor, action="journey.crowd_brought", target=f"journey:{found.id}", details=details, now=now
    )
    return brought


def _running(conn: Connection, journey_id: int) -> Journey:
    found = journey(conn, journey_id)
    if found.state != "running":
        raise wrong_state(found, "only one that runs lets people in.", "只有运行中的旅程可以进入。")
    return found


def waiting_crowds(conn: Connection, journey_id: int) -> Mapping[str, int]:
    """How many people are still on their way in, by what brings them."""
    return crowds.waiting(conn, journey_id)
