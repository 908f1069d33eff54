"""What the reports have in common: who may ask, parameters, and moments as the brand's clock has them."""

from datetime import UTC, date, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import Query

from siyu.app.context import Context
from siyu.engines.access.types import Principal
from siyu.engines.http import needs
from siyu.insight.types import Definitions

CanRead = Annotated[Principal, needs("insight.read")]
From = Annotated[date | None, Query(description="First cohort shown, by any day in it.")]
To = Annotated[date | None, Query(description="Last cohort shown, by any day in it.")]
Until = Annotated[
    datetime | None,
    Query(description="Nothing after this moment counts; now when absent. A list of people takes that of its table."),
]
Group = Annotated[str | None, Query(max_length=300, description="One group of `by`; all when absent.")]
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment(context: Context, at: datetime | None) -> datetime:
    """This moment, now when there is none, nothing later; without a zone it is the brand's."""
    return max(_BEGINNING, min(_zoned(context, at), context.clock.now())) if at else context.clock.now()


def since_of(context: Context, at: datetime | None) -> datetime | None:
    """The moment from which on something counts; without a zone it is the brand's."""
    return max(_BEGINNING, min(_zoned(context, at), context.clock.now())) if at else None


def _zoned(context: Context, at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(context.settings.brand_zone))


def definitions_of(context: Context) -> Definitions:
    """What counts, by the settings."""
    return Definitions.of(context.settings)
