"""Who may apply when, what an application and a report have to say, and which of two applications counts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from siyu.engines.zone import written
from siyu.kernel.errors import BadInput
from siyu.trials.types import (
    Application,
    ApplicationState,
    NothingToReport,
    Trial,
    TrialClosed,
    TrialNotForYou,
    TrialStands,
    TrialTerms,
)

_MOST_TEXT: Final = 1000
_MOST_ANSWER: Final = 500
_MOST_REPORT: Final = 5000
_STARS: Final = 5
_HOLD_DAYS: Final = 180

# The further somebody is, the later it stands here: of two applications of one person the further one counts.
FURTHER: Final[tuple[ApplicationState, ...]] = (
    "withdrawn", "not_chosen", "applied", "chosen", "missed", "sent", "sent_back", "reported", "rewarded"
)  # fmt: skip


def check_open(trial: Trial, now: datetime) -> None:
    """Check that one can apply now.

    Raises:
        TrialClosed: says since when or until when one can.
    """
    terms = trial.terms
    if trial.state != "live":
        raise TrialClosed(name=terms.name, reason="it is not offered.", reason_zh="未开放。")
    if now < terms.opens_at:
        at = written(terms.opens_at)
        raise TrialClosed(name=terms.name, reason=f"it begins at {at}.", reason_zh=f"将于 {at} 开始。")
    if now >= terms.closes_at:
        at = written(terms.closes_at)
        raise TrialClosed(name=terms.name, reason=f"it closed at {at}.", reason_zh=f"已于 {at} 截止。")


def check_may(trial: Trial, tier: str | None, *, in_segment: bool) -> None:
    """Check that somebody in this tier, and in the segment of the trial or not, may apply.

    Raises:
        TrialNotForYou: says for whom it is.
    """
    terms = trial.terms
    if terms.tiers and tier not in terms.tiers:
        raise TrialNotForYou(
            name=terms.name,
            reason=f"it is for the tiers {', '.join(terms.tiers)}.",
            reason_zh=f"仅限等级 {'、'.join(terms.tiers)} 的会员。",
        )
    if terms.segment_id is not None and not in_segment:
        raise TrialNotForYou(name=terms.name, reason="it is for invited members.", reason_zh="仅限受邀会员。")


def check_application(terms: TrialTerms, text: str, answers: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """What somebody writes who applies, without spaces around it.

    Raises:
        BadInput: says what to change.
    """
    clean = text.strip()
    if not 1 <= len(clean) <= _MOST_TEXT or "\x00" in clean:
        raise _bad(
            f"say in 1 to {_MOST_TEXT} characters why you would like to try it.",
            f"请用 1 至 {_MOST_TEXT} 个字符填写申请理由。",
        )
    said = tuple(one.strip() for one in answers)
    if len(said) != len(terms.questions):
        raise _bad(
            f"answer each of the {len(terms.questions)} questions; there are {len(said)} answers.",
            f"请回答全部 {len(terms.questions)} 个问题，当前为 {len(said)} 个回答。",
        )
    for question, answer in zip(terms.questions, said, strict=True):
        if not 1 <= len(answer) <= _MOST_ANSWER or "\x00" in answer:
            raise _bad(
                f"answer '{question}' in 1 to {_MOST_ANSWER} characters.",
                f"请用 1 至 {_MOST_ANSWER} 个字符回答“{question}”。",
            )
    return clean, said


def check_report(terms: TrialTerms, stars: int, text: str) -> str:
    """What somebody writes who reports, without spaces around it.

    Raises:
        BadInput: says what to change.
    """
    clean = text.strip()
    if not 1 <= stars <= _STARS:
        raise _bad(f"give 1 to {_STARS} stars.", f"请给出 1 至 {_STARS} 星评分。")
    if not terms.least_words <= len(clean) <= _MOST_REPORT or "\x00" in clean:
        raise _bad(
            f"a report has {terms.least_words} to {_MOST_REPORT:,} characters; this one has {len(clean):,}.",
            f"报告须为 {terms.least_words} 至 {_MOST_REPORT:,} 个字符，当前为 {len(clean):,} 个。",
        )
    return clean


def check_reporting(name: str, own: Application | None, now: datetime) -> None:
    """Check that somebody may report now.

    Raises:
        NothingToReport: they were given nothing, have reported, or it is too late.
    """
    said = {
        None: ("nobody applied for it in your name.", "您没有申请过该试用。"),
        "applied": ("the chosen are not known yet.", "尚未公布入选名单。"),
        "withdrawn": ("the application was withdrawn.", "申请已撤回。"),
        "not_chosen": ("others were chosen this time.", "本次未入选。"),
        "chosen": ("the piece was not sent yet; report when it is there.", "试用品尚未寄出，请收到后再提交。"),
        "reported": ("a report is there, and is being looked at.", "报告已提交，正在审核。"),
        "rewarded": ("the report was approved already.", "报告已通过。"),
        "missed": ("the time for it is over.", "报告已逾期。"),
    }
    state = own.state if own is not None else None
    over = own is not None and own.due_at is not None and own.due_at <= now
    if state in {"sent", "sent_back"} and not over:
        return
    en, zh = said["missed"] if state in {"sent", "sent_back"} else said[state]
    raise NothingToReport(name=name, reason=en, reason_zh=zh)


def due(terms: TrialTerms, now: datetime) -> datetime:
    """Until when somebody may report who gets the piece, or their report back, now."""
    return max(terms.reports_until, now + timedelta(terms.least_days))


def held_until(terms: TrialTerms) -> datetime:
    """When points of an application go back by themselves, whatever has become of the trial."""
    return terms.reports_until + timedelta(_HOLD_DAYS)


def stands(
    trial: Trial, own: Application | None, tier: str | None, now: datetime, *, in_segment: bool, barred: bool
) -> TrialStands:
    """Whether somebody can apply now, or why not; their points are not looked at."""
    if own is not None and own.counts:
        return "applied"
    if trial.state != "live" or now >= trial.terms.closes_at:
        return "over"
    try:
        check_may(trial, tier, in_segment=in_segment)
    except TrialNotForYou:
        return "not_for_you"
    if barred:
        return "barred"
    return "soon" if now < trial.terms.opens_at else "open"


def _bad(en: str, zh: str) -> BadInput:
    return BadInput(reason=en, reason_zh=zh)
