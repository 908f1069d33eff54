"""What cannot be a trial, an application or a report is refused with a sentence that says what to change."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.trials.conftest import DAY, HOUR, NOON, REPORT, terms

from siyu.kernel.errors import BadInput, Conflict
from siyu.trials import service
from siyu.trials.rules import applying
from siyu.trials.rules import terms as rules
from siyu.trials.types import TRIAL, Application, Trial, TrialTerms


@pytest.mark.parametrize(
    ("given", "en", "zh"),
    [
        ({"closes_at": NOON}, "end before it starts", "申请截止时间须晚于"),
        ({"closes_at": NOON - DAY}, "end before it starts", "申请截止时间须晚于"),
        ({"chosen_by": NOON + 6 * DAY}, "before the window to apply ends", "公布时间不能早于"),
        ({"reports_until": NOON + 8 * DAY}, "before anybody is chosen", "报告截止时间须晚于"),
        ({"pieces": 0}, "there are 0 pieces", "试用数量为 0"),
        ({"pieces": -3}, "there are -3 pieces", "试用数量为 -3"),
        ({"pieces": 100_001}, "100001 pieces", "试用数量为 100001"),
        ({"points": -1}, "would cost -1 points", "申请所需积分为 -1"),
        ({"reward_points": -5}, "would earn -5 points", "报告奖励积分为 -5"),
        ({"reward_points": 0}, "earns nothing", "没有奖励"),
        ({"reward_points": 0, "reward_coupon_id": 1, "reward_days": 7}, "leave it out", "请勿填写积分有效天数"),
        ({"tiers": ["gold", "gold"]}, "there twice", "重复"),
        ({"questions": ["为什么？", "为什么？"]}, "there twice", "重复"),
        ({"opens_at": NOON.replace(year=1999)}, "2000 to 2999", "2000 年至 2999 年"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_trial(given: dict[str, Any], en: str, zh: str) -> None:
    with pytest.raises(BadInput) as problem:
        rules.check(terms(**given))
    assert en in problem.value.message
    assert zh in problem.value.message_zh


@pytest.mark.parametrize(
    ("changed", "en"),
    [
        ({"pieces": "three"}, "pieces"),
        ({"pieces": 1.5}, "pieces"),
        ({"unknown": 1}, "unknown"),
        ({"how": "luck"}, "how"),
        ({"name": ""}, "name"),
        ({"opens_at": "2026-03-03T12:00:00"}, "opens_at"),
        ({"least_days": 0}, "least_days"),
        ({"barred_days": -1}, "barred_days"),
        ({"questions": [""]}, "questions"),
        ({"tiers": ["Gold!"]}, "tiers"),
    ],
)
def test_json_that_cannot_be_read(changed: dict[str, Any], en: str) -> None:
    said = TRIAL.dump_python(terms(), mode="json")
    assert service.read_trial(said) == terms()
    with pytest.raises(BadInput, match=en):
        service.read_trial(said | changed)


def test_a_trial_that_is_over_cannot_start() -> None:
    rules.check_start(terms(), NOON + 7 * DAY - timedelta(seconds=1))
    with pytest.raises(BadInput, match="give it a later one"):
        rules.check_start(terms(), NOON + 7 * DAY)


def _trial(state: Any = "live", **given: Any) -> Trial:
    return Trial(1, terms(**given), state, 1, None, NOON, NOON)


def test_once_it_was_live_only_the_description_changes_and_reports_get_more_time() -> None:
    found = _trial()
    rules.check_change(found, replace(found.terms, about="新茶", reports_until=NOON + 40 * DAY))
    for changed in ({"pieces": 4}, {"points": 1}, {"reward_points": 1}, {"how": "draw"}, {"closes_at": NOON + 6 * DAY}):
        with pytest.raises(Conflict, match=next(iter(changed))):
            rules.check_change(found, replace(found.terms, **changed))
        rules.check_change(_trial("draft"), replace(found.terms, **changed))
    with pytest.raises(Conflict, match="later, not earlier"):
        rules.check_change(found, replace(found.terms, reports_until=NOON + 28 * DAY))
    with pytest.raises(Conflict, match="has ended"):
        rules.check_change(_trial("ended"), found.terms)


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001, "a\x00b"])
def test_why_somebody_wants_it_is_said_in_a_thousand_characters(text: str) -> None:
    with pytest.raises(BadInput, match="1 to 1000"):
        applying.check_application(terms(), text, [])


@pytest.mark.parametrize("answers", [[], ["一", "二"], [" "], ["x" * 501]])
def test_every_question_is_answered(answers: list[str]) -> None:
    asked = terms(questions=["平时喝什么茶？"])
    with pytest.raises(BadInput, match="answer"):
        applying.check_application(asked, "想试试", answers)
    assert applying.check_application(asked, " 想试试 ", [" 绿茶 "]) == ("想试试", ("绿茶",))


@pytest.mark.parametrize(
    ("stars", "text"), [(0, REPORT), (6, REPORT), (-1, REPORT), (5, "好"), (5, "x" * 5001), (5, "    好   ")]
)
def test_what_cannot_be_a_report(stars: int, text: str) -> None:
    with pytest.raises(BadInput):
        applying.check_report(terms(), stars, text)


def test_who_was_late_sent_has_days_from_then() -> None:
    asked: TrialTerms = terms(least_days=7)
    assert applying.due(asked, NOON + 10 * DAY) == NOON + 29 * DAY
    assert applying.due(asked, NOON + 28 * DAY) == NOON + 35 * DAY


def test_how_a_trial_stands_for_somebody() -> None:
    def stands(
        trial: Trial, now: Any = NOON, own: Application | None = None, tier: str | None = None, **said: bool
    ) -> str:
        return applying.stands(trial, own, tier, now, **{"in_segment": False, "barred": False, **said})

    assert stands(_trial()) == "open"
    assert stands(_trial(), NOON - HOUR) == "soon"
    assert stands(_trial(), NOON + 7 * DAY) == "over"
    assert stands(_trial("chosen")) == "over"
    assert stands(_trial(), barred=True) == "barred"
    assert stands(_trial(tiers=["gold"]), tier="silver") == "not_for_you"
    assert stands(_trial(tiers=["gold"]), tier="gold") == "open"
    assert stands(_trial(segment_id=4)) == "not_for_you"
    assert stands(_trial(segment_id=4), in_segment=True) == "open"
