"""The people behind a figure: a page of ids for a list, or all of them for an export."""

from collections.abc import Iterator
from typing import Final

from siyu.engines.clickhouse.client import Client
from siyu.engines.cursor import decode_cursor, encode_cursor
from siyu.insight import rules, store
from siyu.insight.service.figures import settle_bounds
from siyu.insight.types import (
    MOST_REPEATS,
    CalibrationPeople,
    FunnelPeople,
    LtvPeople,
    PeopleAsked,
    PeoplePage,
    RetentionPeople,
    RfmPeople,
)
from siyu.kernel.errors import BadInput

_CHUNK: Final = 20_000
_MOST_OFFSET: Final = 100_000


def people(client: Client, asked: PeopleAsked, *, cursor: str | None = None, limit: int = 50) -> PeoplePage:
    """Those whom a figure counts, as OneID knows them now, by id.

    The moment of the plan decides what counts, so a list that is asked for with the moment of a table agrees with it.

    Args:
        client: of the timeline's database.
        asked: which figure.
        cursor: ``next`` of the page before; ``None`` for the first.
        limit: how many a page has at most.

    Raises:
        BadInput: the cursor is none of ours, or the plan is wrong as the figure's own function would say.
    """
    place = decode_cursor(cursor, int)
    found = _found(client, asked)
    if found is None:
        return PeoplePage((), None, 0)
    after = int(place[0]) if place else 0
    if after < 0:
        raise BadInput(reason="the cursor is not one of this list.", reason_zh="游标不属于该列表。")
    ids, total = store.people.ids(client, found, after, limit + 1)
    following = encode_cursor([ids[limit - 1]]) if len(ids) > limit else None
    return PeoplePage(tuple(ids[:limit]), following, None if place else total)


def all_people(client: Client, asked: PeopleAsked) -> Iterator[list[int]]:
    """All of them in chunks, ascending: for an export.

    Raises:
        BadInput: the plan is wrong as the figure's own function would say.
    """
    found = _found(client, asked)
    if found is not None:
        yield from in_chunks(client, found)


def in_chunks(client: Client, found: store.people.Found) -> Iterator[list[int]]:
    """All people of a query, ascending."""
    ids = store.people.all_ids(client, found)
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK].tolist()


def check_people(asked: PeopleAsked) -> None:
    """Whether a figure could be asked for its people like that; asks no engine.

    Raises:
        BadInput: the plan is wrong as the figure's own function would say.
    """
    if isinstance(asked, RetentionPeople):
        rules.zone_of(asked.plan.zone)
        rules.in_calendar(asked.cohort, asked.plan.cohorts_from, asked.plan.cohorts_to)
        if not 0 <= asked.offset <= _MOST_OFFSET:
            raise BadInput(reason="'offset' counts periods from 0 on.", reason_zh="“offset”从 0 开始计数。")
    elif isinstance(asked, LtvPeople):
        rules.zone_of(asked.plan.zone)
        rules.in_calendar(asked.plan.cohorts_from, asked.plan.cohorts_to)
        rules.usable_edges([edge for edge in (asked.low_fen, asked.high_fen) if edge is not None])
    elif isinstance(asked, FunnelPeople):
        rules.check_funnel(asked.plan.definition)
        most = len(asked.plan.definition.steps)
        if not 1 <= asked.step <= most:
            raise BadInput(reason=f"the funnel has steps 1 to {most}.", reason_zh=f"该漏斗的步骤为 1 至 {most}。")
        rules.moments_of(asked.plan)
    elif isinstance(asked, CalibrationPeople):
        rules.zone_of(asked.plan.zone)
        rules.in_calendar(asked.until)
        if not 0 <= asked.repeats <= MOST_REPEATS:
            raise BadInput(
                reason=f"'repeats' is 0 to {MOST_REPEATS}.", reason_zh=f"“repeats”须为 0 至 {MOST_REPEATS}。"
            )
    else:
        rules.check_bounds(asked.plan)


def _found(client: Client, asked: PeopleAsked) -> store.people.Found | None:
    """The query; ``None`` when nobody bought anything yet."""
    check_people(asked)
    if not isinstance(asked, RfmPeople):
        return store.people.found_by(asked, None)
    settled, customers = settle_bounds(client, asked.plan)
    if not customers:
        return None
    return store.people.found_by(asked, (list(settled.days), list(settled.orders), list(settled.net)))
