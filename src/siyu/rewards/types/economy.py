"""What points are worth, and what has to stay over."""

from typing import Annotated, Final

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

_STRICT = ConfigDict(extra="forbid", strict=True)


@checked(frozen=True, slots=True, config=_STRICT)
class RewardRules:
    """What points are worth, and the margin under which nothing is sold; kept in versions.

    Attributes:
        points: so many points …
        fen: … are worth so many fen: 100 and 100 make a point one fen.
        margin_bp: what has to stay over the cost, in hundredths of a percent of the cost.
        goods_cost_bp: what goods cost the brand, in hundredths of a percent of their price; for coupons that do not say it
            themselves.
    """

    points: Annotated[int, Field(ge=1, le=1_000_000)]
    fen: Annotated[int, Field(ge=0, le=100_000_000)]
    margin_bp: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    goods_cost_bp: Annotated[int, Field(ge=0, le=10_000)] = 6_000


RULES: Final = TypeAdapter(RewardRules)
