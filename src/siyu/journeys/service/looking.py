"""Looking at journeys: who is where, and what comes next for whom."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.engines.cursor import decode_cursor, encode_cursor
from siyu.journeys.rules.facts import at_path, holds
from siyu.journeys.rules.moments import over_at
from siyu.journeys.service.managing import journey
from siyu.journeys.service.versions import Versions
from siyu.journeys.store import enrolments as tables
from siyu.journeys.store import journeys as store
from siyu.journeys.store import passages
from siyu.journeys.types.definition import Branch, ByEntry, Definition, Exit, Goal, StaffTask, Step, Wait, WaitFor
from siyu.journeys.types.running import (
    Enrolment,
    EnrolmentPage,
    Figures,
    OfPerson,
    Planned,
    Standing,
    StepFigures,
)

_MOST_PLANNED: Final = 30
_MOST_OF_PERSON: Final = 200


def figures(conn: Connection, journey_id: int) -> Figures:
    """Who is where, and how many passed each step by which way, over all versions; steps by names, in their order.

    A person of an older version who was migrated is counted where they are now.

    Raises:
        NotFound: there is no such journey.
    """
    found = journey(conn, journey_id)
    versions = Versions(conn)
    inside: Counter[str] = Counter()
    for version_id, step, people in tables.counts(conn, found.id):
        inside[versions.now(version_id, step)[1]] += people
    ways: dict[str, Counter[str]] = defaultdict(Counter)
    for (_, step, way), people in passages.of_journey(conn, found.id).items():
        ways[step][way] += people
    order = dict.fromkeys(name for version in store.versions(conn, found.id) for name in version.definition.steps)
    steps = tuple(
        StepFigures(name, inside[name], _passed(ways[name]), dict(ways[name]))
        for name in dict.fromkeys([*order, *inside, *(name for name in ways if name)])
    )
    ended: Counter[str] = Counter()
    for counted in ways.values():
        for how in ("exit", "goal", "stopped", "merged", "withdrawn"):
            ended[how] += counted[how]
    return Figures(ways[""]["entered"], sum(inside.values()), {how: n for how, n in ended.items() if n}, steps)


def standings(conn: Connection) -> dict[int, Standing]:
    """Every journey at a glance, by its id; inside is who entered and has not ended."""
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for journey_id, way, people in passages.ways_out(conn):
        counted[journey_id][way] += people
    found = {}
    for journey_id, definition in store.shown(conn).items():
        ended = dict(counted[journey_id])
        entered = ended.pop("entered", 0)
        found[journey_id] = Standing(definition, entered, entered - sum(ended.values()), ended)
    return found


def _passed(ways: Mapping[str, int]) -> int:
    """Who was taken out where they stood did not pass."""
    return sum(people for way, people in ways.items() if way not in {"failed", "stopped", "merged", "withdrawn"})


def fold_passages(conn: Connection, now: datetime) -> None:
    """Hourly: keep the table of passages small; what :func:`figures` says stays the same. Safe to repeat."""
    passages.fold(conn, now - timedelta(hours=1))


def people_at(
    conn: Connection, journey_id: int, step: str, *, cursor: str | None = None, limit: int = 50
) -> EnrolmentPage:
    """Who is at a step, by their enrolments.

    Raises:
        NotFound: there is no such journey.
        BadInput: the cursor is none of ours.
    """
    places = _places(conn, journey_id, step)
    place = decode_cursor(cursor, int)
    limit = max(1, min(limit, 500))
    page = tables.at_step(conn, journey_id, places, int(place[0]) if place else 0, limit + 1)
    following = encode_cursor([page[limit - 1][0]]) if len(page) > limit else None
    return EnrolmentPage(tuple(one for _, one in page[:limit]), following)


def customers_at(conn: Connection, journey_id: int, step: str, *, above: int, most: int) -> list[int]:
    """Who is at a step, each person once however many enrolments they have there, ascending.

    Args:
        conn: an open transaction.
        journey_id: the journey.
        step: the step; one that there is not has nobody.
        above: only ids greater than this.
        most: so many at most.

    Raises:
        NotFound: there is no such journey.
    """
    places = _places(conn, journey_id, step)
    return tables.customers_at(conn, journey_id, places, above, most)


def _places(conn: Connection, journey_id: int, step: str) -> list[tuple[int, str]]:
    """The (version, step) that are this step now."""
    found = journey(conn, journey_id)
    versions = Versions(conn)
    return sorted(
        {
            (version_id, name)
            for version_id, name, _ in tables.counts(conn, found.id)
            if versions.now(version_id, name)[1] == step
        }
    )


def of_person(conn: Connection, customer_id: int, now: datetime, zone: ZoneInfo) -> list[OfPerson]:
    """The journeys somebody is in and was in, newest first, with what is planned next in each.

    Args:
        conn: an open transaction.
        customer_id: as OneID knows the customer now.
        now: the moment.
        zone: of the brand.
    """
    found = tables.of_customer(conn, customer_id, _MOST_OF_PERSON)
    journeys = store.journeys_by_id(conn, sorted({one.journey_id for one, _, _ in found}))
    versions = Versions(conn)
    known = versions.of({version_id for _, version_id, _ in found})
    answer = []
    for one, version_id, entry in found:
        living_id, step = versions.now(version_id, one.step)
        name = journeys[one.journey_id].name
        if one.ended is not None:
            answer.append(OfPerson(name, one, ()))
            continue
        definition = known[living_id].definition
        at = Enrolment(**{**_fields(one), "version": known[living_id].number, "step": step})
        answer.append(OfPerson(name, at, tuple(planned(definition, at, entry, now, zone))))
    return answer


def _fields(one: Enrolment) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Enrolment.__dataclass_fields__}


def planned(
    definition: Definition, at: Enrolment, entry: Mapping[str, Any], now: datetime, zone: ZoneInfo
) -> list[Planned]:
    """What comes next, as far as it can be told without knowing what the person will do: a branch by what brought them is
    foreseen, any other ends the foresight, as does a wait for a fact (of which the end of the wait is told).
    """
    found: list[Planned] = []
    moment = max(now, at.due_at) if at.due_at else now
    name, begun = at.step, at.begun
    for _ in range(_MOST_PLANNED):
        step = definition.steps.get(name)
        if step is None:
            return found
        if not (begun and isinstance(step, Wait)):
            found.append(Planned(name, step.kind, moment))
        following = _following(step, entry)
        if following is None:
            return found
        if isinstance(step, Wait) and not begun:
            moment = max(moment, over_at(step, moment, at.entered_at, zone))
        name, begun = following, False
    return found


def _following(step: Step, entry: Mapping[str, Any]) -> str | None:
    match step:
        case Goal() | Exit() | WaitFor() | StaffTask():
            return None
        case Branch():
            for case in step.cases:
                if not isinstance(case.when, ByEntry):
                    return None
                if all(holds(at_path(entry, one.property), one) for one in case.when.where):
                    return case.next
            return step.otherwise
        case _:
            return step.next
