"""Kinds of values that journeys are written with."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, FiniteFloat

from siyu.kernel.errors import WrongValue


def _real(moment: str) -> str:
    """That it lies in the calendar, and far enough from its ends to be shown in any zone."""
    try:
        year = datetime.fromisoformat(moment).year
    except ValueError:
        year = 0
    if not 1970 <= year <= 9000:
        raise WrongValue(f"there is no moment '{moment}'", f"时间“{moment}”不存在")
    return moment


Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]  # what every reader of JSON can hold
Id = Annotated[int, Field(ge=0, le=2**53)]
Fen = Annotated[int, Field(ge=0, le=10**13)]
Scalar: TypeAlias = bool | Whole | FiniteFloat | str
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_\-\u4e00-\u9fff]+$")]
Span = Annotated[str, Field(max_length=40)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
MomentText = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?$",
        description="A moment, on the brand's clock where it has no zone: 2026-11-11T20:00.",
    ),
    AfterValidator(_real),
]
Weekday = Annotated[int, Field(ge=1, le=7)]
Text = Annotated[str, Field(max_length=20_000)]
STRICT: Any = ConfigDict(extra="forbid")
