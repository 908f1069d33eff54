"""The people behind any figure of the console: a page of them for a list, all of them for an export.

Each figure is asked for its people by one small value (:data:`Asked`), which says the moment of the figure too. An
answer carries it, an export takes it and keeps it as JSON.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter
from sqlalchemy import Connection

from siyu.app import codes
from siyu.app.codes import CodePeople
from siyu.app.context import Context
from siyu.customers.types import Layer
from siyu.engines.cursor import decode_cursor, encode_cursor, foreign_cursor
from siyu.insight import service as insight
from siyu.insight.types import Definitions, PeopleAsked, PeoplePage
from siyu.journeys import service as journeys
from siyu.kernel.errors import BadInput
from siyu.segments import service as segments
from siyu.segments.types import Expression

_CHUNK: Final = 20_000
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MovePeople:
    """Those who stood on layer ``before`` of the ladder at ``since``, and on ``after`` at ``until``."""

    since: datetime
    until: datetime
    before: Layer
    after: Layer
    report: Literal["moves"] = "moves"


@dataclass(frozen=True, slots=True)
class SegmentPeople:
    """Those in a segment, or in a set made of segments, as they stand when they are asked for."""

    expression: Expression
    report: Literal["segment"] = "segment"


@dataclass(frozen=True, slots=True)
class StepPeople:
    """Those who are at a step of a journey when they are asked for."""

    journey_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    step: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
    report: Literal["step"] = "step"


Asked = Annotated[PeopleAsked | MovePeople | CodePeople | SegmentPeople | StepPeople, Field(discriminator="report")]


@cache
def _adapter() -> TypeAdapter[Asked]:
    return TypeAdapter(Asked)


def as_json(asked: Asked) -> dict[str, Any]:
    """As it is kept."""
    kept: dict[str, Any] = _adapter().dump_python(asked, mode="json")
    return kept


def from_json(kept: Mapping[str, Any]) -> Asked:
    """As :func:`as_json` kept it."""
    return _adapter().validate_python(kept)


def check(asked: Asked, now: datetime) -> None:
    """Whether a figure can be asked for its people like that; asks no engine.

    Raises:
        BadInput: it cannot.
    """
    if isinstance(asked, SegmentPeople):
        segments.check_expression(asked.expression)
        return
    if isinstance(asked, StepPeople):
        return
    told = asked if isinstance(asked, MovePeople | CodePeople) else asked.plan
    for field in fields(told):
        moment = getattr(told, field.name)
        if isinstance(moment, datetime) and not (moment.tzinfo and _BEGINNING <= moment <= now):
            raise BadInput(
                reason=f"'{field.name}' must be a moment with a zone, not before 1970 and not later than now.",
                reason_zh=f"“{field.name}”须为带时区的时间，不早于 1970 年，也不晚于当前时间。",
            )
    if isinstance(asked, CodePeople):
        codes.check_period(asked.since, asked.until)
    elif not isinstance(asked, MovePeople):
        insight.check_people(asked)


def page(conn: Connection, context: Context, asked: Asked, *, cursor: str | None = None, limit: int = 50) -> PeoplePage:
    """A page of those whom a figure counts, as OneID knows them now, by id.

    Args:
        conn: an open transaction.
        context: open engines.
        asked: which figure.
        cursor: ``next`` of the page before; ``None`` for the first.
        limit: how many a page has at most.

    Raises:
        BadInput: the cursor is none of ours, or no figure counts like that.
        NotFound: there is no such entry code, segment or journey.
        Conflict: a segment was not evaluated yet.
    """
    if not isinstance(asked, MovePeople | CodePeople | SegmentPeople | StepPeople):
        return insight.people(context.clickhouse, asked, cursor=cursor, limit=limit)
    place = decode_cursor(cursor, int)
    above = int(place[0]) if place else 0
    total: int | None
    if above < 0:
        raise foreign_cursor()
    if isinstance(asked, SegmentPeople):
        members = segments.people_of(conn, asked.expression)
        ids, total = list(islice(members.iter_equal_or_larger(above + 1), limit + 1)), len(members)
    elif isinstance(asked, StepPeople):
        ids = journeys.customers_at(conn, asked.journey_id, asked.step, above=above, most=limit + 1)
        total = len(ids) if len(ids) <= limit else None
    elif isinstance(asked, CodePeople):
        everyone = codes.everybody(conn, asked, context.clock.now())
        ids, total = everyone[bisect_right(everyone, above) :][: limit + 1], len(everyone)
    else:
        ids, total = _movers(context, asked, above, limit + 1)
    following = encode_cursor([ids[limit - 1]]) if len(ids) > limit else None
    return PeoplePage(tuple(ids[:limit]), following, None if place else total)


def everybody(context: Context, asked: Asked) -> Iterator[list[int]]:
    """All whom a figure counts, in chunks, ascending.

    Raises:
        BadInput: no figure counts like that.
        NotFound: there is no such entry code or journey.
    """
    if isinstance(asked, CodePeople):
        with context.database.transaction() as conn:
            everyone = codes.everybody(conn, asked, context.clock.now())
        yield everyone
        return
    if isinstance(asked, SegmentPeople):
        with context.database.transaction() as conn:
            members = iter(segments.people_of(conn, asked.expression))
        while chunk := list(islice(members, _CHUNK)):
            yield chunk
        return
    if isinstance(asked, StepPeople):
        yield from _at_step(context, asked)
        return
    if not isinstance(asked, MovePeople):
        yield from insight.all_people(context.clickhouse, asked)
        return
    definitions = Definitions.of(context.settings)
    layers = {"before": int(asked.before), "after": int(asked.after)}
    yield from insight.all_ladder_movers(context.clickhouse, definitions, asked.since, asked.until, **layers)


def _at_step(context: Context, asked: StepPeople) -> Iterator[list[int]]:
    above = 0
    while True:
        with context.database.transaction() as conn:
            ids = journeys.customers_at(conn, asked.journey_id, asked.step, above=above, most=_CHUNK)
        if not ids:
            return
        yield ids
        above = ids[-1]


def _movers(context: Context, asked: MovePeople, above: int, limit: int) -> tuple[list[int], int]:
    return insight.ladder_movers(
        context.clickhouse,
        Definitions.of(context.settings),
        asked.since,
        asked.until,
        before=int(asked.before),
        after=int(asked.after),
        above=above,
        limit=limit,
    )
