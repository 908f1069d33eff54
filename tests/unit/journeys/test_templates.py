import re

import pytest
from tests.unit.journeys.journeying import NOW, ZONE

from siyu.channels import service as channels
from siyu.journeys import service as journeys
from siyu.journeys.rules.checking import problems
from siyu.journeys.rules.texts import texts_of
from siyu.journeys.rules.world import Account, World
from siyu.journeys.rules.writing import from_json, from_yaml, to_json
from siyu.journeys.service.world import fact_problem
from siyu.journeys.types import Definition, Invite, Moment, Send, StaffTask, Template

LEFT_TO_CHOOSE = {"no_segment", "no_group_code"}
WORLD = World(NOW, ZONE, (Account(1, "企业微信", channels.about("wecom")),), fact_problem=fact_problem)
TEMPLATES = journeys.templates()


def keys(found: Template) -> str:
    return found.key


def test_there_is_one_for_each_occasion() -> None:
    wanted = {"six-link-sop", "new-launch", "birthday", "win-back", "group-invitation", "post-purchase"}
    assert {one.key for one in TEMPLATES} == wanted


@pytest.mark.parametrize("found", TEMPLATES, ids=keys)
def test_nothing_is_wrong_with_it_but_what_the_brand_has_to_choose(found: Template) -> None:
    assert [one for one in problems(found.definition, WORLD) if one.code not in LEFT_TO_CHOOSE] == []


@pytest.mark.parametrize("found", TEMPLATES, ids=keys)
def test_its_file_reads_as_it_is(found: Template) -> None:
    read = dict(from_yaml(found.text))
    assert read.pop("key") == found.key
    assert from_json(read) == found.definition
    assert from_json(to_json(found.definition)) == found.definition


def words(definition: Definition) -> list[str]:
    return [text for step in definition.steps.values() for text in texts_of(step) if text]


@pytest.mark.parametrize("found", TEMPLATES, ids=keys)
def test_its_texts_are_chinese_short_enough_to_be_read_and_end_as_sentences(found: Template) -> None:
    assert found.definition.about
    for step in found.definition.steps.values():
        if isinstance(step, Send | Invite | Moment | StaffTask):
            said = step.say if isinstance(step, StaffTask) else step.text
            assert 30 <= len(said) <= 160, said
            assert re.search(r"[\u4e00-\u9fff]", said)
            assert re.search(r"[。～！？哦]$", said), said


def test_the_six_links_of_the_sop_are_all_there() -> None:
    steps = journeys.template("six-link-sop").definition.steps
    assert {
        "加好友当下",
        "首日关怀",
        "普通入群邀请",
        "高价值入群邀请",
        "第三天带礼回访",
        "第七天带礼回访",
        "第三十天兴趣推送",
    } <= set(steps)
    assert journeys.template("birthday").definition.trigger.kind == "date"  # the sixth: special days


def test_one_order_one_care() -> None:
    trigger = journeys.template("post-purchase").definition.trigger
    assert trigger.kind == "fact"
    assert trigger.key == "order_no"


def test_groups_are_chosen_by_value_in_one_step() -> None:
    steps = journeys.template("group-invitation").definition.steps
    (invite,) = [one for one in steps.values() if isinstance(one, Invite)]
    assert [(one.from_fen, one.below_fen) for one in invite.choices] == [(200_000, None), (None, None)]
