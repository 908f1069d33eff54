"""What makes sense as a trial, and what of it may change once people have read it."""

from dataclasses import fields
from datetime import datetime
from typing import Final

from siyu.engines.zone import written
from siyu.kernel.errors import BadInput, Conflict
from siyu.trials.types import Trial, TrialTerms

MOST_PIECES: Final = 100_000
_MOST_POINTS: Final = 10**9
_MAY_CHANGE: Final = ("about", "reports_until")
_YEARS: Final = (2000, 2999)


def check(terms: TrialTerms) -> None:
    """Check that the terms make sense together.

    Raises:
        BadInput: says what to change.
    """
    _check_numbers(terms)
    moments = (terms.opens_at, terms.closes_at, terms.chosen_by, terms.reports_until)
    if not all(_YEARS[0] <= moment.year <= _YEARS[1] for moment in moments):
        raise _bad(
            f"its times lie in the years {_YEARS[0]} to {_YEARS[1]}; change them.",
            f"试用的时间须在 {_YEARS[0]} 年至 {_YEARS[1]} 年之间，请修改。",
        )
    if terms.closes_at <= terms.opens_at:
        raise _bad(
            "the window to apply would end before it starts; move closes_at behind opens_at.",
            "申请截止时间须晚于申请开始时间，请修改。",
        )
    if terms.chosen_by < terms.closes_at:
        raise _bad(
            "the chosen would be known before the window to apply ends; move chosen_by behind closes_at.",
            "公布时间不能早于申请截止时间，请将公布时间后移。",
        )
    if terms.reports_until <= terms.chosen_by:
        raise _bad(
            "reports would be due before anybody is chosen; move reports_until behind chosen_by.",
            "报告截止时间须晚于公布时间，请将报告截止时间后移。",
        )
    if len(set(terms.tiers)) != len(terms.tiers) or len(set(terms.questions)) != len(terms.questions):
        raise _bad("a tier or a question is there twice; remove one.", "等级或问题重复，请删除重复项。")


def _check_numbers(terms: TrialTerms) -> None:
    if not 1 <= terms.pieces <= MOST_PIECES:
        raise _bad(
            f"there are {terms.pieces} pieces; a trial has 1 to {MOST_PIECES:,} of them.",
            f"试用数量为 {terms.pieces}，须为 1 至 {MOST_PIECES:,} 份。",
        )
    if not 0 <= terms.points <= _MOST_POINTS:
        raise _bad(
            f"an application would cost {terms.points} points; ask for 0 to {_MOST_POINTS:,}.",
            f"申请所需积分为 {terms.points}，须在 0 至 {_MOST_POINTS:,} 之间。",
        )
    if not 0 <= terms.reward_points <= _MOST_POINTS:
        raise _bad(
            f"a report would earn {terms.reward_points} points; give 0 to {_MOST_POINTS:,}.",
            f"报告奖励积分为 {terms.reward_points}，须在 0 至 {_MOST_POINTS:,} 之间。",
        )
    if not terms.reward_points and terms.reward_coupon_id is None:
        raise _bad("a report earns nothing; give points, a coupon, or both.", "报告没有奖励，请设置奖励积分或优惠券。")
    if terms.reward_days is not None and not terms.reward_points:
        raise _bad(
            "reward_days is how long points last, and none are given; leave it out.",
            "未奖励积分，请勿填写积分有效天数。",
        )


def check_start(terms: TrialTerms, now: datetime) -> None:
    """Check that a trial can go live now.

    Raises:
        BadInput: the window to apply is over.
    """
    if terms.closes_at <= now:
        raise _bad(
            f"its window to apply ended at {written(terms.closes_at)}; give it a later one.",
            f"申请已于 {written(terms.closes_at)} 截止，请设置更晚的时间。",
        )


def check_change(found: Trial, terms: TrialTerms) -> None:
    """Check that a trial may become this: once it was live, only its description, and a later end for reports.

    Raises:
        Conflict: people have read something else, or it has ended.
    """
    if found.state == "draft":
        return
    if found.state == "ended":
        raise Conflict(reason="it has ended; make a new one.", reason_zh="该试用已结束，请新建。")
    fixed = [one.name for one in fields(terms) if one.name not in _MAY_CHANGE]
    other = [name for name in fixed if getattr(terms, name) != getattr(found.terms, name)]
    if other:
        raise Conflict(
            reason=f"people apply by what they have read; {', '.join(other)} cannot change any more. End it and make a new one.",
            reason_zh=f"试用已公示，不能再修改 {'、'.join(other)}；如需更改，请结束后新建。",
        )
    if terms.reports_until < found.terms.reports_until:
        raise Conflict(
            reason="people were promised more time for their reports; move reports_until later, not earlier.",
            reason_zh="报告截止时间只能延后，不能提前。",
        )


def _bad(en: str, zh: str) -> BadInput:
    return BadInput(reason=en, reason_zh=zh)
