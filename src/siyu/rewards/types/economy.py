"""What points are worth, what has to stay over, and how the points economy stands."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked

from siyu.loyalty.types import Cohort, Week

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


@dataclass(frozen=True, slots=True)
class Economy:
    """How the points economy stands.

    Attributes:
        issued: points that people got in the span, less what was taken back.
        spent: that they used, less what came back.
        expired: that ended unused.
        liability: that they have now, or that are held of them.
        liability_fen: what those are worth by the rules; ``None`` where nobody made any.
        owed: that people owe the brand.
        burn_bp: what was spent of what was issued in the span, in hundredths of a percent; ``None`` where nothing was issued.
        redeemed_points: that were spent in the shop in the span.
        redeemed_cost_fen: what the brand paid for what they bought, less the cash that came with them.
        cohorts: the same by the month in which people first had points.
        weeks: what came and went, week by week of the span.
    """

    issued: int
    spent: int
    expired: int
    liability: int
    liability_fen: int | None
    owed: int
    burn_bp: int | None
    redeemed_points: int
    redeemed_cost_fen: int
    cohorts: tuple[Cohort, ...]
    weeks: tuple[Week, ...]
