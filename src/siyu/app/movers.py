"""Who came into a segment and who left it, in the order of a list: which days can be asked for, and all of them for an export."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter

from siyu.app.context import Context
from siyu.kernel.errors import BadInput
from siyu.segments import service as segments
from siyu.segments.types import Move

Which = Literal["both", "entered", "left"]
_FIRST_DAY: Final = date(1970, 1, 1)
_LAST_DAY: Final = date(2149, 6, 5)  # as far as ClickHouse's days go
_MOST_DAYS: Final = 400
_USUAL_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class SegmentMoves:
    """Who came into a segment and who left it, on these days of the brand's zone, ends included; each time they did."""

    segment_id: Annotated[int, Field(ge=1, le=2**63 - 1)]
    first: date
    last: date
    which: Which = "both"

    @property
    def entered(self) -> bool | None:
        """Only who came, or only who left; both when ``None``."""
        return None if self.which == "both" else self.which == "entered"


_ASKED: Final[TypeAdapter[SegmentMoves]] = TypeAdapter(SegmentMoves)


def as_json(asked: SegmentMoves) -> dict[str, Any]:
    """As it is kept."""
    kept: dict[str, Any] = _ASKED.dump_python(asked, mode="json")
    return kept


def from_json(kept: Mapping[str, Any]) -> SegmentMoves:
    """As :func:`as_json` kept it."""
    return _ASKED.validate_python(kept)


def days(context: Context, now: datetime, first: date | None, last: date | None) -> tuple[date, date]:
    """The days that are asked for; 30 up to today when none are named.

    Raises:
        BadInput: there are no such days, or too many.
    """
    end = last or now.astimezone(ZoneInfo(context.settings.brand_zone)).date()
    usual = timedelta(days=_USUAL_DAYS - 1)
    begin = first or max(end, _FIRST_DAY + usual) - usual
    if not _FIRST_DAY <= begin <= end <= _LAST_DAY or (end - begin).days >= _MOST_DAYS:
        raise BadInput(
            reason=f"days are from 1970 to 2149, at most {_MOST_DAYS} of them, the first not after the last.",
            reason_zh=f"日期应在 1970 年至 2149 年之间，最多 {_MOST_DAYS} 天，且起始日期不晚于结束日期。",
        )
    return begin, end


def pages(context: Context, asked: SegmentMoves, limit: int) -> Iterator[tuple[Move, ...]]:
    """All of them, newest first, at most ``limit`` at a time.

    Raises:
        NotFound: there is no such segment.
    """
    cursor: str | None = None
    while True:
        with context.database.transaction() as conn:
            page = segments.movers(
                conn,
                context.clickhouse,
                asked.segment_id,
                asked.first,
                asked.last,
                entered=asked.entered,
                cursor=cursor,
                limit=limit,
            )
        if page.moves:
            yield page.moves
        cursor = page.next
        if cursor is None:
            return
