"""Looking at segments: who is in them, set algebra over them, how they changed."""

from collections.abc import Iterable
from datetime import date

from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines.clickhouse.client import Client
from siyu.engines.cursor import decode_cursor, encode_cursor, foreign_cursor
from siyu.kernel.errors import BadInput, Conflict
from siyu.segments.service.defining import stored_segment
from siyu.segments.store import definitions, history, members
from siyu.segments.store.bitmaps import bitmap
from siyu.segments.types import (
    DayMoves,
    Difference,
    Evaluation,
    Expression,
    Intersection,
    MovePage,
    OfSegment,
    Outside,
    Overlap,
    Union,
)

_MOST_OPERANDS = 100
_MOST_DEPTH = 20


def members_of(conn: Connection, segment_id: int) -> BitMap64:
    """Who is in a segment, as it stands.

    Raises:
        NotFound: there is none of this id.
        Conflict: it was not evaluated yet.
    """
    if stored_segment(conn, segment_id).people is None:
        raise Conflict(
            reason="the segment was not evaluated yet; try again in a moment.",
            reason_zh="该人群尚未完成首次计算，请稍后再试。",
        )
    return members.everybody(conn, segment_id)


def contains(conn: Connection, segment_id: int, customer_ids: Iterable[int]) -> BitMap64:
    """Who of these is in a segment, as it stands; reads only the parts in which they would be.

    Raises:
        NotFound: there is none of this id.
    """
    stored_segment(conn, segment_id)
    return members.among(conn, segment_id, customer_ids)


def people_of(conn: Connection, expression: Expression) -> BitMap64:
    """Who is in a set made of segments, as they stand.

    Raises:
        NotFound: one of the segments is not there.
        Conflict: one was not evaluated yet.
        BadInput: nothing is combined, or too much.
    """
    check_expression(expression)
    known: dict[int, BitMap64] = {}
    for segment_id in _segments_of(expression):
        if segment_id not in known:
            known[segment_id] = members_of(conn, segment_id)
    everybody = bitmap(customers.finding.everybody(conn, None)) if _asks_everybody(expression) else BitMap64()
    return combine(expression, known, everybody)


def check_expression(expression: Expression) -> None:
    """Pass when there is something to combine, and not too much.

    Raises:
        BadInput: there is not.
    """
    operands = list(_segments_of(expression))
    if not operands or len(operands) > _MOST_OPERANDS or _depth(expression) > _MOST_DEPTH or _empty(expression):
        raise BadInput(
            reason=f"a set is made of 1 to {_MOST_OPERANDS} segments, at most {_MOST_DEPTH} deep, none left empty.",
            reason_zh=f"集合运算需要 1 至 {_MOST_OPERANDS} 个人群，嵌套不超过 {_MOST_DEPTH} 层，且不能有空的运算。",
        )


def _depth(expression: Expression) -> int:
    if isinstance(expression, OfSegment):
        return 1
    parts = (expression.of,) if isinstance(expression, Outside) else expression.of
    return 1 + max((_depth(part) for part in parts), default=0)


def _empty(expression: Expression) -> bool:
    if isinstance(expression, OfSegment):
        return False
    parts = (expression.of,) if isinstance(expression, Outside) else expression.of
    return not parts or any(_empty(part) for part in parts)


def _segments_of(expression: Expression) -> Iterable[int]:
    if isinstance(expression, OfSegment):
        yield expression.segment_id
        return
    for part in (expression.of,) if isinstance(expression, Outside) else expression.of:
        yield from _segments_of(part)


def _asks_everybody(expression: Expression) -> bool:
    if isinstance(expression, OfSegment):
        return False
    return isinstance(expression, Outside) or any(_asks_everybody(part) for part in expression.of)


def combine(expression: Expression, known: dict[int, BitMap64], everybody: BitMap64) -> BitMap64:
    """The set of an expression over sets that are known; ``everybody`` is what :class:`Outside` leaves from."""
    if isinstance(expression, OfSegment):
        return known[expression.segment_id]
    if isinstance(expression, Outside):
        return everybody - combine(expression.of, known, everybody)
    parts = [combine(part, known, everybody) for part in expression.of]
    if isinstance(expression, Union):
        return BitMap64.union(*parts)
    if isinstance(expression, Intersection):
        return BitMap64.intersection(*parts)
    assert isinstance(expression, Difference)
    return parts[0].difference(*parts[1:]) if len(parts) > 1 else parts[0]


def overlap(conn: Connection, one: int, other: int) -> Overlap:
    """How two segments lie to each other.

    Raises:
        NotFound: one of them is not there.
        Conflict: one was not evaluated yet.
    """
    first, second = members_of(conn, one), members_of(conn, other)
    both = first.intersection_cardinality(second)
    return Overlap(one, other, both, len(first) - both, len(second) - both)


def moves(conn: Connection, clickhouse: Client, segment_id: int, first: date, last: date) -> list[DayMoves]:
    """How many came and went on each day that has any, ends included, in the brand's zone; oldest first.

    Raises:
        NotFound: there is none of this id.
    """
    stored_segment(conn, segment_id)
    return history.by_day(clickhouse, segment_id, first, last, definitions.zone(conn))


def movers(
    conn: Connection,
    clickhouse: Client,
    segment_id: int,
    first: date,
    last: date,
    *,
    entered: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> MovePage:
    """Who came and who left on these days of the brand's zone, ends included, and when; newest first.

    Args:
        conn: an open transaction.
        clickhouse: of the timeline's database.
        segment_id: of which.
        first: the first of the days.
        last: the last of them.
        entered: only who came, or only who left; both when ``None``.
        cursor: ``next`` of the page before.
        limit: how many a page has.

    Raises:
        NotFound: there is none of this id.
        BadInput: the cursor is none of ours.
    """
    stored_segment(conn, segment_id)
    place = decode_cursor(cursor, int, int, str)
    before = (int(place[0]), int(place[1]), str(place[2])) if place else None
    if before and before[1] < 0:
        raise foreign_cursor()
    found = history.movers(
        clickhouse, segment_id, first, last, definitions.zone(conn), entered=entered, before=before, most=limit + 1
    )
    following = encode_cursor(found[limit - 1][1]) if len(found) > limit else None
    return MovePage(tuple([move for move, _ in found[:limit]]), following)


def evaluations(conn: Connection, segment_id: int, limit: int = 50) -> list[Evaluation]:
    """The full evaluations of a segment, newest first.

    Raises:
        NotFound: there is none of this id.
    """
    stored_segment(conn, segment_id)
    return [Evaluation(*row) for row in definitions.evaluations(conn, segment_id, limit)]
