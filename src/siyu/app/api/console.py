"""What the console asks before anybody has signed in."""

from typing import Final

from fastapi import Request
from pydantic import BaseModel, Field

import siyu
from siyu.app.context import Context
from siyu.customers import service as customers
from siyu.customers.types import Layer
from siyu.engines.http import ERROR_RESPONSES, Router

router = Router(prefix="/api/v1/console", tags=["console"], responses=ERROR_RESPONSES)

CURRENCY: Final = "CNY"  # money is integer fen throughout
LANGUAGES: Final = ("zh-CN", "en")


class LadderRung(BaseModel):
    """One rung of the ladder of relations: any of ``relations`` reaches it, or so many purchases where not 0."""

    layer: Layer
    en: str
    zh: str
    relations: list[str]
    min_orders: int


class ConsoleConfig(BaseModel):
    """How the console shows names, times and money."""

    brand_name: str = Field(description="Setting `SIYU_BRAND_NAME`; empty when nobody has set it.")
    zone: str = Field(description="IANA name; times are shown in it.")
    currency: str = Field(description="ISO 4217. Amounts come in its hundredth part: fen.")
    version: str
    languages: list[str] = Field(description="The first is the one to begin with.")
    ladder: list[LadderRung] = Field(description="The ladder of relations, the lowest rung first.")


@router.get("/config")
def config(request: Request) -> ConsoleConfig:
    """How to show names, times and money. Needs no session: the sign-in page asks it."""
    context: Context = request.app.state.context
    return ConsoleConfig(
        brand_name=context.settings.brand_name,
        zone=context.settings.brand_zone,
        currency=CURRENCY,
        version=siyu.__version__,
        languages=list(LANGUAGES),
        ladder=[
            LadderRung(
                layer=rung.layer,
                en=rung.en,
                zh=rung.zh,
                relations=sorted(rung.relations),
                min_orders=rung.min_orders,
            )
            for rung in customers.ladder_of(context.settings.repeat_purchases)
        ],
    )
