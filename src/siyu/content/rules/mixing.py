"""Where the posts of a calendar leave the mix that its phases want."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Final, get_args
from zoneinfo import ZoneInfo

from siyu.content.types import MIXES, Category, Mix, MixWarning, Phase, PhaseKind, Plan, Post, UnfitContent

CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)
_SAID: Final[dict[Category, tuple[str, str]]] = {
    "persona": ("the persona's life", "人设"),
    "seeding": ("seeding", "种草"),
    "brand": ("the brand", "品牌"),
}
PHASES: Final[dict[PhaseKind, tuple[str, str]]] = {
    "everyday": ("everyday", "日常期"),
    "warm_up": ("warm-up", "预热期"),
    "burst": ("burst", "爆发期"),
    "afterglow": ("afterglow", "返场期"),
}
_MOST_DAYS: Final = 400


def check_plan(plan: Plan) -> None:
    """Pass when every phase has days of its own and a mix of a hundred.

    Raises:
        UnfitContent: says which phase is wrong.
    """
    for phase in plan.phases:
        en, zh = PHASES[phase.kind]
        if not 0 <= (phase.last - phase.first).days < _MOST_DAYS:
            raise UnfitContent(
                reason=f"the phase {en} from {phase.first} to {phase.last} has no days, or more than {_MOST_DAYS}.",
                reason_zh=f"{zh}（{phase.first} 至 {phase.last}）的日期无效，或超过 {_MOST_DAYS} 天。",
            )
        mix = wanted(phase)
        if mix.persona + mix.seeding + mix.brand != 100:
            raise UnfitContent(
                reason=f"the mix of the phase {en} adds up to {mix.persona + mix.seeding + mix.brand}; it has to be 100.",
                reason_zh=f"{zh}的内容配比合计为 {mix.persona + mix.seeding + mix.brand}，须为 100。",
            )
    for one, other in pairwise(sorted(plan.phases, key=lambda phase: phase.first)):
        if other.first <= one.last:
            raise UnfitContent(
                reason=f"the phases {PHASES[one.kind][0]} and {PHASES[other.kind][0]} both have {other.first}.",
                reason_zh=f"{PHASES[one.kind][1]}与{PHASES[other.kind][1]}在 {other.first} 重叠。",
            )


def wanted(phase: Phase) -> Mix:
    """The mix of a phase: its own, or that of its kind."""
    return phase.mix or MIXES[phase.kind]


def phase_of(plan: Plan, day: date) -> Phase | None:
    """The phase that a day belongs to."""
    return next((phase for phase in plan.phases if phase.first <= day <= phase.last), None)


def warnings(plan: Plan, posts: Sequence[Post], zone: ZoneInfo) -> tuple[MixWarning, ...]:
    """One for each category of a phase whose share is further from the mix than tolerated, phases in order.

    What a few posts cannot divide any better is no warning: of three posts each is a third. Days are of the zone.
    """
    found = []
    for phase in sorted(plan.phases, key=lambda one: one.first):
        counts = Counter(
            post.category for post in posts if phase.first <= post.at.astimezone(zone).date() <= phase.last
        )
        total = sum(counts.values())
        for category in CATEGORIES:
            share = getattr(wanted(phase), category)
            off = abs(counts[category] * 100 - share * total)
            if total and off > plan.tolerance * total and off >= 100:
                found.append(_warning(phase, category, counts[category], total, share))
    return tuple(found)


def _warning(phase: Phase, category: Category, planned: int, posts: int, share: int) -> MixWarning:
    is_ = round(100 * planned / posts)
    should = share * posts / 100
    (en, zh), (phase_en, phase_zh) = _SAID[category], PHASES[phase.kind]
    more, more_zh = ("fewer", "减少") if planned > should else ("more", "增加")
    change = max(1, round(abs(planned - should)))
    return MixWarning(
        phase.kind,
        phase.first,
        phase.last,
        category,
        planned,
        posts,
        is_,
        share,
        f"In the phase {phase_en} ({phase.first} to {phase.last}) {is_} % of the posts are about {en}, {share} % are "
        f"wanted: plan about {change} {more}.",
        f"{phase_zh}（{phase.first} 至 {phase.last}）的{zh}内容占 {is_}%，应为 {share}%：建议{more_zh}约 {change} 条。",
    )
