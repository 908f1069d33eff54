"""What may be asked of insight. Every answer comes from the facts, as OneID resolves them now."""

from siyu.insight.lifetime import service as lifetime
from siyu.insight.rules import known_kind, stated
from siyu.insight.service.figures import assets, facts_by_day, ltv, ltv_spread, retention, rfm, windows
from siyu.insight.service.funnels import (
    change_funnel,
    drop_funnel,
    funnel,
    save_funnel,
    saved_funnel,
    saved_funnels,
    schema,
)
from siyu.insight.service.ladder import all_ladder_movers, ladder_movers, ladder_moves
from siyu.insight.service.lift import lift
from siyu.insight.service.people import all_people, check_people, people

__all__ = [
    "all_ladder_movers",
    "all_people",
    "assets",
    "change_funnel",
    "check_people",
    "drop_funnel",
    "facts_by_day",
    "funnel",
    "known_kind",
    "ladder_movers",
    "ladder_moves",
    "lifetime",
    "lift",
    "ltv",
    "ltv_spread",
    "people",
    "retention",
    "rfm",
    "save_funnel",
    "saved_funnel",
    "saved_funnels",
    "schema",
    "stated",
    "windows",
]
